"""★ One ticket's decisions, decided again. Values in, values out.

A ticket's past is a row of *moments*: decisions that the desk took by itself, with all it saw. They are taken again in
their order, each kind by its *judge*. What a moment decides differently is seen by the moments after it, as long as
the record there still shows what had been decided: once a person has changed that, the person's choice counts, as it did.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

Facts = Mapping[str, Any]
Outcome = Mapping[str, Any]

SETTLED = ("team", "tier", "assignee", "impact", "urgency", "priority", "category", "policy", "registered")
"""What of a ticket is compared in the end. `policy` is the id of its service level."""

DECIDES = {
    "priority": ("impact", "urgency", "priority"), "routing": ("team", "tier", "category", "registered"),
    "assignment": ("assignee",), "sla": ("policy",),
}  # fmt: skip
"""What each kind has the word on: its last moment says what the desk decided, whatever people did afterwards."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A decision as it was recorded. `book`: the version of the rules that took it (None: there were none). `rebuilt`: it
    was not recorded, because nothing asked then; its facts are put together from the log and its outcome is "nothing"."""

    kind: str
    at: datetime
    facts: Facts
    outcome: Outcome
    book: int | None = None
    rebuilt: bool = False
    id: int = 0


@dataclass(frozen=True, slots=True)
class Judge:
    """How one kind decides. `decide(facts)` is the outcome; `effects(outcome, facts)` what it makes of the ticket, by the names
    of the facts, and `made(outcome, facts)` what it made of it then, on the staircase of then; `blind(recorded, facts)`:
    whether what it needs to see was not recorded for these facts."""

    decide: Callable[[Facts], Outcome]
    effects: Callable[[Outcome, Facts], Mapping[str, Any]]
    made: Callable[[Outcome, Facts], Mapping[str, Any]]
    blind: Callable[[Facts, Facts], bool] = lambda recorded, facts: False


@dataclass(frozen=True, slots=True)
class Step:
    """One moment, taken again. `outcome` None: it can't be told what would have been decided."""

    moment: Moment
    facts: Facts
    outcome: Outcome | None

    @property
    def differs(self) -> bool:
        return self.outcome is not None and dict(self.outcome) != dict(self.moment.outcome)


@dataclass(frozen=True, slots=True)
class Retraced:
    """What became of a ticket by its automatic decisions, and what would have become of it."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    steps: tuple[Step, ...]

    @property
    def changed(self) -> bool:
        return any(self.before.get(name) != self.after.get(name) for name in SETTLED)

    @property
    def unknown(self) -> int:
        return sum(step.outcome is None for step in self.steps)


@dataclass(slots=True)
class _Overlay:
    """What would be otherwise: fact → (as the record has it, as it would be)."""

    held: dict[str, tuple[Any, Any]] = field(default_factory=dict)

    def over(self, facts: Facts) -> Facts:
        """The facts as they would have been. What the record shows otherwise by now is somebody's own choice."""
        self.held = {
            name: pair for name, pair in self.held.items() if name not in facts or facts[name] == pair[0]
        }
        return {**facts, **{name: new for name, (_, new) in self.held.items()}} if self.held else facts

    def put(self, recorded: Mapping[str, Any], new: Mapping[str, Any], was: Facts, would: Facts) -> None:
        for name in {*recorded, *new}:
            pair = recorded.get(name, was.get(name)), new.get(name, would.get(name))
            if pair[0] == pair[1]:
                self.held.pop(name, None)
            else:
                self.held[name] = pair


def retrace(
    moments: Iterable[Moment],
    judges: Mapping[str, Judge],
    see: Callable[[Facts], Facts] = lambda facts: facts,
) -> Retraced:
    """Take the moments again, in their order. Kinds without a judge are left out. `see` shows facts as they would have been
    from the start (on another staircase)."""
    overlay, steps = _Overlay(), []
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for moment in moments:
        facts = see(overlay.over(moment.facts))
        judge = judges.get(moment.kind)
        if judge is None:
            continue
        blind = judge.blind(moment.facts, facts)
        outcome = None if blind else judge.decide(facts)
        steps.append(Step(moment, facts, outcome))
        was = judge.made(moment.outcome, moment.facts)
        # where it can't be told, what is known to be otherwise stays otherwise
        would = {} if outcome is None else judge.effects(outcome, facts)
        overlay.put({} if blind else was, would, moment.facts, facts)
        _settle(before, moment.kind, moment.facts, was)
        _settle(after, moment.kind, facts, would)
    return Retraced(_settled(before), _settled(after), tuple(steps))


def _settle(known: dict[str, Any], kind: str, facts: Facts, effects: Mapping[str, Any]) -> None:
    for name in SETTLED:
        if name in facts and (name not in known or name in DECIDES.get(kind, ())):
            known[name] = facts[name]
    known.update(effects)


def _settled(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in SETTLED if name in facts}


def differences(retraced: Retraced) -> dict[str, tuple[Any, Any]]:
    """fact → (before, after), of those that differ."""
    names = [name for name in SETTLED if retraced.before.get(name) != retraced.after.get(name)]
    return {name: (retraced.before.get(name), retraced.after.get(name)) for name in names}


_TURN = {"priority": 0, "routing": 1, "assignment": 2, "sla": 3}


def in_order(moments: Sequence[Moment]) -> list[Moment]:
    """The moments as they were taken: in the order of their rows; those that were not recorded stand, by time, before
    what their kind came before."""
    if any(moment.rebuilt for moment in moments):
        return sorted(moments, key=lambda moment: (moment.at, _TURN.get(moment.kind, 9), moment.id))
    return sorted(moments, key=lambda moment: moment.id)
