"""How well an entry answers a question: BM25 over stems and, lighter, over pieces of words. ★ pure.

The two sums and where they come from stand in docs/algorithms/ranking.md. The same numbers go in on SQLite and PostgreSQL, so
the same order comes out.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import grams

K1, B = 1.2, 0.75
PIECES_B, PIECES_WEIGHT = 0.9, 0.35
COMMON_WEIGHT = 0.3
"""What a word counts that says little, such as «چگونه»."""


Related = tuple[tuple[tuple[int, float], ...], tuple[str, ...]]
_NOTHING: Related = ((), ())


@dataclass
class Group:
    """One word of the question and what is taken for it: stem → how much of it (1 for the word itself)."""

    word: str
    stems: dict[str, float]
    weight: float = 1.0
    number: int = 0  # entries that hold any of them
    in_titles: int = 0

    def idf(self, entries: int) -> float:
        return idf(self.number, entries) * self.weight


def idf(number: int, entries: int) -> float:
    """How much it says that an entry holds what `number` of all `entries` hold."""
    number = min(number, entries)
    return math.log(1 + (entries - number + 0.5) / (number + 0.5))


@dataclass
class Question:
    """What is asked, with all numbers that ranking needs."""

    groups: list[Group]
    pieces: dict[str, float]  # piece → weight with idf
    entries: int
    length: float  # mean words of an entry
    piece_length: float
    tables: dict[str, dict[str, Related]] = field(
        default_factory=dict
    )  # language → word → what it has to do with it

    def met(self, word: str, language: str) -> Related:
        """What a word of an entry has to do with the question: ((group, how much), …) and the pieces that it shares."""
        one = stem(word, language)
        met = tuple(
            (place, group.stems[one]) for place, group in enumerate(self.groups) if one in group.stems
        )
        shared = tuple(piece for piece in grams(word) if piece in self.pieces)
        return (met, shared) if met or shared else _NOTHING

    @property
    def whole(self) -> float:
        """What an entry weighs that holds all words."""
        return sum(group.idf(self.entries) for group in self.groups)


@dataclass(frozen=True)
class Weight:
    score: float
    covered: float  # 0–1: how much of what was asked, weighed by how much it says, stands in the entry


def weigh(question: Question, times: Mapping[str, int], language: str, length: int, pieces: int) -> Weight:
    """`times`: word → how often, title words counted three times; `length` and `pieces` are their sums."""
    stems_met: dict[int, float] = {}
    pieces_met: dict[str, int] = {}
    known = question.tables.setdefault(language, {})
    for word, often in times.items():
        related = known.get(word)
        if related is None:
            related = known[word] = question.met(word, language)
        if related is _NOTHING:  # nearly all words
            continue
        met, shared = related
        for place, much in met:
            stems_met[place] = stems_met.get(place, 0.0) + often * much
        for piece in shared:
            pieces_met[piece] = pieces_met.get(piece, 0) + often
    score = covered = 0.0
    longer = K1 * (1 - B + B * length / (question.length or 1))
    for place, much in sorted(stems_met.items()):
        group = question.groups[place]
        value = group.idf(question.entries)
        score += value * much * (K1 + 1) / (much + longer)
        covered += value * min(1.0, max(group.stems.values()) if much >= 1 else much)
    longer = K1 * (1 - PIECES_B + PIECES_B * pieces / (question.piece_length or 1))
    for piece, often in sorted(pieces_met.items()):
        score += PIECES_WEIGHT * question.pieces[piece] * often * (K1 + 1) / (often + longer)
    return Weight(score, covered / (question.whole or 1))


def sure(question: Question, first: Weight, second: float) -> float:
    """0–1: how likely the best entry answers the question, from how much of the question it covers and how far it is ahead
    of the next. Fitted on questions with and without an answer; see docs/algorithms/ranking.md."""
    if first.score <= 0:
        return 0.0
    ahead = (first.score - second) / first.score
    return 1 / (1 + math.exp(-(-3.0 + 3.5 * first.covered + 4.0 * ahead)))
