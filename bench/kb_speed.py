"""Search at size: how fast articles come in, how large the index is, and what a question costs beside the bare index query of the
same words over the same texts in the same database, asked in turn.

    bench/kb_speed.py [--articles 100000] [--messages 1000000] [--questions 300] [--database postgresql://…]

**Readers' search** (`knowledge.search.find`) stands beside SQLite's FTS5 ordered by its own bm25, or PostgreSQL's tsvector with
GIN ordered by ts_rank: the same words, any of them, the same ten. **Agents' search** over messages (`tickets.search.find`, newest
first) stands beside the same condition asked of its index alone, newest first, and ordered by bm25 or ts_rank.

Articles come in as `pelekan knowledge import` takes them, and are made before the clock starts; tickets, messages and their words
are written by plain SQL. Texts are made: words of a long-tailed vocabulary of 60,000 in each of three languages, 120 in each
article, 20 in each message. A question to articles is three to six words of one of them, one in ten mistyped; a question to
messages is one to three words of one of them. Time is this process's CPU time on SQLite (it is the database) and time on the clock
on PostgreSQL.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import accumulate
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parent.parent)]

VOCABULARY = 60_000
WORDS, MESSAGE = 120, 20
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
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    import office

    office.make(args.database)
    from django.db import connection

    clock = time.process_time if connection.vendor == "sqlite" else time.perf_counter
    chance = random.Random(11)
    vocabulary = {tongue: made(chance, some) for tongue, some in SYLLABLES.items()}
    print(f"# {connection.vendor}, load {os.getloadavg()[0]:.1f}")
    over = 0.0
    if args.articles:
        over = max(over, articles(args.articles, args.questions, vocabulary, chance, clock))
    if args.messages:
        over = max(over, messages(args.messages, args.questions, vocabulary["fa"], chance, clock))
    print(f"load {os.getloadavg()[0]:.1f}")
    return int(over > 2)


COMMONNESS = list(accumulate(1 / (rank + 8) for rank in range(VOCABULARY)))


def articles(
    number: int,
    questions: int,
    vocabulary: dict[str, list[str]],
    chance: random.Random,
    clock: Callable[[], float],
) -> float:
    """Import, size, questions; p95 as a multiple of the bare query's."""
    import office

    from pelekan.commands.knowledge import search
    from pelekan.knowledge.files import Row
    from pelekan.knowledge.loading import load
    from pelekan.lib.html import from_text

    texts: list[tuple[str, str, str]] = []
    for place in range(number):
        tongue = ("fa", "ar", "en")[place % 3]
        words = chance.choices(vocabulary[tongue], cum_weights=COMMONNESS, k=WORDS)
        texts.append((tongue, " ".join(words[:5]), " ".join(words[5:])))
    took, made, before = 0.0, 0, size()
    for start in range(0, number, 10_000):  # rows are made outside of the time
        rows = [
            Row(f"m-{start + place}", title, from_text(text), tongue)
            for place, (tongue, title, text) in enumerate(texts[start : start + 10_000])
        ]
        began = clock()
        made += load(rows).made
        took += clock() - began
    office.tell("(k) articles imported", f"{made / took:.0f}/s, {made} in {took:.0f} s")
    held = index_size()
    office.tell(
        "(k) size of 10,000 articles",
        f"{(size() - before) / number * 1e4 / 1e6:.1f} MB"
        + (f", of it the index {held / number * 1e4 / 1e6:.1f} MB" if held else ""),
    )
    bare = plain(texts)
    asked = [question(chance, *chance.choice(texts)) for _ in range(questions)]
    return compare("readers' search", asked, search, {"bare": bare}, clock)


def messages(
    number: int, questions: int, vocabulary: list[str], chance: random.Random, clock: Callable[[], float]
) -> float:
    """The agents' search over `number` messages, two of each ticket; p95 as a multiple of the bare query's."""
    import office
    from django.db import connection

    from pelekan.lib.folding import query_tokens
    from pelekan.lib.search import index
    from pelekan.people.models import Agent
    from pelekan.tickets.search import INDEX, find

    office.fill(number // 2)
    texts: dict[int, str] = {}

    def rows() -> Iterator[tuple[int, int, str]]:
        for doc in range(2, number + 2):  # as office.fill numbers them
            text = " ".join(chance.choices(vocabulary, cum_weights=COMMONNESS, k=MESSAGE))
            if doc % 97 == 0:
                texts[doc] = text
            yield doc, doc // 2, text

    began = clock()
    write_words(INDEX, rows())
    print(f"messages: {number}, their words written in {clock() - began:.0f} s", flush=True)
    agent = next(one for one in Agent.objects.select_related("user").order_by("pk") if one.sees_all)
    asked = [
        " ".join(chance.sample(chance.choice(list(texts.values())).split(), chance.randint(1, 3)))
        for _ in range(questions)
    ]
    lite = connection.vendor == "sqlite"
    ranked_sql = (
        f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s ORDER BY rank LIMIT 25"
        if lite
        else f"SELECT doc FROM {INDEX} WHERE words @@ %s::tsquery ORDER BY ts_rank(words, %s::tsquery) DESC LIMIT 25"
    )

    def ranked(text: str) -> object:
        words = text.split()
        both = " AND ".join(f'"{one}"' for one in words) if lite else " & ".join(f"'{one}'" for one in words)
        with connection.cursor() as cursor:
            cursor.execute(ranked_sql, [both] * ranked_sql.count("%s"))
            return cursor.fetchall()

    return compare(
        "agents' search",
        asked,
        lambda text: find(text, agent),
        {
            "bare, by rank": ranked,
            "bare, newest first": lambda text: index(INDEX).find(query_tokens(text), before=None, limit=25),
        },
        clock,
    )


def write_words(table: str, rows: Iterator[tuple[int, int, str]]) -> None:
    """Words of messages, and the messages' texts, by plain SQL."""
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            while some := [row for row, _ in zip(rows, range(20_000), strict=False)]:
                cursor.executemany(
                    f"INSERT OR REPLACE INTO {table} (rowid, grp, words) VALUES (%s, %s, %s)", some
                )
                cursor.executemany(
                    "UPDATE tickets_message SET text = %s WHERE id = %s",
                    [(text, doc) for doc, _, text in some],
                )
            return
        cursor.execute(f"DROP INDEX {table}_words")
        cursor.execute("CREATE TEMPORARY TABLE made (doc bigint, grp bigint, words text) ON COMMIT DROP")
        with cursor.copy("COPY made (doc, grp, words) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute(f"INSERT INTO {table} (doc, grp, words) SELECT doc, grp, words::tsvector FROM made")
        cursor.execute("UPDATE tickets_message m SET text = made.words FROM made WHERE m.id = made.doc")
        cursor.execute(f"CREATE INDEX {table}_words ON {table} USING gin (words)")
        cursor.execute(f"ANALYZE {table}")


def compare(
    name: str,
    asked: list[str],
    ours: Callable[[str], object],
    bare: dict[str, Callable[[str], object]],
    clock: Callable[[], float],
) -> float:
    """All are asked the same in turn. p95 as a multiple of the first bare query's."""
    import office

    ways = {"ours": ours, **bare}
    times: dict[str, list[float]] = {way: [] for way in ways}
    for text in asked[:20]:
        for ask in ways.values():
            ask(text)
    for text in asked:
        for way, ask in ways.items():
            times[way].append(timed(lambda ask=ask, text=text: ask(text), clock))  # type: ignore[misc]
    for at in (0.5, 0.95, 0.99):
        here = quantile(times["ours"], at)
        told = "; ".join(
            f"{way} {quantile(times[way], at) * 1000:.1f} ms, {here / quantile(times[way], at):.2f} ×"
            for way in bare
        )
        office.tell(
            f"(k) {name} p{at * 100:.0f}", f"{here * 1000:.1f} ms; {told}", "≤ 2 ×" if at == 0.95 else ""
        )
    return quantile(times["ours"], 0.95) / quantile(times[next(iter(bare))], 0.95)


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


def index_size() -> int:
    """Bytes of the articles' index alone; 0 where this SQLite can't tell."""
    from django.db import DatabaseError, connection

    with connection.cursor() as cursor:
        try:
            if connection.vendor == "sqlite":
                cursor.execute(
                    "SELECT sum(pgsize) FROM dbstat WHERE name LIKE 'answer_%' OR name LIKE 'search_%'"
                    " OR name LIKE 'sqlite_autoindex_search_%'"
                )
            else:
                cursor.execute(
                    "SELECT sum(pg_total_relation_size(relid)) FROM pg_stat_user_tables"
                    " WHERE relname LIKE 'answer_%' OR relname LIKE 'search_%'"
                )
            return int(cursor.fetchone()[0] or 0)
        except DatabaseError:
            return 0


def timed(do: Callable[[], object], clock: Callable[[], float]) -> float:
    began = clock()
    do()
    return clock() - began


def quantile(values: list[float], at: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * at))]


if __name__ == "__main__":
    sys.exit(main())
