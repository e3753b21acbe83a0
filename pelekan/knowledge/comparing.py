"""★ What changed between two versions: paragraph by paragraph, word by word, in plain text.

Every paragraph keeps a direction of its own, so words that came and words that went never change sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher

SAME, GONE, NEW = "", "gone", "new"
_WORD = re.compile(r"\s+|[^\W_]+(?:[\u200c'’][^\W_]+)*|.", re.DOTALL)
MOST_WORDS = 4_000  # of one paragraph: beyond it the paragraph is shown whole, before and after
NEAR = 2  # paragraphs left unchanged around a change


@dataclass(frozen=True)
class Paragraph:
    """One paragraph; `how` it changed as a whole ("" where only words did), and its pieces with how each did. `skipped`:
    how many unchanged paragraphs stand between this and the one before."""

    how: str
    pieces: tuple[tuple[str, str], ...]
    skipped: int = 0


def compare(old: str, new: str) -> list[Paragraph]:
    """Both as plain text with a paragraph a line."""
    before, after = _lines(old), _lines(new)
    found: list[Paragraph] = []
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    for tag, i1, i2, j1, j2 in blocks:
        if tag == "equal":
            found += [Paragraph(SAME, ((line, SAME),)) for line in after[j1:j2]]
        elif tag == "replace":
            found += _replaced(before[i1:i2], after[j1:j2])
        else:
            found += [Paragraph(GONE, ((line, GONE),)) for line in before[i1:i2]]
            found += [Paragraph(NEW, ((line, NEW),)) for line in after[j1:j2]]
    return found


def shortened(paragraphs: list[Paragraph]) -> list[Paragraph]:
    """Only what changed, with some lines around it; "" changes nothing at all gives []."""
    touched = [at for at, one in enumerate(paragraphs) if one.how or any(how for _, how in one.pieces)]
    kept = {at + near for at in touched for near in range(-NEAR, NEAR + 1)}
    found, last = [], -1
    for at, one in enumerate(paragraphs):
        if at in kept:
            found.append(Paragraph(one.how, one.pieces, at - last - 1))
            last = at
    return found


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]


def _replaced(old: list[str], new: list[str]) -> Iterator[Paragraph]:
    """Paragraphs side by side as far as there are as many; alike ones word by word."""
    for before, after in zip(old, new, strict=False):
        pieces = _words(before, after)
        if pieces is None:
            yield Paragraph(GONE, ((before, GONE),))
            yield Paragraph(NEW, ((after, NEW),))
        else:
            yield Paragraph(SAME, pieces)
    yield from (Paragraph(GONE, ((line, GONE),)) for line in old[len(new) :])
    yield from (Paragraph(NEW, ((line, NEW),)) for line in new[len(old) :])


def _words(old: str, new: str) -> tuple[tuple[str, str], ...] | None:
    before, after = _WORD.findall(old), _WORD.findall(new)
    if len(before) > MOST_WORDS or len(after) > MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    if matcher.ratio() < 0.3:
        return None
    pieces: list[tuple[str, str]] = []
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(("".join(after[j1:j2]), SAME))
        else:
            pieces += [
                (text, how)
                for text, how in (("".join(before[i1:i2]), GONE), ("".join(after[j1:j2]), NEW))
                if text
            ]
    return tuple(pieces)
