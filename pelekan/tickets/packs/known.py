"""★ What can be read out of what was said: what was tried, and what the customer asked. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pelekan.lib.text import one_line

SHORTEST, MOST_TRIED, MOST_QUESTIONS, LONGEST = 12, 8, 6, 220


@dataclass(frozen=True, slots=True)
class Said:
    """A message: by an agent to the customer (`agent`, not `note`), among agents (`note`), or by the customer."""

    text: str
    agent: bool
    note: bool = False


_SENTENCE = re.compile(r"[^.!?؟\n]*[.!?؟]*")
_QUESTION = re.compile(r"[?؟]\s*$")


def sentences(text: str) -> list[str]:
    """In order, with their marks."""
    return [one for found in _SENTENCE.findall(text) if (one := " ".join(found.split()))]


def tried(said: Iterable[Said]) -> list[str]:
    """What agents told the customer to do, or noted: the beginning of each, without greetings and questions; the last
    MOST_TRIED."""
    found = []
    for one in said:
        if not one.agent:
            continue
        steps = [step for step in sentences(one.text) if len(step) >= SHORTEST and not _QUESTION.search(step)]
        if steps:
            found.append(one_line(max(steps[:2], key=len), LONGEST))
    return list(dict.fromkeys(found))[-MOST_TRIED:]


def questions(said: Iterable[Said]) -> list[str]:
    """What the customer asked since an agent last wrote to him."""
    found: list[str] = []
    for one in said:
        if one.agent and not one.note:
            found = []
        elif not one.agent:
            asked = [step for step in sentences(one.text) if _QUESTION.search(step) and len(step) > 3]
            found += [one_line(step, LONGEST) for step in asked]
    return list(dict.fromkeys(found))[:MOST_QUESTIONS]
