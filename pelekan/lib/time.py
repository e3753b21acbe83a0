"""The one clock, and dates as people of each calendar write them."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """This moment, aware, in UTC. The only place in Pelekan that reads the clock."""
    return datetime.now(UTC)
