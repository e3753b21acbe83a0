"""Rows that fall due: the queue is the table whose state people see.

A row waits in `due_at` (None: nothing to do), is taken by writing `leased_until`, and counts its `tries` where it has
that column. Any number of processes may share the work: SQLite has one writer, PostgreSQL skips locked rows.
`leased_until` is also the proof of who has the row: every lease of a row ends later than the one before, and `settle`
writes only while the row still carries the lease that it was taken with. An effect inside the same transaction as
`settle` therefore happens once, however often a row is handed out: so a lease need not outlive a power cut, and
taking one does not wait for the disk.
"""

from __future__ import annotations

import functools
import itertools
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet

from pelekan.lib.prepared import PreparedModels, update_where
from pelekan.lib.unhurried import unhurried

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(hours=1)
ORDER = ("due_at", "pk")
FAR = timedelta(days=1)
"""A lease that ends later than this beyond its length was taken by a clock that ran ahead: it holds no more."""

Row = TypeVar("Row", bound=Model)


class LeaseLost(Exception):
    """The row was handed to someone else, or settled already: roll back what was about to be done with it."""


@dataclass(frozen=True, eq=False)
class Job:
    """What is done with the rows of one table when they fall due.

    `do(row)` gets a row that is ours for `lease`. What it returns is when the row falls due again, None for never.
    It may `settle` the row itself, in the transaction of its effect. When it raises, the row falls due again
    after a growing pause; what must be told about that, or given up, `do` settles by itself.
    """

    model: type[Model]
    do: Callable[[Any], datetime | None]
    where: Q | None = None
    lease: timedelta = LEASE
    at_once: int = 10  # rows taken in one go
    threads: int = 1
    ready: Callable[[datetime], Q] | None = None  # what else keeps rows back at that moment
    order: tuple[str, ...] = ORDER  # who goes first
    rest: Callable[[], None] | None = None  # what a worker lets go when there is nothing more to do
    part: str = ""  # which of the table's rows, where several jobs share it

    def where_at(self, now: datetime) -> Q:
        """Which rows are this job's at `now`."""
        return (self.where or Q()) & (self.ready(now) if self.ready else Q())

    @property
    def name(self) -> str:
        return self.model._meta.label_lower

    @property
    def key(self) -> str:
        """What tells it from every other job: "channels.delivery sms"."""
        return f"{self.name} {self.part}".rstrip()


def claim(
    model: type[Row],
    now: datetime,
    limit: int = 10,
    lease: timedelta = LEASE,
    where: Q | None = None,
    without: Iterable[Any] = (),
    ready: Callable[[datetime], Q] | None = None,
    order: tuple[str, ...] = ORDER,
) -> list[Row]:
    """Take up to `limit` rows that are due at `now`, earliest first, and keep others from them for `lease`."""
    until = now + lease
    without = tuple(without)
    queue = _queue(model, where, limit, len(without), ready, order)
    asked = now, now + lease + FAR, *without
    if connection.vendor == "sqlite" and not queue(*asked):  # looking must not keep others from writing
        return []
    with unhurried():
        rows = queue(*asked)
        for tries, its in _by_tries(rows).items():
            values = {"leased_until": until} if tries is None else {"leased_until": until, "tries": tries + 1}
            update_where(model, {"pk": [row.pk for row in its]}, **values)
            for row, (name, value) in itertools.product(its, values.items()):
                setattr(row, name, value)
    return rows


def _by_tries(rows: list[Row]) -> dict[int | None, list[Row]]:
    found: dict[int | None, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, "tries", None), []).append(row)
    return found


@functools.lru_cache(maxsize=256)
def _queue(
    model: type[Row],
    where: Q | None,
    limit: int,
    without: int,
    ready: Callable[[datetime], Q] | None,
    order: tuple[str, ...],
) -> PreparedModels[Row]:
    """The first rows that are due and free, locked where the database can."""

    def rows(now: datetime, far: datetime, *busy: int) -> QuerySet[Row]:
        free = Q(leased_until__isnull=True) | Q(leased_until__lte=now) | Q(leased_until__gt=far)
        open_ = ready(now) if ready else Q()
        found = model._base_manager.filter(free, where or Q(), open_, due_at__lte=now).exclude(pk__in=busy)
        if connection.features.has_select_for_update_skip_locked:
            found = found.select_for_update(skip_locked=True, of=("self",))
        return found.order_by(*order)[:limit]

    return PreparedModels(rows)


def renew(row: Model, now: datetime, lease: timedelta = LEASE) -> bool:
    """Keep a row longer. False when it is no longer ours."""
    until = max(now + lease, row.leased_until)  # type: ignore[attr-defined]
    if not _ours(row).update(leased_until=until):
        return False
    row.leased_until = until  # type: ignore[attr-defined]
    return True


def settle(row: Model, due_at: datetime | None = None, **values: Any) -> None:
    """Give a row back with `values`, due again at `due_at` (None: done). Raises LeaseLost, and writes nothing,
    when it is no longer ours: call it first in the transaction of the effect."""
    values |= {"due_at": due_at, "leased_until": None}
    if any(hasattr(value, "resolve_expression") for value in values.values()):
        mine = _ours(row).update(**values)
    else:
        mine = update_where(type(row), _lease_of(row), **values)
    if not mine:
        raise LeaseLost(f"{row._meta.label_lower} {row.pk}")
    for name, value in values.items():
        setattr(row, name, value)


def queued(*models: type[Model]) -> None:
    """Say inside a transaction that rows of `models` were made due: this process starts on them at its commit."""
    transaction.on_commit(lambda: wake(*models), robust=True)


def wake(*models: type[Model]) -> None:
    """Let this process look at once for due rows of `models` (of every table when none is named)."""
    with _sleeping:
        for model, bell in _bells:
            if not models or model in models:
                bell.set()


_sleeping = threading.Lock()
_bells: list[tuple[type[Model] | None, threading.Event]] = []  # rung when something is queued


def listen(model: type[Model] | None) -> threading.Event:
    """A bell that `wake` rings for `model`; hand it back with `deafen`."""
    bell = threading.Event()
    with _sleeping:
        _bells.append((model, bell))
    return bell


def deafen(bell: threading.Event) -> None:
    with _sleeping:
        _bells[:] = [pair for pair in _bells if pair[1] is not bell]


def next_due(model: type[Model], where: Q | None = None) -> datetime | None:
    """When the next row falls due, or fell due; None when none waits. Rows in work count too."""
    rows = model._base_manager.filter(where or Q(), due_at__isnull=False).order_by("due_at")
    return rows.values_list("due_at", flat=True).first()


def overdue(model: type[Model], now: datetime, where: Q | None = None) -> timedelta:
    """How long the oldest row that nobody works on has been due: the figure that says whether workers keep up."""
    oldest = _ready(model, now, LEASE, where).order_by("due_at").values_list("due_at", flat=True).first()
    return max(now - oldest, timedelta()) if oldest else timedelta()


def pause(tries: int) -> timedelta:
    """How long to wait after the `tries`th failure: 10 s, doubled each time, at most an hour."""
    return min(FIRST_PAUSE * 2 ** min(max(tries - 1, 0), 20), LONGEST_PAUSE)


def _ready(model: type[Row], now: datetime, lease: timedelta, where: Q | None) -> QuerySet[Row]:
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now) | Q(leased_until__gt=now + lease + FAR)
    return model._base_manager.filter(free, where or Q(), due_at__lte=now)


def _ours(row: Model) -> QuerySet[Any]:
    return type(row)._base_manager.filter(**_lease_of(row), leased_until__isnull=False)


def _lease_of(row: Model) -> dict[str, Any]:
    return {"pk": row.pk, "leased_until": row.leased_until}  # type: ignore[attr-defined]
