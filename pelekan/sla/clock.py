"""★ How the clock of one target runs: from marks to the time spent, the moment when it is due, and its segments.

A *mark* says what happened to the ticket at a moment, not what it means for the clock: whether waiting for the customer
pauses it is the target's own choice. So the same marks serve the live timer, a target that has changed since, and a
replay under other policies.

Decided here:

* A target is broken at the moment when its time is spent, if its clock still runs then. What is met in that very
  moment is met in time.
* Marks are read in the order in which they were written. A mark that is earlier than the one before (a clock was set
  back) counts as made at that one's moment: time that was spent is never given back.
* Work that begins again after `met` (a solved ticket is reopened) goes on where it stopped; what lay between does not
  count.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pelekan.sla.hours import Hours, add_working, working_between

STARTED = "started"
WORKING = "working"  # on our side: running
WAITING = "waiting"  # for the customer
ON_HOLD = "on_hold"  # for a third party or a date
MET = "met"
CANCELLED = "cancelled"

BUSINESS, ELAPSED = "business", "elapsed"
CLOCKS = (BUSINESS, ELAPSED)
PAUSES = (WAITING, ON_HOLD)

RUNNING, PAUSED = "running", "paused"

_ZERO = timedelta(0)


class Mark(NamedTuple):
    """What happened to the ticket: one of the words above, at an aware moment."""

    at: datetime
    what: str


class Measure(Protocol):
    """What a clock must know of its target."""

    @property
    def within(self) -> timedelta: ...
    @property
    def clock(self) -> str: ...
    @property
    def pause(self) -> frozenset[str]: ...


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch in one state: running, waiting, on_hold or met. `until` is None for the one that lasts. `counted` is the
    time of the target that passed in it: nothing while it rests."""

    state: str
    since: datetime
    until: datetime | None
    counted: timedelta


@dataclass(frozen=True, slots=True)
class Reading:
    """The clock as it stands. `state`: running, paused, met or cancelled ("" when it was never started).

    `due_at`: when it will be broken if nothing happens (running), was broken (breached), or would have been broken
    (met); None while it is paused, and where the hours never come. `spent` may exceed the target.
    """

    state: str
    spent: timedelta
    due_at: datetime | None
    breached_at: datetime | None
    met_at: datetime | None
    segments: tuple[Segment, ...]


def run(target: Measure, marks: Iterable[Mark], hours: Hours | None, until: datetime) -> Reading:
    """Read the clock at `until`. `hours` are the business hours that a business clock follows; None: always open.
    Marks after `until` are not looked at."""
    open_hours = hours if target.clock == BUSINESS else None
    segments, met_at, cancelled = _segments(target, marks, open_hours, until)
    spent, breached_at, due_at = _ZERO, None, None
    for segment in segments:
        if segment.state == RUNNING:
            left = target.within - spent
            last = segment is segments[-1]
            if breached_at is None and (segment.counted >= left or last or met_at):
                due_at = after(segment.since, max(left, _ZERO), open_hours)
                ends = segment.until
                if due_at is not None and (due_at < ends if ends is not None else due_at <= until):
                    breached_at = due_at
            spent += segment.counted
    if not segments:
        return Reading("", _ZERO, None, None, None, ())
    state = (
        CANCELLED if cancelled else MET if met_at else RUNNING if segments[-1].state == RUNNING else PAUSED
    )
    if state in (PAUSED, CANCELLED):
        due_at = None
    return Reading(state, spent, breached_at or due_at, breached_at, met_at, segments)


def _segments(
    target: Measure, marks: Iterable[Mark], hours: Hours | None, until: datetime
) -> tuple[tuple[Segment, ...], datetime | None, bool]:
    """(segments, when it was met, whether it was cancelled)"""
    found: list[Segment] = []
    state, since, at = "", until, until
    cancelled = False
    for mark in marks:
        if mark.at > until and state:
            break
        at = max(mark.at, at) if state else mark.at
        if mark.what == CANCELLED:
            cancelled = True
            break
        after_it = _state(mark.what, target.pause)
        if state == after_it:
            continue
        if state and (at > since or not found):
            found.append(_closed(state, since, at, hours))
        state, since = after_it, at
    if not state:
        return (), None, False
    if cancelled:
        found.append(_closed(state, since, at, hours))
        return tuple(found), None, True
    met_at = since if state == MET else None
    if met_at is None:
        end = max(until, since)
        found.append(Segment(state, since, None, _counted(state, since, end, hours)))
    return tuple(found), met_at, False


def _closed(state: str, since: datetime, at: datetime, hours: Hours | None) -> Segment:
    return Segment(state, since, at, _counted(state, since, at, hours))


def _counted(state: str, since: datetime, until: datetime, hours: Hours | None) -> timedelta:
    return between(since, until, hours) if state == RUNNING else _ZERO


def _state(what: str, pause: frozenset[str]) -> str:
    if what == MET:
        return MET
    return what if what in PAUSES and what in pause else RUNNING


def between(since: datetime, until: datetime, hours: Hours | None) -> timedelta:
    """The time that counts between two moments: open time, or all of it without hours."""
    return working_between(since, until, hours) if hours is not None else until - since


def after(since: datetime, amount: timedelta, hours: Hours | None) -> datetime | None:
    """When `amount` of time that counts has passed since a moment; None for never."""
    return add_working(since, amount, hours) if hours is not None else since + amount


def reached_at(
    segments: Sequence[Segment], amount: timedelta, clock: str, hours: Hours | None
) -> datetime | None:
    """When `amount` was spent, or will be if the last segment goes on running; None when it rests before that, or for
    never. `clock` as in the target."""
    open_hours = hours if clock == BUSINESS else None
    before = _ZERO
    for segment in segments:
        if segment.state != RUNNING:
            continue
        if segment.until is None or before + segment.counted >= amount:
            return after(segment.since, max(amount - before, _ZERO), open_hours)
        before += segment.counted
    return None


# How marks are kept


def mark_from(stored: Sequence[str]) -> Mark:
    """A mark from its JSON form, ["2026-11-22T08:30:00+00:00", "started"]."""
    return Mark(datetime.fromisoformat(stored[0]), stored[1])


def stored(mark: Mark) -> list[str]:
    """The JSON form of a mark."""
    return [mark.at.isoformat(), mark.what]
