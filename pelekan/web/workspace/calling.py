"""What is done about calls to customers: the list of all that wait, and what came of each."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.knowledge.deflection import drafting
from pelekan.lib.text import clean_controls, one_line
from pelekan.tickets import calls
from pelekan.tickets.calls.models import Call, CallOutcome
from pelekan.tickets.models import Ticket
from pelekan.web.deflection.working import editor, led_to
from pelekan.web.reading import Reading
from pelekan.web.workspace import acts
from pelekan.web.workspace.call_cards import open_calls, shape
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import shell, teams_of


@require_GET
@agents
def board(request: HttpRequest) -> HttpResponse:
    """All calls that wait, the longest first, my own tickets' before others'."""
    part = _waiting(request)
    if request.headers.get("HX-Request") == "true":
        return render(request, "desk/calls_part.html", part)
    seen = live(request)
    context = {**shell(request, None, "calls"), **seen, **part, "title": _("Calls")}
    return render(request, "desk/calls.html", context)


def _waiting(request: HttpRequest) -> dict[str, Any]:
    agent = agent_in(request)
    teams_of(agent)
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return {
        "waiting": [
            {
                **shape(row, dates),
                "ticket_id": row["ticket_id"],
                "subject": row["ticket__subject"],
                "ticket_number": row["ticket__number"],
                "customer": row["ticket__customer__name"],
                "owner": row["ticket__assignee__user__name"] or "",
                "mine": row["ticket__assignee_id"] == agent.pk,
            }
            for row in calls.waiting(agent)
        ]
    }


@require_POST
@agents
def done(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep what came of a call."""
    call = _call(request, pk)
    outcome = request.POST.get("outcome", "")
    if outcome not in CallOutcome.values:
        return acts.told(_("Choose how the call ended. What you wrote is kept."))
    text = clean_controls(request.POST.get("text", ""))
    call = calls.done(call, by=agent_in(request), outcome=outcome, text=text)
    if request.POST.get("article"):
        return led_to(request, editor(drafting.of_call(call, by=agent_in(request))))
    return _after(request, call)


@require_POST
@agents
def drop(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody needs to phone any more."""
    call = _call(request, pk)
    calls.drop(call, by=agent_in(request), because=one_line(request.POST.get("text", ""), 250))
    return _after(request, call)


@require_POST
@agents
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """A colleague asks that someone phones this customer."""
    ticket = ticket_of(request, pk)
    calls.propose(ticket, because=one_line(request.POST.get("because", ""), 250), by=agent_in(request))
    return acts.answer(request, pk)


@require_GET
@agents
def part(request: HttpRequest, pk: int) -> HttpResponse:
    """The cards of a ticket, brought up to date."""
    ticket = ticket_of(request, pk)
    return render(request, "desk/calls_card.html", _cards(request, ticket.pk))


def _cards(request: HttpRequest, pk: int) -> dict[str, Any]:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return {"calls": open_calls({"id": pk, "call": True}, dates), "ticket": {"id": pk}}


def _call(request: HttpRequest, pk: int) -> Call:
    seen = Ticket.objects.visible_to(agent_in(request))
    found = Call.objects.filter(pk=pk, ticket__in=seen).select_related("ticket").first()
    if found is None:
        raise Http404
    return found


def _after(request: HttpRequest, call: Call) -> HttpResponse:
    """The cards that are left; from the list of all calls, that list."""
    if request.POST.get("board"):
        response = render(request, "desk/calls_part.html", _waiting(request))
    else:
        response = render(request, "desk/calls_card.html", _cards(request, call.ticket_id))
    response["HX-Trigger"] = json.dumps({"desk-changed": {"ticket": call.ticket_id}})
    return response
