"""What was written when and by whom, what changed, and the article as its readers see it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation as languages
from django.utils.translation import gettext as _

from pelekan.knowledge.comparing import compare, shortened
from pelekan.knowledge.models import Translation, Version
from pelekan.lib.text import whole
from pelekan.web.admin.doors import behind
from pelekan.web.knowledge.frame import NAMES, article_of, language_in, name_of, show, who_reads
from pelekan.web.knowledge.shown import shown

MOST = 200


@behind("work")
def history(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """All versions of one language, and two of them side by side: `new` against `old` (else against the one before)."""
    article, code = article_of(request, pk), language_in(language)
    row = Translation.objects.filter(article=article, language=code).first()
    if row is None:
        raise Http404
    rows = list(
        Version.objects.filter(translation=row)
        .select_related("author__user", "basis")
        .order_by("-number")[:MOST]
    )
    by_number = {one.number: one for one in rows}
    new = by_number.get(_number(request, "new")) or (rows[0] if rows else None)
    old = by_number.get(_number(request, "old")) or (by_number.get(new.number - 1) if new else None)
    changes = shortened(compare(_words(old), _words(new))) if new else []
    versions = [
        {"number": one.number, "at": one.made_at, "name": name_of(one.author), "note": one.note, "published": one.pk == row.published_id,
         "newest": one.pk == row.newest_id, "basis": one.basis.number if one.basis else None, "chosen": new is not None and one.pk == new.pk}
        for one in rows
    ]  # fmt: skip
    return show(
        request, "history", _("History"), new.title if new else "", article=article, code=code, versions=versions, new=new, old=old,
        changes=changes, language=NAMES[code], dir="ltr" if code == "en" else "rtl",
    )  # fmt: skip


def _number(request: HttpRequest, name: str) -> int:
    return whole(request.GET.get(name), 8) or 0


def _words(version: Version | None) -> str:
    return f"{version.title}\n{version.text}" if version is not None else ""


@behind("work")
def preview(request: HttpRequest, pk: int, language: str) -> HttpResponse:
    """The newest version as a reader would see it, in its own language; nothing on it is counted."""
    article, code = article_of(request, pk), language_in(language)
    row = (
        Translation.objects.select_related("newest", "article__section")
        .filter(article=article, language=code)
        .first()
    )
    version: Version | None = row.newest if row is not None else None
    if row is not None and (number := _number(request, "version")):
        version = Version.objects.filter(translation=row, number=number).first()
    if row is None or version is None:
        raise Http404
    told = {"readers": who_reads(article), "back": request.GET.get("back", "")}
    with languages.override(code):
        context: dict[str, Any] = {
            "row": row,
            "version": version,
            "content": shown(row, version),
            "code": code,
        }
        return render(
            request, "knowledge/preview.html", {**told, **context, "dir": "ltr" if code == "en" else "rtl"}
        )
