"""The tickets of a saved view, at a cost that does not grow with the desk.

A view shows open tickets, unless it asks for the status or for the time since solving. No index can serve every condition
that people put together, so a page looks through at most `LOOKED` tickets in the view's order and says where to go on;
a count looks through `COUNTED`, and what it found then is "at least".
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from pelekan.people.models import Agent, Eyes
from pelekan.tickets import lists
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.sql import matching
from pelekan.tickets.lists import MOST_COUNTED, ORDERS, PAGE
from pelekan.tickets.models import Ticket
from pelekan.tickets.views.known import Kept

OPEN = RawSQL(lists.OPEN.replace("t.", "tickets_ticket."), [], output_field=BooleanField())
"""In the words of the partial indexes: SQLite uses one only where the statement itself says its condition."""

LOOKED = 20_000
COUNTED = 20_000
SHARE = 40
"""A count is kept for so many times as long as it took: counting takes a fortieth of one thread at most."""
SHORTEST, LONGEST = 0.5, 120.0  # seconds


def asks_closed(condition: ast.Condition) -> bool:
    """Whether the view is not about open tickets alone."""
    return any(test.field in ("status", "solved_for") for test in ast.tests_of(condition))


def order_of(view: Kept) -> str:
    """The order in which it can stand: what is closed has no urgency."""
    wished = view.order if view.order in ORDERS else lists.URGENT
    return lists.NEWEST if wished == lists.URGENT and asks_closed(view.condition) else wished


def rows(
    view: Kept, agent: Agent, before: str = "", *, now: datetime, limit: int = PAGE, looked: int = LOOKED
) -> tuple[list[dict[str, Any]], str]:
    """Rows in the shape of `lists.rows`, and the key to go on from ("" at the end). Two statements."""
    order = ORDERS[order_of(view)]
    base = _base(view, agent)
    if key := lists.place_of(before):
        base = base.filter(_beyond(order, *key))
    names = [f"{'-' if order.falls else ''}{name}" for name in (order.column, "id")]
    window = base.order_by(*names)
    edge = window.values_list(order.column, "id")[looked : looked + 1].first()
    found = window.filter(matching(view.condition, now))
    if edge is not None:
        found = found.exclude(_beyond(order, *edge))
    try:
        ids = found.values_list("id", order.column)[: limit + 1].query.sql_with_params()
        shown, more = lists.rows_of((ids[0], [*ids[1]]), agent, limit, order)
    except EmptyResultSet:  # it can't fit anything
        return [], ""
    if not more and edge is not None:
        more = lists.key_of(*edge)
    return shown, more


def _base(view: Kept, agent: Agent) -> QuerySet[Ticket]:
    seen = Ticket.objects.visible_to(agent)
    return seen if asks_closed(view.condition) else seen.filter(OPEN)


def _beyond(order: lists.Order, at: datetime, number: int) -> Q:
    """What stands behind this place."""
    way = "lt" if order.falls else "gt"
    return Q(**{f"{order.column}__{way}": at}) | Q(**{order.column: at, f"id__{way}": number})


# Counts


@dataclass(frozen=True, slots=True)
class Count:
    """`number` is exact, or with `more` a lower bound."""

    number: int
    more: bool = False


_counts: OrderedDict[tuple[int, datetime, str], tuple[float, Count]] = OrderedDict()
_lock = threading.Lock()


def count(view: Kept, agent: Agent, *, now: datetime, fresh: bool = True) -> Count | None:
    """How many tickets it shows this agent, up to `lists.MOST_COUNTED`. Kept for a while, the longer the more it costs;
    without `fresh` only what is kept (None when nothing is): pages don't wait for it."""
    whose = f"agent:{agent.pk}" if agent.eyes == Eyes.HARD else "all"
    key = (view.id, view.changed_at, whose)
    with _lock:
        kept = _counts.get(key)
    if kept is not None and (not fresh or kept[0] > time.monotonic()):
        return kept[1]
    if not fresh:
        return None
    began = time.monotonic()
    found = counted(view, agent, now=now)
    took = time.monotonic() - began
    until = time.monotonic() + min(max(took * SHARE, SHORTEST), LONGEST)
    with _lock:
        _counts[key] = (until, found)
        _counts.move_to_end(key)
        while len(_counts) > 5_000:
            _counts.popitem(last=False)
    return found


def counted(view: Kept, agent: Agent, *, now: datetime, looked: int = COUNTED) -> Count:
    """Counted now, in one or two statements."""
    base = _base(view, agent)
    asked = matching(view.condition, now)
    newest = base.order_by("-last_at", "-id")
    edge = newest.values_list("last_at", "id")[looked : looked + 1].first()
    found = newest.filter(asked)
    if edge is not None:
        found = found.exclude(_beyond(ORDERS[lists.NEWEST], *edge))
    number = len(found.values_list("id")[:MOST_COUNTED])
    return Count(number, edge is not None and number < MOST_COUNTED)
