"""Articles of rows that were read from files, and rows of articles for files to be written."""

from __future__ import annotations

import hashlib
import logging
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import QuerySet

from pelekan.knowledge import actions, around, bodies, outlines, pictures, rights
from pelekan.knowledge.around import FROM, UNNAMED
from pelekan.knowledge.files import Fault, Office, Row
from pelekan.knowledge.files.pages import moved
from pelekan.knowledge.models import Article, ArticleKind, Picture, Section, Translation, Version, Visibility
from pelekan.lib.language import language as guess_language
from pelekan.people.models import Agent, Language
from pelekan.tickets.events import action
from pelekan.tickets.shaping import CannotBe

log = logging.getLogger("pelekan.knowledge")


@dataclass
class Taken:
    """What an import did. `same`: nothing new in them."""

    made: int = 0
    changed: int = 0
    same: int = 0
    faults: list[Fault] = field(default_factory=list)

    def add(self, how: str) -> None:
        """One more that was "made", "changed" or "same"."""
        setattr(self, how, getattr(self, how) + 1)


@dataclass
class Sorting:
    """Rows one after the other: each gets its language and an id, and none comes twice."""

    language: str = ""  # of rows that name none; without it, it is guessed
    seen: set[tuple[str, str]] = field(default_factory=set)
    titles: Counter[str] = field(default_factory=Counter)
    outdated: set[tuple[str, str]] = field(
        default_factory=set
    )  # (id, language) that follow an older original
    lost: list[Fault] = field(default_factory=list)  # pictures and files that articles came in without

    def sort(self, row: Row) -> Row | Fault:
        tongue = row.language or self.language or guess_language(f"{row.title} {row.text[:400]}")
        if tongue not in Language.values:
            return Fault(row.where, "language")
        known = row.id or self._by_title(row.title, tongue)
        if (known, tongue) in self.seen:
            return Fault(row.where, "twice")
        self.seen.add((known, tongue))
        if row.about.outdated:
            self.outdated.add((known, tongue))
        return replace(row, id=known, language=tongue)

    def _by_title(self, title: str, tongue: str) -> str:
        """Who comes without an id comes again under his title; of several with one title, in their order."""
        name = hashlib.sha256(f"{tongue} {title}".encode()).hexdigest()[:24]
        self.titles[name] += 1
        number = self.titles[name]
        return UNNAMED.removeprefix(FROM) + (name if number == 1 else f"{name}.{number}")


def take(
    rows: Iterable[Office | Row | Fault],
    *,
    by: Agent | None,
    section: Section | None = None,
    language: str = "",
    visibility: str = Visibility.AGENTS,
    publish: bool = False,
) -> Taken:
    """Write each row as an article, or as a new version of the one that was imported under its id before. Each row is a
    change of its own, so that one that fails keeps no other from coming in. `section`, `language`, `visibility`: for rows
    that name none. Without `publish` all come in as drafts. What surrounds an article is taken when it is made; later
    imports bring words, pictures and files."""
    if publish:
        rights.require_publisher(by)
    done, sorting = Taken(), Sorting(language)
    for row in rows:
        if isinstance(row, Office):
            around.furnish(row, by=by)
            continue
        one = sorting.sort(row) if isinstance(row, Row) else row
        if isinstance(one, Row):
            how = attempt(
                one, by=by, section=section, visibility=visibility, publish=publish, sorting=sorting
            )
            done.add(how) if isinstance(how, str) else done.faults.append(how)
        else:
            done.faults.append(one)
    done.faults += sorting.lost
    return done


def attempt(
    row: Row, *, by: Agent | None, section: Section | None, visibility: str, publish: bool, sorting: Sorting
) -> str | Fault:
    """One sorted row: "made", "changed", "same", or why not."""
    try:
        return _take(row, by, section, visibility, publish, sorting)
    except (CannotBe, PermissionError) as refused:
        log.info("not imported: %s: %s", row.where, refused)
        return Fault(row.where, "refused", {"why": str(refused)})


@action
def _take(
    row: Row, by: Agent | None, section: Section | None, visibility: str, publish: bool, sorting: Sorting
) -> str:  # fmt: skip
    known = around.known_by(row.id)
    if known is not None and by is not None and not rights.writable_by(by).filter(pk=known.pk).exists():
        raise PermissionError("This agent may not see this article.")
    article = known or _begin(row, by, section, visibility)
    places, missed = _pictures(article, row, by)
    along, lost = around.take_along(article, row, by)
    sorting.lost += [Fault(row.where, what, {"name": one}) for what, names in (("picture", missed), ("file", lost)) for one in names]  # fmt: skip
    body, data = moved(row.text, places), _moved(dict(row.data), places)
    for what in ("film", "poster"):
        if name := data.pop(what, None):
            data["file" if what == "film" else what] = along[name].pk if name in along else None
    if row.kind == ArticleKind.TREE and outlines.check(data):
        publish = False  # comes in all the same, as a draft that says what is missing
    old = Translation.objects.filter(article=article, language=row.language).select_related("newest").first()
    if old is not None and old.newest is not None and _same(old.newest, row, body, data):
        if publish and row.about.published is not False and old.published_id is None:
            actions.publish(old, by=by)
            return "changed"
        return "same"
    made = actions.write(
        article, language=row.language, title=row.title, summary=row.summary, body=body, data=data, by=by,
        note=row.where[:250],
    )  # fmt: skip
    if publish and row.about.published is not False:
        actions.publish(made, by=by)
    _follow(article, row, made, sorting.outdated)
    return "made" if known is None else "changed"


def _begin(row: Row, by: Agent | None, section: Section | None, visibility: str) -> Article:
    seen, groups, tier = around.reach(row, visibility, by)
    article = Article.objects.create(
        section=around.section_of(row, section), kind=row.kind, language=row.about.original or row.language, tier=tier,
        visibility=seen, created_by=by, owner=by, outside_id=FROM + row.id[:180] if row.id else None,
    )  # fmt: skip
    if groups:
        article.groups.set(groups)
    around.complete(article, row, by)
    return article


def _follow(article: Article, row: Row, made: Translation, outdated: set[tuple[str, str]]) -> None:
    """Which of an article's languages follow its original as it is now: all but those that the files call out of date."""
    if row.about.outdated and made.newest_id:
        Version.objects.filter(pk=made.newest_id).update(basis=None)
    elif (
        row.language == article.language
        and row.about.original
        and made.newest is not None
        and made.newest.number == 1
    ):
        late = {language for known, language in outdated if known == row.id}
        rows = Translation.objects.filter(article=article).exclude(language__in=[row.language, *late])
        Version.objects.filter(pk__in=rows.values("newest"), basis=None).update(basis=made.newest_id)


def _same(newest: Version, row: Row, body: str, data: dict[str, Any]) -> bool:
    held = {name: value for name, value in newest.data.items() if name != "outline"}
    return (newest.title, newest.summary, newest.body, held) == (
        row.title, row.summary, bodies.clean(body), bodies.clean_data(data),
    )  # fmt: skip


def _pictures(article: Article, row: Row, by: Agent | None) -> tuple[dict[str, str], list[str]]:
    """Its pictures, kept here: the address in the file → the address here, one that came before not twice; and those that
    could not be kept."""
    places: dict[str, str] = {}
    missed: list[str] = []
    for source, read in row.pictures.items():
        try:
            made = pictures.keep(article, read(), source.rpartition("/")[2] or "picture", by=by)
        except (CannotBe, ValueError, OSError, RuntimeError, EOFError, zipfile.BadZipFile) as fault:
            log.info("a picture was left out of %s: %s", row.where, fault)
            missed.append(source)
            continue
        first = Picture.objects.filter(article=article, sha256=made.sha256).order_by("pk").first() or made
        if first.pk != made.pk:
            pictures.drop(made, by=by)
        places[source] = pictures.address(first)
    return places, missed


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
    rows = rows.select_related(
        "article__section", "article__tier", "article__owner__user", "published__basis", "newest__basis"
    ).prefetch_related("article__categories", "article__groups", "article__related")
    originals = {
        (article, language): published or newest
        for article, language, published, newest in Translation.objects.filter(
            article__in=articles
        ).values_list("article", "language", "published", "newest")
    }
    among = set(articles.values_list("pk", flat=True))
    for one in rows.order_by("article_id", "language").iterator(chunk_size=200):
        version, article = one.published or one.newest, one.article
        assert version is not None
        original = originals.get((article.pk, article.language))
        outdated = one.language != article.language and version.basis_id != original
        related = [other for other in article.related.all() if other.pk in among]
        files = around.files_of(article)
        data = {
            name: value for name, value in version.data.items() if name not in ("outline", "file", "poster")
        }
        if article.kind == ArticleKind.VIDEO:
            data["file"] = None
            for name, what in (("file", "film"), ("poster", "poster")):
                if (pk := version.data.get(name)) in files:
                    data[what] = files[pk][0]
        yield Row(
            id=around.id_of(article), title=version.title, text=version.body, language=one.language,
            summary=version.summary, section=article.section.named(one.language), kind=article.kind,
            visibility=article.visibility, tags=tuple(category.name for category in article.categories.all()),
            data=data, pictures=_kept(article), about=around.about_of(one, related, outdated), files=dict(files.values()),
        )  # fmt: skip


def _kept(article: Article) -> dict[str, Any]:
    return {
        pictures.address(one): (lambda one=one: pictures.read(one))
        for one in Picture.objects.filter(article=article, inline=True)
    }
