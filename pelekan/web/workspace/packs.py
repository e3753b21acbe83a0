"""The context pack on screen: on top of the ticket, and version by version; and its issues. Written by `handing`."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef

from pelekan.people.models import Agent
from pelekan.tickets.models import Issue, Pack, Ticket
from pelekan.tickets.packs.fields import FIELDS, LISTS
from pelekan.tickets.packs.labels import LABELS
from pelekan.web.workspace.prepared import Prepared

PACKED = Exists(Pack.objects.filter(ticket=OuterRef("pk")))
LINKED = Exists(Issue.objects.filter(ticket=OuterRef("pk")))
"""Whether a ticket has any: read with the ticket, so that asking costs nothing where there is none."""

MOST_ELSEWHERE = 5
VALUES = (*FIELDS, "id", "number", "draft", "made_at", "made_by__user__name", "team__name")
_LAST = Prepared(lambda pk: Pack.objects.filter(ticket=pk).order_by("-number").values(*VALUES)[:1])
_ISSUES = Prepared(
    lambda pk: Issue.objects.filter(ticket=pk).order_by("id").values("id", "url", "host", "added_at")
)
_ELSEWHERE = Prepared(
    lambda agent, pk: (
        Issue.objects.filter(
            url__in=Issue.objects.filter(ticket=pk).values("url"),
            ticket__in=Ticket.objects.visible_to(agent),
        )
        .exclude(ticket=pk)
        .order_by("-id")
        .values("url", "ticket_id", "ticket__number", "ticket__subject")[:50]
    )
)


def last_of(pk: int) -> dict[str, Any] | None:
    """The newest version, as it is shown. One query."""
    row = _LAST.one(pk)
    return shape(row) if row else None


def shape(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"],
        "number": row["number"],
        "by": row["made_by__user__name"] or "Pelekan",
        "at": row["made_at"],
        "team": row["team__name"] or "",
        "draft": row["draft"],
        "rows": [
            {"name": name, "label": LABELS[name], "value": row[name], "list": name in LISTS}
            for name in FIELDS
            if row[name] and name != "issue"
        ],
    }


def issues_of(pk: int, agent: Agent) -> list[dict[str, Any]]:
    """[{"id", "url", "host", "rest", "also": [{"id", "number", "subject"}], "more"}]; of other tickets those that this agent
    may see. Two queries."""
    elsewhere: dict[str, list[dict[str, Any]]] = {}
    for row in _ELSEWHERE(agent, pk):
        elsewhere.setdefault(row["url"], []).append(
            {"id": row["ticket_id"], "number": row["ticket__number"], "subject": row["ticket__subject"]}
        )
    return [
        {
            **row,
            "rest": row["url"].split(row["host"], 1)[-1],
            "also": elsewhere.get(row["url"], [])[:MOST_ELSEWHERE],
            "more": max(0, len(elsewhere.get(row["url"], [])) - MOST_ELSEWHERE),
        }
        for row in _ISSUES(pk)
    ]
