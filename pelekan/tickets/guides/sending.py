"""Sending a list of steps: one answer to the customer, with what he ticks beside it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pelekan.lib.secrets import sign
from pelekan.lib.text import clean_controls, local_digits, one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.guides import steps as lists
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.models import Message, Ticket
from pelekan.tickets.pending.answers import Way, Words, refuse_two, send_now

LONGEST_INTRO = 2_000
PURPOSE = "guide-steps"


class NoSteps(Exception):
    """A list without a step."""


def offered(agent: Agent) -> QuerySet[Guide]:
    """The guides that `agent` may send: those of all teams and of his."""
    return Guide.objects.filter(archived_at=None).exclude(steps=[]).filter(_for(agent))


def _for(agent: Agent) -> Q:
    return Q(team=None) | Q(team__in=agent.team_ids)


def token_of(message: int) -> str:
    """What the link to the page of ticks holds: good for the steps of this one message, and for nothing else."""
    return f"{message}-{sign(PURPOSE, str(message), settings.SECRET_KEY)}"


def link_of(message: Message) -> str:
    """Where the customer ticks the steps of this message; "" where it has none. Made as it is handed over: no stored text
    holds it."""
    if "guide" not in message.meta:
        return ""
    return settings.BASE_URL + reverse("portal_steps", args=[token_of(message.pk)])


def greeting(language: str) -> str:
    """The line above the steps, for agents to change."""
    with translation.override(language):
        return _("Please go through these steps one after another, and tick what you have done:")


@action
def send(
    ticket: Ticket,
    way: Way,
    *,
    by: Agent,
    steps: Sequence[lists.Step],
    intro: str = "",
    language: str = "",
    guide: Guide | None = None,
    then: str = "",
    saw_id: int | None = None,
    client_id: str = "",
    now: datetime | None = None,
) -> SentGuide:
    """Answer with a list of steps. Raises NoSteps, and what `answers.send_now` raises. The same `client_id` again gives
    what was sent."""
    now = now or clock()
    kept = [one for one in (lists.cleaned(step["title"], step["text"]) for step in steps) if one["title"]]
    if not kept or len(kept) > lists.MOST:
        raise NoSteps
    language = language or ticket.language
    lead = clean_controls(intro).strip()[:LONGEST_INTRO]
    words = Words(
        text=_short(lead, kept, language) if way.channel == "sms" else lists.as_text(lead, kept, language),
        html="" if way.channel == "sms" else lists.as_html(lead, kept, language),
        client_id=client_id, saw_id=saw_id, then=then, meta={"guide": {"intro": lead}},
    )  # fmt: skip
    refuse_two(ticket, words, by=by)
    message = send_now(ticket, way, words, by=by, now=now)
    return _written(message, by, kept, language, guide, now)


def _written(
    message: Message,
    by: Agent,
    kept: list[lists.Step],
    language: str,
    guide: Guide | None,
    now: datetime,
) -> SentGuide:
    known = SentGuide.objects.filter(message=message).first()
    if known is not None:
        return known
    sent = SentGuide.objects.create(
        message=message,
        guide=guide,
        agent=by,
        name=guide.name if guide else one_line(kept[0]["title"], 80),
        language=language,
        steps=kept,
        sent_at=now,
    )
    if guide is not None:
        Guide.objects.filter(pk=guide.pk).update(used=F("used") + 1)
    record(
        "guide.sent", message.ticket, by=by, message=message, at=now, guide=sent.pk, title=sent.name,
        total=len(kept),
    )  # fmt: skip
    return sent


def _short(lead: str, kept: list[lists.Step], language: str) -> str:
    """What a text message says: how many steps there are; the link is added when it is handed over."""
    with translation.override(language):
        count = local_digits(str(len(kept)), language)
        told = ngettext("%(count)s step for you to tick:", "%(count)s steps for you to tick:", len(kept))
        return "\n".join(filter(None, [lead, told % {"count": count}]))
