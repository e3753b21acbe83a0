"""What readers say of articles, for those who write them: what was missing, settled one by one."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from pelekan.knowledge import remarks as words
from pelekan.knowledge.models import Remark, Translation
from pelekan.web.help import addresses
from pelekan.web.help.frame import reader_of
from pelekan.web.knowledge import frame
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.shell import shell

PAGE = 40
VIEWS = ("open", "mine", "settled", "votes")


@require_GET
@agents
def remarks(request: HttpRequest) -> HttpResponse:
    """What was missing, the newest first: open ones, those of my articles, settled ones; and how articles are judged."""
    agent = agent_in(request)
    view = request.GET.get("view", "open")
    view = view if view in VIEWS else "open"
    seen = Remark.objects.filter(reader_of(request).may_read("translation__article__")).exclude(text="")
    number = _number(request.GET.get("page", "1"))
    start = (number - 1) * PAGE
    rows: list[dict[str, Any]] = []
    votes: list[dict[str, Any]] = []
    if view == "votes":
        found: list[Any] = list(_votes(request)[start : start + PAGE + 1])
        votes = [_judged(one) for one in found[:PAGE]]
    else:
        chosen = seen.filter(settled_at=None) if view != "settled" else seen.filter(settled_at__isnull=False)
        if view == "mine":
            chosen = chosen.filter(translation__article__owner=agent)
        found = list(
            chosen.select_related(
                "translation__article__owner__user", "translation__published", "version", "customer", "settled_by__user"
            ).order_by("-at", "-pk")[start : start + PAGE + 1]
        )  # fmt: skip
        rows = [_shape(one) for one in found[:PAGE]]
    counts = seen.aggregate(
        open=Count("pk", filter=Q(settled_at=None)),
        mine=Count("pk", filter=Q(settled_at=None, translation__article__owner=agent)),
    )
    here = reverse("desk_remarks")
    views = [
        ("open", pgettext("remarks", "Open"), counts["open"]), ("mine", _("Of my articles"), counts["mine"]),
        ("settled", _("Settled"), 0), ("votes", _("How articles help"), 0),
    ]  # fmt: skip
    return render(
        request,
        "help/remarks.html",
        {
            **shell(request, None, "knowledge"),
            "title": _("What readers miss"),
            "heading": _("What readers miss"),
            "lead": _("What readers of the help centre missed. Change the article, then settle the remark."),
            "told": [],
            "tabs": frame.tabs(request, "desk_remarks"),
            "views": [
                {"label": label, "href": f"{here}?view={slug}", "current": slug == view, "count": count}
                for slug, label, count in views
            ],
            "shown": view,
            "rows": rows,
            "votes": votes,
            "before": f"?view={view}&page={number - 1}" if number > 1 else "",
            "after": f"?view={view}&page={number + 1}" if len(found) > PAGE else "",
        },
    )


def _number(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 6 else 1


def _shape(row: Remark) -> dict[str, Any]:
    translation = row.translation
    title = translation.published or row.version
    return {
        "id": row.pk,
        "text": row.text,
        "helped": row.helped,
        "at": row.at,
        "title": title.title if title else "",
        "language": translation.language,
        "href": addresses.article(translation.language, translation.pk, translation.slug),
        "edit": edit_url(translation.article_id, translation.language),
        "owner": translation.article.owner.name if translation.article.owner else "",
        "customer": row.customer,
        "older": row.version_id is not None and row.version_id != translation.published_id,
        "settled_at": row.settled_at,
        "settled_by": row.settled_by.name if row.settled_by else "",
    }


def edit_url(article: int, language: str) -> str:
    """Where an article is written."""
    return reverse("knowledge_edit", args=[article, language])


def _votes(request: HttpRequest) -> QuerySet[Translation]:
    return (
        Translation.objects.readable_by(reader_of(request))
        .filter(Q(helped__gt=0) | Q(unhelped__gt=0))
        .select_related("published")
        .order_by("-unhelped", "helped", "pk")
    )


def _judged(row: Any) -> dict[str, Any]:
    total = row.helped + row.unhelped
    return {
        "title": row.published.title,
        "href": addresses.article(row.language, row.pk, row.slug),
        "language": row.language,
        "helped": row.helped,
        "unhelped": row.unhelped,
        "share": round(100 * row.helped / total),
        "edit": edit_url(row.article_id, row.language),
    }


@require_POST
@agents
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Looked at; or open again."""
    row = (
        Remark.objects.filter(reader_of(request).may_read("translation__article__"), pk=pk)
        .exclude(text="")
        .first()
    )
    if row is None:
        raise Http404
    words.settle(row, by=agent_in(request), done=request.POST.get("done") != "no")
    view = request.POST.get("view", "open")
    return HttpResponseRedirect(f"{reverse('desk_remarks')}?view={view if view in VIEWS else 'open'}")
