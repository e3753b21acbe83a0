"""All articles that this agent may write, by what is to be done with them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.knowledge import rights
from pelekan.knowledge.models import Article, ArticleKind, DraftState, Section, Translation, Visibility
from pelekan.lib.text import one_line, whole
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.web.admin.doors import agent, behind
from pelekan.web.knowledge.frame import ICONS, LANGUAGES, NAMES, name_of, show, state_of, tabs
from pelekan.web.reading import Reading

PAGE = 50


@behind("work")
def articles(request: HttpRequest) -> HttpResponse:
    """The list with its filters, all in the address."""
    chosen = {key: one_line(request.GET.get(key, ""), 120) for key in FILTERS}
    rows = found(rights.writable_by(agent(request)), chosen, agent(request))
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query["page"] = str(page.number + 1)
    return show(
        request, "articles", _("Knowledge base"), _("What customers and colleagues find without asking anyone."),
        tabs=tabs(request, "knowledge"), rows=shapes(list(page), request.LANGUAGE_CODE), chosen=chosen, number=page.paginator.count,
        filters=_choices(request, agent(request)), views=_views(request, agent(request), chosen),
        next=f"?{query.urlencode()}" if page.has_next() else "", any=bool(any(chosen.values())),
        may_publish=rights.may_publish(agent(request)),
    )  # fmt: skip


FILTERS = ("q", "section", "state", "language", "owner", "visibility", "kind")


def found(rows: QuerySet[Article], chosen: Mapping[str, str], who: Agent) -> QuerySet[Article]:
    """`rows` narrowed by the filters; archived ones only where they are asked for."""
    ours = Translation.objects.filter(article=OuterRef("pk"))
    state = chosen.get("state", "")
    rows = rows.exclude(archived_at=None) if state == "archived" else rows.filter(archived_at=None)
    if state == "out":
        rows = rows.filter(Exists(ours.filter(published__isnull=False)))
    elif state == "never":
        rows = rows.exclude(Exists(ours.filter(published__isnull=False)))
    elif state in (DraftState.DRAFT, DraftState.REVIEW, DraftState.SCHEDULED):
        rows = rows.filter(Exists(ours.filter(draft=state)))
    elif state == "due":
        rows = rows.filter(review_at__lte=clock())
    elif state == "stale":
        rows = rows.filter(Exists(stale(ours)))
    if (code := chosen.get("language", "").removeprefix("no-")) in LANGUAGES:
        there = Exists(ours.filter(language=code, newest__isnull=False))
        rows = rows.exclude(there) if chosen["language"].startswith("no-") else rows.filter(there)
    if (pk := whole(chosen.get("section"))) is not None:
        rows = rows.filter(Q(section=pk) | Q(section__parent=pk))
    owner = chosen.get("owner", "")
    if owner in ("me", "none"):
        rows = rows.filter(owner=who if owner == "me" else None)
    elif whole(owner) is not None:
        rows = rows.filter(owner=whole(owner))
    for name in ("visibility", "kind"):
        if chosen.get(name):
            rows = rows.filter(**{name: chosen[name]})
    for word in chosen.get("q", "").split()[:8]:
        words = Q(newest__title__icontains=word) | Q(newest__text__icontains=word)
        rows = rows.filter(Exists(ours.filter(words)))
    latest = ours.order_by("-newest__made_at").values("newest__made_at")[:1]
    return rows.annotate(changed_at=Subquery(latest)).order_by(F("changed_at").desc(nulls_last=True), "-pk")


def stale(ours: QuerySet[Translation]) -> QuerySet[Translation]:
    """Those that follow an older version of the original."""
    original = Translation.objects.filter(
        article=OuterRef("article"), language=OuterRef("article__language")
    ).values(now_at=Coalesce("published", "newest"))[:1]
    return (
        ours.exclude(language=F("article__language"))
        .filter(newest__isnull=False)
        .annotate(original_now=Subquery(original))
        .exclude(newest__basis=F("original_now"))
    )


def shapes(page: list[Article], here: str) -> list[dict[str, Any]]:
    """Rows as the template draws them."""
    rows = Article.objects.filter(pk__in=[one.pk for one in page]).select_related("section", "owner__user")
    full = Translation.objects.select_related("newest", "published")
    known = {one.pk: one for one in rows.prefetch_related(Prefetch("translations", full))}
    return [_shape(known[one.pk], getattr(one, "changed_at", None), here) for one in page if one.pk in known]


def _shape(article: Article, changed_at: Any, here: str) -> dict[str, Any]:
    own = {row.language: row for row in article.translations.all()}
    original = own.get(article.language)
    first = own.get(here) or original or next(iter(own.values()), None)
    present = (original.published_id or original.newest_id) if original else None
    tongues = []
    for code in LANGUAGES:
        row = own.get(code)
        late = bool(row and row.newest and code != article.language and row.newest.basis_id != present)
        kind, words = state_of(row, late)
        tongues.append(
            {"code": code, "kind": kind, "words": words, "name": NAMES[code], "original": code == article.language,
             "href": reverse("knowledge_edit", args=[article.pk, code])}
        )  # fmt: skip
    return {
        "id": article.pk,
        "title": first.newest.title if first and first.newest else _("Without a title"),
        "href": reverse("knowledge_edit", args=[article.pk, first.language if first else article.language]),
        "icon": ICONS.get(article.kind, "file-text"),  # type: ignore[call-overload]
        "kind": article.get_kind_display(),
        "section": article.section.named(here),
        "visibility": article.visibility,
        "visibility_words": article.get_visibility_display(),
        "tongues": tongues,
        "owner": name_of(article.owner),
        "changed_at": changed_at,
        "review_at": article.review_at,
        "due": article.review_at is not None and article.review_at <= clock(),
        "archived": article.archived_at is not None,
    }


def _choices(request: HttpRequest, who: Agent) -> list[dict[str, Any]]:
    """The filters: name, label, options."""
    here = request.LANGUAGE_CODE
    sections = [
        (str(one.pk), ("– " if one.parent_id else "") + one.named(here))
        for one in in_order(Section.objects.filter(archived_at=None))
    ]
    owners = (
        Agent.objects.filter(articles__isnull=False).distinct().select_related("user").order_by("user__name")
    )
    everyone = [("me", _("Mine")), ("none", _("Nobody"))] + [
        (str(one.pk), one.name) for one in owners if one.pk != who.pk
    ]
    tongues = [(code, NAMES[code]) for code in LANGUAGES]
    missing = [(f"no-{code}", _("No %(language)s") % {"language": NAMES[code]}) for code in LANGUAGES]
    return [
        {"name": "state", "label": _("State"), "options": _states()},
        {"name": "section", "label": _("Section"), "options": sections},
        {"name": "kind", "label": _("Kind"), "options": list(ArticleKind.choices)},
        {"name": "language", "label": _("Language"), "options": tongues + missing},
        {"name": "visibility", "label": _("Who reads it"), "options": list(Visibility.choices)},
        {"name": "owner", "label": _("Owner"), "options": everyone},
    ]


def _states() -> list[tuple[str, str]]:
    return [
        ("out", _("Published")), ("draft", pgettext("article", "Draft")), ("review", _("Waiting for review")),
        ("scheduled", _("Scheduled")), ("never", _("Never published")), ("stale", _("Translation out of date")),
        ("due", _("To be looked at again")), ("archived", _("Archived")),
    ]  # fmt: skip


def in_order(sections: QuerySet[Section]) -> list[Section]:
    """Shelves each followed by those that stand in it."""
    rows = list(sections.order_by("position", "pk"))
    shown = {one.pk for one in rows}
    found = []
    for one in rows:
        if one.parent_id is None or one.parent_id not in shown:
            found += [one, *(child for child in rows if child.parent_id == one.pk)]
    return found


def _views(request: HttpRequest, who: Agent, chosen: Mapping[str, str]) -> list[dict[str, Any]]:
    """What is to be done, with how much of it: review, out of date, to be looked at again."""
    rows = rights.writable_by(who)
    shown = [
        ("", _("All")),
        ("review", _("Waiting for review")),
        ("stale", _("Translation out of date")),
        ("due", _("To be looked at again")),
    ]
    found_ = []
    for state, label in shown:
        number = found(rows, {"state": state}, who).count() if state else 0
        found_.append(
            {"label": label, "href": f"?state={state}" if state else "?", "current": chosen["state"] == state,
             "count": Reading(request.dates).digits(number) if number else ""}  # type: ignore[attr-defined]
        )  # fmt: skip
    return found_
