"""A transaction that is not worth waiting for the disk.

Whole or not at all, and in its order among the others, as every transaction; but a power cut may take the last ones
away. For what may happen again without harm, such as leases: never for anything that somebody was told.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

FULL = 2  # SQLite: each commit waits for the disk; 1: only checkpoints do


turn = threading.RLock()
"""SQLite has one writer: queueing here is fairer and faster than fighting there. Taken before a transaction, never in one."""


@contextmanager
def unhurried() -> Iterator[None]:
    """`transaction.atomic()` whose commit does not wait for the disk. Inside another transaction, a part of that."""
    if connection.in_atomic_block:
        with transaction.atomic():
            yield
    elif connection.vendor == "sqlite":
        with turn, _synchronous_normal(), transaction.atomic():
            yield
    else:
        with transaction.atomic():
            _execute("SET LOCAL synchronous_commit TO OFF")
            yield


@contextmanager
def _synchronous_normal() -> Iterator[None]:
    before = _execute("PRAGMA synchronous")
    if before != FULL:  # tests don't wait at all
        yield
        return
    _execute("PRAGMA synchronous=NORMAL")
    try:
        yield
    finally:
        _execute(f"PRAGMA synchronous={before}")


def _execute(sql: str) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        row = cursor.fetchone() if cursor.description else None
    return row[0] if row else None
