"""The same conditions put to the whole table of tickets: `matching(c, now)` finds a ticket exactly where
`holds(c, facts_of(ticket, now=now))`; a property test holds the two together on both databases.

Every part is true or false and never NULL, so that "not" means what it says: what stands in another table is asked for
by EXISTS, which also keeps the join to the few rows that are looked at.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTransform

from pelekan.people.models import Customer
from pelekan.tickets.conditions.ast import All, Always, AnyOf, Condition, Not, Test, tests_of
from pelekan.tickets.conditions.fields import Ask, Kind, field_named
from pelekan.tickets.conditions.words import patterns
from pelekan.tickets.models import Category, Tag, Ticket

EVERY = Q(pk__isnull=False)
NONE = Q(pk__isnull=True)


class OnlyOfOne(ValueError):
    """The condition asks what is known only at the moment something happens; no table can answer it."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} can't be asked of many tickets at once.")
        self.field = field


def matching(condition: Condition, now: datetime) -> Q:
    """The tickets for which `condition` holds at `now`. Raises OnlyOfOne."""
    for test in tests_of(condition):
        field = field_named(test.field)
        if field is None or not field.sets:
            raise OnlyOfOne(test.field)
    return _q(condition, now)


def _q(condition: Condition, now: datetime) -> Q:
    match condition:
        case Test():
            return _test(condition, now)
        case All(members):
            return _all(_q(one, now) for one in members)
        case AnyOf(members):
            return _any(_q(one, now) for one in members)
        case Not(member):
            return ~_q(member, now)
        case Always():
            return EVERY


def _all(parts: Iterable[Q]) -> Q:
    return reduce(and_, parts, EVERY)


def _any(parts: Iterable[Q]) -> Q:
    return reduce(or_, parts, NONE)


_COLUMNS = {
    "channel": "channel", "inbox": "inbox_id", "language": "language", "status": "status", "team": "team_id",
    "assignee": "assignee_id", "priority": "priority", "impact": "impact", "urgency": "urgency",
    "customer": "customer_id", "organization": "organization_id", "alarm": "alarm", "frustration": "frustration",
    "round_trips": "round_trips", "reopened": "reopened", "transfers": "transfers",
    "tier": "tier__level",  # never NULL, so a plain join will do
}  # fmt: skip
_FLAGS = {
    "registered": "registered_at__isnull",
    "follow_up": "follows__isnull",
    "answered": "first_answer_at__isnull",
}
_MOMENTS = {"age": "created_at", "waiting": "waiting_since", "idle": "last_at", "solved_for": "solved_at"}


def _test(test: Test, now: datetime) -> Q:
    field = field_named(test.field)
    assert field is not None
    if test.field in _SPECIAL:
        return _SPECIAL[test.field](test)
    if field.kind == Kind.FACT:
        return _fact(test)
    if test.field in _FLAGS:
        return Q(**{_FLAGS[test.field]: test.ask == Ask.NO})
    if test.field in _MOMENTS:
        return _moment(_MOMENTS[test.field], test, now)
    if field.kind == Kind.NUMBER:
        return _number(_COLUMNS[test.field], test)
    return _column(_COLUMNS[test.field], test)


def _column(column: str, test: Test) -> Q:
    known = Q(**{f"{column}__isnull": False})
    match test.ask:
        case Ask.KNOWN:
            return known
        case Ask.UNKNOWN:
            return Q(**{f"{column}__isnull": True})
        case Ask.ONE_OF:
            return known & Q(**{f"{column}__in": test.value})
        case _:
            return Q(**{f"{column}__isnull": True}) | ~Q(**{f"{column}__in": test.value})


def _number(column: str, test: Test) -> Q:
    """Columns hold whole numbers; a half in the question is rounded to the side that leaves its answer the same."""
    value: Any = test.value
    if test.ask == Ask.AT_LEAST:
        return Q(**{f"{column}__gte": math.ceil(value)})
    if test.ask == Ask.AT_MOST:
        return Q(**{f"{column}__lte": math.floor(value)})
    return Q(**{column: int(value)}) if value == int(value) else NONE


def _moment(column: str, test: Test, now: datetime) -> Q:
    known = Q(**{f"{column}__isnull": False})
    if test.ask in (Ask.KNOWN, Ask.UNKNOWN):
        return known if test.ask == Ask.KNOWN else Q(**{f"{column}__isnull": True})
    value: Any = test.value
    border = now - timedelta(hours=value)
    return known & Q(**{f"{column}__{'lte' if test.ask == Ask.AT_LEAST else 'gte'}": border})


def _category(test: Test) -> Q:
    """The ticket's own category, those above it, and further causes with those above them."""

    def among(values: Iterable[Any]) -> Q:
        line = _any(Q(**{f"{name}__in": [*values]}) for name in ("pk", "parent_id", "parent__parent_id"))
        own = Category.objects.filter(line, pk=OuterRef("category_id"))
        further = Category.objects.filter(line, caused=OuterRef("pk"))
        return Q(Exists(own)) | Q(Exists(further))

    known = Q(category__isnull=False) | Q(Exists(Category.objects.filter(caused=OuterRef("pk"))))
    return _several(test, among, known)


def _tags(test: Test) -> Q:
    names = dict(Tag.objects.values_list("pk", "name"))

    def among(values: Iterable[Any]) -> Q:
        meant = {*values}
        ids = [pk for pk, name in names.items() if name.casefold() in meant]
        return Q(Exists(_BEARS(tag_id__in=ids, ticket_id=OuterRef("pk")))) if ids else NONE

    return _several(test, among, Q(Exists(_BEARS(ticket_id=OuterRef("pk")))))


_BEARS = Ticket.tags.through._base_manager.filter


def _several(test: Test, among: Callable[[Iterable[Any]], Q], known: Q) -> Q:
    values: Any = test.value
    match test.ask:
        case Ask.KNOWN:
            return known
        case Ask.UNKNOWN:
            return ~known
        case Ask.ALL_OF:
            return _all(among([value]) for value in values)
        case Ask.ONE_OF:
            return among(values)
        case _:
            return ~among(values)


def _kind(test: Test) -> Q:
    """The kind of the nearest category that has one, from the ticket's own upwards."""
    mine = Category.objects.filter(pk=OuterRef("category_id"))
    own, above, top = Q(kind=""), Q(parent__isnull=True) | Q(parent__kind=""), Q(parent__parent__isnull=True)
    blank = mine.filter(own, above, top | Q(parent__parent__kind=""))
    known = Q(Exists(mine)) & ~Q(Exists(blank))
    if test.ask in (Ask.KNOWN, Ask.UNKNOWN):
        return known if test.ask == Ask.KNOWN else ~known
    values: Any = test.value
    found = (
        Q(kind__in=values)
        | own & Q(parent__kind__in=values)
        | own & Q(parent__kind="") & Q(parent__parent__kind__in=values)
    )
    one_of = Q(Exists(mine.filter(found)))
    return one_of if test.ask == Ask.ONE_OF else ~one_of


def _subject(test: Test) -> Q:
    def says(phrase: str) -> Q:
        return _all(_any(Q(subject_folded__contains=one) for one in group) for group in patterns(phrase))

    values: Any = test.value
    said = [says(phrase) for phrase in values]
    if test.ask == Ask.HAS_ALL:
        return _all(said)
    return _any(said) if test.ask == Ask.HAS_ANY else ~_any(said)


def _importance(test: Test) -> Q:
    """The customer's or his organization's, whichever is more."""
    value: Any = test.value

    def at_least(number: int) -> Q:
        more = Q(importance__gte=number) | Q(organization__importance__gte=number)
        return Q(Exists(_whose(more)))

    if test.ask == Ask.AT_LEAST:
        return at_least(math.ceil(value))
    if test.ask == Ask.AT_MOST:
        return ~at_least(math.floor(value) + 1)
    return at_least(int(value)) & ~at_least(int(value) + 1) if value == int(value) else NONE


def _fact(test: Test) -> Q:
    """A fact of the customer's profile, compared as it is said: 5 and "5" alike, true as "true"."""
    key = test.field.partition(".")[2]

    def with_fact(**asked: Any) -> Q:
        rows = Customer.objects.annotate(fact=KeyTransform(key, "facts"))
        return Q(Exists(rows.filter(pk=OuterRef("customer_id"), **asked)))

    known = with_fact(fact__isnull=False) & ~with_fact(fact=None) & ~with_fact(fact="")
    if test.ask in (Ask.KNOWN, Ask.UNKNOWN):
        return known if test.ask == Ask.KNOWN else ~known
    values: Any = test.value
    one_of = _any(with_fact(fact=shape) for value in values for shape in _shapes(value))
    return one_of if test.ask == Ask.ONE_OF else ~one_of


def _shapes(value: str) -> list[Any]:
    shapes: list[Any] = [value]
    if value in ("true", "false"):
        shapes.append(value == "true")
    if value.removeprefix("-").isdecimal() and str(int(value)) == value and len(value) < 16:
        shapes.append(int(value))
    return shapes


def _whose(asked: Q) -> QuerySet[Customer]:
    return Customer.objects.filter(asked, pk=OuterRef("customer_id"))


_SPECIAL: dict[str, Callable[[Test], Q]] = {
    "category": _category,
    "kind": _kind,
    "tags": _tags,
    "subject": _subject,
    "importance": _importance,
}
