"""Which entries are worth looking at closely: a bounded number, chosen by the same rule on both databases.

Words are taken from the rarest to the commonest while their lists together stay short; what is common is only asked of titles
and of entries that hold something rarer as well. Entries are then ordered by how much of the question they hold.
"""

from __future__ import annotations

from collections.abc import Sequence

from pelekan.knowledge.search import table
from pelekan.knowledge.search.entries import token
from pelekan.knowledge.search.ranking import Question

LOOKED_AT = 60
"""Entries that are weighed word by word."""
LISTS = 3000
"""Ids that are read from lists of single words; as many again where words stand together."""
TOGETHER = 1000

Asked = list[list[str]]


def choose(
    question: Question,
    codes: Sequence[str],
    *,
    kinds: Sequence[str] = (),
    marks: Sequence[Sequence[str]] = (),
) -> list[int]:
    """Ids of at most LOOKED_AT entries, the most promising first. `marks`: groups of marks, one of each group must be met."""
    filters = [[f"={mark}" for mark in group] for group in marks]
    order = sorted(
        (place for place, group in enumerate(question.groups) if group.number),
        key=lambda place: (question.groups[place].number, place),
    )
    bodies = {
        place: [token(code, one) for code in codes for one in question.groups[place].stems] for place in order
    }
    titles = {
        place: [token(code, f"^{one}") for code in codes for one in question.groups[place].stems]
        for place in order
    }
    weights = [group.idf(question.entries) for group in question.groups]
    asked: list[tuple[int, Asked, int]] = []
    read, rare, common = 0, list[int](), list[int]()
    for place in order:
        group = question.groups[place]
        if read + group.number <= LISTS:
            read += group.number
            rare.append(place)
            asked.append((2 * place, [bodies[place], *filters], LISTS))
        else:
            common.append(place)
        if group.in_titles and read + group.in_titles <= LISTS:
            read += group.in_titles
            asked.append((2 * place + 1, [titles[place], *filters], LISTS))
    scores: dict[int, float] = {}
    held: set[tuple[int, int]] = set()
    _add(table.holding(asked), weights, scores, held, kinds)
    if common and len(scores) > LOOKED_AT and rare:
        either = [token for place in rare for token in bodies[place]]
        more = [(2 * place, [bodies[place], either, *filters], LISTS) for place in common[:3]]
        _add(table.holding(more), weights, scores, held, kinds)
    if common and (len(scores) < LOOKED_AT or not rare):
        for some in (common[:4], common[:2], common[:1]):
            more = [(-1, [*(bodies[place] for place in some), *filters], TOGETHER)]
            for _which, doc in table.holding(more):
                _add([(2 * place, doc) for place in some], weights, scores, held, kinds)
            if len(scores) >= LOOKED_AT or len(some) <= 1:
                break
    order_of = sorted((-round(score, 6), doc) for doc, score in scores.items())
    return [doc for _score, doc in order_of[:LOOKED_AT]]


def _add(
    rows: Sequence[tuple[int, int]],
    weights: Sequence[float],
    scores: dict[int, float],
    held: set[tuple[int, int]],
    kinds: Sequence[str],
) -> None:
    """A word in the text counts once, in the title half as much again."""
    articles, others = "article" in kinds or not kinds, not kinds or any(kind != "article" for kind in kinds)
    only = None if articles and others else 0 if articles else 1
    fresh = [row for row in rows if row not in held] if held else rows
    for which, doc in fresh:
        if only is None or doc % 2 == only:
            scores[doc] = scores.get(doc, 0.0) + (
                weights[which // 2] * 0.5 if which % 2 else weights[which // 2]
            )
    held.update(fresh)
