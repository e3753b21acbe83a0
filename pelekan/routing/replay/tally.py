"""★ What a replay comes to, added up ticket by ticket: a few hundred numbers, however many tickets there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pelekan.routing.replay.retrace import Retraced

MOVED = {
    "team": "teams",
    "tier": "tiers",
    "priority": "priorities",
    "assignee": "agents",
    "policy": "policies",
}
"""Fact → the table of its moves."""


@dataclass(frozen=True, slots=True)
class Measured:
    """One target of one ticket: how it went under the rules of then, and how it would have gone: None when there was no
    such target, else whether it was broken."""

    target: str
    before: bool | None
    after: bool | None


@dataclass
class Tally:
    """The sums. Keys are texts, so that the whole is JSON: "3>5" in a table of moves; a team's id in `load`."""

    tickets: int = 0
    moments: int = 0
    rebuilt: int = 0  # moments that were not recorded
    unknown: int = 0  # moments of which it can't be told
    changed: int = 0
    moves: dict[str, dict[str, int]] = field(default_factory=dict)
    load: dict[str, list[float]] = field(
        default_factory=dict
    )  # received before, after; open hours before, after
    breaches: dict[str, list[int]] = field(default_factory=dict)  # measured and broken before; the same after
    differing: dict[str, int] = field(default_factory=dict)  # self-check: why → moments

    def add(self, path: Retraced, hours: float, measured: Iterable[Measured] = ()) -> None:
        """One ticket; `hours` it stood with the team that it came to first."""
        self.tickets += 1
        self.moments += len(path.steps)
        self.rebuilt += sum(step.moment.rebuilt for step in path.steps)
        self.unknown += path.unknown
        self.changed += path.changed
        for fact, table in MOVED.items():
            before, after = path.before.get(fact), path.after.get(fact)
            if before != after:
                count = self.moves.setdefault(table, {})
                key = f"{_text(before)}>{_text(after)}"
                count[key] = count.get(key, 0) + 1
        self._carry(path.before.get("team"), 0, hours)
        self._carry(path.after.get("team"), 1, hours)
        for one in measured:
            sums = self.breaches.setdefault(one.target, [0, 0, 0, 0])
            for place, broken in ((0, one.before), (2, one.after)):
                sums[place] += broken is not None
                sums[place + 1] += broken is True

    def _carry(self, team: Any, place: int, hours: float) -> None:
        if team is None:
            return
        sums = self.load.setdefault(str(team), [0, 0, 0.0, 0.0])
        sums[place] += 1
        sums[place + 2] = round(sums[place + 2] + hours, 3)

    def differ(self, why: str) -> None:
        """One moment that the present rules decide otherwise than it was recorded."""
        self.differing[why] = self.differing.get(why, 0) + 1

    @property
    def json(self) -> dict[str, Any]:
        return {
            "tickets": self.tickets, "moments": self.moments, "rebuilt": self.rebuilt, "unknown": self.unknown,
            "changed": self.changed, "moves": self.moves, "load": self.load, "breaches": self.breaches,
            "differing": self.differing,
        }  # fmt: skip

    @classmethod
    def of(cls, stored: Mapping[str, Any]) -> Tally:
        """From `json`; {} is an empty one."""
        return cls(**stored)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
