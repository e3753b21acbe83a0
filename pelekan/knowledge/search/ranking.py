"""How well an entry answers a question: BM25 over stems and, lighter, over pieces of words. ★ pure.

The two sums and where they come from stand in docs/algorithms/ranking.md. The same numbers go in on SQLite and PostgreSQL, so
the same order comes out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from pelekan.lib.tongues.stems import stem

K1, B = 1.2, 0.75
PIECES_B, PIECES_WEIGHT = 0.9, 0.35
COMMON_WEIGHT = 0.3
"""What a word counts that says little, such as «چگونه»."""


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
    by_stem: dict[str, list[tuple[int, float]]] = field(init=False)  # → (group, how much)
    values: list[float] = field(init=False)  # what each group says
    most: list[float] = field(init=False)  # how much of each group an entry can hold
    whole: float = field(init=False)  # what all groups say
    stems: list[tuple[str, list[tuple[int, float]]]] = field(init=False)  # as they stand in a packed text
    cut: list[tuple[str, float]] = field(init=False)  # pieces as they stand in a packed text → weight

    def __post_init__(self) -> None:
        self.by_stem = {}
        for place, group in enumerate(self.groups):
            for one, much in group.stems.items():
                self.by_stem.setdefault(one, []).append((place, much))
        self.values = [group.idf(self.entries) for group in self.groups]
        self.whole = sum(self.values)
        self.most = [max(group.stems.values(), default=0.0) for group in self.groups]
        self.stems = [(f" {one} ", met) for one, met in self.by_stem.items()]
        self.cut = [(piece.replace("_", " "), weight) for piece, weight in sorted(self.pieces.items())]

    def worth(self, word: str, language: str) -> float:
        """How much a word of a text in this language says to the question; words of grammar and asking say nothing."""
        found = 0.0
        for place, much in self.by_stem.get(stem(word, language), ()):
            if self.groups[place].weight >= 0.5:
                found = max(found, self.values[place] * much)
        return found


@dataclass(frozen=True)
class Weight:
    score: float
    covered: float  # 0–1: how much of what was asked, weighed by how much it says, stands in the entry


def weigh(question: Question, stems: str, words: str, length: int, pieces: int) -> Weight:
    """`stems`, `words`: those of an entry, with how often each stands in it (`entries.pack`), title words counted three times;
    `length` and `pieces` are their sums.

    They are looked for in the packed text, since a question is short and an entry is long: a piece of a word stands in a
    line as often as words of that line hold it."""
    stems_met: dict[int, float] = {}
    met = [one for one in question.stems if one[0] in stems]
    for line in stems.split("\n") if met else ():
        for one, groups in met:
            if one in line:
                times = int(line[: line.index("\t")])
                for place, much in groups:
                    stems_met[place] = stems_met.get(place, 0.0) + times * much
    cut = [one for one in question.cut if one[0] in words]
    often = [0] * len(cut)
    for line in words.split("\n") if cut else ():
        times = int(line[: line.index("\t")])
        for place, (piece, _weight) in enumerate(cut):
            if piece in line:
                often[place] += times * line.count(piece)
    score = covered = 0.0
    longer = K1 * (1 - B + B * length / (question.length or 1))
    for place, much in sorted(stems_met.items()):
        value = question.values[place]
        score += value * much * (K1 + 1) / (much + longer)
        covered += value * min(1.0, question.most[place] if much >= 1 else much)
    longer = K1 * (1 - PIECES_B + PIECES_B * pieces / (question.piece_length or 1))
    for (_piece, value), much in zip(cut, often, strict=True):
        score += PIECES_WEIGHT * value * much * (K1 + 1) / (much + longer)
    return Weight(score, covered / (question.whole or 1))


def sure(question: Question, first: Weight, second: float) -> float:
    """0–1: how likely the best entry answers the question, from how much of the question it covers and how far it is ahead
    of the next. Fitted on questions with and without an answer; see docs/algorithms/ranking.md."""
    if first.score <= 0:
        return 0.0
    ahead = (first.score - second) / first.score
    return 1 / (1 + math.exp(-(-3.0 + 3.5 * first.covered + 4.0 * ahead)))
