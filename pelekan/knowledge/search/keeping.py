"""Keeping the index true: what is published stands in it."""

from __future__ import annotations

from pelekan.knowledge.models import Translation
from pelekan.lib.folding import fold_tokens
from pelekan.lib.search import index
from pelekan.tickets.models import Event

INDEX = "article_words"


def put_translation(translation: Translation) -> None:
    """Index what is published of it now; nothing published: it leaves the index."""
    if translation.published is None or translation.article.archived_at is not None:
        index(INDEX).drop([translation.pk])
        return
    words = f"{translation.published.title}\n{translation.published.text}"
    index(INDEX).put(translation.pk, translation.article_id, fold_tokens(words))


def follow(event: Event) -> None:
    """Reaction: an article came out, changed, or went."""
    rows = Translation.objects.select_related("article", "published").filter(article=event.data["article"])
    for translation in rows:
        put_translation(translation)


def rebuild() -> int:
    """All of it anew; how many stand in it."""
    number = 0
    for translation in Translation.objects.select_related("article", "published").iterator(chunk_size=500):
        put_translation(translation)
        number += 1
    return number
