"""Nothing forgotten: six lists that are empty, or alarming."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.people.access import can
from pelekan.tickets import forgotten
from pelekan.tickets.bell.sentences import FORGOTTEN
from pelekan.tickets.frustration.document import LISTS
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import count_words, shell, teams_of

SIGNS = {
    "no_owner": "user-x", "silent": "hourglass", "no_next": "circle-help", "promised": "handshake", "waiting": "clock",
    "held": "circle-pause",
}  # fmt: skip


@require_GET
@agents
def page(request: HttpRequest) -> HttpResponse:
    """All lists with what stands in them."""
    agent = agent_in(request)
    teams_of(agent)
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    found = [_list(one, dates) for one in forgotten.shown(agent, dates.now)]
    context = {
        "lists": found,
        "nothing": not any(one["rows"] for one in found),
        "may_change": can(agent, "settings"),
    }
    if request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true":
        return render(request, "desk/forgotten_part.html", context)
    seen = live(request)
    return render(
        request,
        "desk/forgotten.html",
        {**shell(request, None, "forgotten"), **seen, **context, "title": _("Nothing forgotten")},
    )


@require_GET
@agents
def more(request: HttpRequest, name: str) -> HttpResponse:
    """Further rows of one list."""
    if name not in LISTS:
        raise Http404
    agent = agent_in(request)
    teams_of(agent)
    start = request.GET.get("from", "")
    if not (start.isascii() and start.isdigit() and len(start) < 6):
        raise Http404
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    (one,) = forgotten.shown(agent, dates.now, [name], int(start))
    return render(request, "desk/forgotten_rows.html", {"one": _list(one, dates)})


def _list(one: dict[str, Any], dates: Reading) -> dict[str, Any]:
    more = f"{url('desk_forgotten_more', one['name'])}?from={one['more']}" if one["more"] else ""
    return {
        "name": one["name"],
        "title": str(FORGOTTEN[one["name"]]),
        "lead": _lead(one["name"], one["minutes"], dates),
        "sign": SIGNS[one["name"]],
        "count": count_words(one["count"]),
        "rows": [{**row, "url": url("desk_ticket", row["id"])} for row in one["rows"]],
        "more": more,
    }


def _lead(name: str, minutes: int, dates: Reading) -> str:
    """What stands in a list, in a sentence."""
    words = {"span": dates.span(timedelta(minutes=minutes), 2)}
    if name == "no_owner":
        return _("Nobody has taken it for %(span)s.") % words
    if name == "silent":
        return _("The customer has waited for us for %(span)s or longer.") % words
    if name == "no_next":
        return (
            _("Nothing says what comes next: no clock, no promise, nobody waits; for %(span)s or longer.")
            % words
        )
    if name == "promised":
        if minutes:
            return _("Promised to the customer, due within %(span)s or overdue.") % words
        return _("Promised to the customer, and overdue.")
    if name == "waiting":
        return _("We have waited for the customer's answer for %(span)s or longer.") % words
    return _("On hold without a date for %(span)s or longer.") % words
