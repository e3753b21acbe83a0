"""★ Priority from impact × urgency, after ITIL's matrix: facts decide, never the loudest voice.

A *grid* says what the nine pairs mean for one department: its own words and examples for the three degrees of impact and
urgency, the priority of each pair, and by how much the customer's importance may lift it. The document of kind
"priority" holds grids in order; the first whose `when` fits is used, the last is for everything:

    {"grids": [{"id": "shop", "name": {"fa": …, "ar": …, "en": …}, "when": {"teams": [3], "inboxes": []},
                "impact": [{"name": {…}, "text": {…}}, …, …], "urgency": [ … three … ],
                "cells": {"1-1": 1, …, "3-3": 4}, "importance": {"most": 1, "per": {"2": 1, "3": 1}}}, …]}

`assess` suggests impact and urgency for a ticket from what is known of it and says why; `weigh` says what follows
from an impact and urgency that someone chose. Both are pure, so that history can be tried against another document.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pelekan.tickets.conditions import ast

LEVELS = (1, 2, 3)
"""Impact and urgency: 1 low (one person, can work), 2 medium, 3 high (many, or cannot work)."""

PRIORITIES = (1, 2, 3, 4)
"""1 low, 2 normal, 3 high, 4 urgent."""

LANGUAGES = ("fa", "ar", "en")
MOST_LIFT = 1
"""By how many steps importance may lift at most, whatever a document says."""

UNLIFTED = ("howto", "question")
"""Kinds of request that importance never lifts above normal: a question stays below an outage."""

MOST_GRIDS = 30

DEFAULT_GRID: dict[tuple[int, int], int] = {
    (1, 1): 1, (1, 2): 2, (1, 3): 2,
    (2, 1): 2, (2, 2): 2, (2, 3): 3,
    (3, 1): 2, (3, 2): 3, (3, 3): 4,
}  # fmt: skip
"""(impact, urgency) → priority."""

Cells = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Degree:
    """One degree of impact or urgency in the words of a department; language → text. {} means the house's own words."""

    name: Mapping[str, str] = field(default_factory=dict)
    text: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Grid:
    id: str
    name: Mapping[str, str]
    teams: frozenset[int] = frozenset()
    inboxes: frozenset[int] = frozenset()
    condition: Any = None
    impact: tuple[Degree, ...] = (Degree(), Degree(), Degree())
    urgency: tuple[Degree, ...] = (Degree(), Degree(), Degree())
    cells: Cells = field(default_factory=lambda: DEFAULT_GRID)
    most: int = MOST_LIFT
    per: Mapping[int, int] = field(default_factory=lambda: {2: 1, 3: 1})

    def fits(self, facts: Mapping[str, Any]) -> bool:
        """Whether this grid is for such a ticket. Without any condition it is for all."""
        if self.condition is not None:
            return bool(ast.holds(self.condition, facts))
        if not self.teams and not self.inboxes:
            return True
        return facts.get("team") in self.teams or facts.get("inbox") in self.inboxes


@dataclass(frozen=True)
class Grids:
    grids: tuple[Grid, ...]

    def of(self, facts: Mapping[str, Any]) -> Grid:
        """The first grid that fits."""
        return next((grid for grid in self.grids if grid.fits(facts)), self.grids[-1])


DEFAULT = Grids((Grid("all", {}),))
"""What holds while no document of kind "priority" is in force."""

Reason = dict[str, Any]
"""A coded reason: {"code": …} with its parameters. Codes:
category (axis, value, category id, words), words (axis, value, sort, words), answer (axis, value, name, answer),
repeat (number), given (axis, value), usual (nothing spoke for anything else), rule (axis, value), lifted (importance, by), not_lifted
(importance, kind)."""


@dataclass(frozen=True)
class Assessment:
    """What a grid makes of a ticket. `base` is the cell's priority, before importance lifted it."""

    grid: str
    impact: int
    urgency: int
    base: int
    priority: int
    reasons: tuple[Reason, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "reasons": list(self.reasons)}


def priority_of(impact: int, urgency: int, grid: Cells | None = None) -> int:
    """Priority 1–4 for impact and urgency 1–3. Raises ValueError for other numbers."""
    if impact not in LEVELS or urgency not in LEVELS:
        raise ValueError(f"Impact and urgency are 1, 2 or 3, not {impact!r} and {urgency!r}.")
    return (grid or DEFAULT_GRID)[impact, urgency]


def assess(document: Grids, facts: Mapping[str, Any]) -> Assessment:
    """What impact, urgency and priority to suggest. The highest that anything speaks for; 2 where nothing does.

    Facts: team, inbox (ids) and what else conditions see; importance (0–3); about {id, kind, impact, urgency, words}, the
    category or the one that is proposed; words, what `urgency.found_in` found in what the customer wrote; asked [{name,
    answer, impact, urgency}] from the form; repeat (his other open requests); given {impact, urgency}; before, the
    reasons of an earlier suggestion: a later line may lift it and never lowers it. What a rule has set stands.
    """
    if ruled := [dict(one) for one in facts.get("before") or () if one.get("code") == "rule"]:
        return weigh(document, facts, _highest(ruled, "impact"), _highest(ruled, "urgency"), ruled)
    spoken = [*_before(facts), *_about(facts), *_asked(facts), *_given(facts), *_words(facts)]
    impact, urgency = (_highest(spoken, axis) for axis in ("impact", "urgency"))
    reasons = [one for one in spoken if one["value"] == (impact if one["axis"] == "impact" else urgency)]
    repeat = int(facts.get("repeat") or 0)
    if repeat and urgency < 3 and _kind(facts) not in UNLIFTED:
        urgency += 1
        reasons.append({"code": "repeat", "axis": "urgency", "value": urgency, "number": repeat})
    return weigh(document, facts, impact, urgency, reasons or [{"code": "usual"}])


def weigh(
    document: Grids, facts: Mapping[str, Any], impact: int, urgency: int, reasons: Sequence[Reason] = ()
) -> Assessment:
    """The priority of this impact and urgency in the grid for such a ticket, lifted by the customer's importance as far as
    that grid allows. Raises ValueError for other numbers than 1 to 3."""
    grid = document.of(facts)
    base = priority_of(impact, urgency, grid.cells)
    importance = int(facts.get("importance") or 0)
    lift = min(grid.most, MOST_LIFT, grid.per.get(importance, 0))
    priority = min(base + lift, PRIORITIES[-1])
    said = list(reasons)
    if lift and _kind(facts) in UNLIFTED and priority > max(base, 2):
        priority = max(base, 2)
        said.append({"code": "not_lifted", "importance": importance, "kind": _kind(facts)})
    elif priority > base:
        said.append({"code": "lifted", "importance": importance, "by": priority - base})
    return Assessment(grid.id, impact, urgency, base, priority, tuple(said))


def _kind(facts: Mapping[str, Any]) -> str:
    """What kind of request it is: the category's, or a question about opening hours."""
    kind = (facts.get("about") or {}).get("kind") or ""
    if not kind and any(one["sort"] == "hours" for one in facts.get("words") or ()):
        return "question"
    return str(kind)


def _highest(spoken: list[Reason], axis: str) -> int:
    return max((one["value"] for one in spoken if one["axis"] == axis), default=2)


def _of_axes(values: Mapping[str, Any], **more: Any) -> list[Reason]:
    return [
        {**more, "axis": axis, "value": values[axis]}
        for axis in ("impact", "urgency")
        if values.get(axis) in LEVELS
    ]


LASTING = ("words", "given")
"""Codes of reasons that go on speaking when a ticket is weighed again; the others are asked anew."""


def _before(facts: Mapping[str, Any]) -> list[Reason]:
    return [dict(one) for one in facts.get("before") or () if one.get("code") in LASTING and one.get("axis")]


def _given(facts: Mapping[str, Any]) -> list[Reason]:
    return _of_axes(facts.get("given") or {}, code="given")


def _about(facts: Mapping[str, Any]) -> list[Reason]:
    about = facts.get("about") or {}
    return _of_axes(about, code="category", category=about.get("id"), words=list(about.get("words") or ()))


def _asked(facts: Mapping[str, Any]) -> list[Reason]:
    return [
        reason
        for one in facts.get("asked") or ()
        for reason in _of_axes(one, code="answer", name=one.get("name"), answer=one.get("answer"))
    ]


def _words(facts: Mapping[str, Any]) -> list[Reason]:
    return [
        reason
        for one in facts.get("words") or ()
        for reason in _of_axes(one, code="words", sort=one.get("sort"), words=one.get("words"))
    ]
