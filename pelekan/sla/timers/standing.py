"""What a timer and its ticket say after something happened: computed from the marks, written in as few statements."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pelekan.lib.prepared import insert, update
from pelekan.sla import clock
from pelekan.sla.models import Timer
from pelekan.sla.plan import Plan, alarm_of, plan
from pelekan.sla.policies import Policy, Target
from pelekan.sla.rank import rank_at
from pelekan.sla.timers.office import hours_of, office_of
from pelekan.tickets.events import record
from pelekan.tickets.models import Ticket

COLUMNS = (
    "policy", "book", "target_minutes", "clock", "marks", "done", "history", "state", "alarm", "spent", "planned_at",
    "breach_at", "breached_at", "ended_at", "due_at", "leased_until",
)  # fmt: skip


def planned(timer: Timer, ticket: Ticket, policy: Policy | None, target: Target, now: datetime) -> Plan:
    """What is due by now, from the timer's marks."""
    hours = hours_of(ticket, policy, target)
    return plan(
        target, timer.read_marks(), hours, now,
        done=timer.done, broken=timer.breached_at is not None, since=timer.planned_at,
        office=office_of(ticket, policy, target),
    )  # fmt: skip


def take_over(timer: Timer, target: Target, seen: Plan) -> None:
    """Write into the timer what a plan says. The lease ends: whoever holds it finds that things have moved."""
    reading = seen.reading
    timer.state = reading.state or timer.state
    timer.spent = reading.spent
    timer.breach_at = timer.breached_at or (reading.due_at if reading.state == clock.RUNNING else None)
    timer.due_at = seen.next_at
    timer.ended_at = _ended(timer, reading)
    timer.alarm = alarm_of(target, timer.done, timer.breached_at is not None)
    timer.leased_until = None


def _ended(timer: Timer, reading: clock.Reading) -> datetime | None:
    if timer.live:
        return None
    return reading.met_at or (datetime.fromisoformat(timer.marks[-1][0]) if timer.marks else None)


def broke(timer: Timer, ticket: Ticket, policy: Policy | None, at: datetime) -> None:
    """The target is broken; known from now on, whatever a clock says later."""
    timer.breached_at = at
    record(
        "timer.breached", ticket, at=at, timer=timer.pk, target=timer.target, policy=timer.policy,
        title=dict(policy.name) if policy else {}, minutes=timer.target_minutes,
    )  # fmt: skip


def passed_over(timer: Timer, seen: Plan, now: datetime, why: str) -> None:
    """The steps that are due are not done: it is no longer true what they would say, or never was under this policy."""
    for one in seen.due:
        if one.step is not None:
            note_step(timer, one.step.id, one.at, now, why)


def note_step(timer: Timer, step: str, at: datetime, now: datetime, skipped: str = "") -> None:
    """Write that a step's moment has come."""
    entry: dict[str, Any] = {"at": at.isoformat(), "did_at": now.isoformat()}
    timer.done = {**timer.done, step: entry | ({"skipped": skipped} if skipped else {})}


def keep(timer: Timer) -> None:
    """Write it."""
    if timer.pk is None:
        insert(timer)
    else:
        update(timer, *COLUMNS)


def standing_of(timers: Iterable[Timer]) -> tuple[int, datetime | None]:
    """(alarm, what is due next) of a ticket with these timers. One that rests calls only if it is broken already."""
    loud = [one for one in timers if one.live and (one.state == clock.RUNNING or one.breached_at is not None)]
    moments = [one.breach_at for one in loud if one.state == clock.RUNNING and one.breach_at is not None]
    return max((one.alarm for one in loud), default=0), min(moments, default=None)


def stand(ticket: Ticket, timers: Iterable[Timer]) -> None:
    """Bring the ticket's own columns in line with its live timers: alarm, what is due next, its place among the urgent."""
    alarm, next_due_at = standing_of(timers)
    _write(ticket, {"alarm": alarm, "next_due_at": next_due_at})


def stand_without(ticket: Ticket) -> None:
    """As `stand`, where nothing of the timers has changed: only its place may be another."""
    _write(ticket, {"alarm": ticket.alarm, "next_due_at": ticket.next_due_at})


def _write(ticket: Ticket, values: dict[str, Any]) -> None:
    if ticket.is_open:
        values["rank_at"] = rank_at(
            ticket.priority, values["next_due_at"], ticket.waiting_since, ticket.last_at
        )
    changed = [name for name, value in values.items() if getattr(ticket, name) != value]
    for name in changed:
        setattr(ticket, name, values[name])
    if changed:
        update(ticket, *changed)
