"""From a text to what the index counts of it. ★ pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

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
    """What is kept of a text."""

    words: str
    title: str
    length: int
    pieces: int


def count(text: Text) -> Counted:
    """Its words and how often."""
    title = words(text.title)
    times = Counter(words(text.text[:MOST_TEXT]))
    for word in title:
        times[word] += TITLE_WEIGHT
    lines: dict[int, list[str]] = {}
    for word, often in times.items():
        lines.setdefault(often, []).append(word)
    packed = "\n".join(f"{often}\t{' '.join(sorted(some))}" for often, some in sorted(lines.items()))
    length = sum(times.values())
    pieces = sum(often * len(grams(word)) for word, often in times.items())
    return Counted(packed, " ".join(dict.fromkeys(title)), length, pieces)


def unpack(packed: str) -> dict[str, int]:
    """Word → how often."""
    times: dict[str, int] = {}
    for line in packed.split("\n"):
        if line:
            often, _, some = line.partition("\t")
            times.update(dict.fromkeys(some.split(" "), int(often)))
    return times


def tokens(counted: Counted, language: str, codes: Iterable[str], marks: Iterable[str]) -> list[str]:
    """What stands in the word index, under each code; the first form without any code is everyone's."""
    stems = {stem(word, language) for word in unpack(counted.words)}
    stems |= {f"^{stem(word, language)}" for word in counted.title.split()}
    found = {token(code, one) for code in codes for one in stems}
    return sorted(found | {f"={mark}" for mark in marks})


def token(code: str, one: str) -> str:
    """A stem as readers with this code find it."""
    return f"{code}:{one}" if code else one


def terms(counted: Counted, language: str, codes: Iterable[str]) -> Counter[str]:
    """What this entry adds to the numbers of terms."""
    times = unpack(counted.words)
    names = {f":{word}" for word in times}
    found: Counter[str] = Counter()
    stems = {f":{stem(word, language)}" for word in times}
    stems |= {f":^{stem(word, language)}" for word in counted.title.split()}
    pieces = {f":{piece}" for word in times for piece in grams(word)}
    for code in codes:
        found.update({f"s{code}{one}" for one in stems})
        found.update({f"g{code}{one}" for one in pieces})
        found.update({f"w{code}{one}" for one in names})
        found.update({f"n{code}:": 1, f"l{code}:": counted.length, f"p{code}:": counted.pieces})
    return found
