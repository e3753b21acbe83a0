"""★ Words as conditions compare them: folded as for search, so that «بانك» is «بانک» and an ending hides nothing.

A phrase is said where all its words are, in whatever order. A word of four letters or more counts as a beginning too.
"""

from __future__ import annotations

from functools import lru_cache

from pelekan.lib.folding import fold_tokens, query_tokens

LONG = 4
"""From so many letters a word counts as a beginning too."""
LONGEST = 20_000
"""Characters of one text that are looked at: a mail of a megabyte says what it is about at its beginning."""

Patterns = tuple[tuple[str, ...], ...]
"""All groups must be met, each by any one of its patterns, which are parts of a `folded` text."""


def folded(text: str) -> str:
    """The text's words between blanks: " bank took money "; "" when it says nothing."""
    tokens = dict.fromkeys(fold_tokens(text[:LONGEST]))
    return f" {' '.join(tokens)} " if tokens else ""


@lru_cache(maxsize=4096)
def patterns(phrase: str) -> Patterns:
    """What to look for in a `folded` text. () for a phrase of signs alone, which is never said."""
    return tuple(tuple(_pattern(word) for word in group) for group in query_tokens(phrase))


def _pattern(word: str) -> str:
    return f" {word}" if len(word) >= LONG else f" {word} "


def says(text: str, phrase: str) -> bool:
    """Whether the `folded` text says the phrase."""
    groups = patterns(phrase)
    for group in groups:  # loops: rules ask this a thousand times of one ticket
        for one in group:
            if one in text:
                break
        else:
            return False
    return bool(groups)
