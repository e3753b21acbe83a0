"""Accepting and returning what was handed over, writing its context pack, and linking it to issues."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Issue, Pack, Ticket
from pelekan.tickets.packs.fields import BadLink
from pelekan.tickets.packs.filling import fill
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import Sorry, act, number
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.packing import complaint, fields, posted
from pelekan.web.workspace.packs import VALUES, shape


@act
def take_on(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    """Accept what was handed over."""
    actions.accept(ticket, by=agent)


@act
def send_back(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    actions.send_back(
        ticket, by=agent, because=request.POST.get("why", ""), missing=request.POST.getlist("missing")
    )


@require_GET
@agents
def versions(request: HttpRequest, pk: int) -> HttpResponse:
    """All versions of a ticket's pack, the newest first, in a dialog; `version` opens one of them."""
    ticket = ticket_of(request, pk)
    rows = [shape(row) for row in Pack.objects.filter(ticket=ticket).order_by("-number").values(*VALUES)]
    if not rows:
        raise Http404
    wanted = request.GET.get("version", "")
    context = {"ticket": {"id": pk}, "packs": rows, "wanted": wanted or str(rows[0]["number"])}
    return render(request, "desk/dialog_packs.html", context)


def dialog(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Writing the pack: what stands in it, or what is known where there is none."""
    last = Pack.objects.filter(ticket=ticket).order_by("-number").values(*VALUES).first()
    stay = ticket.stays.filter(left_at=None).values("missing").first()
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return {
        "fields": fields(last if last else fill(ticket, moment=dates.moment)),
        "missing": list(stay["missing"]) if stay else [],
    }


@act
def pack(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    try:
        actions.keep_pack(ticket, posted(request.POST), by=agent)
    except BadLink as fault:
        raise Sorry(complaint(fault)) from None


@act
def link_issue(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    try:
        actions.link_issue(ticket, request.POST.get("url", ""), by=agent)
    except BadLink:
        raise Sorry(
            _(
                "This is no web address that can be opened safely. It begins with https:// and holds no name or password."
            )
        ) from None


@act
def unlink_issue(request: HttpRequest, ticket: Ticket, agent: Agent) -> None:
    row = Issue.objects.filter(ticket=ticket, pk=number(request, "issue")).first()
    if row is not None:
        actions.unlink_issue(row, by=agent)
