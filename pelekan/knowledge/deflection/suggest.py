"""What answers a request before it is sent: articles that this reader may read, and released questions of others.

    for one in suggest("اشتراک من تمدید نمی‌شود", reader=ANYONE, language="fa"): one.title, one.text, one.sure

Each list is made for one reader, from what he may read; there is no list that is filtered afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass

from pelekan.knowledge import search
from pelekan.knowledge.deflection import solved
from pelekan.knowledge.models import Translation
from pelekan.knowledge.readers import Reader
from pelekan.lib.folding import fold_tokens
from pelekan.lib.text import one_line

MOST = 4
SHORTEST = 8
"""Letters from which it is worth looking."""
WORTH = 0.15
"""How sure the best article must be to be shown at all."""
BESIDE = 0.4
"""Of the best one's score: what is worth to be shown beside it."""
COVERED = 0.3
"""The share of the question's words that an article must have."""
LONG = 12
"""Words of a question of which no article can have a fair share."""
FITS_WELL = 0.5
"""How sure an answer must be to stand between writing and sending, where no script shows it earlier."""


@dataclass(frozen=True)
class Suggestion:
    """`kind` "article": `id` is a Translation's, `text` its summary or the place that fits, `slug` for its address;
    "answer": `id` is a SolvedQuestion's, `text` the whole answer. `sure` 0–1."""

    kind: str
    id: int
    title: str
    text: str
    language: str
    sure: float
    slug: str = ""
    article_id: int | None = None
    visibility: str = ""


def suggest(
    text: str, *, reader: Reader, language: str, subject: str = "", limit: int = MOST, answers: bool = True
) -> list[Suggestion]:
    """At most `limit`, the best first; [] for words that are too few. `subject` is what it is about in a few words."""
    whole = one_line(f"{subject} {text}", 400)
    if len(whole) < SHORTEST:
        return []
    hits = _hits(whole, reader, language, limit)
    if not hits and subject and text:
        hits = _hits(subject, reader, language, limit)
    words = solved.words_of(whole)
    articles = _articles(hits, reader, words)
    if not articles and len(words) > LONG and subject:  # much was told; what it is about stands above it
        articles = _articles(hits, reader, solved.words_of(subject))
    others = solved.fitting(whole, language=language, limit=2) if answers else []
    found = articles + [
        Suggestion("answer", row.pk, one_line(row.question, 160), row.answer, row.language, round(share, 3))
        for row, share in others
    ]
    if others and len(articles) >= limit:  # one of them is seen beside any number of articles
        return [*articles[: limit - 1], found[len(articles)]]
    return found[:limit]


def _hits(query: str, reader: Reader, language: str, limit: int) -> list[search.Hit]:
    if len(query.strip()) < SHORTEST:
        return []
    hits = search.find(query, reader=reader, language=language, limit=limit, kinds=("article",)).hits
    if not hits or hits[0].sure < WORTH:
        return []  # what shares a word or two would only be in the way
    return [hit for hit in hits if hit.score >= hits[0].score * BESIDE]


def _covered(words: set[str], row: Translation) -> float:
    """The share of the question's words that stand in an article."""
    assert row.published is not None
    return (
        len(words & set(fold_tokens(f"{row.published.title}\n{row.published.text}"))) / len(words)
        if words
        else 0.0
    )


def _articles(hits: list[search.Hit], reader: Reader, words: set[str]) -> list[Suggestion]:
    """As they stand in the table, read once more through the gate: an index may be a moment behind."""
    rows = (
        Translation.objects.readable_by(reader)
        .select_related("published", "article")
        .in_bulk([hit.id for hit in hits if hit.kind == "article"])
    )
    found = []
    for hit in hits:
        row = rows.get(hit.id)
        if row is None or row.published is None:
            continue
        covered = _covered(words, row)
        if covered < COVERED:
            continue
        text = row.published.summary or one_line("".join(piece for piece, _hit in hit.snippet), 240)
        found.append(
            Suggestion(
                "article", row.pk, row.published.title, text, row.language, min(hit.sure, covered), row.slug, row.article_id,
                row.article.visibility,
            )
        )  # fmt: skip
    return found
