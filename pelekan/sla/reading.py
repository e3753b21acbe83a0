"""The clocks of a ticket as screens show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from pelekan.lib.prepared import Prepared
from pelekan.sla import calendars, clock
from pelekan.sla.clock import mark_from
from pelekan.sla.holding import held_until
from pelekan.sla.hours import Hours
from pelekan.sla.models import Replan, Timer
from pelekan.sla.policies import Step, Target
from pelekan.sla.timers.office import document_of
from pelekan.tickets.models import Ticket

_FIELDS = (
    "id", "target", "policy", "book_id", "ticket__team", "ticket__inbox", "target_minutes", "clock", "marks", "done", "history",
    "state", "alarm", "started_at", "planned_at", "breach_at", "breached_at", "ended_at", "due_at",
)  # fmt: skip
_OF_TICKET = Prepared(lambda pk: Timer.objects.filter(ticket=pk).order_by("-id").values(*_FIELDS)[:30])
MOST = 30
"""Clocks of one ticket, the newest."""


def clocks_of(ticket_id: int, now: datetime, language: str = "en") -> list[dict[str, Any]]:
    """The targets of a ticket: live ones first, by what is due first; then the newest. One query. Each:

    {id, target, policy (its id), policy_name, state: running|paused|met|cancelled, minutes, clock: business|elapsed, spent
     and left (timedelta; left is negative when late), share (spent of target), started_at, due_at (when it is, was or would
     have been broken; None while paused), breached_at, ended_at, alarm, segments: [{state: running|waiting|on_hold|met, since,
     until, counted}], history: [{at, policy, minutes, due_at, why}] (moments in ISO), steps: [{id, at (moment or None), minutes,
     do, done_at, skipped: ""|why, coming}]}
    """
    rows = _OF_TICKET(ticket_id)
    clocks = [_clock(row, now, language) for row in rows]
    return sorted(clocks, key=lambda one: _when(one, now))


def clocks_by_ticket(
    ids: Sequence[int], now: datetime, language: str = "en"
) -> dict[int, list[dict[str, Any]]]:
    """As `clocks_of`, of several tickets. One query."""
    found: dict[int, list[dict[str, Any]]] = {}
    for row in Timer.objects.filter(ticket__in=ids).order_by("-id").values("ticket_id", *_FIELDS):
        its = found.setdefault(row["ticket_id"], [])
        if len(its) < MOST:
            its.append(_clock(dict(row), now, language))
    return {pk: sorted(its, key=lambda one: _when(one, now)) for pk, its in found.items()}


def _when(one: dict[str, Any], now: datetime) -> tuple[bool, datetime]:
    """Live ones by what is due first; those that have ended as they are."""
    live = one["state"] in ("running", "paused")
    return not live, (one["due_at"] or datetime.max.replace(tzinfo=now.tzinfo)) if live else now


def _clock(row: dict[str, Any], now: datetime, language: str) -> dict[str, Any]:
    policy = document_of(row["book_id"]).policy(row["policy"])
    target = policy.targets.get(row["target"]) if policy else None
    target = target or Target(row["target"], timedelta(minutes=row["target_minutes"]), row["clock"])
    ticket = Ticket(team_id=row["ticket__team"], inbox_id=row["ticket__inbox"])
    calendar = calendars.shown_for(ticket, policy.hours if policy else None)
    hours = calendar.hours if calendar and target.clock == clock.BUSINESS else None
    marks = [mark_from(one) for one in row["marks"]]
    read = clock.run(target, marks, hours, max(now, marks[-1].at) if marks else now)
    within = timedelta(minutes=row["target_minutes"])
    return {
        "id": row["id"],
        "target": row["target"],
        "policy": row["policy"],
        "policy_name": policy.named(language) if policy else row["policy"],
        "state": row["state"],
        "minutes": row["target_minutes"],
        "clock": row["clock"],
        "spent": read.spent,
        "left": within - read.spent,
        "share": read.spent / within if within else 0.0,
        "started_at": row["started_at"],
        "due_at": row["breached_at"] or read.due_at,
        "breached_at": row["breached_at"],
        "ended_at": row["ended_at"],
        "alarm": row["alarm"],
        "segments": [
            {"state": one.state, "since": one.since, "until": one.until, "counted": one.counted}
            for one in read.segments
        ],
        "history": row["history"],
        "steps": [
            _step(step, target, row, read, hours, calendar.hours if calendar else None)
            for step in target.steps
        ],
    }


def _step(
    step: Step,
    target: Target,
    row: dict[str, Any],
    read: clock.Reading,
    hours: Hours | None,
    office: Hours | None,
) -> dict[str, Any]:
    done = row["done"].get(step.id)
    amount = step.amount(target.within)
    live = row["state"] in ("running", "paused")
    at = (
        datetime.fromisoformat(done["at"])
        if done
        else held_until(clock.reached_at(read.segments, amount, target.clock, hours), step, office)
        if row["state"] == "running"
        else None
    )
    return {
        "id": step.id,
        "at": at,
        "minutes": int(amount / timedelta(minutes=1)),
        "do": [dict(one) for one in step.do],
        "done_at": datetime.fromisoformat(done["did_at"]) if done else None,
        "skipped": done.get("skipped", "") if done else "",
        "coming": live and not done,
    }


def replanning() -> dict[str, Any] | None:
    """The last re-planning, as `Replan.told` says it; None when there was none. One query."""
    row = Replan.objects.first()
    return row.told() if row else None
