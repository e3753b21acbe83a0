"""★ Conditions: one small tree for routing, automations, service levels, views and replay.

In JSON: {"all": […]}, {"any": […]}, {"not": …}, {"always": true}, {"field": "priority", "is": "at_least", "value": 3}.
A group without members says nothing; it can't be kept, so nothing that was left blank ever catches everything: what is
meant for all says {"always": true}.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.tickets.conditions import words
from pelekan.tickets.conditions.fields import ALONE, ASKS, LISTS, Ask, Field, Kind, field_named

DEEPEST = 6
MOST_TESTS = 60
MOST_VALUES = 200
LONGEST_VALUE = 120
NOT_PLAIN = "…"
"""What a fact that is a list or worse is seen as: known, and equal to nothing that can be asked for."""

Facts = Mapping[str, Any]
"""What is known of a ticket at a moment; see `conditions.facts.facts_of`. What is missing is not known."""


class BadCondition(ValueError):
    """A condition that can't be kept. `where` is the way to it (numbers of members), `code` says what is wrong."""

    def __init__(self, where: tuple[int, ...], code: str, what: str = "") -> None:
        super().__init__(f"{code} at {'.'.join(map(str, where)) or 'the top'}{f': {what}' if what else ''}")
        self.where, self.code, self.what = where, code, what


@dataclass(frozen=True, slots=True)
class Always:
    """Holds for everything."""


@dataclass(frozen=True, slots=True)
class Test:
    """One question. `value`: a tuple, a number, or None where the question takes nothing."""

    field: str
    ask: Ask
    value: tuple[Any, ...] | float | int | None = None

    __test__ = False  # not a test of pytest's


@dataclass(frozen=True, slots=True)
class All:
    members: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    members: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Not:
    member: Condition


Condition = Always | Test | All | AnyOf | Not


# Reading and writing


def parse(stored: Any) -> Condition:
    """The tree that `stored` describes. Raises BadCondition."""
    count = [0]
    return _parse(stored, (), count)


def _parse(stored: Any, where: tuple[int, ...], count: list[int]) -> Condition:
    if len(where) > DEEPEST:
        raise BadCondition(where, "too_deep")
    count[0] += 1
    if count[0] > MOST_TESTS:
        raise BadCondition(where, "too_many")
    if not isinstance(stored, Mapping) or not stored:
        raise BadCondition(where, "blank")
    if stored.get("always") is True and len(stored) == 1:
        return Always()
    for name, group in (("all", All), ("any", AnyOf)):
        if name in stored and len(stored) == 1:
            members = stored[name]
            if not isinstance(members, list) or not members:
                raise BadCondition(where, "blank")
            return group(tuple(_parse(one, (*where, n), count) for n, one in enumerate(members)))
    if "not" in stored and len(stored) == 1:
        return Not(_parse(stored["not"], (*where, 0), count))
    return _test(stored, where)


def _test(stored: Mapping[str, Any], where: tuple[int, ...]) -> Test:
    if not set(stored) <= {"field", "is", "value"}:
        raise BadCondition(where, "unknown", ", ".join(sorted(map(str, stored)))[:80])
    field = field_named(str(stored.get("field", "")))
    if field is None:
        raise BadCondition(where, "no_such_field", str(stored.get("field", ""))[:80])
    asked = stored.get("is")
    if not isinstance(asked, str) or asked not in asks_of(field):
        raise BadCondition(where, "no_such_question", field.name)
    ask = Ask(asked)
    return Test(field.name, ask, _value(field, ask, stored.get("value"), where))


def asks_of(field: Field) -> tuple[Ask, ...]:
    """The questions that can be asked of it."""
    return tuple(a for a in ASKS[field.kind] if field.known or a not in (Ask.KNOWN, Ask.UNKNOWN))


def _value(
    field: Field, ask: Ask, value: Any, where: tuple[int, ...]
) -> tuple[Any, ...] | float | int | None:
    if ask in ALONE:
        if value is not None:
            raise BadCondition(where, "value_not_wanted", field.name)
        return None
    if ask in LISTS:
        values = value if isinstance(value, list) else [value]
        if not values or len(values) > MOST_VALUES:
            raise BadCondition(where, "values", field.name)
        return tuple(dict.fromkeys(_one(field, one, where) for one in values))
    if isinstance(value, bool) or not isinstance(value, int | float) or not -1e6 < value < 1e6:
        raise BadCondition(where, "number", field.name)
    return value


_ROWS = frozenset({"inbox", "team", "agent", "category", "customer", "organization"})


def _one(field: Field, value: Any, where: tuple[int, ...]) -> Any:
    if field.values in _ROWS or field.values == "tier":
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise BadCondition(where, "value", field.name)
        return value
    if not isinstance(value, str) or value.strip() in ("", NOT_PLAIN) or len(value) > LONGEST_VALUE:
        raise BadCondition(where, "value", field.name)
    if field.kind == Kind.WORDS and not words.patterns(value):
        raise BadCondition(where, "no_words", value)
    return value.strip().casefold() if field.values == "tag" else value.strip()


def dump(condition: Condition) -> dict[str, Any]:
    """The JSON of it; `parse(dump(c)) == c`."""
    match condition:
        case Always():
            return {"always": True}
        case All(members):
            return {"all": [dump(one) for one in members]}
        case AnyOf(members):
            return {"any": [dump(one) for one in members]}
        case Not(member):
            return {"not": dump(member)}
        case Test(field, ask, None):
            return {"field": field, "is": str(ask)}
        case Test(field, ask, value):
            return {
                "field": field,
                "is": str(ask),
                "value": list(value) if isinstance(value, tuple) else value,
            }


def tests_of(condition: Condition) -> Iterator[Test]:
    """Every question in it."""
    match condition:
        case Test():
            yield condition
        case All(members) | AnyOf(members):
            for one in members:
                yield from tests_of(one)
        case Not(member):
            yield from tests_of(member)


def asks_sets(condition: Condition) -> bool:
    """Whether it can be put to a whole table."""
    return all((field := field_named(test.field)) is not None and field.sets for test in tests_of(condition))


def asks_time(condition: Condition) -> bool:
    """Whether its answer can change by waiting alone."""
    return any((field := field_named(test.field)) is not None and field.now for test in tests_of(condition))


# Judging


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether it holds for what is known."""
    match condition:
        case Test():
            return _holds(condition, facts)
        case All(members):
            return all(holds(one, facts) for one in members)
        case AnyOf(members):
            return any(holds(one, facts) for one in members)
        case Not(member):
            return not holds(member, facts)
        case Always():
            return True


def _holds(test: Test, facts: Facts) -> bool:
    seen = seen_by(test.field, facts)
    ask, value = test.ask, test.value
    if ask == Ask.KNOWN:
        return _known(seen)
    if ask == Ask.UNKNOWN:
        return not _known(seen)
    if ask in (Ask.YES, Ask.NO):
        return bool(seen) is (ask == Ask.YES)
    if isinstance(value, tuple):
        return _among(test, seen, value)
    if seen is None or value is None:
        return False
    if isinstance(seen, str):  # a moment: it is so many hours ago
        return _ago(seen, facts, ask, value)
    if ask == Ask.AT_LEAST:
        return bool(seen >= value)
    if ask == Ask.AT_MOST:
        return bool(seen <= value)
    return bool(seen == value)


def _ago(since: str, facts: Facts, ask: Ask, hours: float) -> bool:
    border = datetime.fromisoformat(facts["now"]) - timedelta(hours=hours)
    moment = datetime.fromisoformat(since)
    return moment <= border if ask == Ask.AT_LEAST else moment >= border


def _among(test: Test, seen: Any, values: tuple[Any, ...]) -> bool:
    ask = test.ask
    if ask in (Ask.HAS_ANY, Ask.HAS_ALL, Ask.HAS_NONE):
        said = (words.says(seen or "", phrase) for phrase in values)
        return all(said) if ask == Ask.HAS_ALL else any(said) is (ask == Ask.HAS_ANY)
    its = (
        {*seen} if isinstance(seen, list | tuple) else {seen} if _known(seen) else set()
    )  # unknown is none of them
    if ask == Ask.ALL_OF:
        return its >= {*values}
    return bool(its & {*values}) is (ask == Ask.ONE_OF)


def _known(seen: Any) -> bool:
    return seen is not None and seen != [] and seen != ""


def seen_by(field: str, facts: Facts) -> Any:
    """The value that a question about `field` looks at."""
    head, _, key = field.partition(".")
    if key:
        held = facts.get(f"{head}s")
        return said(held.get(key)) if isinstance(held, Mapping) else None
    return facts.get(field)


def said(value: Any) -> str | None:
    """A fact as it is compared: 5 and "5" alike, true as "true"; of anything that is no plain value only that it is there."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int) else NOT_PLAIN


@dataclass(frozen=True, slots=True)
class Judged:
    """A condition with its answer, for people: `seen` is what a question looked at (shortened). Members after the one
    that decided were not asked: `held` None."""

    condition: Condition
    held: bool | None
    seen: Any = None
    members: tuple[Judged, ...] = ()


def explain(condition: Condition, facts: Facts) -> Judged:
    """The answer and how it came about, asked in the same order as `holds` does and no further."""
    match condition:
        case Test():
            return Judged(condition, _holds(condition, facts), _shortened(condition, facts))
        case All(members):
            return _group(condition, members, facts, stop=False)
        case AnyOf(members):
            return _group(condition, members, facts, stop=True)
        case Not(member):
            inner = explain(member, facts)
            return Judged(condition, not inner.held, members=(inner,))
        case Always():
            return Judged(condition, True)


def _group(condition: Condition, members: tuple[Condition, ...], facts: Facts, *, stop: bool) -> Judged:
    found: list[Judged] = []
    decided = False
    for one in members:
        if decided:
            found.append(Judged(one, None))
            continue
        found.append(explain(one, facts))
        decided = found[-1].held is stop
    return Judged(condition, stop if decided else not stop, members=tuple(found))


def _shortened(test: Test, facts: Facts) -> Any:
    seen = seen_by(test.field, facts)
    if test.ask in (Ask.HAS_ANY, Ask.HAS_ALL, Ask.HAS_NONE) and isinstance(test.value, tuple):
        return [phrase for phrase in test.value if words.says(seen or "", phrase)]  # never the text itself
    if test.ask in (Ask.AT_LEAST, Ask.AT_MOST) and isinstance(seen, str):
        hours = datetime.fromisoformat(facts["now"]) - datetime.fromisoformat(seen)
        return round(hours / timedelta(hours=1), 2)
    return seen


def told(judged: Judged) -> dict[str, Any]:
    """`Judged` as JSON, for `Decision.trace`: {"is": condition, "held", "seen", "of": [members]}; a group's own condition
    is not repeated, only its kind ("all", "any", "not", "always")."""
    match judged.condition:
        case Test():
            shape: dict[str, Any] = {"is": dump(judged.condition), "held": judged.held}
            return shape | ({"seen": judged.seen} if judged.held is not None else {})
        case All():
            name = "all"
        case AnyOf():
            name = "any"
        case Not():
            name = "not"
        case Always():
            name = "always"
    return {"is": name, "held": judged.held, "of": [told(one) for one in judged.members]}
