"""`pelekan knowledge`: articles in and out, and searching them as a visitor does.

In a program, many times in one process, after `pelekan.commands.instance.start()`:

    from pelekan.commands.knowledge import search
    search("tamdid eshterak", limit=5)   # [{"id", "title", "score", "snippet", …}]
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pelekan.commands import instance
from pelekan.commands.instance import Stop

if TYPE_CHECKING:
    from pelekan.knowledge.files import Fault, Office, Row

MOST_FAULTS = 50
"""Faults that are printed one by one."""
LANGUAGES = ("fa", "ar", "en")


def knowledge_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="import|search|export|index", required=True)
    taking = acts.add_parser(
        "import", help="take in a CSV (id, title, text, language), a folder of Markdown, or a zip"
    )
    taking.add_argument("path", metavar="PATH", type=Path)
    taking.add_argument(
        "--language", choices=LANGUAGES, default="", help="of what names none; without it, it is guessed"
    )
    taking.add_argument("--visibility", choices=("public", "customers", "agents"), default="public", help="of what names none (usual: public)")  # fmt: skip
    taking.set_defaults(run=take)
    asking = acts.add_parser("search", help="what a visitor of the help centre finds")
    asking.add_argument("query", metavar="QUERY", nargs="?", default="")
    asking.add_argument("--json", action="store_true", help="print a list of {id, title, score, snippet}")
    asking.add_argument("--limit", type=int, default=10, metavar="N")
    asking.add_argument("--language", choices=LANGUAGES, default="", help="preferred; others follow")
    asking.add_argument("--literal", action="store_true", help="correct nothing")
    asking.add_argument(
        "--stdin", action="store_true", help="one question in each line; one line of JSON for each"
    )
    asking.set_defaults(run=ask)
    giving = acts.add_parser("export", help="write all published articles as Markdown with front matter")
    giving.add_argument("folder", metavar="FOLDER", type=Path)
    giving.add_argument("--drafts", action="store_true", help="drafts too; they come back as drafts")
    giving.set_defaults(run=give)
    acts.add_parser("index", help="make the search index anew").set_defaults(run=index)


def take(args: argparse.Namespace) -> int:
    instance.start()
    from django.utils import translation as languages

    from pelekan.knowledge.files.words import words
    from pelekan.knowledge.loading import load

    def told(number: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{number} read", end="", file=sys.stderr, flush=True)

    done = load(_rows(args.path), language=args.language, visibility=args.visibility, told=told)
    with languages.override("en"):
        for fault in done.faults[:MOST_FAULTS]:
            print(f"{_where(args.path, fault.where)}: {words(fault)}", file=sys.stderr)
    if len(done.faults) > MOST_FAULTS:
        print(f"… and {len(done.faults) - MOST_FAULTS} more", file=sys.stderr)
    print(f"{done.made} made, {done.changed} changed, {done.same} unchanged, {len(done.faults)} skipped")
    return 1 if done.faults and not (done.made or done.changed or done.same) else 0


def _where(path: Path, place: str) -> str:
    name, colon, line = place.rpartition(":")
    if place.isdecimal():
        return f"{path}, line {place}"
    if colon and line.isdecimal():
        return f"{path}/{name}, line {line}"
    return f"{path}/{place}" if place else str(path)


def _rows(path: Path) -> Iterator[Office | Row | Fault]:
    from pelekan.knowledge import files

    if path.is_dir():
        yield from files.read_folder(path)
    elif not path.is_file():
        raise Stop(f"There is no file or folder {str(path)!r}.")
    elif path.suffix.lower() in (".csv", ".tsv", ".zip"):
        with path.open("rb") as stream:
            yield from files.read_archive(stream) if path.suffix.lower() == ".zip" else files.read_csv(stream)
    else:
        raise Stop(f"{path.name}: give a .csv, a .zip, or a folder of Markdown files.")


def search(query: str, *, limit: int = 10, language: str = "", literal: bool = False) -> list[dict[str, Any]]:
    """What everybody finds, best first: id (the one that was imported, else the article's number), title, score, snippet,
    language, and how sure it is (0–1) that the first answers the question."""
    from pelekan.knowledge.around import FROM, UNNAMED
    from pelekan.knowledge.models import Article
    from pelekan.knowledge.readers import ANYONE
    from pelekan.knowledge.search.asking import find

    hits = find(
        query, reader=ANYONE, language=language, limit=max(0, limit), literal=literal, kinds=("article",)
    ).hits

    def _id(outside: str, pk: int | None) -> str:
        return outside.removeprefix(FROM) if outside and not outside.startswith(UNNAMED) else str(pk)

    ids = dict(
        Article.objects.filter(pk__in=[hit.article_id for hit in hits]).values_list("pk", "outside_id")
    )
    return [
        {
            "id": _id(ids.get(hit.article_id or 0) or "", hit.article_id),
            "title": _text(hit.title), "score": hit.score, "snippet": _text(hit.snippet), "language": hit.language, "sure": hit.sure,
        }
        for hit in hits
    ]  # fmt: skip


def _text(pieces: list[tuple[str, bool]]) -> str:
    return "".join(piece for piece, _ in pieces)


def ask(args: argparse.Namespace) -> int:
    if not args.stdin and not args.query.strip():
        raise Stop("Say what to search for: pelekan knowledge search QUERY")
    instance.start()
    wanted: dict[str, Any] = {"limit": args.limit, "language": args.language, "literal": args.literal}
    if args.stdin:
        for line in sys.stdin:
            print(json.dumps(search(line.strip(), **wanted), ensure_ascii=False), flush=True)
        return 0
    found = search(args.query, **wanted)
    if args.json:
        print(json.dumps(found, ensure_ascii=False, indent=1))
    else:
        for one in found:
            print(f"{one['score']:8.3f}  {one['id']}  {one['title']}\n          {one['snippet']}")
    return 0


def give(args: argparse.Namespace) -> int:
    instance.start()
    import tempfile
    import zipfile

    from pelekan.knowledge import around, importing
    from pelekan.knowledge.files import write_archive
    from pelekan.knowledge.models import Article, Translation

    folder: Path = args.folder
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Stop(f"{str(folder)!r} exists and is not empty; give a new folder.")
    published = Translation.objects.filter(published__isnull=False, article__archived_at=None)
    articles = Article.objects.filter(archived_at=None)
    if not args.drafts:
        articles = articles.filter(pk__in=published.values("article"))
    rows = (row for row in importing.rows_of(articles) if args.drafts or row.about.published)
    with tempfile.TemporaryFile() as stream:
        number = write_archive(rows, stream, around.office_of(articles))
        folder.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(stream) as archive:
            archive.extractall(folder)
    print(f"{number} articles written to {folder}")
    return 0


def index(args: argparse.Namespace) -> int:
    instance.start()
    from pelekan.knowledge.search import upkeep
    from pelekan.knowledge.search.keeping import rebuild
    from pelekan.lib.time import now

    print(f"{rebuild()} entries")
    upkeep.made(now())
    return 0
