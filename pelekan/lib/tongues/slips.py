"""Slips of the fingers: words that are one letter away. ★ pure.

Two words that differ by one letter (too many, missing, another, or two swapped) share a form that lacks one letter of each;
`keys` gives a number for each such form, so that near words are found by equality alone.
"""

from __future__ import annotations

import zlib

SHORTEST, LONGEST = 3, 20


def fit(word: str) -> bool:
    """Is it a word that may be mistyped? Numbers and codes are not: another number is another thing."""
    return SHORTEST <= len(word) <= LONGEST and word.isalpha()


def keys(word: str) -> list[int]:
    """The numbers under which a word is found: itself, and itself without each letter."""
    forms = {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}
    return sorted({zlib.crc32(form.encode()) for form in forms})


def key(form: str) -> int:
    """The number of one form of another kind, such as heard consonants."""
    return zlib.crc32(b"/" + form.encode())


def distance(one: str, other: str, most: int = 2) -> int:
    """Edits (insert, drop, change, swap of neighbours) between two words; `most` + 1 when there are more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            cost = min(row[j] + 1, now[j - 1] + 1, row[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, row = row, now
    return min(row[-1], most + 1)
