"""Reading the sums: of a period, of each day in it, by kind of visitor, topic, article. Costs rows of sums, never of steps."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from pelekan.knowledge.trail.models import Habits, Tally, Topic

NUMBERS = (
    "visits", "looked", "solved", "requested", "pending", "questions", "fruitless", "unclicked", "ticketed", "missed",
    "readings", "seconds", "helped", "unhelped", "tickets", "calls", "work",
)  # fmt: skip
Sums = dict[str, int]


def _of(of: str, first: date, last: date) -> QuerySet[Tally]:
    return Tally.objects.filter(of=of, day__gte=first, day__lte=last)


def total(first: date, last: date, of: str = "all", key: str = "") -> Sums:
    """The sums of a period: a number for each of NUMBERS."""
    found = _of(of, first, last).filter(key=key).aggregate(**{f"sum_{one}": Sum(one) for one in NUMBERS})
    return {one: found[f"sum_{one}"] or 0 for one in NUMBERS}


def by_day(first: date, last: date, fields: Iterable[str], of: str = "all", key: str = "") -> list[Sums]:
    """One row a day, days without anything too: [{name: number}] in order."""
    names = list(fields)
    known = {
        row[0]: dict(zip(names, row[1:], strict=True))
        for row in _of(of, first, last).filter(key=key).values_list("day", *names)
    }
    empty = dict.fromkeys(names, 0)
    return [known.get(first + timedelta(days=n), empty) for n in range((last - first).days + 1)]


def by_key(first: date, last: date, of: str, order: str, most: int = 100) -> list[tuple[str, Sums]]:
    """What there is of one kind, the greatest `order` first."""
    rows: QuerySet[Any, Any] = _of(of, first, last).values("key")
    rows = rows.annotate(**{f"sum_{one}": Sum(one) for one in NUMBERS}).filter(**{f"sum_{order}__gt": 0})
    return [
        (row["key"], {one: row[f"sum_{one}"] or 0 for one in NUMBERS})
        for row in rows.order_by(f"-sum_{order}", "key")[:most]
    ]


def topics(
    first: date, last: date, *, only: str = "questions", language: str = "", words: str = "", skip: int = 0, most: int = 50
) -> tuple[list[tuple[Topic, Sums]], bool]:  # fmt: skip
    """The topics of a period, the most asked of `only` (questions, fruitless, unclicked, ticketed) first; and whether
    there are more."""
    rows: QuerySet[Any, Any] = _of("topic", first, last)
    if language or words:
        wanted = Topic.objects.filter(Q(language=language) if language else Q())
        if words:
            wanted = wanted.filter(Q(key__contains=words) | Q(text__icontains=words))
        rows = rows.filter(key__in=[str(pk) for pk in wanted.values_list("pk", flat=True)[:5_000]])
    rows = rows.values("key").annotate(**{f"sum_{one}": Sum(one) for one in NUMBERS})
    rows = rows.filter(**{f"sum_{only}__gt": 0}).order_by(
        F(f"sum_{only}").desc(), F("sum_questions").desc(), "key"
    )
    part = list(rows[skip : skip + most + 1])
    known = Topic.objects.in_bulk([int(row["key"]) for row in part[:most]])
    return [
        (known[int(row["key"])], {one: row[f"sum_{one}"] or 0 for one in NUMBERS})
        for row in part[:most]
        if int(row["key"]) in known
    ], len(part) > most


def freshness() -> dict[str, Any]:
    """{summed_at}: when the sums were last brought up to date, None before the first time."""
    return {"summed_at": Habits.objects.filter(pk=1).values_list("summed_at", flat=True).first()}
