"""Whether the workers live: each process writes every half minute what its threads do, and pages read it.

A process that was stopped is missed after `labour.STALE`; a thread that is stuck is named: it works on a row beyond
its lease, never comes back to look for more, or is gone.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.channels.models import Worker
from pelekan.lib.labour import STALE
from pelekan.lib.time import now as clock

REMEMBERED = timedelta(seconds=15)
"""How long a page may still believe what it read: so a page costs no query more."""

LATE = timedelta(minutes=1)  # beyond a lease, since leases are renewed between two reports
UNSEEN = timedelta(minutes=5)  # a thread without a row looks for more every half minute at least
LONG = timedelta(minutes=30)  # a chore has no lease
KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A thread that hangs: `job` as in `due.Job.key` or "chores", `row` what it has in hand, `since` when it began."""

    place: str
    job: str
    row: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Pulse:
    """`seen_at`: the last sign of life of any worker, None before there was any."""

    seen_at: datetime | None
    silent: bool
    stuck: tuple[Stuck, ...] = ()

    @property
    def well(self) -> bool:
        return not self.silent and not self.stuck


def report(place: str, hands: list[dict[str, Any]], ended: bool) -> None:
    """What `lib.labour.Crew` tells."""
    now = clock()
    values = {"seen_at": now, "threads": [] if ended else hands, "ended": ended}
    if not Worker.objects.filter(place=place).update(**values):
        Worker.objects.create(place=place[:120], started_at=now, **values)
        # those of former processes; the newest stays, to say since when nobody is seen
        Worker.objects.filter(seen_at__lt=now - KEPT).delete()


_known: tuple[datetime, Pulse] | None = None
_lock = threading.Lock()


def pulse() -> Pulse:
    """How the workers are, at most `REMEMBERED` ago."""
    global _known
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    found = of(list(Worker.objects.all()), now)
    with _lock:
        _known = (now, found)
    return found


def forget() -> None:
    """Read it anew at the next question."""
    global _known
    with _lock:
        _known = None


def of(workers: list[Worker], now: datetime) -> Pulse:
    """The pulse of these processes."""
    seen_at = max((one.seen_at for one in workers), default=None)
    living = [one for one in workers if lives(one, now)]
    stuck = [found for one in living for hand in one.threads if (found := _stuck(one, hand, now))]
    return Pulse(seen_at, not living, tuple(stuck))


def lives(worker: Worker, now: datetime) -> bool:
    return not worker.ended and now - worker.seen_at < STALE


def _stuck(worker: Worker, hand: dict[str, Any], now: datetime) -> Stuck | None:
    looked_at, since = _moment(hand["looked_at"]), _moment(hand["since"])
    found = Stuck(worker.place, hand["job"], hand["row"], since or looked_at or worker.seen_at)
    if not hand["alive"]:
        return found
    if since is None:
        return found if looked_at and worker.seen_at - looked_at > UNSEEN else None
    until = _moment(hand["until"])
    over = now > until + LATE if until else now - since > LONG
    return found if over else None


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
