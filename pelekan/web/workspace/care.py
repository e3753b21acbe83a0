"""What agents do about a customer who loses patience, and about promises; what the composer notices while one writes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.lib.folding import fold
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import ZONE_OF, Agent
from pelekan.tickets import calls
from pelekan.tickets.frustration import watching
from pelekan.tickets.frustration.feeling import asks_for_data
from pelekan.tickets.frustration.sentences import sentence
from pelekan.tickets.models import Mood, Promise, Ticket
from pelekan.tickets.promises import keeping
from pelekan.tickets.promises.folded import folded
from pelekan.tickets.promises.moments import WEEKENDS, Where, times_in
from pelekan.tickets.promises.phrases import promises_in
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import told
from pelekan.web.workspace.care_cards import FIELDS, ask_at_once, care
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of

LONGEST = 20_000
"""Characters of an answer that are looked at."""


def _dates(request: HttpRequest) -> Reading:
    return Reading(request.dates)  # type: ignore[attr-defined]


def _part(request: HttpRequest, pk: int) -> HttpResponse:
    row = (
        Ticket.objects.visible_to(agent_in(request))
        .filter(pk=pk)
        .values("id", "status", "language", *FIELDS)
        .first()
    )
    if row is None:
        raise Http404
    row["call"] = (
        any(call["done_at"] is None for call in calls.of_ticket(pk)) if row["mood__level"] else False
    )
    dates = _dates(request)
    context = {"care": {**care(row, dates), **ask_at_once(row["language"])}, "ticket": {"id": pk}}
    return render(request, "desk/care.html", {**context, "dates": dates})


@require_GET
@agents
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards alone, brought up to date."""
    return _part(request, pk)


# Mood


@require_POST
@agents
def not_so(request: HttpRequest, pk: int) -> HttpResponse:
    """The agent knows better: the mark goes, his reason stays."""
    ticket = ticket_of(request, pk)
    watching.dismiss(ticket, by=agent_in(request), because=request.POST.get("why", "").strip())
    return _part(request, pk)


@require_POST
@agents
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """The proposed call, asked for by a person."""
    ticket = ticket_of(request, pk)
    mood = Mood.objects.filter(ticket=ticket).first()
    reasons = [sentence(signal, value) for signal, value, _points in (mood.reasons if mood else [])]
    calls.propose(ticket, because="; ".join(reasons), source=watching.SOURCE, by=agent_in(request))
    return _part(request, pk)


# Promises


def promise_of(request: HttpRequest, pk: int) -> Promise:
    """The promise, on a ticket that this agent may see."""
    seen = Ticket.objects.visible_to(agent_in(request)).values("pk")
    found = Promise.objects.filter(pk=pk, ticket__in=seen).first()
    if found is None:
        raise Http404
    return found


@require_POST
@agents
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Another time, typed as people say it."""
    promise = promise_of(request, pk)
    until = moment_typed(request.POST.get("until", ""), agent_in(request), clock())
    if until is None:
        return told(not_a_time())
    keeping.move(promise, until, by=agent_in(request))
    return _part(request, promise.ticket_id)


@require_POST
@agents
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    promise = promise_of(request, pk)
    keeping.drop(promise, by=agent_in(request))
    return _part(request, promise.ticket_id)


def not_a_time() -> str:
    example = isolate(_("tomorrow at 10:30"))
    return _("That is no time to come. Write it like “%(example)s”.") % {"example": example}


def where_is(agent: Agent) -> Where:
    """How an agent counts days and hours himself."""
    user = agent.user
    language = user.language if user.language in WEEKENDS else "en"
    return Where(user.zone or ZONE_OF[language], WEEKENDS[language])


def moment_typed(text: str, agent: Agent, now: datetime) -> datetime | None:
    """What an agent means by «فردا ساعت ۱۰», "Friday", "in 3 hours"; None for what is no time to come."""
    found = [
        one.due_at for one in times_in(folded(text[:120]).text, now, where_is(agent)) if one.due_at > now
    ]
    return found[0] if found else None


# While one writes


@require_POST
@agents
def look(request: HttpRequest, pk: int) -> HttpResponse:
    """What the answer that is being written promises, and whether it asks for data once more."""
    ticket = ticket_of(request, pk)
    agent, now = agent_in(request), clock()
    text = request.POST.get("text", "")[:LONGEST]
    dropped, typed = set(request.POST.getlist("promise_drop")), _typed(request)
    chips = []
    for one in promises_in(text, now, keeping.where_of(ticket)):
        said = typed.get(one.words, "")
        until = moment_typed(said, agent, now) if said else None
        chips.append(
            {"words": one.words, "until": until or one.due_at, "typed": said, "wrong": bool(said) and until is None,
             "dropped": one.words in dropped}
        )  # fmt: skip
    asks = False
    if asks_for_data(fold(text)):
        state = Mood.objects.filter(ticket=ticket).values_list("state", flat=True).first()
        asks = bool(state and state.get("asked"))
    context = {
        "chips": chips,
        "asks": asks,
        "dates": _dates(request),
        "not_a_time": not_a_time(),
        "ask_text": "",
    }
    if asks:
        context["ask_text"] = ask_at_once(ticket.language)["ask_text"]
    return render(request, "desk/promises.html", context)


def _typed(request: HttpRequest) -> dict[str, str]:
    """{words of a promise: the time that was typed for it}."""
    pairs = (one.partition("\t") for one in request.POST.getlist("promise_at")[:10])
    return {words: said.strip() for words, _tab, said in pairs if said.strip()}


def chosen(request: HttpRequest, agent: Agent) -> dict[str, Any]:
    """What the agent said about the promises of the answer that he sends, for its `meta`; {} for nothing."""
    now = clock()
    moments = {words: moment_typed(said, agent, now) for words, said in _typed(request).items()}
    found: dict[str, Any] = {}
    if dropped := [one[:120] for one in request.POST.getlist("promise_drop")[:10]]:
        found["drop"] = dropped
    if known := {words[:120]: at.isoformat() for words, at in moments.items() if at is not None}:
        found["at"] = known
    return found
