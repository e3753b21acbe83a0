"""★ The document of kind "priority": read, checked with clear errors, and the one that a desk begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pelekan.tickets.conditions import ast
from pelekan.tickets.priority import (
    DEFAULT_GRID,
    LANGUAGES,
    LEVELS,
    MOST_GRIDS,
    MOST_LIFT,
    PRIORITIES,
    Degree,
    Grid,
    Grids,
)

SEEN = frozenset({"team", "inbox", "channel", "language", "tier", "importance", "category", "kind"})
"""Fields that the condition of a grid may ask about: those that are known while a ticket is weighed."""

LONGEST = {"name": 60, "text": 200}


class BadGrid(ValueError):
    """A document that can't be used. `at` is the grid's place (0…) or None, `what` the code of what is wrong."""

    def __init__(self, what: str, at: int | None = None, detail: str = "") -> None:
        super().__init__(
            f"{SENTENCES[what]}{f' (grid {at + 1})' if at is not None else ''}{f': {detail}' if detail else ''}"
        )
        self.what, self.at, self.detail = what, at, detail


SENTENCES = {
    "shape": "The document must be an object with a list “grids”.",
    "none": "There must be at least one grid.",
    "many": "There are too many grids.",
    "grid": "A grid must be an object.",
    "id": "Every grid needs an id of its own: letters, digits, - or _.",
    "when": "“when” must name teams or inboxes, or be a condition.",
    "never": "Only the last grid may be without a condition; those after it would never be used.",
    "last": "The last grid is for everything else and must be without a condition.",
    "degrees": "Impact and urgency need three degrees each, with texts by language.",
    "cells": "Each of the nine cells needs a priority from 1 to 4.",
    "falling": "More impact or more urgency must not give a lower priority.",
    "importance": "Importance 1 to 3 may lift by 0 or 1 step.",
}  # fmt: skip


def read(body: Any) -> Grids:
    """The document as the rules use it. Raises BadGrid."""
    if not isinstance(body, Mapping) or not isinstance(body.get("grids"), list):
        raise BadGrid("shape")
    rows = body["grids"]
    if not rows:
        raise BadGrid("none")
    if len(rows) > MOST_GRIDS:
        raise BadGrid("many")
    grids = tuple(_grid(row, at) for at, row in enumerate(rows))
    for at, grid in enumerate(grids):
        if grid.id in {one.id for one in grids[:at]}:
            raise BadGrid("id", at)
        for_all = grid.condition is None and not grid.teams and not grid.inboxes
        if for_all and at < len(grids) - 1:
            raise BadGrid("never", at)
        if not for_all and at == len(grids) - 1:
            raise BadGrid("last", at)
    return Grids(grids)


def check(body: Any) -> None:
    """Raises BadGrid, a ValueError with a sentence, for a document that can't come into force."""
    read(body)


def default_body() -> dict[str, Any]:
    """What a desk begins with: one grid for everything, in the house's own words."""
    return {"grids": [blank("all")]}


def blank(grid_id: str, name: Mapping[str, str] | None = None) -> dict[str, Any]:
    """A new grid as JSON, with the usual cells."""
    return {
        "id": grid_id, "name": dict(name or {}), "when": {"teams": [], "inboxes": []},
        "impact": [{"name": {}, "text": {}} for _level in LEVELS], "urgency": [{"name": {}, "text": {}} for _level in LEVELS],
        "cells": {f"{i}-{u}": value for (i, u), value in DEFAULT_GRID.items()},
        "importance": {"most": 1, "per": {"1": 0, "2": 1, "3": 1}},
    }  # fmt: skip


def _grid(row: Any, at: int) -> Grid:
    if not isinstance(row, Mapping):
        raise BadGrid("grid", at)
    name = row.get("id")
    if (
        not isinstance(name, str)
        or not 1 <= len(name) <= 40
        or not name.replace("-", "").replace("_", "").isalnum()
    ):
        raise BadGrid("id", at)
    teams, inboxes, condition = _when(row.get("when"), at)
    cells = _cells(row.get("cells"), at)
    most, per = _importance(row.get("importance"), at)
    return Grid(
        name, _texts(row.get("name", {}), "name", at), teams, inboxes, condition,
        _degrees(row.get("impact"), at), _degrees(row.get("urgency"), at), cells, most, per,
    )  # fmt: skip


def _when(when: Any, at: int) -> tuple[frozenset[int], frozenset[int], Any]:
    if when is None or when == {}:
        return frozenset(), frozenset(), None
    if not isinstance(when, Mapping):
        raise BadGrid("when", at)
    if set(when) <= {"teams", "inboxes"}:
        lists = [when.get("teams", []), when.get("inboxes", [])]
        if not all(isinstance(one, list) and all(type(pk) is int for pk in one) for one in lists):
            raise BadGrid("when", at)
        return frozenset(lists[0]), frozenset(lists[1]), None
    if when == {"always": True}:
        return frozenset(), frozenset(), None
    try:
        condition = ast.parse(dict(when))
    except ast.BadCondition as bad:
        raise BadGrid("when", at, str(bad)) from None
    if unknown := sorted(_asked(when) - SEEN):
        raise BadGrid("when", at, ", ".join(unknown))
    return frozenset(), frozenset(), condition


def _asked(when: Any) -> set[str]:
    """The fields that a condition asks about."""
    if isinstance(when, Mapping):
        own = {str(when["field"])} if "field" in when else set()
        return own.union(*(_asked(value) for name, value in when.items() if name != "value"))
    return set().union(*(_asked(one) for one in when)) if isinstance(when, list) else set()


def _cells(cells: Any, at: int) -> dict[tuple[int, int], int]:
    if not isinstance(cells, Mapping):
        raise BadGrid("cells", at)
    found = {(i, u): cells.get(f"{i}-{u}") for i in LEVELS for u in LEVELS}
    if len(cells) != len(found) or any(
        type(value) is not int or value not in PRIORITIES for value in found.values()
    ):
        raise BadGrid("cells", at)
    kept = {pair: int(value) for pair, value in found.items() if value is not None}
    for (i, u), value in kept.items():
        if value > min(kept.get((i + 1, u), value), kept.get((i, u + 1), value)):
            raise BadGrid("falling", at)
    return kept


def _importance(given: Any, at: int) -> tuple[int, dict[int, int]]:
    given = {"most": 0, "per": {}} if given is None else given
    if not isinstance(given, Mapping) or not isinstance(given.get("per", {}), Mapping):
        raise BadGrid("importance", at)
    most, per = given.get("most", MOST_LIFT), given.get("per", {})
    good = type(most) is int and 0 <= most <= MOST_LIFT
    if not good or any(
        key not in ("1", "2", "3") or type(value) is not int or not 0 <= value <= MOST_LIFT
        for key, value in per.items()
    ):
        raise BadGrid("importance", at)
    return most, {int(key): value for key, value in per.items()}


def _degrees(rows: Any, at: int) -> tuple[Degree, ...]:
    if (
        not isinstance(rows, list)
        or len(rows) != len(LEVELS)
        or not all(isinstance(row, Mapping) for row in rows)
    ):
        raise BadGrid("degrees", at)
    return tuple(
        Degree(_texts(row.get("name", {}), "name", at), _texts(row.get("text", {}), "text", at))
        for row in rows
    )


def _texts(given: Any, what: str, at: int) -> dict[str, str]:
    if not isinstance(given, Mapping) or any(
        language not in LANGUAGES or not isinstance(text, str) or len(text) > LONGEST[what]
        for language, text in given.items()
    ):
        raise BadGrid("degrees", at)
    return {language: text for language, text in given.items() if text.strip()}
