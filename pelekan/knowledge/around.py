"""What surrounds imported and exported articles: sections, groups of customers, who reads them, owner, related ones."""

from __future__ import annotations

import functools
import hashlib
import zipfile
from collections.abc import Callable, Collection
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation as languages
from django.utils.text import slugify
from django.utils.translation import pgettext

from pelekan.knowledge import pictures, readers, rights
from pelekan.knowledge.files import About, Group, Office, Row, Shelf
from pelekan.knowledge.models import Article, Picture, Section, Translation, Visibility
from pelekan.lib import files
from pelekan.lib.language import language as guess_language
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, CustomerGroup, Language, Organization, Tier
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category
from pelekan.tickets.shaping import CannotBe

FROM = "import:"
UNNAMED = f"{FROM}title:"
"""Rows without an id are known again by their title."""

OPEN = (Visibility.PUBLIC, Visibility.CUSTOMERS, Visibility.AGENTS)


# Names


@functools.cache
def _here(secret: str) -> str:
    return hashlib.sha256(f"articles {secret}".encode()).hexdigest()[:8]


def id_of(article: Article) -> str:
    """Its id in files: the one that it came with, else one that no other desk gives."""
    outside = article.outside_id or ""
    if outside and not outside.startswith(UNNAMED):
        return outside.removeprefix(FROM)
    return f"{_here(settings.SECRET_KEY)}-{article.pk}"


def is_ours(row_id: str) -> bool:
    """Whether this desk gave the id."""
    return row_id.startswith(f"{_here(settings.SECRET_KEY)}-")


def known_by(row_id: str) -> Article | None:
    """The article that came under this id before, or left this desk under it."""
    if not row_id:
        return None
    found = Article.objects.filter(outside_id=FROM + row_id[:180]).first()
    number = row_id.partition("-")[2]
    if found is None and is_ours(row_id) and number.isdecimal() and len(number) < 18:
        found = Article.objects.filter(pk=int(number)).first()
    return found


# What they stand on


@action
def furnish(office: Office, *, by: Agent | None) -> None:
    """Sections and groups that are not here yet; those of the same name stay as they are. Agents who may not publish get
    none: their articles go to the sections that are here, and to the team."""
    if by is not None and not rights.may_publish(by):
        return
    made = 0
    for shelf in sorted(office.shelves, key=lambda one: bool(one.parent)):
        made += _shelve(shelf)
    for group in office.groups:
        if CustomerGroup.objects.filter(name=group.name[:80]).exists():
            continue
        new = CustomerGroup.objects.create(
            name=group.name[:80],
            description=group.description[:1000],
            plans=[one[:80] for one in group.plans],
        )
        new.organizations.set(Organization.objects.filter(name__in=group.organizations))
        record("customer_group.added", by=by, group=new.pk)
    if made:
        record("section.ordered", by=by)


def _shelve(shelf: Shelf) -> int:
    if Section.objects.filter(slug=shelf.slug[:80]).exists():
        return 0
    parent = Section.objects.filter(slug=shelf.parent[:80], parent=None).first() if shelf.parent else None
    Section.objects.create(
        slug=shelf.slug[:80], names={code: name[:80] for code, name in shelf.names.items()}, parent=parent, icon=shelf.icon[:40],
        descriptions={code: text[:200] for code, text in shelf.descriptions.items()}, position=Section.objects.count(),
    )  # fmt: skip
    return 1


def section_of(row: Row, otherwise: Section | None = None) -> Section:
    """The section that a row names, made where there is none yet."""
    if row.about.shelf and (found := Section.objects.filter(slug=row.about.shelf, archived_at=None).first()):
        return found
    if not row.section and otherwise is not None:
        return otherwise
    if not row.section:
        return _imported()
    name = row.section
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


def _imported() -> Section:
    """For what names no section."""
    names = {}
    for code in Language.values:
        with languages.override(code):
            names[code] = pgettext("section", "Imported")
    return Section.objects.get_or_create(
        slug="imported", defaults={"names": names, "position": Section.objects.count()}
    )[0]


# Who reads them, who looks after them


def reach(row: Row, otherwise: str, by: Agent | None) -> tuple[str, list[CustomerGroup], Tier | None]:
    """Who may read it: (visibility, groups, step). What names groups that are not here is the team's; what names a step
    that is not here is for the highest step that `by` reaches."""
    name, about = row.visibility or otherwise, row.about
    if name == Visibility.GROUPS:
        found = list(CustomerGroup.objects.filter(name__in=about.groups, archived_at=None))
        return (name, found, None) if found else (Visibility.AGENTS, [], None)
    if name == Visibility.TIER and about.tier:
        steps = Tier.objects.order_by("-level")
        level = readers.of_agent(by).level if by is not None else None
        reached = steps if level is None else steps.filter(level__lte=level)
        tier = reached.filter(name=about.tier).first() or reached.first()
        return (name, [], tier) if tier is not None else (Visibility.AGENTS, [], None)
    return (name if name in OPEN else Visibility.AGENTS), [], None


def complete(article: Article, row: Row, by: Agent | None) -> None:
    """A new article's owner, review date, place, categories and related articles. What is not here is left out."""
    about = row.about
    owner = (
        Agent.objects.filter(user__email__iexact=about.owner, disabled_at=None).first()
        if about.owner
        else None
    )
    article.owner = owner or by
    article.review_at = _day(about.review_on)
    article.position = about.position or 0
    article.pinned_at = clock() if about.pinned and (by is None or rights.may_publish(by)) else None
    article.save(update_fields=["owner", "review_at", "position", "pinned_at"])
    if row.tags:
        article.categories.set(Category.objects.filter(name__in=row.tags))
    ids = [one for name in about.related if (one := known_by(name)) is not None and one.pk != article.pk]
    seen = ids if by is None else rights.writable_by(by).filter(pk__in=[one.pk for one in ids])
    article.related.add(*seen)


def _day(text: str) -> datetime | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return datetime.combine(day, time(9), tzinfo=clock().tzinfo) if 2000 <= day.year < 2200 else None


def take_along(article: Article, row: Row, by: Agent | None) -> tuple[dict[str, Picture], list[str]]:
    """Its films and files, kept here by the name that the row gives them; and the names of those that could not be kept."""
    kept: dict[str, Picture] = {}
    lost: list[str] = []
    for name, opened in row.files.items():
        try:
            with opened() as source:
                made = pictures.keep(article, source, name, by=by, inline=False)
        except (CannotBe, ValueError, OSError, RuntimeError, EOFError, zipfile.BadZipFile):
            lost.append(name)
            continue
        same = Picture.objects.filter(article=article, inline=False, sha256=made.sha256, name=made.name)
        first = same.order_by("pk").first() or made
        if first.pk != made.pk:
            pictures.drop(made, by=by)
        kept[name] = first
    return kept, lost


# The other way


def office_of(articles: QuerySet[Article]) -> Office:
    """All sections, and the groups that these articles are for."""
    shelves = [
        Shelf(one.slug, dict(one.names), dict(one.descriptions), one.icon, one.parent.slug if one.parent else "")
        for one in Section.objects.filter(archived_at=None).select_related("parent").order_by("position", "pk")
    ]  # fmt: skip
    named = CustomerGroup.objects.filter(articles__in=articles, archived_at=None).distinct().order_by("name")
    groups = [
        Group(one.name, one.description, tuple(one.plans), tuple(one.organizations.values_list("name", flat=True)))
        for one in named.prefetch_related("organizations")
    ]  # fmt: skip
    return Office(tuple(shelves), tuple(groups))


def about_of(translation: Translation, related: Collection[Article], outdated: bool) -> About:
    article = translation.article
    review = article.review_at
    return About(
        original=article.language,
        shelf=article.section.slug,
        groups=tuple(one.name for one in article.groups.all()) if article.visibility == Visibility.GROUPS else (),
        tier=article.tier.name if article.tier else "",
        owner=(article.owner.user.email or "") if article.owner else "",
        review_on=review.date().isoformat() if review else "",
        position=article.position or None,
        pinned=article.pinned_at is not None,
        related=tuple(sorted(id_of(one) for one in related)),
        published=translation.published_id is not None,
        outdated=outdated,
        address=f"{settings.BASE_URL}/help/{translation.language}/a/{translation.pk}-{translation.slug}/",
    )  # fmt: skip


def files_of(article: Article) -> dict[int, tuple[str, Callable[[], BinaryIO]]]:
    """What goes along with it: number → (a name of its own, a way to open it)."""
    found: dict[int, tuple[str, Callable[[], BinaryIO]]] = {}
    names: set[str] = set()
    for one in Picture.objects.filter(article=article, inline=False).order_by("pk"):
        name = one.name
        while name in names:
            name = f"2-{name}"
        names.add(name)
        found[one.pk] = name, functools.partial(_open, one.path)
    return found


def _open(path: str) -> Any:
    return Path(files.stored_path(path, settings.MEDIA_ROOT)).open("rb")
