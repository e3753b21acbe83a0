"""Priority: the grids of the departments in their order, one grid with its preview. Changes are drafts first."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.people.models import Team
from pelekan.tickets import rulebooks
from pelekan.tickets.grids import blank
from pelekan.tickets.models import Inbox
from pelekan.web.admin import drafts, grid_form
from pelekan.web.admin.choices import Choices
from pelekan.web.admin.conditions import language
from pelekan.web.admin.doors import agent, behind, went
from pelekan.web.admin.frame import show
from pelekan.web.reading import Reading

KIND, HOME = "priority", "settings_priority"
Body = dict[str, Any]


@behind("rules")
def grids(request: HttpRequest) -> HttpResponse:
    """The grids, first match first."""
    rows = drafts.body_of(KIND)["grids"]
    teams = dict(Team.objects.values_list("pk", "name"))
    inboxes = dict(Inbox.objects.values_list("pk", "name"))
    shown = []
    for place, row in enumerate(rows):
        one = grid_form.shape(row, language())
        one["whose"] = [teams[pk] for pk in one["teams"] if pk in teams] + [
            inboxes[pk] for pk in one["inboxes"] if pk in inboxes
        ]
        one |= {
            "last": place == len(rows) - 1,
            "up": 0 < place < len(rows) - 1,
            "down": place < len(rows) - 2,
        }
        shown.append(one)
    return show(
        request, "priority", HOME, _("Priority"),
        _("Priority follows from impact and urgency. Each department says in its own words what they mean; the first grid that fits a ticket is used. Customers are asked for facts, never for a priority."),
        grids=shown, panel=drafts.panel(KIND, Choices(language())), levels=(1, 2, 3),
    )  # fmt: skip


@behind("rules", "GET", "POST")
def new_grid(request: HttpRequest) -> HttpResponse:
    return _edit(request, blank(f"g{secrets.token_hex(4)}"), new=True, last=False)


@behind("rules", "GET", "POST")
def grid(request: HttpRequest, id: str) -> HttpResponse:
    rows = drafts.body_of(KIND)["grids"]
    found = next((row for row in rows if row["id"] == id), None)
    if found is None:
        raise Http404
    return _edit(request, found, new=False, last=rows[-1]["id"] == id)


def _edit(request: HttpRequest, stored: Body, *, new: bool, last: bool) -> HttpResponse:
    row, fault = stored, ""
    if request.method == "POST":
        row = grid_form.typed(request.POST, stored, last=last)
        fault = grid_form.fault_of(row)
        when = row["when"]
        if not fault and not last and not any(when.values()):
            fault = _("Choose the teams or inboxes that this grid is for.")
        if not fault and "try" not in request.POST:
            try:
                return _keep(request, row, new=new)
            except rulebooks.CannotKeep as refused:
                fault = " ".join(one.text for one in refused.faults)
    shown = grid_form.shape(row, language())
    heading = _("New grid") if new else shown["title"]
    return show(
        request, "grid", HOME, heading, _("What you keep is a draft first: nothing changes until it is put in force."),
        back=HOME, grid=shown, last=last, fault=fault, tried=_tried(request, row), **grid_form.choices(),
        example=request.POST.get("example", _example()), importance=request.POST.get("importance", "0"),
        status=422 if fault else 200,
    )  # fmt: skip


def _example() -> str:
    return _("My card was charged twice this morning.")


def _tried(request: HttpRequest, row: Body) -> Body | None:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    example, importance = request.POST.get("example", _example()), request.POST.get("importance", "0")
    return grid_form.tried(row, example, importance, language(), dates)


@behind("rules", "POST")
def try_out(request: HttpRequest) -> HttpResponse:
    """What the grid on the page makes of the example: the part that changes while one types."""
    row = grid_form.typed(request.POST, blank("tried"), last=True)
    return render(
        request, "settings/grid_try.html", {"tried": _tried(request, row), "fault": grid_form.fault_of(row)}
    )


def _keep(request: HttpRequest, row: Body, *, new: bool) -> HttpResponse:
    def how(body: Body) -> None:
        rows = body["grids"]
        if new:
            rows.insert(len(rows) - 1, row)  # the last is for everything else
        else:
            body["grids"] = [row if one["id"] == row["id"] else one for one in rows]

    book = drafts.change(KIND, agent(request), how)
    if "enable" in request.POST and book.enabled_at is None:
        rulebooks.enable(book, by=agent(request))
        return went(request, HOME, _("Kept and in force."))
    return went(request, HOME, _("Kept as a draft. It is not in force yet."))


@behind("rules", "POST")
def act(request: HttpRequest, id: str, what: str) -> HttpResponse:
    """Move a grid up or down, or take it away. The last one stays where it is."""

    def how(body: Body) -> None:
        rows = body["grids"]
        place = next((n for n, one in enumerate(rows[:-1]) if one["id"] == id), None)
        if place is None:
            raise Http404
        if what == "remove":
            del rows[place]
        elif what in ("up", "down"):
            to = place - 1 if what == "up" else place + 1
            if 0 <= to < len(rows) - 1:
                rows[place], rows[to] = rows[to], rows[place]
        else:
            raise Http404

    try:
        drafts.change(KIND, agent(request), how)
    except rulebooks.CannotKeep as refused:
        messages.error(request, " ".join(one.text for one in refused.faults))
        return HttpResponseRedirect(reverse(HOME))
    return went(request, HOME, _("Kept as a draft. It is not in force yet."))
