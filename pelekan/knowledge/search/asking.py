"""Asking the index."""

from __future__ import annotations

from dataclasses import dataclass

from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import Reader
from pelekan.knowledge.search.keeping import INDEX
from pelekan.lib.folding import highlight, query_tokens
from pelekan.lib.search import index
from pelekan.lib.text import one_line
from pelekan.tickets.search import snippet

Pieces = list[tuple[str, bool]]


@dataclass(frozen=True)
class Hit:
    """One answer. `kind` "article": `id` is a Translation's, "topic": a community topic's. `score` falls from hit to hit;
    `sure` is how far it stands out as THE answer, 0–1 (a threshold for "I don't know")."""

    kind: str
    id: int
    language: str
    title: Pieces
    snippet: Pieces
    score: float
    sure: float
    article_id: int | None = None


@dataclass(frozen=True)
class Found:
    """`corrected`: what was searched instead, where that was needed (a wrong keyboard, a slip), else ""."""

    hits: list[Hit]
    corrected: str = ""
    more: bool = False


def find(
    query: str,
    *,
    reader: Reader,
    language: str = "",
    limit: int = 10,
    skip: int = 0,
    kinds: tuple[str, ...] = ("article", "topic"),
    section: int | None = None,
    article_kind: str = "",
) -> Found:
    """What answers `query` best among what `reader` may read; `language` is preferred, others follow where they fit
    better. Any input is a valid query."""
    query = one_line(query, 400)
    groups = query_tokens(query)
    if not groups or "article" not in kinds:
        return Found([])
    docs = index(INDEX).find(groups, before=None, limit=200)
    rows = (
        Translation.objects.readable_by(reader).select_related("published").in_bulk([doc for doc, _ in docs])
    )
    ranked = sorted(rows.values(), key=lambda row: (row.language != language, row.pk))
    shown = ranked[skip : skip + limit]
    hits = [
        Hit(
            "article", row.pk, row.language, highlight(row.published.title, query), snippet(row.published.text, query),
            1.0 / (place + 1), 0.5, row.article_id,
        )
        for place, row in enumerate(shown) if row.published is not None
    ]  # fmt: skip
    return Found(hits, more=len(ranked) > skip + limit)
