"""One visit, step by step: the proof behind every sum."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.knowledge.trail import days
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.models import Offer, Place, Question, Reading, Visit
from pelekan.web.admin.doors import behind, get_object_or_404
from pelekan.web.insights.frame import Asked, Cell, Table, asked, show
from pelekan.web.insights.words import LANGUAGES, place_name, verdict_name
from pelekan.web.paths import url


@behind("see_all")
def one(request: HttpRequest, pk: int) -> HttpResponse:
    ask = asked(request)
    row = get_object_or_404(Visit.objects.select_related("customer"), pk=pk)
    low, high = days.bounds(row.began_at.astimezone(days.zone()).date())
    facts = {
        name: getattr(row, name) for name in ("id", "key", "plan", "groups", "language", "place", "held_out", "began_at", "last_at")
    } | {"customer": row.customer_id, "organization": row.organization_id, "ticket": row.ticket_id}  # fmt: skip
    ((_visit, said),) = days.verdicts({row.pk: facts}, (low, high), ask.reading.now, habits())
    who = row.customer.name if row.customer else _("Not signed in")
    lead = _("%(who)s, %(place)s, %(language)s. What became of it: %(verdict)s.") % {
        "who": who, "place": place_name(row.place), "language": LANGUAGES.get(row.language, row.language),
        "verdict": verdict_name(said),
    }  # fmt: skip
    return show(
        ask, "rows", "insights", _("Visit of %(moment)s") % {"moment": ask.reading.moment(row.began_at)}, lead,
        tables=[Table(_("Step by step"), [(_("When"), False), (_("What"), False), (_("Words"), False), (_("More"), False)], _steps(ask, row))],
        back=ask.to("insights_visits"), plain=True,
    )  # fmt: skip


def _steps(ask: Asked, visit: Visit) -> list[list[Cell]]:
    found: list[tuple[Any, Cell, Cell, Cell]] = []
    for question in Question.objects.filter(visit=visit).select_related("topic"):
        answers = ngettext("%(count)s answer", "%(count)s answers", question.found) % {
            "count": ask.number(question.found)
        }
        topic = question.topic
        found.append(
            (
                question.at,
                Cell(_("Looked for")),
                Cell(question.text, ask.to("insights_topic", topic.pk) if topic else "", typed=True),
                Cell(answers if question.found else _("Nothing found")),
            )
        )
    for reading in Reading.objects.filter(visit=visit).select_related("translation__published"):
        title = (
            reading.translation.published.title if reading.translation.published else reading.translation.slug
        )
        helped = {True: _("It helped"), False: _("It did not help"), None: ""}[reading.solved]
        seconds = ngettext("%(count)s second in sight", "%(count)s seconds in sight", reading.seconds) % {
            "count": ask.number(reading.seconds)
        }
        found.append(
            (
                reading.at,
                Cell(_("Opened")),
                Cell(title, ask.to("insights_article", reading.translation_id), typed=True),
                Cell(helped or seconds, sub=seconds if helped else ""),
            )
        )
    for offer in Offer.objects.filter(visit=visit).prefetch_related("articles"):
        became = (
            _("It helped") if offer.solved_at else _("Went on to a person") if offer.went_on_at else _("Opened one")
            if offer.clicked_at else _("Opened none")
        )  # fmt: skip
        count = len(offer.articles.all())
        words = ngettext("%(count)s article", "%(count)s articles", count) % {"count": ask.number(count)}
        if not count and offer.place == Place.BOT:
            words = _("An answer of the bot without an article, such as opening hours")
        found.append((offer.at, Cell(_("Was offered")), Cell(words), Cell(became)))
    if visit.ticket is not None:
        subject = visit.ticket.subject or _("Request")
        found.append((visit.ticket.created_at, Cell(_("Asked a person")), Cell(subject, url("desk_ticket", visit.ticket.pk), typed=True), Cell("")))  # fmt: skip
    found.sort(key=lambda step: step[0])
    return [[Cell(ask.reading.moment(at)), what, words, more] for at, what, words, more in found]
