"""From text to what is counted: folded words, and the pieces of words. ★ pure."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from pelekan.lib.folding import ZWNJ, _Folding

_FOLDING = _Folding({ord(ZWNJ): ZWNJ})
_WORD = re.compile(rf"[^\W_]+(?:{ZWNJ}+[^\W_]+)*")
LONGEST = 40
"""Letters of a word that are kept."""

PARTICLES = frozenset("می نمی ها های هایی تر ترین ای ام اش ات شان".split())  # noqa: SIM905
"""Bound particles that also stand apart: they say nothing alone."""


def words(text: str) -> list[str]:
    """The folded words in order. «کتاب‌ها» gives کتاب; a compound with a joiner gives its parts and the whole."""
    found: list[str] = []
    for match in _WORD.finditer(unicodedata.normalize("NFC", text.translate(_FOLDING))):
        word = match.group()
        if ZWNJ in word:
            parts = [part for part in word.split(ZWNJ) if part]
            real = [part for part in parts if part not in PARTICLES]
            found += [part[:LONGEST] for part in real]
            if len(real) > 1:
                found.append("".join(real)[:LONGEST])
        elif word not in PARTICLES:
            found.append(word[:LONGEST])
    return found


@lru_cache(200_000)
def grams(word: str) -> tuple[str, ...]:
    """Its pieces of four letters, edges marked: «_سفا سفار فارش ارش_»."""
    edged = f"_{word}_"
    return tuple(edged[i : i + 4] for i in range(max(1, len(edged) - 3)))
