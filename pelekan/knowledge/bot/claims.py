"""★ Whether words that a model wrote say no more than the passages they were made from.

Nothing depends on the model's good will: an instruction that hides in an article or in a question can change what it writes,
but what it writes is shown only where each sentence is made of a passage's own words, with its numbers, and without links.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from pelekan.knowledge.bot.passages import sentences, words_of
from pelekan.lib.folding import fold
from pelekan.lib.text import latin_digits

LONGEST = 700
ENOUGH = 0.7
"""Share of the telling words of a sentence that must stand in one passage."""
_NUMBER = re.compile(r"\d+(?:[.,٫:/]\d+)*")
_LINK = re.compile(
    r"https?:|www\.|\w@\w|\b[\w-]+\.(?:com|net|org|ir|io|info|ru|xyz|example)\b|[<>{}`]|\]\(", re.IGNORECASE
)


def supported(text: str, passages: Iterable[str]) -> bool:
    """Whether every sentence of `text` is carried by one of the passages."""
    text = text.strip()
    said = sentences(text)
    if not said or len(text) > LONGEST or _LINK.search(text):
        return False
    known = [f" {' '.join(fold(latin_digits(one)).split())} " for one in passages]
    return all(any(_carries(one, sentence) for one in known) for sentence in said)


def _carries(passage: str, sentence: str) -> bool:
    plain = fold(latin_digits(sentence))
    numbers = set(_NUMBER.findall(passage))
    if any(number not in numbers for number in _NUMBER.findall(plain)):
        return False
    groups = words_of(plain)
    if not groups:
        return False
    found = sum(any(_stands(word, passage) for word in group) for group in groups)
    return found / len(groups) >= ENOUGH


def _stands(word: str, passage: str) -> bool:
    if len(word) < 4:
        return f" {word} " in passage or f" {word}" in passage and len(word) == 3
    return word[: max(4, len(word) - 2)] in passage
