"""★ What a target asks for now: which of its steps are due, when the next one is, and how loudly it calls. Pure.

The live timer, its re-planning and the replay of a draft all ask `plan`; nothing else knows what follows from marks.
"""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from pelekan.sla import clock
from pelekan.sla.clock import Mark, Reading
from pelekan.sla.holding import held_until
from pelekan.sla.hours import Hours
from pelekan.sla.policies import Step, Target

CALM, SOON, LATE, VERY_LATE = 0, 1, 2, 3


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose moment has come: a step, or (None) the breach."""

    at: datetime
    step: Step | None


@dataclass(frozen=True, slots=True)
class Plan:
    """`due`: what is to be done, in the order of its moments. `next_at`: when there is more, None for never."""

    reading: Reading
    due: tuple[Due, ...]
    next_at: datetime | None


def plan(
    target: Target,
    marks: Sequence[Mark],
    hours: Hours | None,
    now: datetime,
    *,
    done: Container[str],
    broken: bool,
    since: datetime,
    office: Hours | None = None,
) -> Plan:
    """`office`: the hours that held steps wait for. `done`: ids of steps that are done or were passed over. `broken`: the breach is known. `since`: since when these are
    the ticket's steps; what lies before that moment counts as due then, because nobody could know it earlier."""
    until = max(now, marks[-1].at) if marks else now  # a clock that was set back
    reading = clock.run(target, marks, hours, until)
    waiting: list[tuple[datetime, int, Step | None]] = []
    if not broken:
        at = reading.breached_at or (reading.due_at if reading.state == clock.RUNNING else None)
        if at is not None:
            waiting.append((max(at, since), 0, None))
    for place, step in enumerate(target.steps, 1):
        if step.id not in done:
            at = clock.reached_at(reading.segments, step.amount(target.within), target.clock, hours)
            at = held_until(at, step, office)
            if at is not None and (reading.state == clock.RUNNING or at <= _ran_until(reading)):
                waiting.append((max(at, since), place, step))
    waiting.sort(key=lambda one: one[:2])
    due = tuple(Due(at, step) for at, _place, step in waiting if at <= until)
    later = [at for at, _place, _step in waiting if at > until]
    return Plan(reading, due, later[0] if later and reading.state == clock.RUNNING else None)


def _ran_until(reading: Reading) -> datetime:
    """When the clock ran last."""
    ends = [one.until for one in reading.segments if one.state == clock.RUNNING and one.until]
    return ends[-1] if ends else reading.segments[0].since


def alarm_of(target: Target, done: Container[str], broken: bool) -> int:
    """How loudly a target calls: as its steps say that have come, and at least "late" once it is broken."""
    levels = [
        int(act["level"])
        for step in target.steps
        if step.id in done
        for act in step.do
        if act["act"] == "alarm"
    ]
    return max([LATE if broken else CALM, *levels])


def word_of(status: str) -> str:
    """The word of `clock` for a ticket's status."""
    return {"waiting": clock.WAITING, "on_hold": clock.ON_HOLD}.get(status, clock.WORKING)
