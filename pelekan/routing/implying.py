"""★ Whether one condition says another: by their shape alone. What is claimed here is true; not all that is true is seen."""

from __future__ import annotations

from collections.abc import Callable

from pelekan.tickets.conditions.ast import All, Always, AnyOf, Condition, Not, Test
from pelekan.tickets.conditions.fields import Ask, Kind, field_named


def implies(a: Condition, b: Condition) -> bool:
    """Whether `b` holds wherever `a` does."""
    if a == b or isinstance(b, Always) or never(a):
        return True
    if isinstance(b, All):
        return all(implies(a, one) for one in b.members)
    if isinstance(a, AnyOf):
        return all(implies(one, b) for one in a.members)
    if isinstance(b, AnyOf) and any(implies(a, one) for one in b.members):
        return True
    if isinstance(b, Not) and contradict(a, b.member):
        return True
    if isinstance(a, Not) and isinstance(b, Not) and implies(b.member, a.member):
        return True
    if isinstance(a, All):
        return any(implies(one, b) for one in a.members)
    return isinstance(a, Test) and isinstance(b, Test) and _says(a, b)


def contradict(a: Condition, b: Condition) -> bool:
    """Whether the two can never hold together."""
    for one, other in ((a, b), (b, a)):
        if isinstance(one, Not) and implies(other, one.member):
            return True
        if isinstance(one, All) and any(contradict(member, other) for member in one.members):
            return True
        if isinstance(one, AnyOf) and all(contradict(member, other) for member in one.members):
            return True
    return isinstance(a, Test) and isinstance(b, Test) and _exclude(a, b)


def never(condition: Condition) -> bool:
    """Whether it can hold for nothing at all."""
    match condition:
        case Not(member):
            return isinstance(member, Always)
        case All(members):
            return any(never(one) for one in members) or any(
                contradict(one, other) for number, one in enumerate(members) for other in members[:number]
            )
        case AnyOf(members):
            return all(never(one) for one in members)
    return False


def _values(test: Test) -> set[object]:
    return set(test.value) if isinstance(test.value, tuple) else set()


def _single(test: Test) -> bool:
    """Whether the field has one value at most."""
    field = field_named(test.field)
    return field is not None and field.kind in (Kind.CHOICE, Kind.FACT)


_LISTS: dict[tuple[Ask, Ask], Callable[[set[object], set[object]], bool]] = {
    (Ask.ONE_OF, Ask.ONE_OF): lambda a, b: a <= b,
    (Ask.ALL_OF, Ask.ALL_OF): lambda a, b: a >= b,
    (Ask.ALL_OF, Ask.ONE_OF): lambda a, b: bool(a & b),
    (Ask.NONE_OF, Ask.NONE_OF): lambda a, b: a >= b,
    (Ask.HAS_ANY, Ask.HAS_ANY): lambda a, b: a <= b,
    (Ask.HAS_ALL, Ask.HAS_ALL): lambda a, b: a >= b,
    (Ask.HAS_ALL, Ask.HAS_ANY): lambda a, b: bool(a & b),
    (Ask.HAS_NONE, Ask.HAS_NONE): lambda a, b: a >= b,
}


def _says(a: Test, b: Test) -> bool:
    if a.field != b.field:
        return False
    if a.ask == b.ask and a.value == b.value:
        return True
    if compare := _LISTS.get((a.ask, b.ask)):
        return compare(_values(a), _values(b))
    if b.ask == Ask.KNOWN:
        return a.ask in (Ask.ONE_OF, Ask.ALL_OF, Ask.AT_LEAST, Ask.AT_MOST, Ask.EQUALS)
    if b.ask == Ask.NONE_OF:
        return a.ask == Ask.UNKNOWN or (a.ask == Ask.ONE_OF and _single(a) and not _values(a) & _values(b))
    low, high = _bounds(a)
    if b.ask == Ask.AT_LEAST:
        return low is not None and low >= b.value  # type: ignore[operator]
    if b.ask == Ask.AT_MOST:
        return high is not None and high <= b.value  # type: ignore[operator]
    return False


def _bounds(test: Test) -> tuple[float | None, float | None]:
    """Between which numbers the value lies where the test holds."""
    if isinstance(test.value, tuple) or test.value is None:
        return None, None
    return (
        test.value if test.ask in (Ask.AT_LEAST, Ask.EQUALS) else None,
        test.value if test.ask in (Ask.AT_MOST, Ask.EQUALS) else None,
    )


def _exclude(a: Test, b: Test) -> bool:
    if a.field != b.field:
        return False
    asks = {a.ask, b.ask}
    if asks in ({Ask.YES, Ask.NO}, {Ask.KNOWN, Ask.UNKNOWN}):
        return True
    for one, other in ((a, b), (b, a)):
        if one.ask == Ask.UNKNOWN and _says(other, Test(one.field, Ask.KNOWN)):
            return True
        if other.ask in (Ask.NONE_OF, Ask.HAS_NONE):
            its, not_ = _values(one), _values(other)
            if one.ask in (Ask.ONE_OF, Ask.HAS_ANY) and its <= not_:
                return True
            if one.ask in (Ask.ALL_OF, Ask.HAS_ALL) and its & not_:
                return True
        low, high = _bounds(one)[0], _bounds(other)[1]
        if low is not None and high is not None and low > high:
            return True
    return a.ask == b.ask == Ask.ONE_OF and _single(a) and not _values(a) & _values(b)
