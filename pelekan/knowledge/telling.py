"""Other programs hear what happens to articles: a site that shows them, a search of the house, a translator's list."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from pelekan.knowledge.models import Article, Translation
from pelekan.tickets import webhooks
from pelekan.tickets.models import Event

MOST_NAMED = 500


def follow(event: Event) -> None:
    """Reaction: tell the webhooks that want to hear of it. Of what was never out, nothing is told."""
    webhooks.tell(event, lambda: _shape(event))


def _shape(event: Event) -> dict[str, Any] | None:
    data = event.data
    if event.name == "article.imported":
        return {"number": data["number"], "articles": data["articles"][:MOST_NAMED]}
    article = Article.objects.select_related("section").filter(pk=data["article"]).first()
    if article is None:
        return None
    rows = Translation.objects.filter(article=article, first_published_at__isnull=False)
    out = {row.language: row for row in rows.select_related("published").order_by("language")}
    if not out:
        return None
    return {
        "article": shape_of(article, out)
        | {"language": data.get("language"), "changed": data.get("changed") or []}
    }


def shape_of(article: Article, out: dict[str, Translation]) -> dict[str, Any]:
    """An article as receivers see it: the names of the API, and what is published in each language. None of its text: a
    program that needs it asks the API with a token of its own."""
    return {
        "id": article.pk,
        "kind": article.kind,
        "section": article.section.slug,
        "visibility": article.visibility,
        "original": article.language,
        "archived": article.archived_at is not None,
        "published": {
            language: {
                "title": row.published.title,
                "version": row.published.number,
                "published_at": row.published_at.isoformat() if row.published_at else None,
                "url": f"{settings.BASE_URL}/help/{language}/a/{row.pk}/",
            }
            for language, row in out.items()
            if row.published is not None
        },
    }
