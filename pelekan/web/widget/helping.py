"""Answers inside the widget: the help centre's search at its home, what fits beside a line or a request that is being
written, and the article itself. Nobody has to have a token: looking leaves a counted step and nothing else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse

from pelekan.knowledge.deflection import homes, offering
from pelekan.knowledge.models import ArticleKind, Translation
from pelekan.knowledge.readers import ANYONE, Reader, of_customer
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Place, Visit
from pelekan.lib.limits import Limit
from pelekan.tickets.models import Ticket
from pelekan.web.deflection.shapes import shapes
from pelekan.web.footsteps import followed
from pelekan.web.help.addresses import article as article_path
from pelekan.web.portal import departments as offered
from pelekan.web.widget.door import Caller, Refused, door, id_of, text_of

LOOKS = Limit(120, timedelta(minutes=5))  # of one network
WHOLE = (ArticleKind.TEXT, ArticleKind.FAQ, ArticleKind.RELEASE)
"""Kinds whose words are all in their body; the others are read in the help centre."""


def reader_of(caller: Caller) -> Reader:
    """Only whom the site has signed reads what is for customers."""
    known = caller.visitor
    return of_customer(known.customer) if known is not None and known.signed else ANYONE


def visit_of(request: HttpRequest, caller: Caller) -> Visit | None:
    """The visit of this frame, by a random mark that lives as long as its page; none for who asks not to be followed."""
    mark = text_of(caller.body, "mark", 64)
    if len(mark) < 16 or not followed(request):
        return None
    customer = caller.visitor.customer if caller.visitor is not None and caller.visitor.signed else None
    return walking.visit(
        f"widget:{mark}", place=Place.WIDGET, language=caller.language, customer=customer, now=caller.now
    )


@door("POST")
def answers(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{text, subject?, offer?, mark?}: what fits. {offer: a token to bring along, answers: [{key, kind, id, title, text,
    language, dir}]}."""
    LOOKS.take(caller.address, caller.now)
    found = offering.offer(
        text_of(caller.body, "text", 2_000), subject=text_of(caller.body, "subject", 250), reader=reader_of(caller),
        language=caller.language, place=Place.WIDGET, visit=visit_of(request, caller),
        token=text_of(caller.body, "offer", 60), now=caller.now,
    )  # fmt: skip
    return JsonResponse({"offer": found.token, "answers": shapes(found.answers)})


@door("POST")
def answer(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{id, offer?}: an article as it is read here: {title, html, language, dir, url, whole}. It counts as opened."""
    LOOKS.take(caller.address, caller.now)
    rows = Translation.objects.readable_by(reader_of(caller)).select_related("published", "article")
    row = rows.filter(pk=id_of(caller.body, "id") or 0).first()
    if row is None or row.published is None:
        raise Refused(404, "unknown", "There is no such article.")
    token = text_of(caller.body, "offer", 60)
    offer = offering.offer_of(token) if token else None
    if offer is not None:
        walking.clicked(offer, caller.now)
    walking.opened(
        row, place=Place.WIDGET, visit=offer.visit if offer else visit_of(request, caller),
        question=offer.question if offer else None, now=caller.now,
    )  # fmt: skip
    return JsonResponse(
        {
            "title": row.published.title, "html": row.published.body or "", "text": row.published.summary,
            "language": row.language, "dir": "ltr" if row.language == "en" else "rtl",
            "url": article_path(row.language, row.pk, row.slug), "whole": row.article.kind in WHOLE,
        }
    )  # fmt: skip


@door("POST")
def solved(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{offer, answer?}: that solved it. Nothing is registered and no word is kept."""
    offering.solved_it(text_of(caller.body, "offer", 60), id_of(caller.body, "answer") or 0, caller.now)
    return HttpResponse(status=204)


def went_on(caller: Caller, ticket: Ticket) -> None:
    """He wrote to us all the same: what was offered before is noted with it."""
    if token := text_of(caller.body, "offer", 60):
        offering.registered(ticket, token=token, now=caller.now)


def team_of(caller: Caller) -> int | None:
    """The department that he chose; None for what this inbox does not offer."""
    chosen = id_of(caller.body, "team")
    return chosen if chosen and chosen in {one["id"] for one in homes.departments(caller.inbox.pk)} else None


def home_of(inbox: int, language: str) -> dict[str, Any]:
    """What the frame's home offers: {choices, urgent, departments}."""
    return {**homes.of_inbox(inbox), "departments": homes.departments(inbox, language)}


@door("GET")
def departments(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Those among which he chooses, as they are now: {departments: [{id, name, description, open, hours, languages}]}."""
    teams = homes.teams(caller.inbox.pk)
    return JsonResponse(
        {"departments": offered.shapes(teams, caller.inbox, caller.language, caller.dates, caller.now)}
    )
