"""Which versions are in force, and what they say, read once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pelekan.lib.prepared import Prepared
from pelekan.tickets.events import within_change
from pelekan.tickets.rulebooks.models import Rulebook

T = TypeVar("T")
MOST_KEPT = 64


@dataclass(frozen=True, eq=False)
class Book:
    """A version: its row's id and number, and its document. `fixed`: it was in force, so nobody changes it any more."""

    id: int
    number: int
    kind: str
    body: Mapping[str, Any]
    fixed: bool = True


Books = Mapping[str, Book]
"""kind → the version in force. A kind without one is missing."""

_IN_FORCE = Prepared(
    lambda yes: (
        Rulebook.objects.filter(enabled_at__isnull=not yes, ended_at__isnull=True)
        .order_by("kind")
        .values("id", "kind")
    )
)
_BODIES = Prepared(
    lambda pk: Rulebook.objects.filter(pk=pk).values("id", "number", "kind", "body", "enabled_at")
)
_lock = threading.Lock()
_kept: OrderedDict[int, Book] = OrderedDict()
_parsed: OrderedDict[tuple[int, Any], Any] = OrderedDict()


def in_force() -> Books:
    """What is in force now; within a change the same for all who ask. One small statement each time, the documents
    themselves are read once by each process."""
    return within_change("rulebooks", _read)


def _read() -> Books:
    return {row["kind"]: book(row["id"]) for row in _IN_FORCE(True)}


def book(pk: int) -> Book:
    """The version with this id. What was in force never changes, so it is read once; a draft each time."""
    with _lock:
        found = _kept.get(pk)
        if found is not None:
            return found
    row = _BODIES.one(pk)
    if row is None:
        raise Rulebook.DoesNotExist(pk)
    found = Book(row["id"], row["number"], row["kind"], row["body"], row["enabled_at"] is not None)
    if not found.fixed:
        return found
    with _lock:
        _kept[pk] = found
        while len(_kept) > MOST_KEPT:
            _kept.popitem(last=False)
    return found


def parsed(book: Book | None, parse: Callable[[Mapping[str, Any]], T]) -> T | None:
    """What `parse` makes of the book's document, kept for the next time; None without a book."""
    if book is None:
        return None
    if not book.fixed:
        return parse(book.body)
    key = (book.id, parse)
    with _lock:
        if key in _parsed:
            return _parsed[key]
    made = parse(book.body)
    with _lock:
        _parsed[key] = made
        while len(_parsed) > MOST_KEPT * 4:
            _parsed.popitem(last=False)
    return made


def forget() -> None:
    """Read everything anew: for tests, whose databases come and go with the same ids."""
    with _lock:
        _kept.clear()
        _parsed.clear()
