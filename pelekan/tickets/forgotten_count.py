"""How many tickets are forgotten, for the nav: one statement over all lists, kept for a moment.

Every page shows the number that is known; only who asks for counts lets it be counted again.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from pelekan.people.models import Agent, Eyes
from pelekan.tickets.forgotten import MOST_COUNTED, tickets
from pelekan.tickets.frustration.document import LISTS, Rules
from pelekan.tickets.frustration.watching import rules_now
from pelekan.tickets.models import Ticket

KEPT = 15.0
"""Seconds for which a number is good: these lists fill by waiting, not by the second."""
MOST_KEPT = 2_000

_kept: OrderedDict[str, tuple[float, int]] = OrderedDict()
_lock = threading.Lock()


def number(agent: Agent, *, now: datetime, fresh: bool) -> int:
    """Tickets that stand in any of the lists and that `agent` may see, each counted once, at most MOST_COUNTED. Without
    `fresh` what is known (0 when nothing is): pages don't wait for it."""
    whose = f"agent:{agent.pk}" if agent.eyes == Eyes.HARD else "all"
    with _lock:
        known = _kept.get(whose)
    if known is not None and (not fresh or known[0] > time.monotonic()):
        return known[1]
    if not fresh:
        return 0
    found = counted(agent, rules_now(), now)
    with _lock:
        _kept[whose] = (time.monotonic() + KEPT, found)
        _kept.move_to_end(whose)
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def counted(agent: Agent, rules: Rules, now: datetime) -> int:
    """Counted now, in one statement: each list gives its first MOST_COUNTED."""
    parts: list[str] = []
    values: list[Any] = []
    for name in LISTS:
        rows = tickets(name, Ticket.objects.visible_to(agent), rules, now).order_by()
        try:
            sql, its = rows.values_list("pk")[:MOST_COUNTED].query.sql_with_params()
        except EmptyResultSet:  # he sees nothing at all
            return 0
        parts.append(f"SELECT * FROM ({sql}) {name}")
        values += its
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*) FROM (SELECT * FROM ({' UNION '.join(parts)}) each_once LIMIT {MOST_COUNTED}) x",
            values,
        )
        return int(cursor.fetchone()[0])


def forget() -> None:
    """Count anew at the next question."""
    with _lock:
        _kept.clear()
