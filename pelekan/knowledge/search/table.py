"""The words themselves: SQLite's FTS5 or PostgreSQL's GIN index, asked for ids alone.

Neither database ranks: both only say which entries hold a token, so that the same Python gives the same order on both
(`search.ranking`). Beside them stand the slips: under which numbers a word of the vocabulary is found when it is mistyped
(`lib.tongues.slips`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

WORDS, SLIPS = "answer_words", "answer_slips"


def create(apps: Any = None, editor: Any = None) -> None:
    """Migration: both tables."""
    if connection.vendor == "sqlite":
        _do(
            f"CREATE VIRTUAL TABLE {WORDS} USING fts5(words, detail=none, columnsize=0,"
            " tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N*' tokenchars ':^=~'\")"
        )
        _do(f"CREATE TABLE {SLIPS} (slip integer, word text, PRIMARY KEY (slip, word)) WITHOUT ROWID")
    else:
        _do(f"CREATE TABLE {WORDS} (doc bigint PRIMARY KEY, words tsvector NOT NULL)")
        _do(f"CREATE INDEX {WORDS}_words ON {WORDS} USING gin (words) WITH (fastupdate = off)")
        _do(f'CREATE TABLE {SLIPS} (slip bigint, word text COLLATE "C", PRIMARY KEY (slip, word))')


def remove(apps: Any = None, editor: Any = None) -> None:
    """Migration, backwards."""
    _do(f"DROP TABLE IF EXISTS {WORDS}")
    _do(f"DROP TABLE IF EXISTS {SLIPS}")


def drop(docs: Sequence[int]) -> None:
    """Take these entries' words out."""
    if not docs:
        return
    if connection.vendor == "sqlite":
        _many(f"DELETE FROM {WORDS} WHERE rowid = %s", [(doc,) for doc in docs])
    else:
        _do(f"DELETE FROM {WORDS} WHERE doc = ANY(%s)", [list(docs)])


def add(rows: Sequence[tuple[int, list[str]]]) -> None:
    """Put entries in: (id, tokens)."""
    if connection.vendor == "sqlite":
        _many(
            f"INSERT OR REPLACE INTO {WORDS} (rowid, words) VALUES (%s, %s)",
            [(doc, " ".join(tokens)) for doc, tokens in rows],
        )
    else:
        _many(
            f"INSERT INTO {WORDS} (doc, words) VALUES (%s, array_to_tsvector(%s))"
            " ON CONFLICT (doc) DO UPDATE SET words = excluded.words",
            [(doc, tokens) for doc, tokens in rows],
        )


def count(changes: Iterable[tuple[str, int]]) -> list[str]:
    """Add to the numbers of terms; the terms that were not there before. In the order of names, so that two who write at
    once never wait for each other in a circle."""
    wanted = sorted((name, number) for name, number in changes if number)
    if not wanted:
        return []
    known: set[str] = set()
    for some in _parts(wanted, 2000):
        known |= set(numbers([name for name, _ in some]))
    add_up = "ON CONFLICT (name) DO UPDATE SET number = search_term.number + excluded.number"
    if connection.vendor == "sqlite":
        _many(f"INSERT INTO search_term (name, number) VALUES (%s, %s) {add_up}", wanted)
    else:
        for some in _parts(wanted, 20_000):
            _do(
                f"INSERT INTO search_term (name, number) SELECT * FROM unnest(%s::text[], %s::bigint[]) {add_up}",
                [[name for name, _ in some], [number for _, number in some]],
            )
    gone = [name for name, number in wanted if number < 0]
    for some in _parts(gone, 500):
        _do(
            f"DELETE FROM search_term WHERE number <= 0 AND name IN ({', '.join(['%s'] * len(some))})",
            list(some),
        )
    return [name for name, number in wanted if number > 0 and name not in known]


def numbers(names: Sequence[str]) -> dict[str, int]:
    """In how many entries each of these terms stands; what stands in none is left out."""
    if not names:
        return {}
    if connection.vendor == "sqlite":
        found: dict[str, int] = {}
        for some in _parts(list(names), 2000):
            found.update(
                _do(
                    f"SELECT name, number FROM search_term WHERE name IN ({', '.join(['%s'] * len(some))})",
                    list(some),
                )
            )
        return found
    return dict(_do("SELECT name, number FROM search_term WHERE name = ANY(%s)", [list(names)]))


def beginning(starts: Sequence[str], most: int) -> dict[str, int]:
    """Terms that begin so, with their numbers: the `most` most frequent ones."""
    where = " OR ".join(["(name >= %s AND name < %s)"] * len(starts))
    values = [value for start in starts for value in (start, start + "\U0010ffff")]
    return dict(
        _do(
            f"SELECT name, number FROM search_term WHERE {where} ORDER BY number DESC, name LIMIT %s",
            [*values, most],
        )
    )


def add_slips(rows: Iterable[tuple[int, str]]) -> None:
    """Words under their numbers; those that are there stay."""
    if connection.vendor == "sqlite":
        _many(f"INSERT OR IGNORE INTO {SLIPS} (slip, word) VALUES (%s, %s)", list(rows))
        return
    for some in _parts(list(rows), 20_000):
        _do(
            f"INSERT INTO {SLIPS} (slip, word) SELECT * FROM unnest(%s::bigint[], %s::text[]) ON CONFLICT DO NOTHING",
            [[number for number, _ in some], [word for _, word in some]],
        )


def slips(keys: Sequence[int], most: int = 2000) -> list[tuple[int, str]]:
    """(number, word) under any of these numbers."""
    if not keys:
        return []
    marks = ", ".join(["%s"] * len(keys))
    return _do(
        f"SELECT slip, word FROM {SLIPS} WHERE slip IN ({marks}) ORDER BY slip, word LIMIT %s", [*keys, most]
    )


Asked = Sequence[Sequence[str]]
"""Every group must be met, by any one of its tokens."""


def holding(questions: Sequence[tuple[int, Asked, int]]) -> list[tuple[int, int]]:
    """All questions in one statement: (which, what, at most how many) → [(which, id)]. A question with more answers than asked
    for gives the newest."""
    if not questions:
        return []
    parts: list[str] = []
    values: list[Any] = []
    for which, asked, most in questions:
        if connection.vendor == "sqlite":
            one = f"SELECT {which} AS q, rowid AS doc FROM {WORDS} WHERE {WORDS} MATCH %s ORDER BY rowid DESC LIMIT {most}"
            values.append(
                " AND ".join("(" + " OR ".join(f'"{token}"' for token in group) + ")" for group in asked)
            )
        else:
            one = f"SELECT {which} AS q, doc FROM {WORDS} WHERE words @@ %s::tsquery ORDER BY doc DESC LIMIT {most}"
            values.append(
                " & ".join("(" + " | ".join(f"'{token}'" for token in group) + ")" for group in asked)
            )
        parts.append(f"SELECT q, doc FROM ({one}) AS part{len(parts)}")
    return _do(" UNION ALL ".join(parts), values)


def _do(sql: str, values: Sequence[Any] = ()) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        return cursor.fetchall() if cursor.description else []


def _many(sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(sql, rows)


def _parts(rows: Sequence[Any], size: int) -> Iterable[Sequence[Any]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))
