"""An article of any kind."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import Article, ArticleKind, Picture, Translation
from pelekan.knowledge.readers import Reader
from pelekan.lib.text import one_line
from pelekan.people.desk import sign
from pelekan.web.help import addresses, kinds, structured
from pelekan.web.help.frame import in_language, page, reader_of
from pelekan.web.help.shapes import card

MOST_RELATED = 5


def find(reader: Reader, pk: int) -> Translation:
    """The published translation with its shelf, if `reader` may read it; else there is none. One query."""
    files = Picture.objects.filter(article=OuterRef("article"), inline=False)
    found = (
        Translation.objects.readable_by(reader)
        .select_related("article__section__parent", "published")
        .annotate(has_files=Exists(files))
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    return found


@require_safe
@in_language
def short(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """The article by its number alone: to its true address."""
    found = find(reader_of(request), pk)
    return HttpResponseRedirect(addresses.article(found.language, found.pk, found.slug))


@require_safe
@in_language
def show(request: HttpRequest, language: str, pk: int, slug: str, way: tuple[int, ...] = ()) -> HttpResponse:
    """The page. Three queries for whoever comes first; four where there are files to take along."""
    reader = reader_of(request)
    found = find(reader, pk)
    if (language, slug) != (found.language, found.slug):
        to = addresses.node(found.language, found.pk, found.slug, way)
        return HttpResponseRedirect(to)
    if way and found.article.kind != ArticleKind.TREE:
        raise Http404
    others, related = _beside(reader, found)
    content = kinds.content(found, way)
    path = addresses.article(language, found.pk, found.slug)
    crumbs = _crumbs(found, language)
    version = found.published
    assert version is not None
    return page(
        request,
        "help/article.html",
        language,
        path=path,
        others={one.language: addresses.article(one.language, one.pk, one.slug) for one in others},
        default=_original(found, others),
        article={
            **card(found),
            "id": found.pk,
            "number": version.number,
            "visibility": found.article.visibility,
            "outdated": _outdated(found, others),
            "original": next((card(one) for one in others if one.language == found.article.language), None),
        },
        content=content,
        related=[card(one) for one in related],
        files=_files(found),
        crumbs=crumbs,
        said_url=reverse("help_said", args=[language, found.pk]),
        ask_url=ask_url(found, way),
        data=structured.block(*_data(found, content, path, crumbs)),
        summary=version.summary or one_line(version.text, 160),
        og_type="article",
        here=path,
    )


def _original(found: Translation, others: list[Translation]) -> str:
    """The address in the language that it was written in first, for readers of none of its languages."""
    first = next((one for one in (found, *others) if one.language == found.article.language), None)
    return addresses.article(first.language, first.pk, first.slug) if first else ""


def ask_url(found: Translation, way: tuple[int, ...] = ()) -> str:
    """The form for a request, told which article did not help, and how far he came in a tree."""
    query = f"?article={found.pk}" + (f"&way={'-'.join(map(str, way))}" if way else "")
    return reverse("portal_new") + query


def _beside(reader: Reader, found: Translation) -> tuple[list[Translation], list[Translation]]:
    """The same in other languages, and what else helps: chosen by hand, else from the same shelf. One query."""
    chosen = Article.related.through.objects.filter(from_article=found.article_id).values("to_article")
    same = Q(article=found.article_id)
    shelf = Q(article__section=found.article.section_id, language=found.language)
    rows = (
        Translation.objects.readable_by(reader)
        .filter(same | Q(article__in=chosen, language=found.language) | shelf)
        .exclude(pk=found.pk)
        .annotate(
            rank=Case(
                When(same, then=Value(0)),
                When(article__in=chosen, then=Value(1)),
                default=Value(2),
                output_field=IntegerField(),
            )
        )
        .select_related("article", "published")
        .order_by("rank", "article__position", "article_id")[: 3 + 2 * MOST_RELATED]
    )
    others: list[Translation] = [one for one in rows if one.rank == 0]
    near: list[Translation] = [one for one in rows if one.rank == 1] or [one for one in rows if one.rank == 2]
    return others, near[:MOST_RELATED]


def _outdated(found: Translation, others: list[Translation]) -> bool:
    """Whether the original came out anew after the version that this translates."""
    original = next((one for one in others if one.language == found.article.language), None)
    version = found.published
    if original is None or version is None or version.basis_id is None:
        return False
    return original.published_id is not None and version.basis_id < original.published_id


def _files(found: Translation) -> list[dict[str, Any]]:
    if not found.has_files:  # type: ignore[attr-defined]
        return []
    rows = Picture.objects.filter(article=found.article_id, inline=False).order_by("pk")
    return [
        {"name": one.name, "size": one.size, "href": reverse("help_file", args=[one.pk, one.name])}
        for one in rows[:50]
    ]


def _crumbs(found: Translation, language: str) -> list[tuple[str, str]]:
    section = found.article.section
    above = [section.parent] if section.parent is not None else []
    return [
        (_("Help"), addresses.home(language)),
        *((one.named(language), addresses.section(language, one.slug)) for one in [*above, section]),
    ]


def _data(
    found: Translation, content: kinds.Content, path: str, crumbs: list[tuple[str, str]]
) -> list[structured.Data]:
    version = found.published
    assert version is not None
    address = settings.BASE_URL + path
    summary = version.summary or one_line(version.text, 160)
    things = [
        structured.crumbs([(name, settings.BASE_URL + to) for name, to in [*crumbs, (version.title, path)]]),
        structured.article(
            title=version.title,
            summary=summary,
            language=found.language,
            address=address,
            first=found.first_published_at.isoformat() if found.first_published_at else "",
            changed=found.published_at.isoformat() if found.published_at else "",
            publisher=sign().named(found.language),
        ),
    ]
    if content.pairs:
        things.append(structured.faq(content.pairs, found.language, address))
    if content.steps:
        steps = [(one["title"], one["plain"]) for one in content.steps]
        things.append(structured.how_to(version.title, summary, steps, found.language, address))
    return things
