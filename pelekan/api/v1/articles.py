"""Articles by the API: with a token that has an agent's rights, by the desk's own actions.

Reading needs `articles:read`, writing and publishing `articles:write`; what the agent may not read does not exist.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import translation as languages
from ninja import Query, Router, Schema, Status
from pydantic import Field, StringConstraints

from pelekan.api.once import once
from pelekan.api.problems import Problem
from pelekan.api.v1 import doors
from pelekan.api.v1.shapes import Strict
from pelekan.knowledge import actions, keeping, reviewing, rights
from pelekan.knowledge.models import Article, Section, Translation
from pelekan.people.models import Agent
from pelekan.tickets.events import action
from pelekan.tickets.shaping import CannotBe

router = Router(tags=["articles"])
Language = Annotated[str, StringConstraints(pattern="^(fa|ar|en)$")]
Text = Annotated[str, StringConstraints(max_length=400_000)]


class ArticleOut(Schema):
    """An article in one language. `state`: draft, review, scheduled or "" (nothing newer than what is published); `body` and
    `data` are the newest version's, `published` is the number of the version that readers see."""

    id: int
    language: str
    original: str
    kind: str
    section: str
    visibility: str
    title: str
    summary: str
    body: str
    data: dict[str, Any]
    version: int
    published: int | None
    state: str
    due_at: datetime | None
    archived: bool
    url: str


class ArticleLine(Schema):
    id: int
    language: str
    kind: str
    section: str
    visibility: str
    title: str
    version: int
    published: int | None
    state: str


class ArticlePage(Schema):
    articles: list[ArticleLine]
    next: int | None


class ArticleIn(Strict):
    """A new article, as a draft. `section`: its slug."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]
    language: Language
    section: Annotated[str, StringConstraints(max_length=80)]
    kind: Annotated[str, StringConstraints(pattern="^(text|steps|video|faq|release|tree)$")] = "text"
    visibility: Annotated[str, StringConstraints(pattern="^(public|customers|agents)$")] = "agents"
    summary: Annotated[str, StringConstraints(max_length=400)] = ""
    body: Text = ""
    data: dict[str, Any] = {}


class VersionIn(Strict):
    """A new version in one language. `base`: the number of the version that it goes on from (0 for the first in this
    language); 409 where another came meanwhile."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=250)]
    base: Annotated[int, Field(ge=0)]
    summary: Annotated[str, StringConstraints(max_length=400)] = ""
    body: Text = ""
    data: dict[str, Any] = {}
    note: Annotated[str, StringConstraints(max_length=250)] = ""
    follows_original: bool = True


class PublishIn(Strict):
    """At once, or at a moment to come."""

    at: datetime | None = None


class Filters(Schema):
    language: str = ""
    section: str = ""
    state: str = ""
    after: Annotated[int, Field(ge=0, lt=2**63)] = 0
    limit: Annotated[int, Field(ge=1, le=200)] = 50


@router.get("", response=ArticlePage, summary="Articles")
def index(request: HttpRequest, filters: Query[Filters]) -> Any:
    """By id; `next` goes into `after`. `state`: out, draft, review, scheduled."""
    who = _person(request, "articles:read")
    rows = _rows(who).filter(article__archived_at=None, pk__gt=filters.after)
    if filters.language:
        rows = rows.filter(language=filters.language)
    if filters.section:
        rows = rows.filter(article__section__slug=filters.section)
    if filters.state == "out":
        rows = rows.filter(published__isnull=False)
    elif filters.state:
        rows = rows.filter(draft=filters.state)
    found = list(rows.order_by("pk")[: filters.limit + 1])
    page = found[: filters.limit]
    return {
        "articles": [_line(one) for one in page],
        "next": page[-1].pk if len(found) > filters.limit else None,
    }


@router.get("/{int:pk}/{language}", response=ArticleOut, summary="One article in one language")
def show(request: HttpRequest, pk: int, language: str) -> Any:
    return _out(_one(_person(request, "articles:read"), pk, language))


@router.post("", response={201: ArticleOut}, summary="A new article, as a draft")
def create(request: HttpRequest, values: ArticleIn) -> Any:
    who = _person(request, "articles:write")
    section = Section.objects.filter(slug=values.section, archived_at=None).first()
    if section is None:
        raise Problem(
            422, "There is no such section.", errors=[{"field": "section", "message": "Unknown slug."}]
        )

    @action
    def work() -> tuple[int, dict[str, Any]]:
        made = actions.begin(
            section, language=values.language, title=values.title, summary=values.summary, body=values.body, data=values.data,
            kind=values.kind, visibility=values.visibility, by=who, owner=who,
        )  # fmt: skip
        return 201, _out(made)

    return _answer(request, work)


@router.put("/{int:pk}/{language}", response=ArticleOut, summary="A new version, as a draft")
def write(request: HttpRequest, pk: int, language: Language, values: VersionIn) -> Any:
    who = _person(request, "articles:write")
    article = _article(who, pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        now = Translation.objects.filter(article=article, language=language, draft="scheduled")
        if now.exists() and not rights.may_publish(who):
            raise Problem(409, "This version is scheduled. Only who may publish changes it.")
        try:
            made = actions.write(
                article, language=language, title=values.title, summary=values.summary, body=values.body, data=values.data,
                note=values.note, base=values.base, follows=values.follows_original, by=who,
            )  # fmt: skip
        except actions.Newer as newer:
            raise Problem(
                409, "Another version came meanwhile.", code="newer", version=newer.version.number
            ) from None
        return 200, _out(made)

    return _answer(request, work)


@router.post("/{int:pk}/{language}/publish", response=ArticleOut, summary="Publish now, or at a moment")
def publish(request: HttpRequest, pk: int, language: str, values: PublishIn) -> Any:
    """403 for an agent who may not publish: ask for a review then."""
    who = _person(request, "articles:write")
    row = _one(who, pk, language)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        done = reviewing.schedule(row, values.at, by=who) if values.at else actions.publish(row, by=who)
        return 200, _out(done)

    return _answer(request, work)


@router.post("/{int:pk}/{language}/review", response=ArticleOut, summary="Ask for a review")
def review(request: HttpRequest, pk: int, language: str) -> Any:
    who = _person(request, "articles:write")
    row = _one(who, pk, language)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        return 200, _out(reviewing.ask(row, by=who))

    return _answer(request, work)


@router.post("/{int:pk}/{language}/withdraw", response=ArticleOut, summary="Readers see it no longer")
def withdraw(request: HttpRequest, pk: int, language: str) -> Any:
    who = _person(request, "articles:write")
    row = _one(who, pk, language)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        return 200, _out(reviewing.withdraw(row, by=who))

    return _answer(request, work)


@router.post("/{int:pk}/archive", response=ArticleOut, summary="Put away in all languages")
def archive(request: HttpRequest, pk: int) -> Any:
    who = _person(request, "articles:write")
    article = _article(who, pk)

    @action
    def work() -> tuple[int, dict[str, Any]]:
        keeping.archive(article, by=who)
        return 200, _out(_one(who, pk, article.language))

    return _answer(request, work)


def _person(request: HttpRequest, scope: str) -> Agent:
    doors.needs(request, scope)
    found = doors.person(request)
    if found is None:
        raise Problem(403, "This token acts for nobody. Make one that has the rights of an agent.")
    return found


def _rows(who: Agent) -> Any:
    rows = Translation.objects.filter(article__in=rights.writable_by(who), newest__isnull=False)
    return rows.select_related("article__section", "newest", "published")


def _one(who: Agent, pk: int, language: str) -> Translation:
    found: Translation | None = (
        _rows(who).filter(article=pk, language=language).first() if pk < 2**63 else None
    )
    if found is None:
        raise Problem(404, "There is no such article.")
    return found


def _article(who: Agent, pk: int) -> Article:
    found = rights.writable_by(who).filter(pk=pk).first() if pk < 2**63 else None
    if found is None:
        raise Problem(404, "There is no such article.")
    return found


def _answer(request: HttpRequest, work: Any) -> Status[Any]:
    """Do it once for each Idempotency-Key; refusals in English."""
    with languages.override("en"):
        try:
            status, body = once(request, request.auth, work)  # type: ignore[attr-defined]
        except CannotBe as refused:
            raise Problem(
                422, refused.text, errors=[{"field": refused.field, "message": refused.text}]
            ) from None
        except PermissionError as refused:
            raise Problem(403, str(refused)) from None
    return Status(status, body)


def _line(row: Translation) -> dict[str, Any]:
    newest = row.newest
    assert newest is not None
    return {
        "id": row.article_id, "language": row.language, "kind": row.article.kind, "section": row.article.section.slug,
        "visibility": row.article.visibility, "title": newest.title, "version": newest.number,
        "published": row.published.number if row.published else None, "state": row.draft,
    }  # fmt: skip


def _out(row: Translation) -> dict[str, Any]:
    row = Translation.objects.select_related("article__section", "newest", "published").get(pk=row.pk)
    newest = row.newest
    assert newest is not None
    return {
        **_line(row), "original": row.article.language, "summary": newest.summary, "body": newest.body,
        "data": {name: value for name, value in newest.data.items() if name != "outline"},
        "due_at": row.due_at.isoformat() if row.due_at else None, "archived": row.article.archived_at is not None,
        "url": f"{settings.BASE_URL}/help/{row.language}/a/{row.pk}/" if row.published_id else "",
    }  # fmt: skip
