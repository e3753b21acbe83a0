"""Everything that can be done to an article. Each change of one leaves an event; what follows is in `pelekan.reactions`.

`article.published`, `article.withdrawn`, `article.described` (who may read it, its shelf …), `article.archived`,
`article.restored` carry {"article": id, "translation": id or None}; indexes and caches follow them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from pelekan.knowledge import bodies, readiness, rights
from pelekan.knowledge.models import (
    Article,
    ArticleKind,
    DraftState,
    Section,
    Translation,
    Version,
    Visibility,
)
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe


class Newer(Exception):
    """Somebody saved `version` while this writer was writing."""

    def __init__(self, version: Version) -> None:
        super().__init__(f"version {version.number} came meanwhile")
        self.version = version


@action
def begin(
    section: Section,
    *,
    language: str,
    title: str,
    body: str = "",
    by: Agent | None,
    kind: str = ArticleKind.TEXT,
    visibility: str = Visibility.PUBLIC,
    summary: str = "",
    data: dict[str, Any] | None = None,
    now: datetime | None = None,
    **known: Any,
) -> Translation:
    """A new article with a first draft in its language; nobody reads it before it is published. `known`: further fields
    of Article (owner, source, outside_id …)."""
    now = now or clock()
    article = Article.objects.create(
        section=section,
        kind=kind,
        language=language,
        visibility=visibility,
        created_by=by,
        created_at=now,
        **known,
    )
    record("article.begun", by=by, at=now, article=article.pk)
    return write(
        article, language=language, title=title, summary=summary, body=body, data=data, by=by, now=now
    )


@action
def write(
    article: Article,
    *,
    language: str,
    title: str,
    by: Agent | None,
    body: str = "",
    summary: str = "",
    data: dict[str, Any] | None = None,
    note: str = "",
    base: int | None = None,
    follows: bool = True,
    now: datetime | None = None,
) -> Translation:
    """A new version in one language, as a draft. A translation remembers which version of the original it follows: the
    present one, or with `follows` False the one that it followed before. `base`: the number of the version that the writer
    began with (0: none); Newer where another one came meanwhile."""
    now = now or clock()
    title, summary = one_line(title, 250), one_line(summary, 400)
    if not title:
        raise CannotBe("title", _("Give the article a title."))
    translation, _new = Translation.objects.select_for_update().get_or_create(
        article=article, language=language, defaults={"slug": slug_of(title)}
    )
    last = translation.versions.order_by("-number").select_related("author__user").first()
    if base is not None and last is not None and last.number != base:
        raise Newer(last)
    number = last.number + 1 if last else 1
    followed = last.basis if last is not None and not follows else _original(article)
    body, data = bodies.clean(body), bodies.clean_data(data or {})
    version = Version.objects.create(
        translation=translation, number=number, title=title, summary=summary, body=body, data=data,
        text=bodies.plain(title, summary, body, data), author=by, made_at=now, note=one_line(note, 250),
        basis=followed if language != article.language else None,
    )  # fmt: skip
    translation.newest, translation.draft, translation.due_at = version, DraftState.DRAFT, None
    translation.handed_by = translation.reviewer = None
    if translation.published_id is None:
        translation.slug = slug_of(title)
    translation.save()
    record("article.written", by=by, at=now, article=article.pk, translation=translation.pk, number=number)
    return translation


@action
def publish(translation: Translation, *, by: Agent | None, now: datetime | None = None) -> Translation:
    """The newest version is what readers see from now on."""
    now = now or clock()
    rights.require_publisher(by)
    translation = held(translation)
    if translation.newest is None or translation.newest_id == translation.published_id:
        return translation
    if said := readiness.missing(translation.article, translation.newest):
        raise CannotBe("", said)
    translation.published, translation.draft, translation.due_at = translation.newest, DraftState.NONE, None
    asked = translation.handed_by_id
    translation.handed_by = translation.reviewer = None
    translation.published_at, translation.remark = now, ""
    translation.first_published_at = translation.first_published_at or now
    translation.slug = slug_of(translation.newest.title)
    translation.save()
    told = [asked] if asked and (by is None or asked != by.pk) else []
    record(
        "article.published", by=by, at=now, article=translation.article_id, translation=translation.pk,
        language=translation.language, agents=told, what="published",
    )  # fmt: skip
    return translation


def held(translation: Translation) -> Translation:
    """The row as it is now, locked until the change is over."""
    rows = Translation.objects.select_for_update(of=("self",)).select_related("newest", "article")
    return rows.get(pk=translation.pk)


def slug_of(title: str) -> str:
    """For the eye, in any script: «تمدید-اشتراک»."""
    return slugify(title.replace("\u200c", "-"), allow_unicode=True)[:150].strip("-") or "article"


def _original(article: Article) -> Version | None:
    rows = Translation.objects.select_related("published", "newest").filter(
        article=article, language=article.language
    )
    original = rows.first()
    return (original.published or original.newest) if original else None
