"""Articles that may answer a gap already: only what is out and customers may read."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import of_agent
from pelekan.knowledge.search import find
from pelekan.knowledge.trail.gaps import FOR_CUSTOMERS
from pelekan.knowledge.trail.models import Gap
from pelekan.people.models import Agent
from pelekan.web.help.addresses import article as article_path
from pelekan.web.insights.words import LANGUAGES

MOST = 6
RIGHT_TO_LEFT = ("fa", "ar")


def readable(by: Agent) -> QuerySet[Translation]:
    """What can be named as the answer of a gap."""
    rows = Translation.objects.readable_by(of_agent(by)).filter(article__visibility__in=FOR_CUSTOMERS)
    return rows.filter(published__isnull=False).select_related("article", "published")


def fitting(words: str, *, by: Agent, language: str) -> list[dict[str, Any]]:
    """[{id, title, language, dir, url}], the best first; an article once, in the language that fits best."""
    hits = find(words, reader=of_agent(by), language=language, limit=MOST * 3, kinds=("article",)).hits
    rows = readable(by).in_bulk([hit.id for hit in hits])
    found: dict[int, dict[str, Any]] = {}
    for hit in hits:
        row = rows.get(hit.id)
        if (
            row is not None
            and row.published is not None
            and row.article_id not in found
            and len(found) < MOST
        ):
            found[row.article_id] = {
                "id": row.pk, "title": row.published.title, "language": LANGUAGES.get(row.language, row.language),
                "lang": row.language, "dir": "rtl" if row.language in RIGHT_TO_LEFT else "ltr",
                "url": article_path(row.language, row.pk, row.slug),
            }  # fmt: skip
    return list(found.values())


def came_out(gap: Gap) -> bool:
    """Whether the gap's date is that of its article's coming out, not of its being named as the answer."""
    if gap.article_id is None or gap.published_at is None:
        return False
    dates = Translation.objects.filter(article=gap.article_id).values_list(
        "published_at", "first_published_at"
    )
    return any(gap.published_at in pair for pair in dates)
