"""The dialogs by which a ticket moves or is described: fetched when they are opened, so that loads are true."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Case, Q, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pelekan.lib.text import initials
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets.lists import MOST_COUNTED, OPEN
from pelekan.tickets.models import Category, Ticket
from pelekan.tickets.packs.labels import LABELS
from pelekan.tickets.weighing import facts_for
from pelekan.web.reading import Reading
from pelekan.web.workspace import assessing
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, ticket_of
from pelekan.web.workspace.handing import dialog as pack_dialog
from pelekan.web.workspace.packing import begun
from pelekan.web.workspace.shell import count_words
from pelekan.web.workspace.suiting import people_for, teams_for
from pelekan.web.workspace.until import presets

MOST_PROPOSED = 8


@require_GET
@agents
def dialog(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One dialog of a ticket: escalate, hand-over, assign, transfer, hold, categorise, assess, join, call."""
    make = _DIALOGS.get(name)
    if make is None:
        raise Http404
    ticket = ticket_of(request, pk)
    context = {"ticket": ticket_shape(ticket), "name": name, **make(request, ticket)}
    return render(request, f"desk/dialog_{name.replace('-', '_')}.html", context)


def ticket_shape(ticket: Any) -> dict[str, Any]:
    return {
        "id": ticket.pk, "number": ticket.number, "subject": ticket.subject, "team_id": ticket.team_id,
        "level": ticket.tier.level, "assignee_id": ticket.assignee_id, "category_id": ticket.category_id,
        "impact": ticket.impact, "urgency": ticket.urgency, "status": ticket.status,
    }  # fmt: skip


def _escalate(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    people = people_with_load()
    found = teams_for(ticket, teams_with_load(), people)
    top = max((team["level"] for team in [*found["fit"], *found["others"]]), default=1)
    return {**found, "top": top, "staff": people_for(ticket, people), **_pack(request, ticket)}


def _pack(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    return {"pack": begun(ticket, agent_in(request), Reading(request.dates))}  # type: ignore[attr-defined]


def _people(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    me = agent_in(request).pk
    people = [one for one in people_with_load() if one["id"] != ticket.assignee_id]
    people.sort(key=lambda one: (ticket.team_id not in one["teams"], one["id"] != me, not one["online"]))
    return {**people_for(ticket, people), "me_id": me}


def _colleagues(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    me = agent_in(request).pk
    found = _people(request, ticket)
    return {
        **found,
        **{name: [one for one in found[name] if one["id"] != me] for name in ("people", "others")},
    }


def _hand_over(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    return {**_colleagues(request, ticket), **_pack(request, ticket)}


def _send_back(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    """To whom it goes, and what of the pack he can be asked for."""
    stay = ticket.stays.filter(left_at=None).select_related("sent_from", "sent_by__user").first()
    pack = ticket.packs.last()
    return {
        "to": stay.sent_by.name if stay and stay.sent_by else "", "from": stay.sent_from.name if stay and stay.sent_from else "",
        "asked": [(name, str(label), bool(pack and getattr(pack, name))) for name, label in LABELS.items()],
    }  # fmt: skip


def _hold(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    dates = request.dates  # type: ignore[attr-defined]
    now = clock()
    return {
        "presets": [(value, words, dates.moment(at)) for value, words, at in presets(dates, now)],
        "example": dates.numeric(now),
    }


def _categorise(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    rows: list[Any] = list(Category.objects.filter(archived_at=None).values())
    about = facts_for(ticket, first=True)["about"] if ticket.category_id is None else None
    choices = category_choices(rows)
    proposed = next((one for one in choices if about and one["id"] == about["id"]), None)
    return {
        "categories": choices,
        "causes": set(ticket.causes.values_list("pk", flat=True)),
        "proposed": {**proposed, "words": about["words"]} if proposed and about else None,
    }


def _join(request: HttpRequest, ticket: Any) -> dict[str, Any]:
    """What it may be part of: what a mail hinted at, and other open tickets of the same customer."""
    rows = Ticket.objects.visible_to(agent_in(request)).exclude(pk=ticket.pk).exclude(status="closed")
    likely = rows.filter(Q(customer=ticket.customer_id) | Q(pk=ticket.may_belong_to_id))
    hinted_first = Case(When(pk=ticket.may_belong_to_id or 0, then=0), default=1)
    found = likely.order_by(hinted_first, "-last_at")[:MOST_PROPOSED]
    return {"proposed": list(found.values("id", "number", "subject", "status", "channel", "last_at"))}


_DIALOGS = {
    "escalate": _escalate, "hand-over": _hand_over, "send-back": _send_back, "pack": pack_dialog, "assign": _people, "transfer": _colleagues, "hold": _hold,
    "categorise": _categorise, "assess": assessing.dialog, "join": _join, "call": lambda request, ticket: {},
}  # fmt: skip


def category_choices(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tree as a list, children after their parent: [{id, name, level, path}]."""
    below: dict[int | None, list[dict[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: row["name"]):
        below.setdefault(row["parent_id"], []).append(row)
    found: list[dict[str, Any]] = []

    def walk(parent: int | None, path: str) -> None:
        for row in below.get(parent, []):
            name = f"{path} › {row['name']}" if path else row["name"]
            found.append({"id": row["id"], "name": row["name"], "level": row["level"], "path": name})
            walk(row["id"], name)

    walk(None, "")
    return found


def teams_with_load() -> list[dict[str, Any]]:
    """Teams by tier, with how much waits in each (up to 99+) and how many of its people are there. One query."""
    load = f"(SELECT COUNT(*) FROM (SELECT 1 FROM tickets_ticket t WHERE {OPEN} AND t.team_id = {{id}} LIMIT {MOST_COUNTED}) x)"
    rows = list(
        Team.objects.filter(archived_at=None)
        .order_by("tier__level", "name")
        .values("id", "name", "description", "tier__level", "tier__name")
    )
    if not rows:
        return []
    parts = [load.format(id=int(row["id"])) for row in rows]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts))
        loads = cursor.fetchone()
    online = _online_by_team()
    return [
        {
            "id": row["id"], "name": row["name"], "description": row["description"],
            "level": row["tier__level"], "tier": row["tier__name"], "load": count_words(number) or "0",
            "online": online.get(row["id"], 0),
        }
        for row, number in zip(rows, loads, strict=True)
    ]  # fmt: skip


def _online_by_team() -> dict[int, int]:
    found: dict[int, int] = {}
    rows = Agent.objects.filter(presence="online", disabled_at=None, user__is_active=True)
    for team in rows.values_list("teams", flat=True):
        found[team] = found.get(team, 0) + 1
    return found


def people_with_load() -> list[dict[str, Any]]:
    """Working agents with their teams, presence and open tickets (up to 99+). Three queries."""
    rows = list(
        Agent.objects.filter(disabled_at=None, user__is_active=True)
        .order_by("user__name")
        .values("id", "user__name", "title", "presence")[:500]
    )
    if not rows:
        return []
    teams: dict[int, list[int]] = {}
    for agent_id, team_id in Agent.teams.through.objects.values_list("agent_id", "team_id"):
        teams.setdefault(agent_id, []).append(team_id)
    parts = [
        f"(SELECT COUNT(*) FROM (SELECT 1 FROM tickets_ticket t WHERE {OPEN} AND t.assignee_id = {int(row['id'])}"
        f" LIMIT {MOST_COUNTED}) x)"
        for row in rows[:100]
    ]
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(parts))
        loads = [*cursor.fetchone(), *[0] * (len(rows) - len(parts))]
    return [
        {
            "id": row["id"], "name": row["user__name"], "initials": initials(row["user__name"]),
            "title": row["title"], "presence": row["presence"], "online": row["presence"] == "online",
            "teams": teams.get(row["id"], []), "load": count_words(number) or "0",
        }
        for row, number in zip(rows, loads, strict=True)
    ]  # fmt: skip
