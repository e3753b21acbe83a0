"""★ The passage of an article that answers: quoted as it stands there, never written anew."""

from __future__ import annotations

import re

from pelekan.lib.folding import fold, query_tokens

LONGEST = 420
"""Characters of a quote: what is read in a chat without opening the article."""
_STOP = frozenset(
    fold(word)
    for word in [
        "از",
        "با",
        "به",
        "در",
        "که",
        "را",
        "و",
        "یا",
        "این",
        "آن",
        "چه",
        "چی",
        "چطور",
        "چگونه",
        "کجا",
        "کی",
        "است",
        "هست",
        "شود",
        "شد",
        "کنم",
        "کند",
        "می",
        "برای",
        "تا",
        "هم",
        "من",
        "ما",
        "شما",
        "رو",
        "یک",
        "في",
        "من",
        "على",
        "إلى",
        "عن",
        "ما",
        "ماذا",
        "كيف",
        "أين",
        "متى",
        "هل",
        "هذا",
        "هذه",
        "التي",
        "الذي",
        "و",
        "أو",
        "أن",
        "لا",
        "لم",
        "أنا",
        "نحن",
        "a",
        "an",
        "the",
        "of",
        "to",
        "in",
        "on",
        "at",
        "is",
        "are",
        "do",
        "does",
        "did",
        "how",
        "what",
        "where",
        "when",
        "which",
        "who",
        "i",
        "my",
        "me",
        "we",
        "you",
        "your",
        "it",
        "this",
        "that",
        "can",
        "for",
        "and",
        "or",
        "please",
        "want",
        "need",
    ]
)


def sentences(text: str) -> list[str]:
    """The sentences of a plain text, each as it stands there; a line that ends begins another."""
    found: list[str] = []
    for line in text.split("\n"):
        start = 0
        for match in re.finditer(r"[.!?؟]+(?=\s|$)", line):
            found.append(line[start : match.end()].strip())
            start = match.end()
        found.append(line[start:].strip())
    return [one for one in found if one]


def words_of(question: str) -> list[tuple[str, ...]]:
    """The words of a question that mean something, each with the ways it may be written."""
    groups = query_tokens(question)
    telling = [group for group in groups if not any(word in _STOP for word in group)]
    return telling or groups


def telling(question: str) -> str:
    """The words of a question that mean something, as they were written, without «چطور», "please" and the like."""
    kept = [word for word in question.split() if fold(word).strip("?؟!.,،;:") not in _STOP]
    return " ".join(kept) or question


def covered(question: str, text: str) -> float:
    """The share of the question's words (0–1) that the text has, by their beginnings."""
    groups, folded = words_of(question), f" {fold(text)}"
    if not groups:
        return 0.0
    return sum(any(_stands(word, folded) for word in group) for group in groups) / len(groups)


def _stands(word: str, folded: str) -> bool:
    stem = word if len(word) < 5 else word[: max(4, len(word) - 2)]
    return f" {stem}" in folded or (len(stem) >= 4 and stem in folded)


def quote(text: str, question: str) -> str:
    """The sentences that answer best, one after another as they stand in the text, at most LONGEST characters. What is
    left out at the end is marked by an ellipsis."""
    parts = sentences(text)
    if not parts:
        return ""
    groups = words_of(question)
    weights = [
        sum(any(_stands(word, f" {fold(part)}") for word in group) for group in groups) for part in parts
    ]
    best = max(range(len(parts)), key=lambda place: (_worth(weights, place), -place))
    taken = parts[best][:LONGEST]
    if len(parts[best]) > LONGEST:
        return parts[best][:LONGEST].rsplit(" ", 1)[0] + "…"
    place = best + 1
    while place < len(parts) and len(taken) + 1 + len(parts[place]) <= LONGEST:
        taken += ("\n" if _new_line(text, parts[place - 1], parts[place]) else " ") + parts[place]
        place += 1
    return taken + (" …" if place < len(parts) else "")


def _worth(weights: list[int], place: int) -> float:
    """A sentence is worth what it says, and half of what the next one says."""
    return weights[place] + 0.5 * (weights[place + 1] if place + 1 < len(weights) else 0)


def _new_line(text: str, before: str, after: str) -> bool:
    return f"{before} {after}" not in text
