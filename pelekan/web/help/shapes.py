"""What templates show of articles."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

from pelekan.knowledge.anchors import anchored
from pelekan.knowledge.models import ArticleKind, Translation, Visibility
from pelekan.lib.text import one_line
from pelekan.web.help import addresses

ICONS = {
    ArticleKind.TEXT: "file-text", ArticleKind.STEPS: "list-checks", ArticleKind.VIDEO: "play",
    ArticleKind.FAQ: "circle-help", ArticleKind.RELEASE: "megaphone", ArticleKind.TREE: "workflow",
}  # fmt: skip


def card(row: Translation) -> dict[str, Any]:
    """One line of a list: {title, summary, href, icon, kind, language, restricted, version, released_on, at}."""
    version = row.published
    assert version is not None  # readable_by gives nothing else
    return {
        "title": version.title,
        "summary": version.summary or one_line(version.text, 160),
        "href": addresses.article(row.language, row.pk, row.slug),
        "icon": ICONS.get(row.article.kind, "file-text"),  # type: ignore[call-overload]
        "kind": row.article.kind,
        "language": row.language,
        "dir": "ltr" if row.language == "en" else "rtl",
        "restricted": row.article.visibility != Visibility.PUBLIC,
        "version": str(version.data.get("version") or "") if row.article.kind == ArticleKind.RELEASE else "",
        "released_on": released_on(row),
        "at": row.published_at,
    }


def faq_card(row: Translation) -> dict[str, Any]:
    """A question with its answer in place: `card` and {body (safe HTML), plain, pk}."""
    version = row.published
    assert version is not None
    return {**card(row), "body": anchored(version.body)[0], "plain": version.text, "pk": row.pk}


def released_on(row: Translation) -> datetime | None:
    """Noon of the day of a release note; of one without, when it was published."""
    if row.article.kind != ArticleKind.RELEASE or row.published is None:
        return None
    try:
        day = date.fromisoformat(str(row.published.data.get("released_on", "")))
    except ValueError:
        return row.first_published_at
    return datetime.combine(day, time(12), UTC)
