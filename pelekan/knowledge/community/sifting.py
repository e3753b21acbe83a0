"""★ Whether a post may stand in the open at once, or somebody looks at it before. Values in, reasons out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pelekan.lib.folding import fold

FIRST, LINKS, WORDS, ALIKE, FAST, TRAP, REPORTED = (
    "first",
    "links",
    "words",
    "alike",
    "fast",
    "trap",
    "reported",
)
REASONS = (FIRST, LINKS, WORDS, ALIKE, FAST, TRAP, REPORTED)

LEAST_SECONDS = 3
"""Nobody writes a post in less time."""

ALIKE_FROM = 0.7
SHORT = 24
"""Texts of fewer letters say the same by chance: «ممنون، حل شد»."""


def folded(text: str) -> str:
    """Letters and digits only, folded: what is compared."""
    return " ".join(re.findall(r"\w+", fold(text)))[:2000]


def alike(one: str, other: str) -> bool:
    """Whether two folded texts are nearly the same: of their pieces of five letters, most are in both."""
    one, other = one.replace(" ", ""), other.replace(" ", "")
    if min(len(one), len(other)) < SHORT:
        return False
    a, b = _pieces(one), _pieces(other)
    return len(a & b) / len(a | b) >= ALIKE_FROM


def _pieces(text: str) -> set[str]:
    return {text[at : at + 5] for at in range(len(text) - 4)}


def held_words(text: str, words: Iterable[str]) -> list[str]:
    """Which of the desk's filtered words stand in `text`, whole and folded."""
    padded = f" {folded(text)} "
    return [word for word in words if (shape := folded(word)) and f" {shape} " in padded]


def reasons(
    text: str,
    *,
    trusted: bool,
    links: int,
    words: Iterable[str] = (),
    lately: Iterable[str] = (),
    seconds: float | None = None,
    trapped: bool = False,
    hurried: bool = False,
    most_links: int = 3,
) -> list[str]:
    """Why somebody should look before it stands in the open; none: it may. `lately`: folded texts of the last hours;
    `seconds` between seeing the form and sending it (None: not known); `hurried`: more at once than usual;
    `most_links`: so many addresses of somebody who is trusted nobody looks at; of a newcomer any is looked at."""
    shape = folded(text)
    found = {
        FIRST: not trusted,
        LINKS: links > (most_links if trusted else 0),
        WORDS: bool(held_words(text, words)),
        ALIKE: any(alike(shape, other) for other in lately),
        FAST: hurried or (seconds is not None and seconds < LEAST_SECONDS),
        TRAP: trapped,
    }
    return [name for name in REASONS if found.get(name)]
