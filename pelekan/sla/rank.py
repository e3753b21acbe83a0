"""★ The order "most urgent first" as one moment per ticket: what is due first, moved forward by its priority.

Not by priority alone, or a normal request would wait for ever; not by due time alone, or the overcharge of this morning would
stand below yesterday's question about the holidays.
"""

from __future__ import annotations

from datetime import datetime, timedelta

AHEAD = {1: timedelta(hours=-4), 2: timedelta(0), 3: timedelta(hours=8), 4: timedelta(hours=24)}
"""How much earlier than its due time a ticket of this priority is looked at; a low one later."""

PATIENCE = timedelta(hours=24)
"""Without a target: from when on a waiting customer counts as due."""

REST = timedelta(days=14)
"""Nobody waits and nothing is due: below all that is."""


def rank_at(
    priority: int,
    next_due_at: datetime | None,
    waiting_since: datetime | None,
    rests_since: datetime,
) -> datetime:
    """The moment that orders it, ascending. `rests_since`: when somebody wrote last."""
    due = next_due_at or (waiting_since + PATIENCE if waiting_since else rests_since + REST)
    return due - AHEAD.get(priority, AHEAD[2])
