"""The knowledge base's search at size: how fast articles come in, how large the index is, and what a question costs beside the
bare index query of the same words (SQLite: FTS5 ordered by its own bm25; PostgreSQL: tsvector with GIN, ordered by ts_rank) over
the same texts in the same database, asked in turn.

    bench/kb_speed.py [--articles 100000] [--questions 300] [--database postgresql://…]

Texts are made: words of a long-tailed vocabulary, 120 in each article, a question is three to six words of one article, one in ten
mistyped. Time is this process's CPU time on SQLite (it is the database) and time on the clock on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

VOCABULARY = 60_000
WORDS = 120
SYLLABLES = {
    "en": [
        "ba",
        "co",
        "di",
        "fe",
        "ga",
        "ho",
        "ju",
        "ka",
        "le",
        "mi",
        "no",
        "pa",
        "ra",
        "se",
        "ti",
        "vo",
        "wa",
        "ze",
        "tion",
        "al",
        "er",
        "on",
        "pre",
        "con",
    ],
    "fa": [
        "با",
        "کا",
        "دی",
        "سر",
        "گو",
        "هم",
        "نا",
        "پر",
        "را",
        "شا",
        "تو",
        "ور",
        "زم",
        "مان",
        "کر",
        "یش",
        "دا",
        "خو",
        "بر",
        "فا",
    ],
    "ar": [
        "با",
        "كا",
        "دي",
        "سر",
        "قو",
        "هم",
        "نا",
        "بر",
        "را",
        "شا",
        "تو",
        "ور",
        "زم",
        "مع",
        "كر",
        "يش",
        "دا",
        "خو",
        "عل",
        "فا",
    ],
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    import office

    office.make(args.database)
    from django.db import connection

    from pelekan.knowledge.files import Row
    from pelekan.knowledge.loading import load
    from pelekan.lib.html import from_text

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    chance = random.Random(11)
    vocabulary = {tongue: made(chance, some) for tongue, some in SYLLABLES.items()}
    weights = [1 / (rank + 8) for rank in range(VOCABULARY)]
    texts: list[tuple[str, str, str]] = []

    def rows() -> Iterator[Row]:
        for number in range(args.articles):
            tongue = ("fa", "ar", "en")[number % 3]
            words = chance.choices(vocabulary[tongue], weights, k=WORDS)
            texts.append((tongue, " ".join(words[:5]), " ".join(words[5:])))
            yield Row(f"m-{number}", texts[-1][1], from_text(texts[-1][2]), tongue)

    before, began = size(), clock()
    done = load(rows())
    took = clock() - began
    print(
        f"import: {done.made} articles in {took:.0f} s, {done.made / took:.0f}/s; database grew by {(size() - before) / 1e6:.0f} MB",
        flush=True,
    )
    bare = plain(texts)
    from pelekan.commands.knowledge import search

    questions = [question(chance, *chance.choice(texts)) for _ in range(args.questions)]
    ours, theirs = [], []
    for text in questions[:20]:
        search(text), bare(text)
    for text in questions:
        ours.append(timed(lambda text=text: search(text), clock))
        theirs.append(timed(lambda text=text: bare(text), clock))
    for name, at in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)):
        a, b = quantile(ours, at), quantile(theirs, at)
        print(f"{name}: {a * 1000:.1f} ms, bare index query {b * 1000:.1f} ms, {a / b:.2f} ×")
    print(f"load {os.getloadavg()[0]:.1f}")
    return int(quantile(ours, 0.95) > 2 * quantile(theirs, 0.95))


def made(chance: random.Random, syllables: list[str]) -> list[str]:
    found: dict[str, None] = {}
    while len(found) < VOCABULARY:
        found["".join(chance.choices(syllables, k=chance.choice((2, 3, 3, 4))))] = None
    return list(found)


def question(chance: random.Random, _tongue: str, title: str, text: str) -> str:
    words = chance.sample(f"{title} {text}".split(), chance.randint(3, 6))
    if chance.random() < 0.1:
        at = chance.randrange(len(words))
        words[at] = words[at][:2] + words[at][3:]
    return " ".join(words)


def plain(texts: list[tuple[str, str, str]]) -> Callable[[str], object]:
    """The bare index over the same texts."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("CREATE VIRTUAL TABLE bare USING fts5(title, text)")
            cursor.executemany("INSERT INTO bare (title, text) VALUES (%s, %s)", [one[1:] for one in texts])
            sql = "SELECT rowid, bm25(bare, 3.0) FROM bare WHERE bare MATCH %s ORDER BY rank LIMIT 10"
        else:
            cursor.execute("CREATE TABLE bare (id serial PRIMARY KEY, words tsvector)")
            for at in range(0, len(texts), 5000):
                cursor.executemany(
                    "INSERT INTO bare (words) VALUES (setweight(to_tsvector('simple', %s), 'A') || to_tsvector('simple', %s))",
                    [one[1:] for one in texts[at : at + 5000]],
                )
            cursor.execute("CREATE INDEX bare_words ON bare USING gin (words)")
            cursor.execute("ANALYZE bare")
            sql = "SELECT id FROM bare WHERE words @@ to_tsquery('simple', %s) ORDER BY ts_rank(words, to_tsquery('simple', %s)) DESC LIMIT 10"
    joined = " OR " if connection.vendor == "sqlite" else " | "

    def ask(text: str) -> object:
        words = joined.join(f'"{word}"' if joined == " OR " else word for word in text.split())
        with connection.cursor() as cursor:
            cursor.execute(sql, [words] * sql.count("%s"))
            return cursor.fetchall()

    return ask


def size() -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        else:
            cursor.execute("SELECT pg_database_size(current_database())")
        return int(cursor.fetchone()[0])


def timed(do: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    do()
    return clock() - began


def quantile(values: list[float], at: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * at))]


if __name__ == "__main__":
    sys.exit(main())
