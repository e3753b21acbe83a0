"""Articles of rows that were read from files, and rows of articles for files to be written."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet
from django.utils.text import slugify

from pelekan.knowledge import actions, bodies, outlines, pictures, rights
from pelekan.knowledge.files import Fault, Row
from pelekan.knowledge.files.pages import moved
from pelekan.knowledge.models import Article, ArticleKind, Picture, Section, Translation, Visibility
from pelekan.lib.language import language as guess_language
from pelekan.people.models import Agent, Language
from pelekan.tickets.events import action
from pelekan.tickets.shaping import CannotBe

log = logging.getLogger("pelekan.knowledge")
FROM = "import:"


@dataclass
class Taken:
    """What an import did. `same`: nothing new in them."""

    made: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)


def take(
    rows: Iterable[Row | Fault],
    *,
    by: Agent | None,
    section: Section | None = None,
    language: str = "",
    visibility: str = Visibility.AGENTS,
    publish: bool = False,
) -> Taken:
    """Write each row as an article, or as a new version of the one that was imported under its id before. Each row is a
    change of its own, so that one that fails keeps no other from coming in. `section`, `language`, `visibility`: for rows
    that name none. Without `publish` all come in as drafts."""
    if publish:
        rights.require_publisher(by)
    done, seen = Taken(), set[tuple[str, str]]()
    for row in rows:
        if isinstance(row, Fault):
            done.faults.append(row)
            continue
        tongue = row.language or language or guess_language(f"{row.title} {row.text[:400]}")
        if tongue not in Language.values:
            done.faults.append(Fault(row.where, "language"))
        elif row.id and (row.id, tongue) in seen:
            done.faults.append(Fault(row.where, "twice"))
        else:
            seen.add((row.id, tongue))
            try:
                how = _take(row, tongue, by, section, visibility, publish)
            except (CannotBe, PermissionError) as refused:
                log.info("not imported: %s: %s", row.where, refused)
                done.faults.append(Fault(row.where, "refused", {"why": str(refused)}))
            else:
                setattr(done, how, getattr(done, how) + 1)
    return done


@action
def _take(
    row: Row, language: str, by: Agent | None, section: Section | None, visibility: str, publish: bool
) -> str:
    data = dict(row.data)
    if row.kind == ArticleKind.TREE and outlines.check(data) and publish:
        publish = False  # comes in all the same, as a draft that says what is missing
    known = Article.objects.filter(outside_id=FROM + row.id[:180]).first() if row.id else None
    if known is not None and by is not None and not rights.writable_by(by).filter(pk=known.pk).exists():
        raise PermissionError("This agent may not see this article.")
    if known is None:
        article = Article.objects.create(
            section=_section(row.section, section), kind=row.kind, language=language,
            visibility=_visibility(row.visibility or visibility), created_by=by, owner=by,
            outside_id=FROM + row.id[:180] if row.id else None,
        )  # fmt: skip
    else:
        article = known
    places = _pictures(article, row, by)
    body, data = moved(row.text, places), _moved(data, places)
    old = Translation.objects.filter(article=article, language=language).select_related("newest").first()
    if old is not None and old.newest is not None and _same(old, row, body, data):
        return "same"
    made = actions.write(
        article,
        language=language,
        title=row.title,
        summary=row.summary,
        body=body,
        data=data,
        by=by,
        note=row.where[:250],
    )
    if publish:
        actions.publish(made, by=by)
    return "made" if known is None else "changed"


def _same(old: Translation, row: Row, body: str, data: dict[str, Any]) -> bool:
    newest = old.newest
    assert newest is not None
    return (newest.title, newest.body, newest.data) == (
        row.title,
        bodies.clean(body),
        bodies.clean_data(data),
    )


def _visibility(name: str) -> str:
    """Groups and steps of another house mean nothing here: such articles are the team's until somebody says more."""
    known = (Visibility.PUBLIC, Visibility.CUSTOMERS, Visibility.AGENTS)
    return name if name in known else Visibility.AGENTS


def _section(name: str, otherwise: Section | None) -> Section:
    if not name and otherwise is not None:
        return otherwise
    name = name or "Imported"
    for one in Section.objects.filter(archived_at=None):
        if name.casefold() in {one.slug.casefold(), *(word.casefold() for word in one.names.values())}:
            return one
    tongue = guess_language(name)
    slug = first = slugify(name.replace("\u200c", "-"), allow_unicode=True)[:70].strip("-") or "imported"
    number = 2
    while Section.objects.filter(slug=slug).exists():
        slug, number = f"{first}-{number}", number + 1
    tongue = tongue if tongue in Language.values else "en"
    return Section.objects.create(slug=slug, names={tongue: name[:80]}, position=Section.objects.count())


def _pictures(article: Article, row: Row, by: Agent | None) -> dict[str, str]:
    """Its pictures, kept here: the address in the file → the address here. One that came before is not kept twice."""
    places = {}
    for source, read in row.pictures.items():
        try:
            made = pictures.keep(article, read(), source.rpartition("/")[2] or "picture", by=by)
        except (CannotBe, ValueError, OSError, RuntimeError) as fault:
            log.info("a picture was left out of %s: %s", row.where, fault)
            continue
        first = Picture.objects.filter(article=article, sha256=made.sha256).order_by("pk").first() or made
        if first.pk != made.pk:
            pictures.drop(made, by=by)
        places[source] = pictures.address(first)
    return places


def _moved(value: Any, places: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: _moved(one, places) for key, one in value.items()}
    if isinstance(value, list):
        return [_moved(one, places) for one in value]
    return moved(value, places) if isinstance(value, str) else value


# The other way


def rows_of(articles: QuerySet[Article]) -> Iterator[Row]:
    """A row for each language of these articles: what is published, else the newest draft."""
    rows = Translation.objects.filter(article__in=articles, newest__isnull=False)
    rows = rows.select_related("article__section", "published", "newest").prefetch_related(
        "article__categories"
    )
    for one in rows.order_by("article_id", "language").iterator(chunk_size=200):
        version = one.published or one.newest
        assert version is not None
        article = one.article
        outside = (article.outside_id or "").removeprefix(FROM)
        yield Row(
            id=outside or str(article.pk), title=version.title, text=version.body, language=one.language,
            summary=version.summary, section=article.section.named(one.language), kind=article.kind,
            visibility=article.visibility, tags=tuple(category.name for category in article.categories.all()),
            data={name: value for name, value in version.data.items() if name != "outline"}, pictures=_kept(article),
        )  # fmt: skip


def _kept(article: Article) -> dict[str, Any]:
    return {
        pictures.address(one): (lambda one=one: pictures.read(one))
        for one in Picture.objects.filter(article=article, inline=True)
    }
