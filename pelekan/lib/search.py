"""A word index inside the database: SQLite's FTS5 or PostgreSQL's tsvector behind one small protocol.

A document is a positive id, the id of the group that it belongs to (a ticket), and its folded words. Newest
documents come first, so a search for a common word reads only as much as it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from django.db import connection

from pelekan.lib.unhurried import unhurried

Groups = Sequence[tuple[str, ...]]
"""Every group must be met, by any one of its words; see `pelekan.lib.folding.query_tokens`."""

MOST_WORDS = 16
"""More words than this in a question are ignored."""

SWEPT = 500
"""Pages that one `sweep` of SQLite writes."""

_PLAIN = re.compile(r"[\W_]+")


class Index(Protocol):
    """One index. `name` is its table."""

    name: str

    def create(self) -> None: ...
    def remove(self) -> None: ...
    def put(self, doc: int, group: int, words: Iterable[str]) -> None: ...
    def add(self, doc: int, group: int, words: Iterable[str]) -> None: ...  # a document that is not there yet
    def move(
        self, docs: Sequence[int], group: int
    ) -> None: ...  # the same words, of another group from now on
    def drop(self, docs: Sequence[int]) -> None: ...
    def sweep(self, first: bool) -> bool: ...  # words of dropped documents go for good; whether there is more
    def find(self, groups: Groups, *, before: int | None, limit: int) -> list[tuple[int, int]]: ...


class _Table:
    def __init__(self, name: str) -> None:
        self.name = name

    def _run(self, sql: str, values: Sequence[Any] = ()) -> list[tuple[int, int]]:
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []


class SqliteIndex(_Table):
    """FTS5; the document id is the rowid."""

    def create(self) -> None:
        self._run(
            f"CREATE VIRTUAL TABLE {self.name} USING fts5("
            "words, grp UNINDEXED, tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N*'\")"
        )

    def remove(self) -> None:
        self._run(f"DROP TABLE IF EXISTS {self.name}")

    def put(self, doc: int, group: int, words: Iterable[str]) -> None:
        self._run(f"DELETE FROM {self.name} WHERE rowid = %s", [doc])
        self.add(doc, group, words)

    def add(self, doc: int, group: int, words: Iterable[str]) -> None:
        self._run(
            f"INSERT OR REPLACE INTO {self.name} (rowid, words, grp) VALUES (%s, %s, %s)",
            [doc, " ".join(words), group],
        )

    def move(self, docs: Sequence[int], group: int) -> None:
        for some in _in_parts(docs):
            marks = ", ".join(["%s"] * len(some))
            self._run(f"UPDATE {self.name} SET grp = %s WHERE rowid IN ({marks})", [group, *some])

    def drop(self, docs: Sequence[int]) -> None:
        for doc in docs:
            self._run(f"DELETE FROM {self.name} WHERE rowid = %s", [doc])

    def sweep(self, first: bool) -> bool:
        """FTS5 keeps the words of dropped documents until it merges its segments, which may be never. This merges some
        pages in a transaction of its own, so that others write in between; the `first` call says that all shall
        become one."""
        with unhurried(), connection.cursor() as cursor:
            cursor.execute("SELECT total_changes()")
            before = cursor.fetchone()[0]
            pages = -SWEPT if first else SWEPT
            cursor.execute(f"INSERT INTO {self.name} ({self.name}, rank) VALUES ('merge', %s)", [pages])
            cursor.execute("SELECT total_changes()")
            return bool(cursor.fetchone()[0] - before >= 2)

    def find(self, groups: Groups, *, before: int | None, limit: int) -> list[tuple[int, int]]:
        match = " AND ".join(
            "(" + " OR ".join(f'"{word}"*' if last and len(word) > 1 else f'"{word}"' for word in group) + ")"
            for group, last in _asked(groups)
        )
        if not match:
            return []
        return self._run(
            f"SELECT rowid, grp FROM {self.name} WHERE {self.name} MATCH %s AND rowid < %s ORDER BY rowid DESC LIMIT %s",
            [match, before or 2**62, limit],
        )


class PostgresIndex(_Table):
    """A table with a `tsvector` and a GIN index; the words arrive folded, so the dictionary is `simple`."""

    def create(self) -> None:
        self._run(
            f"CREATE TABLE {self.name} (doc bigint PRIMARY KEY, grp bigint NOT NULL, words tsvector NOT NULL)"
        )
        self._run(f"CREATE INDEX {self.name}_words ON {self.name} USING gin (words)")

    def remove(self) -> None:
        self._run(f"DROP TABLE IF EXISTS {self.name}")

    def put(self, doc: int, group: int, words: Iterable[str]) -> None:
        self._run(
            f"INSERT INTO {self.name} (doc, grp, words) VALUES (%s, %s, array_to_tsvector(%s))"
            " ON CONFLICT (doc) DO UPDATE SET grp = excluded.grp, words = excluded.words",
            [doc, group, sorted({word[:200] for word in words})],
        )

    add = put

    def move(self, docs: Sequence[int], group: int) -> None:
        self._run(f"UPDATE {self.name} SET grp = %s WHERE doc = ANY(%s)", [group, list(docs)])

    def drop(self, docs: Sequence[int]) -> None:
        self._run(f"DELETE FROM {self.name} WHERE doc = ANY(%s)", [list(docs)])

    def sweep(self, first: bool) -> bool:
        return False  # what was deleted goes with the next vacuum

    def find(self, groups: Groups, *, before: int | None, limit: int) -> list[tuple[int, int]]:
        match = " & ".join(
            "(" + " | ".join(f"'{word}':*" if last and len(word) > 1 else f"'{word}'" for word in group) + ")"
            for group, last in _asked(groups)
        )
        if not match:
            return []
        return self._run(
            f"SELECT doc, grp FROM {self.name} WHERE words @@ %s::tsquery AND doc < %s ORDER BY doc DESC LIMIT %s",
            [match, before or 2**62, limit],
        )


def _in_parts(docs: Sequence[int], most: int = 500) -> Iterable[Sequence[int]]:
    """SQLite takes only so many values in one statement."""
    return (docs[start : start + most] for start in range(0, len(docs), most))


def _asked(groups: Groups) -> list[tuple[list[str], bool]]:
    """Words without anything that a query language could read, and whether it is the last group, which may
    be a word still being typed."""
    clean = [
        [word for word in (_PLAIN.sub("", w)[:60] for w in group) if word] for group in groups[:MOST_WORDS]
    ]
    clean = [group for group in clean if group]
    return [(group, i == len(clean) - 1) for i, group in enumerate(clean)]


def index(name: str) -> Index:
    """The index `name` in the database that is in use."""
    return SqliteIndex(name) if connection.vendor == "sqlite" else PostgresIndex(name)
