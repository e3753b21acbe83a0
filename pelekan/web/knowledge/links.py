"""What the editor asks for while one writes: a place for a picture, articles to link to."""

from __future__ import annotations

from typing import BinaryIO, cast

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from pelekan.knowledge import pictures, rights
from pelekan.knowledge.models import Translation
from pelekan.lib.text import one_line
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind
from pelekan.web.knowledge.frame import article_of


@behind("work", "POST")
def picture(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a picture (`file`) of the text; answers its address, or why it can't be."""
    article = article_of(request, pk)
    sent = request.FILES.get("file")
    if sent is None:
        return JsonResponse({"error": _("No file arrived. Choose it again.")}, status=400)
    try:
        made = pictures.keep(article, cast("BinaryIO", sent.file), sent.name or "picture", by=agent(request))
    except CannotBe as refused:
        return JsonResponse({"error": refused.text}, status=422)
    return JsonResponse({"src": pictures.address(made), "name": made.name}, status=201)


@behind("work")
def articles(request: HttpRequest) -> HttpResponse:
    """Articles whose title holds these words: [{"id", "article", "title", "language", "href", "out"}]."""
    rows = Translation.objects.filter(article__in=rights.writable_by(agent(request)).filter(archived_at=None))
    rows = rows.filter(newest__isnull=False).select_related("newest", "published")
    words = one_line(request.GET.get("q", ""), 120)
    for word in words.split()[:8]:
        rows = rows.filter(newest__title__icontains=word)
    language = request.GET.get("language", "")
    found = sorted(rows.order_by("-published_at", "-pk")[:40], key=lambda one: one.language != language)
    return JsonResponse(
        {
            "found": [
                {
                    "id": one.pk, "article": one.article_id, "title": one.newest.title if one.newest else "", "language": one.language,
                    "href": f"/help/{one.language}/a/{one.pk}/", "out": one.published_id is not None,
                }
                for one in found[:12]
            ]
        }
    )  # fmt: skip
