"""From a text to what the index counts of it. ★ pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import grams, words

TITLE_WEIGHT = 3
MOST_TEXT = 60_000
"""Characters of one text that are indexed."""


@dataclass(frozen=True)
class Text:
    """Something to be found. `codes`: who may find it (`search.audience`); `marks`: what filters ask for, such as "s12" (its
    section) or "kfaq"."""

    kind: str  # article, topic
    ref: int
    language: str
    title: str
    text: str
    codes: tuple[str, ...] = ("",)
    marks: tuple[str, ...] = ()


def number(kind: str, ref: int) -> int:
    """The id of an entry: even for articles, odd for topics."""
    return ref * 2 + (0 if kind == "article" else 1)


@dataclass(frozen=True)
class Counted:
    """What is kept of a text. `words` and `stems` are packed: see `pack`."""

    words: str
    stems: str
    title: str
    length: int
    pieces: int


def count(text: Text) -> Counted:
    """Its words and how often."""
    title = words(text.title)
    times = Counter(words(text.text[:MOST_TEXT]))
    for word in title:
        times[word] += TITLE_WEIGHT
    length = sum(times.values())
    pieces = sum(often * max(1, len(word) - 1) for word, often in times.items())  # as `grams` cuts them
    return Counted(
        pack(times), pack(stemmed(times, text.language)), " ".join(dict.fromkeys(title)), length, pieces
    )


def stemmed(times: Mapping[str, int], language: str) -> dict[str, int]:
    """Stem → how often, from word → how often."""
    found: dict[str, int] = {}
    for word, often in times.items():
        one = stem(word, language)
        found[one] = found.get(one, 0) + often
    return found


def pack(times: Mapping[str, int]) -> str:
    """A line for each number, "3\t one other ": a blank stands before and after each word, so that a word, and the beginning
    and end of one, can be looked for in the line."""
    lines: dict[int, list[str]] = {}
    for word in sorted(times):
        lines.setdefault(times[word], []).append(word)
    return "\n".join(f"{often}\t {' '.join(some)} " for often, some in sorted(lines.items()))


def unpack(packed: str) -> dict[str, int]:
    """Word → how often."""
    times: dict[str, int] = {}
    for line in packed.split("\n"):
        often, _, some = line.partition("\t")
        if often:
            times.update(dict.fromkeys(some.split(), int(often)))
    return times


def different(packed: str) -> list[str]:
    """The words of `unpack`, each once."""
    return [word for line in packed.split("\n") for word in line.partition("\t")[2].split()]


def tokens(counted: Counted, language: str, codes: Iterable[str], marks: Iterable[str]) -> list[str]:
    """What stands in the word index, under each code, each once; the first form without any code is everyone's."""
    stems = set(different(counted.stems))
    stems.update(f"^{stem(word, language)}" for word in counted.title.split())
    return [*(token(code, one) for code in codes for one in stems), *(f"={mark}" for mark in marks)]


def token(code: str, one: str) -> str:
    """A stem as readers with this code find it."""
    return f"{code}:{one}" if code else one


def terms(counted: Counted, language: str, codes: Iterable[str]) -> list[str]:
    """The terms to whose numbers this entry adds one, for readers with each of these codes."""
    names: set[str] = set()
    for word in different(counted.words):
        names.update(_names(word))
    names.update(f"s:{one}" for one in different(counted.stems))
    names.update(f"s:^{stem(word, language)}" for word in counted.title.split())
    return [name if not code else f"{name[0]}{code}{name[1:]}" for code in codes for name in names]


def sums(counted: Counted, codes: Iterable[str]) -> dict[str, int]:
    """What it adds to the numbers of all entries, their words and their pieces."""
    return {
        f"{name}{code}:": number
        for code in codes
        for name, number in (("n", 1), ("l", counted.length), ("p", counted.pieces))
    }


@lru_cache(100_000)
def _names(word: str) -> tuple[str, ...]:
    """The terms that a word stands for in any language."""
    return (f"w:{word}", *map(_piece, grams(word)))


@lru_cache(100_000)
def _piece(piece: str) -> str:
    return f"g:{piece}"
