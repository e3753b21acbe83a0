"""Nothing forgotten: the tickets of which nobody thinks, in six lists that are empty or alarming.

| list | what stands in it |
|---|---|
| no_owner | new or open, and nobody has had it for so long at its team |
| silent | the customer has waited for us for so long |
| no_next | new or open, nobody waits, and nothing says what comes next: no clock of a service level, no promise |
| promised | a promise that is due within so long, or overdue |
| waiting | waiting for the customer, and nothing was said for so long |
| held | on hold without a date, and nothing was said for so long |

How long, in minutes, is part of the rulebook "frustration". Each list is one query that a partial index serves; whose
eyes it is for is that of `Tickets.visible_to`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, QuerySet, Subquery

from pelekan.people.models import Agent, Role
from pelekan.tickets.bell.ring import WORKING
from pelekan.tickets.events import action, record
from pelekan.tickets.frustration.document import LISTS, Rules
from pelekan.tickets.frustration.watching import rules_now
from pelekan.tickets.models import Bell, Event, Stay, Ticket

PAGE = 25
MOST_COUNTED = 100
QUIET = timedelta(hours=20)
"""Managers are told of the same list at most so often."""

Rows = QuerySet[Ticket]

_HERE_SINCE = Subquery(Stay.objects.filter(ticket=OuterRef("pk"), left_at=None).values("entered_at")[:1])


# The conditions of the partial indexes of Ticket, written out: a database can't see that an index fits a parameter.
_T = "tickets_ticket"
_OPEN = f"{_T}.status IN ('new', 'open', 'waiting', 'on_hold')"
_CONDITIONS = {
    "silent": (_OPEN, f"{_T}.waiting_since IS NOT NULL"),
    "no_next": (
        f"{_T}.status IN ('new', 'open')", f"{_T}.waiting_since IS NULL", f"{_T}.promised_at IS NULL", f"{_T}.next_due_at IS NULL",
    ),
    "promised": (_OPEN, f"{_T}.promised_at IS NOT NULL"),
    "waiting": (f"{_T}.status = 'waiting'",),
    "held": (f"{_T}.status = 'on_hold'", f"{_T}.hold_until IS NULL"),
}  # fmt: skip


def _no_owner(rows: Rows, before: datetime) -> Rows:
    at_its_team = Exists(Stay.objects.filter(ticket=OuterRef("pk"), left_at=None, entered_at__lte=before))
    found = rows.extra(where=[_OPEN]).filter(at_its_team, assignee=None, status__in=["new", "open"])
    return found.annotate(since=_HERE_SINCE).order_by("rank_at", "id")


def _since(name: str, column: str) -> Callable[[Rows, datetime], Rows]:
    def narrowed(rows: Rows, before: datetime) -> Rows:
        found = rows.extra(where=_CONDITIONS[name]).filter(**{f"{column}__lte": before})
        return found.annotate(since=F(column)).order_by(column, "id")

    return narrowed


_NARROWED: dict[str, Callable[[Rows, datetime], Rows]] = {
    "no_owner": _no_owner,
    "silent": _since("silent", "waiting_since"),
    "no_next": _since("no_next", "last_at"),
    "promised": _since("promised", "promised_at"),
    "waiting": _since("waiting", "last_at"),
    "held": _since("held", "last_at"),
}


def tickets(name: str, rows: Rows, rules: Rules, now: datetime) -> Rows:
    """What of `rows` stands in the list `name` at `now`, the oldest first, with `since`."""
    length = timedelta(minutes=rules.forgotten[name])
    before = now + length if name == "promised" else now - length
    return _NARROWED[name](rows.filter(joined_into=None, bot_at=None), before)


def count(name: str, agent: Agent, rules: Rules, now: datetime) -> int:
    """How many of them `agent` may see; at most MOST_COUNTED."""
    rows = tickets(name, Ticket.objects.visible_to(agent), rules, now)
    return len(rows.values_list("pk", flat=True)[:MOST_COUNTED])


_COLUMNS = (
    "id", "number", "subject", "preview", "status", "channel", "since", "customer__name", "assignee__user__name", "team__name",
    "priority",
)  # fmt: skip


def shown(agent: Agent, now: datetime, names: Iterable[str] = LISTS, start: int = 0) -> list[dict[str, Any]]:
    """[{name, minutes, count, rows, more}] in the order of LISTS: two queries for each list."""
    rules = rules_now()
    found = []
    for name in names:
        rows = tickets(name, Ticket.objects.visible_to(agent), rules, now)
        some = list(rows.values(*_COLUMNS)[start : start + PAGE + 1])
        found.append(
            {
                "name": name,
                "minutes": rules.forgotten[name],
                "count": count(name, agent, rules, now) if len(some) > PAGE else start + len(some),
                "rows": some[:PAGE],
                "more": start + PAGE if len(some) > PAGE else 0,
            }
        )
    return found


# The alarm


def alarm(now: datetime) -> None:
    """Chore: tell the managers of lists in which a ticket has stood for longer than is bearable."""
    rules = rules_now()
    for name in LISTS:
        bearable = timedelta(minutes=rules.forgotten["alarm"])
        rows = tickets(name, Ticket.objects.all(), rules, now - bearable)
        if rows[:1].exists():
            _tell(name, now)


@action
def _tell(name: str, now: datetime) -> Event | None:
    managers = Agent.objects.filter(WORKING, role=Role.MANAGER) or Agent.objects.filter(
        WORKING, role=Role.ADMIN
    )
    known = set(
        Bell.objects.filter(key=f"forgotten:{name}", at__gt=now - QUIET, agent__in=managers).values_list(
            "agent", flat=True
        )
    )
    agents = [agent.pk for agent in managers if agent.pk not in known]
    if not agents:
        return None
    return record("desk.forgot", at=now, list=name, agents=agents)
