"""Register as ticket: one click with what the desk proposes; the same dialog lets one change it first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from pelekan.people.models import Agent, Team
from pelekan.tickets import actions
from pelekan.tickets.models import Category, MessageKind, Ticket
from pelekan.tickets.needs import DoesNotFit
from pelekan.tickets.propose import Kind, Proposal, propose
from pelekan.tickets.weighing import imagined
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import Sorry, answer, number, team, told
from pelekan.web.workspace.assessing import grid_context
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.moves import category_choices, teams_with_load
from pelekan.web.workspace.reasons import sentences
from pelekan.web.workspace.suiting import refusal


def proposal_for(ticket: Ticket) -> tuple[Proposal, list[dict[str, Any]], list[dict[str, Any]]]:
    """What the desk would register, the categories to choose from, and what speaks for impact and urgency."""
    rows: list[Any] = list(Category.objects.filter(archived_at=None).values())
    kinds = [
        Kind(
            row["id"], row["level"], tuple(row["words"]), row["parent_id"], row["impact"], row["urgency"],
            row["team_id"],
        )
        for row in rows
    ]  # fmt: skip
    texts: list[str] = list(
        ticket.messages.filter(kind=MessageKind.INCOMING, held_at=None)
        .order_by("id")
        .values_list("text", flat=True)[:50]
    )
    first = texts[0].strip() if texts else ""
    own = "" if first.startswith(ticket.subject.rstrip("…").strip()) else ticket.subject
    found = propose(texts, kinds, specialists_id=ticket.inbox.specialists_id, subject=own)
    if ticket.category_id is not None:
        found = replace(found, category_id=ticket.category_id)
    if ticket.assessed_at is not None:  # an agent has settled it
        return replace(found, impact=ticket.impact, urgency=ticket.urgency), rows, ticket.reasons
    weighed = imagined(ticket, texts, found.category_id)
    return replace(found, impact=weighed.impact, urgency=weighed.urgency), rows, list(weighed.reasons)


@require_http_methods(["GET", "POST"])
@agents
def register(request: HttpRequest, pk: int) -> HttpResponse:
    """GET: the dialog. POST: registers with the form, or with `quick` as proposed."""
    ticket, agent = ticket_of(request, pk), agent_in(request)
    proposal, rows, why = proposal_for(ticket)
    if request.method == "GET":
        context = {
            "ticket": {"id": pk, "registered_at": ticket.registered_at},
            "proposal": proposal,
            "categories": category_choices(rows),
            "teams": teams_with_load(),
            "here": ticket.team_id,
            "degrees": grid_context(request, ticket)["degrees"],
            "why": sentences(why, ticket.inbox.questions, request.LANGUAGE_CODE, Reading(request.dates)),  # type: ignore[attr-defined]
        }
        return render(request, "desk/register.html", context)
    try:
        enlist(request, ticket, agent, proposal)
    except Sorry as sorry:
        return told(str(sorry))
    except DoesNotFit as fault:
        return told(refusal(fault))
    return answer(request, pk)


def enlist(request: HttpRequest, ticket: Ticket, agent: Agent, proposal: Proposal) -> None:
    if "quick" in request.POST:
        category = Category.objects.filter(pk=proposal.category_id).first() if proposal.category_id else None
        goal = Team.objects.select_related("tier").filter(pk=proposal.team_id or 0, archived_at=None).first()
        actions.register(
            ticket, by=agent, subject=proposal.subject, category=category, team=goal, impact=proposal.impact,
            urgency=proposal.urgency,
        )  # fmt: skip
        return
    subject = request.POST.get("subject", "").strip()
    if not subject:
        raise Sorry(_("Give the ticket a subject that says what it is about."))
    impact, urgency = number(request, "impact"), number(request, "urgency")
    if impact not in (1, 2, 3) or urgency not in (1, 2, 3):
        raise Sorry(_("Choose impact and urgency."))
    wanted = number(request, "category")
    category = Category.objects.filter(pk=wanted, archived_at=None).first() if wanted else None
    why = request.POST.get("why", "").strip()
    actions.register(
        ticket, by=agent, subject=subject, category=category, team=team(request), impact=impact, urgency=urgency,
        because=why, despite=request.POST.get("despite", ""),
    )  # fmt: skip
