"""Broken promises before and after: the same clock that runs live, over the recorded marks."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from pelekan.routing.replay.judges import Setup
from pelekan.routing.replay.past import Clocked, Past
from pelekan.routing.replay.retrace import Retraced
from pelekan.routing.replay.tally import Measured
from pelekan.sla import calendars, clock, policies
from pelekan.sla.hours import Hours
from pelekan.tickets.models import Ticket


class Measuring:
    """Says of each target of a ticket whether it was broken, and whether it would have been."""

    def __init__(self, before: Setup, after: Setup, book: int | None, now: datetime) -> None:
        self.before, self.after, self.book, self.now = before.policies, after.policies, book, now
        self.same_document = before.policies == after.policies
        self.hours: dict[tuple[int | None, int, int], Hours | None] = {}

    def measure(self, past: Past, path: Retraced) -> list[Measured]:
        """One for each target. A next answer that was asked for several times counts as broken when one was."""
        would = self.after.policy(path.after.get("policy") or "")
        as_it_was = self._same(path)
        runs: dict[str, list[Clocked]] = defaultdict(list)
        for one in past.clocked:
            runs[one.target].append(one)
        found = []
        for target, its in runs.items():
            known = [one.broken for one in its if one.broken is not None]
            before = any(known) if known else None
            if as_it_was and known:
                found.append(Measured(target, before, before))
                continue
            measure = would.targets.get(target) if would else None
            after = None
            if would is not None and measure is not None:
                hours = self._hours(would.hours, path.after.get("team") or past.team, past.inbox)
                after = any(self._broken(measure, one, hours) for one in its)
            if before is not None or after is not None:
                found.append(Measured(target, before, after))
        return found

    def _same(self, path: Retraced) -> bool:
        """Nothing that a clock depends on is otherwise, so what was recorded is true of both."""
        same = all(path.before.get(name) == path.after.get(name) for name in ("policy", "team"))
        return same and self.same_document

    def _broken(self, target: policies.Target, one: Clocked, hours: Hours | None) -> bool:
        return clock.run(target, one.marks, hours, self.now).breached_at is not None

    def _hours(self, own: int | None, team: Any, inbox: int) -> Hours | None:
        key = own, int(team), inbox
        if key not in self.hours:
            place = Ticket(team_id=int(team), inbox_id=inbox)
            self.hours[key] = calendars.for_ticket(place, own)
        return self.hours[key]
