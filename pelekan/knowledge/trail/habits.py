"""Whether and how footsteps are kept: one row, read on every public page and therefore remembered for a moment."""

from __future__ import annotations

import threading
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any

from pelekan.knowledge.trail.models import Habits
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record

REMEMBERED = timedelta(seconds=10)
"""How long another process may still follow the former settings."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is set; the defaults are those of a desk that never opened the page."""

    on: bool = True
    mark_days: int = 30  # how long a browser is known again
    keep_days: int = 90  # rows of single visits; sums of days stay
    window_days: int = 3  # a request within so many days means: not solved by himself
    read_seconds: int = 20  # an article in sight for so long counts as read
    hold_out: int = 0  # of a hundred visitors, how many see no suggestions


_known: tuple[datetime, Kept] | None = None
_lock = threading.Lock()


def habits() -> Kept:
    """What is set now."""
    global _known
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    row = Habits.objects.filter(pk=1).values(*(one.name for one in fields(Kept))).first()
    found = Kept(**row) if row else Kept()
    with _lock:
        _known = (now, found)
    return found


def forget() -> None:
    """Read it anew at the next question."""
    global _known
    with _lock:
        _known = None


@action
def save(values: dict[str, Any], *, by: Agent, now: datetime | None = None) -> Kept:
    """Set all or some of it; what was and what is stands in the audit log."""
    forget()
    before = habits()
    after = Kept(**{**asdict(before), **values})
    Habits.objects.update_or_create(pk=1, defaults=asdict(after))
    changed = {
        name: [was, asdict(after)[name]] for name, was in asdict(before).items() if asdict(after)[name] != was
    }
    if changed:
        record("footsteps.set", by=by, at=now or clock(), changed=changed)
    forget()
    return after
