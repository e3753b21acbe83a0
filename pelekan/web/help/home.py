"""The front page of the help centre, its sections, and its news."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import ArticleKind, Section, Translation
from pelekan.knowledge.readers import ANYONE, Reader
from pelekan.knowledge.trail.models import Reading
from pelekan.lib.time import now as clock
from pelekan.people.desk import sign
from pelekan.web.help import addresses, structured
from pelekan.web.help.frame import in_language, page, reader_of
from pelekan.web.help.shapes import card, faq_card

WANTED_OF = timedelta(days=30)
REMEMBERED = timedelta(minutes=10)
MOST_WANTED = 6
MOST_NEWS = 3
PAGE = 50

_RELEASED = KeyTextTransform("released_on", "published__data").desc(nulls_last=True)


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """To the language of the reader: his own, the one he chose, or his browser's."""
    response = HttpResponseRedirect(addresses.home(request.LANGUAGE_CODE))
    response["Vary"] = "Cookie, Accept-Language"
    return response


@require_safe
@in_language
def home(request: HttpRequest, language: str) -> HttpResponse:
    """Search first; the shelves; what most people want; what is new; a person."""
    reader = reader_of(request)
    wanted = _wanted(language)
    news = Q(article__kind=ArticleKind.RELEASE)
    rows = (
        Translation.objects.readable_by(reader)
        .filter(language=language, article__section__archived_at=None)
        .filter(Q(article__pinned_at__isnull=False) | Q(pk__in=wanted))
        .exclude(news)
        .select_related("article", "published")
    )
    shown = sorted(rows[:200], key=lambda row: _order(row, wanted))[:MOST_WANTED]
    if not shown:  # nobody has read anything yet: what was written last
        shown = list(
            Translation.objects.readable_by(reader)
            .filter(language=language, article__section__archived_at=None)
            .exclude(news)
            .select_related("article", "published")
            .order_by("-published_at")[:MOST_WANTED]
        )
    return page(
        request,
        "help/home.html",
        language,
        path=addresses.home(language),
        others={code: addresses.home(code) for code in addresses.LANGUAGES},
        default=reverse("help"),
        shelves=_shelves(reader, language),
        wanted=[card(row) for row in shown],
        news=[card(row) for row in latest_news(reader, language)[:MOST_NEWS]],
        news_url=reverse("help_news", args=[language]),
        data=structured.block(
            structured.site(
                sign().named(language),
                settings.BASE_URL + addresses.home(language),
                settings.BASE_URL + reverse("help_search", args=[language]),
                language,
            )
        ),
        summary=_("Answers to what people ask most, and a person where they don't help."),
    )


def _order(row: Translation, wanted: list[int]) -> tuple[bool, float]:
    pinned = row.article.pinned_at
    if pinned is not None:
        return (False, pinned.timestamp())
    return (True, wanted.index(row.pk))


_demand: dict[str, tuple[datetime, list[int]]] = {}
_lock = threading.Lock()


def _wanted(language: str) -> list[int]:
    """The translations that were opened most in 30 days, for all eyes: whoever shows them asks whether he may."""
    now = clock()
    with _lock:
        known = _demand.get(language)
        if known is not None and timedelta() <= now - known[0] < REMEMBERED:
            return known[1]
    rows = (
        Reading.objects.filter(at__gt=now - WANTED_OF, translation__language=language)
        .values_list("translation")
        .annotate(times=Count("pk"))
        .order_by("-times", "translation")[:60]
    )
    found = [pk for pk, _times in rows]
    with _lock:
        _demand[language] = (now, found)
    return found


def forget() -> None:
    """Count the demand anew at the next question."""
    with _lock:
        _demand.clear()


def latest_news(reader: Reader, language: str) -> QuerySet[Translation]:
    return (
        Translation.objects.readable_by(reader)
        .filter(language=language, article__kind=ArticleKind.RELEASE, article__section__archived_at=None)
        .select_related("article", "published")
        .order_by(_RELEASED, "-first_published_at", "-pk")
    )


def _shelves(reader: Reader, language: str) -> list[dict[str, Any]]:
    """Sections with something to read in this language, the smaller ones below theirs. One query."""
    mine = Translation.objects.readable_by(reader).filter(language=language, article__section=OuterRef("pk"))
    rows = list(
        Section.objects.filter(archived_at=None).annotate(full=Exists(mine)).order_by("position", "pk")
    )
    below: dict[int | None, list[Any]] = {}
    for row in rows:
        below.setdefault(row.parent_id, []).append(row)
    found = []
    for row in below.get(None, []):
        children = [one for one in below.get(row.pk, []) if one.full]
        if row.full or children:
            found.append({**_shelf(row, language), "children": [_shelf(one, language) for one in children]})
    return found


def _shelf(row: Section, language: str) -> dict[str, Any]:
    return {
        "name": row.named(language),
        "description": row.descriptions.get(language, ""),
        "icon": row.icon or "book-open",
        "href": addresses.section(language, row.slug),
    }


@require_safe
@in_language
def section(request: HttpRequest, language: str, slug: str) -> HttpResponse:
    """One shelf: what stands on it in this language, and what there is only in others."""
    reader = reader_of(request)
    found = Section.objects.select_related("parent").filter(slug=slug, archived_at=None).first()
    if found is None or (found.parent is not None and found.parent.archived_at is not None):
        raise Http404
    readable = Translation.objects.readable_by(reader).filter(article__section=found)
    own = readable.filter(language=language).select_related("article", "published")
    number = _page(request)
    rows = list(own.order_by("article__position", "article_id")[(number - 1) * PAGE : number * PAGE + 1])
    elsewhere = _elsewhere(readable, language) if number == 1 else []
    children = [
        _shelf(one, language)
        for one in Section.objects.filter(parent=found, archived_at=None)
        .annotate(full=Exists(
            Translation.objects.readable_by(reader).filter(language=language, article__section=OuterRef("pk"))
        ))
        .filter(full=True)
    ]  # fmt: skip
    if not rows and not children and not elsewhere:
        raise Http404  # empty for these eyes: the same as none
    path = addresses.section(language, slug)
    crumbs = [(_("Help"), addresses.home(language))]
    if found.parent is not None:
        crumbs.append((found.parent.named(language), addresses.section(language, found.parent.slug)))
    faqs = [faq_card(row) for row in rows[:PAGE] if row.article.kind == ArticleKind.FAQ]
    return page(
        request,
        "help/section.html",
        language,
        path=path,
        others={code: addresses.section(code, slug) for code in _tongues(reader, found)},
        keep=number == 1,
        section=_shelf(found, language),
        children=children,
        cards=[card(row) for row in rows[:PAGE] if row.article.kind != ArticleKind.FAQ],
        faqs=faqs,
        feed=reverse("help_section_feed", args=[language, slug])
        if any(row.article.kind == ArticleKind.RELEASE for row in rows)
        else "",
        elsewhere=elsewhere,
        crumbs=crumbs,
        before=f"{path}?page={number - 1}" if number > 1 else "",
        after=f"{path}?page={number + 1}" if len(rows) > PAGE else "",
        data=structured.block(
            structured.crumbs(
                [(name, settings.BASE_URL + to) for name, to in [*crumbs, (found.named(language), path)]]
            ),
            *([structured.faq([(one["title"], one["plain"]) for one in faqs], language, settings.BASE_URL + path)] if faqs else []),
        ),
        summary=found.descriptions.get(language, ""),
    )  # fmt: skip


def _tongues(reader: Reader, shelf: Section) -> list[str]:
    """The languages in which something stands on this shelf or on those below it: only there it has a page to be found."""
    here = Q(article__section=shelf) | Q(article__section__parent=shelf, article__section__archived_at=None)
    rows = Translation.objects.readable_by(reader).filter(here).values_list("language", flat=True)
    return list(rows.order_by("language").distinct())


def _page(request: HttpRequest) -> int:
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _elsewhere(readable: QuerySet[Translation], language: str) -> list[dict[str, Any]]:
    """Articles that there are, but not in this language."""
    here = Translation.objects.filter(article=OuterRef("article"), language=language, published__isnull=False)
    rows = (
        readable.exclude(language=language).filter(~Exists(here)).select_related("article", "published")
    ).order_by("article__position", "article_id", "language")
    seen: set[int] = set()
    found = []
    for row in rows[:60]:
        if row.article_id not in seen:
            seen.add(row.article_id)
            found.append(card(row))
    return found


@require_safe
@in_language
def news(request: HttpRequest, language: str) -> HttpResponse:
    """Release notes, the latest first."""
    number = _page(request)
    rows = list(latest_news(reader_of(request), language)[(number - 1) * PAGE : number * PAGE + 1])
    path = reverse("help_news", args=[language])
    return page(
        request,
        "help/news.html",
        language,
        path=path,
        others={code: reverse("help_news", args=[code]) for code in addresses.LANGUAGES},
        keep=number == 1,
        news=[card(row) for row in rows[:PAGE]],
        feed=reverse("help_feed", args=[language]),
        crumbs=[(_("Help"), addresses.home(language))],
        before=f"{path}?page={number - 1}" if number > 1 else "",
        after=f"{path}?page={number + 1}" if len(rows) > PAGE else "",
        summary=_("What is new, with the day on which it came out."),
    )


def open_to_all() -> bool:
    """Whether everyone finds anything here: else the portal is the better front door."""
    return Translation.objects.readable_by(ANYONE).exists()
