"""★ What a chat is probably about: proposals for registering it, each with the reason that an agent can check.

Words of the categories are looked for in what the customer wrote, folded as for search, so that «بانك» counts
as «بانک» and an ending after a half-space does not matter. No learning, no guessing beyond the words: a proposal
that nobody can explain is worse than none.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field

from pelekan.lib.folding import fold_tokens
from pelekan.lib.text import one_line

GREETINGS = {
    "سلام", "درود", "وقت", "بخیر", "خسته", "نباشید", "hello", "hi", "hey", "good", "morning", "afternoon",
    "مرحبا", "السلام", "عليكم", "اهلا", "صباح", "الخير", "مساء",
}  # fmt: skip
_GREETINGS = {token for word in GREETINGS for token in fold_tokens(word)}


@dataclass(frozen=True)
class Kind:
    """A category as a proposal sees it. `impact`, `urgency`, `team_id` None: nothing is set for it."""

    id: int
    level: int
    words: tuple[str, ...]
    parent_id: int | None = None
    impact: int | None = None
    urgency: int | None = None
    team_id: int | None = None
    kind: str = ""


@dataclass(frozen=True)
class Proposal:
    """`words` are those that were found for the category, as the category spells them."""

    subject: str
    category_id: int | None = None
    team_id: int | None = None
    impact: int = 2
    urgency: int = 2
    words: tuple[str, ...] = field(default=())


def propose(
    texts: Sequence[str], kinds: Sequence[Kind], *, specialists_id: int | None = None, subject: str = ""
) -> Proposal:
    """A proposal from what the customer wrote (`texts`, oldest first).

    The category with most words found wins; of equals the more special one, whose words say more. Impact,
    urgency and team come from it or from the category above it; without one the inbox's `specialists_id`.
    """
    said = set(fold_tokens("\n".join(texts)))
    best: tuple[tuple[int, int, int], Kind, tuple[str, ...]] | None = None
    for kind in kinds:
        found = tuple(word for word in kind.words if _said(word, said))
        if found:
            rank = (len(found), kind.level, -kind.id)
            if best is None or rank > best[0]:
                best = (rank, kind, found)
    if best is None:
        return Proposal(_subject(texts, subject), team_id=specialists_id)
    kind, found = best[1], best[2]
    chain = line_of(kind.id, kinds)
    return Proposal(
        _subject(texts, subject, found),
        kind.id,
        next((one.team_id for one in chain if one.team_id), specialists_id),
        next((one.impact for one in chain if one.impact), 2),
        next((one.urgency for one in chain if one.urgency), 2),
        found,
    )


def line_of(pk: int | None, kinds: Sequence[Kind]) -> list[Kind]:
    """The category with this id and those above it; [] where it is not among `kinds`."""
    by_id = {one.id: one for one in kinds}
    chain = [by_id[pk]] if pk in by_id else []
    while chain and chain[-1].parent_id in by_id and len(chain) < 4:
        chain.append(by_id[chain[-1].parent_id])
    return chain


_tokens = functools.lru_cache(maxsize=4096)(fold_tokens)


def _said(word: str, said: set[str]) -> bool:
    """Whether all parts of a word (or phrase) of the category were said; longer words also as a beginning."""
    parts = _tokens(word)
    return bool(parts) and all(
        part in said or (len(part) >= 4 and any(token.startswith(part) for token in said)) for part in parts
    )


def _subject(texts: Sequence[str], given: str, words: Sequence[str] = ()) -> str:
    """The given subject, or the line that says most of `words`, or the first that says more than a greeting."""
    if given.strip():
        return one_line(given, 120)
    lines = [line.strip() for text in texts for line in text.splitlines() if line.strip()]
    spoken = [line for line in lines if len([t for t in fold_tokens(line) if t not in _GREETINGS]) >= 2]
    if words and spoken:
        return one_line(
            max(spoken, key=lambda line: sum(_said(w, set(fold_tokens(line))) for w in words)), 120
        )
    return one_line((spoken or lines or [""])[0], 120)
