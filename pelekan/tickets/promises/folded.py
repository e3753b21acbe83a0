"""★ Text in the one form in which phrases are compared, with the way back to the letters that were typed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from pelekan.lib.folding import fold

LONGEST = 12_000
"""Letters of an answer that are read."""

TIE = "~"
"""Stands in patterns for what Persian writes with a half-space, a space or nothing: می~کنیم."""


@lru_cache(maxsize=4096)
def _letter(char: str) -> str:
    return fold(char)


@dataclass(frozen=True, slots=True)
class Folded:
    """`origin[i]` is where the letter `text[i]` stands in what was typed."""

    text: str
    origin: tuple[int, ...]

    def typed(self, start: int, end: int) -> tuple[int, int]:
        """The place in what was typed of `text[start:end]`; start < end."""
        return self.origin[start], self.origin[end - 1] + 1


def folded(text: str) -> Folded:
    """The first LONGEST letters of `text`, alike in the sense of `lib.folding.fold`."""
    letters: list[str] = []
    origin: list[int] = []
    for place, char in enumerate(text[:LONGEST]):
        for letter in _letter(char):
            letters.append(letter)
            origin.append(place)
    return Folded("".join(letters), tuple(origin))


def pattern(words: str) -> str:
    """`words` (a regular expression in ordinary spelling) as it meets folded text. `~` is an optional space; one space
    is any white space. Only lower-case escapes (\\d, \\w, \\s, \\b) may stand in it."""
    found = fold(words).replace(TIE, r"\s?").replace(" ", r"\s+")
    return f"(?:{found})"


def compiled(words: str) -> re.Pattern[str]:
    """A pattern of whole words."""
    return re.compile(rf"(?<!\w)(?:{pattern(words)})(?!\w)")
