"""The bell: what concerns me, how I am told, and whom I can name in a note."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people.models import CALENDAR_OF, Agent, Team
from pelekan.tickets.bell import choosing, posting, reading, rules
from pelekan.tickets.bell.ring import WORKING, zone_of
from pelekan.tickets.bell.rules import FOR_ADMINS, By, Ring
from pelekan.tickets.bell.sentences import ICONS, NAMES
from pelekan.tickets.shaping import CannotBe
from pelekan.web.knowledge.labels import titled
from pelekan.web.reading import Reading
from pelekan.web.workspace.compose import numbers
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, fragment, ticket_of
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import count_words, shell

WAY_NAMES = {
    By.BELL: gettext_lazy("In the bell"),
    By.BROWSER: gettext_lazy("By the browser"),
    By.MAIL: gettext_lazy("By mail"),
}
MOST_COLLEAGUES = 500


@require_GET
@agents
def bell(request: HttpRequest) -> HttpResponse:
    """The list, newest first; for htmx and the menu only its lines."""
    agent, before = agent_in(request), request.GET.get("before", "")
    found, more = reading.lines(agent, int(before) if _is_id(before) else 0)
    context: dict[str, Any] = {
        "lines": [{"line": line, "url": posting.address(line)} for line in titled(agent, found)],
        "more": f"{reverse('desk_bell')}?before={more}" if more else "",
    }
    if fragment(request):
        return render(request, "desk/bell_lines.html", context)
    return render(
        request,
        "desk/bell.html",
        {**shell(request, None, "bell"), **live(request), **context, "title": _("Notices for me")},
    )


@require_GET
@agents
def news(request: HttpRequest) -> JsonResponse:
    """How many lines are unread, and, after an event, what the browser should show: {"unread", "words", "last", "news":
    [{"id", "title", "body", "url"}]}. In quiet hours nothing is shown."""
    agent, after = agent_in(request), request.GET.get("after", "")
    unread = reading.unread(agent)
    answer: dict[str, Any] = {"unread": unread, "words": _count(request, unread), "news": []}
    if _is_id(after) and unread:
        choice = choosing.choice_of(agent)
        zone = zone_named(zone_of(agent.user))
        quiet = rules.quiet_until(clock(), rules.quiet_from(choice.quiet), zone) is not None
        found, _more = reading.lines(agent, after=int(after))
        answer["last"] = max((line.event for line in found), default=int(after))
        answer["news"] = [
            {"id": line.id, "title": line.text, "body": line.label, "url": posting.address(line)}
            for line in titled(agent, found)
            if not quiet and By.BROWSER in rules.ways(line.kind, choice.ways)
        ][:5]
    return JsonResponse(answer)


def _count(request: HttpRequest, number: int) -> str:
    return Reading(request.dates).digits(count_words(number))  # type: ignore[attr-defined]


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 18


@require_POST
@agents
def read(request: HttpRequest) -> HttpResponse:
    """These lines are read, or all."""
    ids = numbers(request.POST.getlist("id"))
    if ids or "all" in request.POST:
        reading.mark(agent_in(request), clock(), ids or None)
    if fragment(request):
        return HttpResponse(status=204)
    return HttpResponseRedirect(reverse("desk_bell"))


# How I am told


@require_http_methods(["GET", "POST"])
@agents
def choice(request: HttpRequest) -> HttpResponse:
    """Which happening reaches me how, and when I want to be left alone."""
    agent = agent_in(request)
    row = choosing.choice_of(agent)
    values: dict[str, Any] = {
        "ways": {f"{kind}:{way}" for kind in Ring for way in rules.ways(kind, row.ways)},
        "start": row.quiet.get("from", ""), "end": row.quiet.get("until", ""),
        "days": [str(day) for day in row.quiet.get("days", [])], "digest": row.digest,
    }  # fmt: skip
    faults: dict[str, str] = {}
    if request.method == "POST":
        values = {
            "ways": set(request.POST.getlist("ways")), "days": request.POST.getlist("days"),
            **{name: request.POST.get(name, "").strip() for name in ("start", "end", "digest")},
        }  # fmt: skip
        chosen = {str(kind): [str(way) for way in By if f"{kind}:{way}" in values["ways"]] for kind in Ring}
        days = [int(day) for day in values["days"] if day in "0123456" and len(day) == 1]
        try:
            choosing.choose(
                agent,
                ways=chosen,
                start=values["start"],
                end=values["end"],
                days=days,
                digest=values["digest"],
            )
            return HttpResponseRedirect(reverse("desk_bell_choice") + "?kept=1")
        except CannotBe as refused:
            faults[refused.field] = refused.text
    context = {
        **shell(request, None, "profile"), **live(request), "values": values, "faults": faults,
        "kept": "kept" in request.GET, "rows": _rows(agent, values["ways"]), "ways": list(WAY_NAMES.values()),
        "weekdays": _weekdays(request, agent), "zone": zone_of(agent.user), "title": _("How I am told"),
        "rhythms": [("", _("Never")), ("daily", _("Every day")), ("weekly", _("Every week"))],
    }  # fmt: skip
    return render(request, "desk/bell_choice.html", context, status=422 if faults else 200)


def _rows(agent: Agent, ticked: set[str]) -> list[dict[str, Any]]:
    return [
        {
            "label": NAMES[kind],
            "icon": ICONS[kind],
            "cells": [
                {"name": f"{kind}:{way}", "on": f"{kind}:{way}" in ticked, "label": f"{NAMES[kind]}: {WAY_NAMES[way]}"}
                for way in By
            ],
        }
        for kind in Ring
        if agent.is_admin or kind not in FOR_ADMINS
    ]  # fmt: skip


def _weekdays(request: HttpRequest, agent: Agent) -> list[tuple[str, str]]:
    """(number, name), in the order of his week."""
    first = rules.first_day_of_week(agent.user.calendar or CALENDAR_OF[agent.user.language])
    monday = datetime(2024, 1, 1, 12, tzinfo=UTC)
    dates = request.dates  # type: ignore[attr-defined]
    days = [(first + place) % 7 for place in range(7)]
    return [(str(day), dates.weekday(monday + timedelta(days=day))) for day in days]


# Naming colleagues


@require_GET
@agents
def colleagues(request: HttpRequest, pk: int) -> JsonResponse:
    """Whom one can name with @ in a note on this ticket: who may see it, its own team first. {"people": [{"id", "name",
    "title"}]}. Three queries."""
    ticket, me = ticket_of(request, pk), agent_in(request)
    rows = Agent.objects.filter(WORKING).select_related("user").exclude(pk=me.pk)
    rows = rows.prefetch_related(Prefetch("teams", Team.objects.only("id", "tier_id")))
    found = []
    for one in rows[:MOST_COLLEAGUES]:
        teams = list(one.teams.all())
        one.desk_visibility = me.desk_visibility
        sees = one.sees_all or one.pk == ticket.assignee_id
        if sees or any(team.tier_id == ticket.tier_id for team in teams):
            near = any(team.pk == ticket.team_id for team in teams)
            found.append((not near, {"id": one.pk, "name": one.name, "title": one.title}))
    found.sort(key=lambda pair: (pair[0], pair[1]["name"]))
    return JsonResponse({"people": [shape for _far, shape in found]})
