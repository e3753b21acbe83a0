"""Many articles at once, out at once: what `pelekan knowledge import` does. A row that needs more than its words (pictures,
steps, a tree) goes the long way, through `knowledge.importing`; all others are written some hundreds in one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from pelekan.knowledge import around, bodies, importing
from pelekan.knowledge.actions import slug_of
from pelekan.knowledge.around import FROM
from pelekan.knowledge.files import About, Fault, Office, Row
from pelekan.knowledge.importing import Sorting, Taken
from pelekan.knowledge.models import Article, DraftState, Section, Translation, Version, Visibility
from pelekan.knowledge.search.keeping import put_translations
from pelekan.lib.prepared import insert_many, reserve, update_many
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category

BATCH, MOST = 1000, 4_000_000
"""Rows of one change; letters of one change."""
Key = tuple[str, str]  # outside id, language


@dataclass
class _Plain:
    row: Row
    language: str
    key: Key
    title: str
    summary: str
    body: str


def load(
    rows: Iterable[Office | Row | Fault],
    *,
    by: Agent | None = None,
    language: str = "",
    visibility: str = Visibility.PUBLIC,
    told: Callable[[int], None] | None = None,
) -> Taken:
    """Write and publish all rows; those that came before under their id are brought up to date. Each batch is a change of its
    own. `language`, `visibility`: of rows that name none. `told` hears how many rows are done."""
    done, sorting, batch, number = Taken(), Sorting(language), list[_Plain](), 0
    shelves: dict[str, Section] = {}
    tags = set(Category.objects.values_list("name", flat=True))

    def write() -> None:
        if batch:
            made, changed = _load(batch, shelves, by, visibility)
            done.made, done.changed = done.made + made, done.changed + changed
            done.same += len(batch) - made - changed
            batch.clear()

    letters = 0
    for row in rows:
        number += 1
        if isinstance(row, Office):
            around.furnish(row, by=by)
            continue
        one = sorting.sort(row) if isinstance(row, Row) else row
        if isinstance(one, Fault):
            done.faults.append(one)
        elif _needs_more(one, tags):
            write()
            how = importing.attempt(
                one, by=by, section=None, visibility=visibility, publish=True, sorting=sorting
            )
            done.add(how) if isinstance(how, str) else done.faults.append(how)
        else:
            batch.append(_plain(one, one.language))
            letters += len(one.text)
            if len(batch) == BATCH or letters > MOST:
                write()
                letters = 0
        if told and number % BATCH == 0:
            told(number)
    write()
    done.faults += sorting.lost
    return done


def _needs_more(row: Row, tags: set[str]) -> bool:
    """Whether a row is more than its words, or an article that did not come by an import."""
    more = row.pictures or row.data or row.files or row.about != About() or tags.intersection(row.tags)
    return bool(more) or row.kind not in ("text", "faq") or around.is_ours(row.id)


def _plain(row: Row, language: str) -> _Plain:
    key = (FROM + row.id[:180], language) if row.id else ("", "")
    title, summary = one_line(row.title, 250), one_line(row.summary, 400)
    return _Plain(row, language, key, title, summary, bodies.clean(row.text))


@action
def _load(
    batch: list[_Plain], shelves: dict[str, Section], by: Agent | None, visibility: str
) -> tuple[int, int]:
    """How many were made and how many changed."""
    now = clock()
    articles = {
        str(one.outside_id): one
        for one in Article.objects.filter(outside_id__in={one.key[0] for one in batch if one.key[0]})
    }
    _make(batch, articles, shelves, by, visibility, now)
    known = {
        (one.article_id, one.language): one
        for one in Translation.objects.select_related("newest").filter(
            article__in=[one.pk for one in articles.values()]
        )
    }
    fresh: list[tuple[_Plain, Translation]] = []
    for plain in batch:
        article = articles[_name(plain)]
        old = known.get((article.pk, plain.language))
        if old is None or not _same(old, plain):
            fresh.append((plain, old or Translation(article=article, language=plain.language)))
    new = [one for _plain, one in fresh if one.pk is None]
    changed = [one for _plain, one in fresh if one.pk is not None]
    for one, pk in zip(new, reserve(Translation, len(new)), strict=True):
        one.pk = pk
    versions = [_version(plain, one, by, now) for plain, one in fresh]
    for version, pk in zip(versions, reserve(Version, len(versions)), strict=True):
        version.pk = pk
    for version, (plain, one) in zip(versions, fresh, strict=True):
        one.published = one.newest = version
        one.slug, one.draft, one.due_at = slug_of(plain.title), DraftState.NONE, None
        one.published_at, one.first_published_at = now, one.first_published_at or now
    insert_many(new)
    insert_many(versions)
    update_many(
        changed, "published", "newest", "slug", "draft", "due_at", "published_at", "first_published_at"
    )
    if fresh:
        put_translations([one for _plain, one in fresh])
        record(
            "article.imported",
            by=by,
            at=now,
            number=len(fresh),
            articles=sorted({one.article_id for _, one in fresh}),
        )
    return len(new), len(changed)


def _name(plain: _Plain) -> str:
    return plain.key[0] or f"\0{id(plain)}"


def _make(
    batch: list[_Plain],
    articles: dict[str, Article],
    shelves: dict[str, Section],
    by: Agent | None,
    visibility: str,
    now: datetime,
) -> None:
    """Articles for rows that have none yet; put into `articles`."""
    new: dict[str, Article] = {}
    for plain in batch:
        name, row = _name(plain), plain.row
        if name not in articles and name not in new:
            new[name] = Article(
                section=_shelf(row, shelves), kind=row.kind, language=plain.language, created_by=by, created_at=now,
                visibility=around.reach(row, visibility, by)[0], outside_id=plain.key[0] or None,
            )  # fmt: skip
    for article, pk in zip(new.values(), reserve(Article, len(new)), strict=True):
        article.pk = pk
    insert_many(list(new.values()))
    articles.update(new)


def _shelf(row: Row, shelves: dict[str, Section]) -> Section:
    if row.section not in shelves:
        shelves[row.section] = around.section_of(row)
    return shelves[row.section]


def _same(old: Translation, plain: _Plain) -> bool:
    newest = old.newest
    return (
        newest is not None and old.published_id == newest.pk
        and (newest.title, newest.summary, newest.body) == (plain.title, plain.summary, plain.body)
    )  # fmt: skip


def _version(plain: _Plain, translation: Translation, by: Agent | None, now: datetime) -> Version:
    return Version(
        translation=translation, number=translation.newest.number + 1 if translation.newest else 1, title=plain.title,
        summary=plain.summary, body=plain.body, text=bodies.plain(plain.title, plain.summary, plain.body, {}), author=by,
        made_at=now, note=one_line(plain.row.where, 250),
    )  # fmt: skip
