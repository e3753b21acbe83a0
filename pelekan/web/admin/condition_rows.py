"""A condition as the rows of a form: an indented list in which a group holds what stands deeper below it.

The browser sends rows in their order, each with its depth; so adding, moving and indenting are changes of a flat list,
the same with and without JavaScript. Pure: no request, no database.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

WAYS = ("all", "any", "none", "not_all")
DEEPEST = 6
MOST_ROWS = 120


@dataclass(frozen=True)
class Row:
    """A group (`way` is one of WAYS, or "always" for the first row) or a test."""

    depth: int
    way: str = ""
    name: str = ""  # of the field that a test asks
    op: str = ""
    values: tuple[str, ...] = ()  # as typed
    unit: str = ""  # of a length of time
    error: str = field(default="", compare=False)

    @property
    def is_group(self) -> bool:
        return bool(self.way)


def settled(rows: Iterable[Row]) -> list[Row]:
    """The same rows where each stands in a group: the first is one, and nothing is deeper than its group allows."""
    found: list[Row] = []
    for row in list(rows)[:MOST_ROWS]:
        if not found:
            if not row.is_group:
                found.append(Row(0, way="all"))
            else:
                found.append(replace(row, depth=0))
                continue
        depth = max(1, min(row.depth, DEEPEST))
        above = found[-1]
        depth = min(depth, above.depth + 1 if above.is_group else above.depth)
        found.append(replace(row, depth=depth))
    return found or [Row(0, way="all")]


def until(rows: list[Row], at: int) -> int:
    """Where what belongs to the row at `at` ends."""
    end = at + 1
    while end < len(rows) and rows[end].depth > rows[at].depth:
        end += 1
    return end


def _shifted(rows: list[Row], by: int) -> list[Row]:
    return [replace(row, depth=row.depth + by) for row in rows]


def group_of(rows: list[Row], at: int) -> int:
    """The place of the group in which the row at `at` stands; -1 for the first."""
    return next((place for place in range(at - 1, -1, -1) if rows[place].depth < rows[at].depth), -1)


def before_it(rows: list[Row], at: int) -> int | None:
    """The place of the neighbour above, in the same group."""
    above = [place for place in range(group_of(rows, at) + 1, at) if rows[place].depth == rows[at].depth]
    return above[-1] if above else None


def act(rows: list[Row], what: str, at: int, fresh: Row) -> tuple[list[Row], int]:
    """The rows after `what` was done to the row at `at`, and the place that the eye should go to.

    add, group: a new test or group at the end of the group `at`; remove; in, out: into a group, out of it; up, down:
    before or behind the neighbour. What can't be done changes nothing.
    """
    if not 0 <= at < len(rows):
        return rows, 0
    row, end = rows[at], until(rows, at)
    mine = rows[at:end]
    if what in ("add", "group") and row.is_group and len(rows) < MOST_ROWS - 1:
        new = [replace(fresh, depth=row.depth + 1)]
        if what == "group":
            if row.depth + 2 > DEEPEST:
                return rows, at
            new = [Row(row.depth + 1, way="any"), replace(fresh, depth=row.depth + 2)]
        return [*rows[:end], *new, *rows[end:]], end + len(new) - 1
    if at == 0:
        return rows, 0
    if what == "remove":
        left = [*rows[:at], *rows[end:]]
        return left, min(at, len(left) - 1)
    if what == "in" and max(one.depth for one in mine) < DEEPEST:
        above = before_it(rows, at)
        if above is not None and rows[above].is_group:
            return [*rows[:at], *_shifted(mine, 1), *rows[end:]], at
        return [*rows[:at], Row(row.depth, way="any"), *_shifted(mine, 1), *rows[end:]], at + 1
    if what == "out" and row.depth > 1:
        last = until(rows, group_of(rows, at))
        rest = rows[end:last]
        return [*rows[:at], *rest, *_shifted(mine, -1), *rows[last:]], at + len(rest)
    if what == "up" and (above := before_it(rows, at)) is not None:
        return [*rows[:above], *mine, *rows[above:at], *rows[end:]], above
    if what == "down" and end < len(rows) and rows[end].depth == row.depth:
        beyond = until(rows, end)
        return [*rows[:at], *rows[end:beyond], *mine, *rows[beyond:]], at + beyond - end
    return rows, at


def rows_of(condition: dict[str, Any], values_of: Any) -> list[Row]:
    """The rows that show `condition` (JSON). `values_of(test)` gives the typed values and the unit of a test."""
    found: list[Row] = []

    def lay(part: dict[str, Any], depth: int) -> None:
        if "always" in part:
            found.append(Row(depth, way="always"))
        elif "all" in part or "any" in part:
            way = "all" if "all" in part else "any"
            found.append(Row(depth, way=way))
            for child in part[way]:
                lay(child, depth + 1)
        elif "not" in part:
            inner = part["not"]
            way, children = "none", [inner]
            if "any" in inner:
                children = inner["any"]
            elif "all" in inner:
                way, children = "not_all", inner["all"]
            found.append(Row(depth, way=way))
            for child in children:
                lay(child, depth + 1)
        else:
            values, unit = values_of(part)
            found.append(
                Row(depth, name=part.get("field", ""), op=part.get("is", ""), values=values, unit=unit)
            )

    if "field" in condition:
        found.append(Row(0, way="all"))
        lay(condition, 1)
    else:
        lay(condition, 0)
    return settled(found)


def tree_of(rows: list[Row], test_of: Any) -> dict[str, Any]:
    """The condition that `rows` show. `test_of(place)` gives a test's JSON; an empty group stays empty: whoever keeps
    it is told."""

    def grow(at: int) -> dict[str, Any]:
        row = rows[at]
        if not row.is_group:
            return test_of(at)
        if row.way == "always":
            return {"always": True}
        children, place, end = [], at + 1, until(rows, at)
        while place < end:
            children.append(grow(place))
            place = until(rows, place)
        if row.way == "not_all":
            return {"not": {"all": children}}
        if row.way == "none":
            return {"not": children[0] if len(children) == 1 else {"any": children}}
        return {row.way: children}

    return grow(0)
