"""The place of a text that answers best, in its original spelling, with what was found marked. ★ pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache

from pelekan.lib.tongues.words import words

Pieces = list[tuple[str, bool]]
_CHUNK = re.compile(r"[\w\u200c\u0640\u064b-\u0655\u0670]+")
_END = re.compile(r"[.!?؟。\n](?=\s|$)|\n")
MOST_TEXT = 30_000
"""Characters that are looked through for the best place."""


@lru_cache(100_000)
def _folded(raw: str) -> tuple[str, ...]:
    return tuple(words(raw))


class Worth(dict[str, float]):
    """Word → what it is worth to a question; asked once for each word."""

    def __init__(self, ask: Callable[[str], float]) -> None:
        super().__init__()
        self.ask = ask

    def __missing__(self, word: str) -> float:
        self[word] = self.ask(word)
        return self[word]


Span = tuple[int, int, str, float]
"""A word of worth: start, end, folded, worth."""


def spans(text: str, worth: Worth) -> list[Span]:
    """The words of worth in a text, in order."""
    found: list[Span] = []
    for match in _CHUNK.finditer(text):
        for word in _folded(match.group()):
            if (value := worth[word]) > 0:
                found.append((match.start(), match.end(), word, value))
                break
    return found


def highlight(text: str, worth: Worth) -> Pieces:
    """The text in pieces [(piece, is it a hit)]; joined again they are exactly the text."""
    pieces: Pieces = []
    done = 0
    for start, end, _word, _value in spans(text, worth):
        pieces += [(text[done:start], False), (text[start:end], True)]
        done = end
    pieces.append((text[done:], False))
    return [piece for piece in pieces if piece[0]]


def best(text: str, met: Sequence[Span], room: int) -> tuple[int, int]:
    """From where to where the text answers best, about `room` characters, from the beginning of a sentence where one is
    near. `met`: its `spans`."""
    if len(text) <= room or not met:
        return 0, _at_word(text, min(room, len(text)))
    top, where, left = -1.0, 0, 0
    seen: dict[str, int] = {}
    total = 0.0
    for _start, end, word, value in met:
        seen[word] = seen.get(word, 0) + 1
        total += value if seen[word] == 1 else 0.0
        while end - met[left][0] > room * 0.8:
            gone, worth_of = met[left][2], met[left][3]
            seen[gone] -= 1
            total -= worth_of if not seen[gone] else 0.0
            left += 1
        if total > top + 1e-9:
            top, where = total, left
    first = met[where][0]
    start = max((match.end() for match in _END.finditer(text, max(0, first - room // 2), first)), default=-1)
    if start < 0:
        start = 0 if first < room // 3 else _at_word(text, first - room // 5)
    return start, _at_word(text, min(len(text), start + room))


def _at_word(text: str, place: int) -> int:
    """A place that is not inside a word."""
    while 0 < place < len(text) and not text[place].isspace():
        place -= 1
    return place


def snippet(text: str, met: Sequence[Span], worth: Worth, room: int = 180) -> Pieces:
    """About two lines with the best place, hits marked."""
    whole, text = len(text.rstrip()), text[:MOST_TEXT]
    start, end = best(text, met, room)
    if end <= start:
        start, end = 0, min(len(text), room)
    part = " ".join(text[start:end].split())
    if not part:
        return []
    return highlight(("… " if start else "") + part + (" …" if end < whole else ""), worth)


def passage(text: str, met: Sequence[Span], room: int = 420) -> str:
    """The sentences that answer best, to be quoted."""
    whole, text = len(text), text[:MOST_TEXT]
    start, end = best(text, met, room)
    part = text[start : end if end > start else start + room].strip()
    last = max((match.end() for match in _END.finditer(part)), default=0)
    return part[:last].strip() if end < whole and last > room // 3 else part
