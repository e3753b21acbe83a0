"""What stands around every page of the knowledge base at the desk, and how an article is found there."""

from __future__ import annotations

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language, pgettext
from django.utils.translation import gettext as _

from pelekan.knowledge import rights
from pelekan.knowledge.models import Article, ArticleKind, DraftState, Translation, Visibility
from pelekan.lib.calendars import COMMA
from pelekan.people.access import can
from pelekan.people.models import Agent, Language
from pelekan.web.admin.doors import behind
from pelekan.web.workspace.doors import agent
from pelekan.web.workspace.shell import shell

security = logging.getLogger("pelekan.security")
View = Callable[..., HttpResponse]
LANGUAGES = tuple(Language.values)
NAMES = dict(Language.choices)
ICONS = {
    ArticleKind.TEXT: "file-text", ArticleKind.STEPS: "list-checks", ArticleKind.VIDEO: "play",
    ArticleKind.FAQ: "circle-help", ArticleKind.RELEASE: "megaphone", ArticleKind.TREE: "workflow",
}  # fmt: skip


def publishers(*methods: str) -> Callable[[View], View]:
    """Only who may publish; others are refused, and the log says so."""

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not rights.may_publish(agent(request)):
                security.warning("refused: agent %s, %s needs publish", agent(request).pk, request.path)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return behind("work", *methods)(inner)

    return wrap


def article_of(request: HttpRequest, pk: int) -> Article:
    """The article, if this agent may write it; what he may not read does not exist for him."""
    rows = rights.writable_by(agent(request)).select_related("section", "tier", "owner__user", "source")
    found = rows.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def language_in(code: str) -> str:
    if code not in LANGUAGES:
        raise Http404
    return code


def translations_of(article: Article) -> dict[str, Translation]:
    """Language → its row, with the newest and the published version. One query."""
    rows = Translation.objects.filter(article=article).select_related(
        "newest__author__user", "newest__basis", "published", "handed_by__user", "reviewer__user"
    )
    found = {row.language: row for row in rows}
    for row in found.values():
        row.article = article
    return found


def outdated(article: Article, rows: dict[str, Translation], language: str) -> bool:
    """Whether this translation follows an older version of the original than the present one."""
    original, row = rows.get(article.language), rows.get(language)
    if language == article.language or original is None or row is None or row.newest is None:
        return False
    return row.newest.basis_id != (original.published_id or original.newest_id)


def state_of(row: Translation | None, stale: bool = False) -> tuple[str, str]:
    """How a translation stands: (kind of badge, words)."""
    if row is None or row.newest_id is None:
        return "", pgettext("translation", "Missing")
    if row.draft == DraftState.REVIEW:
        return "warning", _("Waiting for review")
    if row.draft == DraftState.SCHEDULED:
        return "info", _("Scheduled")
    if row.published_id is None:
        return "plain", pgettext("article", "Draft")
    if stale:
        return "warning", _("Out of date")
    if row.newest_id != row.published_id:
        return "note", _("Published, with a newer draft")
    return "success", _("Published")


def who_reads(article: Article) -> str:
    """A sentence that says who may read it."""
    if article.visibility == Visibility.PUBLIC:
        return _("Everyone reads it, search engines too.")
    if article.visibility == Visibility.CUSTOMERS:
        return _("Customers who are signed in read it, and the whole team.")
    if article.visibility == Visibility.GROUPS:
        names = comma().join(group.name for group in article.groups.all())
        return _("Customers of these groups read it, and the whole team: %(groups)s.") % {
            "groups": names or "–"
        }
    if article.visibility == Visibility.TIER and article.tier is not None:
        return _("Only the team reads it, from the step “%(tier)s” up.") % {"tier": article.tier.name}
    return _("Only the team reads it.")


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The pages of the knowledge base that are open to this agent."""
    who = agent(request)
    found = [("knowledge", _("Articles"))]
    if rights.may_publish(who):
        found += [
            ("knowledge_sections", _("Sections")),
            ("knowledge_groups", _("Customer groups")),
        ]
    found += [
        ("desk_remarks", _("What readers miss")),
        ("desk_answers_for_others", _("Answers for others")),
        ("knowledge_carry", _("Import and export")),
    ]
    if can(who, "people"):
        found += [("knowledge_publishers", _("Who may publish"))]
    return [{"label": label, "href": reverse(name), "current": name == current} for name, label in found]


def show(
    request: HttpRequest, template: str, heading: str, lead: str = "", *, status: int = 0, **context: Any
) -> HttpResponse:
    """A page of the knowledge base; `form` with errors answers 422."""
    form = context.get("form")
    bad = isinstance(form, Form) and form.is_bound and form.errors
    told = [
        {"text": str(one), "kind": "breach" if one.level_tag == "error" else "success"}
        for one in messages.get_messages(request)
    ]
    return render(
        request,
        f"knowledge/{template}.html",
        {
            **shell(request, None, "knowledge"),
            "heading": heading,
            "lead": lead,
            "told": told,
            "title": heading,
            **context,
        },
        status=status or (422 if bad else 200),
    )


def comma() -> str:
    """What stands between the names of a list."""
    return COMMA.get((get_language() or "en")[:2], ", ")


def name_of(who: Agent | None) -> str:
    return who.name if who is not None else ""
