"""The lists: the page around them, their rows, one row, and the counts of the nav."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from pelekan.tickets import actions, lists
from pelekan.tickets.lists import View
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import list_part, row_shape, shell, teams_of


def view_or_404(slug: str) -> View:
    view = lists.view_named(slug)
    if view is None:
        raise Http404
    return view


@require_GET
@agents
def desk(request: HttpRequest) -> HttpResponse:
    """The way in: what is mine."""
    return HttpResponseRedirect(reverse("desk_list", args=["mine"]))


@require_GET
@agents
def inbox(request: HttpRequest, slug: str) -> HttpResponse:
    """A list beside an empty place for a ticket."""
    view = view_or_404(slug)
    seen = live(request)
    context = {**shell(request, view), **list_part(request, view), **seen, "show": "list", "current_id": None}
    return render(request, "desk/inbox.html", context)


@require_GET
@agents
def rows(request: HttpRequest, slug: str) -> HttpResponse:
    """The next rows of a list, or with `top` its beginning anew."""
    view = view_or_404(slug)
    part = list_part(request, view, request.GET.get("before", ""))
    levels = lists.counts([], agent_in(request))["levels"]
    return render(
        request, "desk/rows.html", {**part, "levels": max(1, levels), "current_id": current(request)}
    )


@require_POST
@agents
def order(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep how this agent wants his lists ordered, and show this one so."""
    view = view_or_404(slug)
    agent = agent_in(request)
    wished = request.POST.get("order", "")
    if wished in lists.ORDERS:
        actions.describe_self(agent, list_order=wished)
    levels = lists.counts([], agent)["levels"]
    context = {**list_part(request, view), "levels": max(1, levels), "current_id": current(request)}
    return render(request, "desk/ordered.html", context)


@require_GET
@agents
def one_row(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One row brought up to date, where it is; 204 when it is no longer to be seen."""
    view = view_or_404(slug)
    agent = agent_in(request)
    teams_of(agent)
    line = lists.row(pk, agent)
    if line is None:
        return HttpResponse(status=204)
    levels = lists.counts([], agent)["levels"]
    context = {
        "rows": [row_shape(line, view, agent)], "more": "", "view": view, "levels": max(1, levels),
        "current_id": current(request), "by_urgency": agent.list_order == lists.URGENT,
    }  # fmt: skip
    return render(request, "desk/rows.html", context)


@require_GET
@agents
def counts(request: HttpRequest) -> HttpResponse:
    """The nav's counts, and how many chats wait."""
    slug = request.GET.get("in", "")
    return render(
        request,
        "desk/nav.html",
        shell(request, lists.view_named(slug), request.GET.get("at", ""), fresh=True),
    )


def current(request: HttpRequest) -> int | None:
    """The ticket that is open beside the list."""
    value = request.GET.get("open", "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else None
