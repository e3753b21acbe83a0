"""An agent's bell as he may see it now: rights are asked again, whatever was true when it rang."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pelekan.people.models import Agent
from pelekan.tickets.bell.sentences import ICONS, sentence
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Bell, Ticket

WINDOW = 30
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Line:
    """`ticket` is None where the agent may no longer see it, and for what is about no ticket."""

    id: int
    kind: str
    icon: str
    text: str
    ticket: int | None
    label: str
    at: datetime
    unread: bool
    count: int
    event: int
    data: dict[str, Any]


def unread(agent: Agent) -> int:
    """How many lines he has not read; at most MOST_COUNTED. One query."""
    rows = Bell.objects.filter(agent=agent, read_at=None, shown=True)
    return len(rows.values_list("pk", flat=True)[:MOST_COUNTED])


def lines(agent: Agent, before: int = 0, *, after: int = 0) -> tuple[list[Line], int]:
    """The newest lines first, and the id to go on before (0 at the end). Two queries. `after`: newer than this line."""
    rows = Bell.objects.filter(agent=agent, shown=True).order_by("-at", "-id")
    if before:
        last = Bell.objects.filter(agent=agent, pk=before).values_list("at", flat=True).first()
        rows = rows.filter(at__lte=last).exclude(at=last, pk__gte=before) if last else rows.none()
    if after:
        rows = rows.filter(read_at=None, event_id__gt=after)
    return of(agent, rows[: WINDOW + 1])


def of(agent: Agent, rows: Any) -> tuple[list[Line], int]:
    """The lines for rows of bells."""
    found = list(
        rows.values(
            "id", "kind", "ticket_id", "at", "read_at", "count", "event_id", "event__data", "event__agent__user__name",
            "event__customer__name",
        )
    )  # fmt: skip
    more = found[WINDOW - 1]["id"] if len(found) > WINDOW else 0
    ids = {row["ticket_id"] for row in found if row["ticket_id"]}
    seen = Ticket.objects.visible_to(agent).filter(pk__in=ids).values_list("pk", "number", "subject")
    labels = {pk: (number, subject) for pk, number, subject in seen} if ids else {}
    return [_line(row, labels) for row in found[:WINDOW]], more


def _line(row: dict[str, Any], labels: dict[int, tuple[int | None, str]]) -> Line:
    data = row["event__data"] or {}
    known = labels.get(row["ticket_id"])
    gone = row["ticket_id"] is not None and known is None
    who = "" if gone else row["event__agent__user__name"] or row["event__customer__name"] or ""
    return Line(
        id=row["id"],
        kind=row["kind"],
        icon=ICONS.get(row["kind"], "bell"),
        text=sentence(row["kind"], who, row["count"], data),
        ticket=row["ticket_id"] if known else None,
        label=known[1] if known else "",
        at=row["at"],
        unread=row["read_at"] is None,
        count=row["count"],
        event=row["event_id"],
        data={
            "number": known[0] if known else None,
            "gone": gone,
            "arrival": data.get("arrival"),
            "gateway_of": data.get("inbox") if "gateway" in data else None,
            "rules": data.get("kind") if "rulebook" in data else None,
            "article": data.get("article"),
            "language": data.get("language"),
        },
    )


@action
def mark(agent: Agent, now: datetime, ids: list[int] | None = None, *, ticket: int | None = None) -> int:
    """Read: these lines, those of a ticket, or (neither given) all. What was read is no longer mailed."""
    rows = Bell.objects.filter(agent=agent, read_at=None)
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    if ticket is not None:
        rows = rows.filter(ticket=ticket)
    changed = rows.update(read_at=now, mail=False)
    if changed:
        record("bell.read", at=now, topics=[f"agent:{agent.pk}"])
    return changed
