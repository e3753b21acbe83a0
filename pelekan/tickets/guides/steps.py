"""★ Lists of steps as text: read from pasted lines, written as a message."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pelekan.lib.text import clean_controls, local_digits, one_line

MOST = 30
"""Steps of one guide; more should be two guides."""

LONGEST_TITLE, LONGEST_TEXT = 140, 1_000

_MARK = re.compile(r"^\s*(?:[-*•–▪☐✓]|\(?\d{1,2}\s*[.)\-–:])\s+")
_INDENTED = re.compile(r"^(?:\t|\s{2,})")
_LINK = re.compile(r"\bhttps?://[^\s<>\"'«»()]+[^\s<>\"'«»().,،؛:!?؟]")

Step = dict[str, str]


def from_lines(pasted: str) -> list[Step]:
    """One step a line, numbers and bullets taken off; an indented line without a mark of its own belongs to the step
    above it."""
    found: list[Step] = []
    for line in clean_controls(pasted).splitlines():
        if not line.strip():
            continue
        if found and _INDENTED.match(line) and not _MARK.match(line):
            above = found[-1]
            above["text"] = f"{above['text']}\n{line.strip()}".strip()[:LONGEST_TEXT]
            continue
        found.append({"title": one_line(_MARK.sub("", line), LONGEST_TITLE), "text": ""})
    return [step for step in found if step["title"]]


def cleaned(title: str, text: str) -> Step:
    """A step as it is kept: the title in one line, the text without control characters."""
    return {
        "title": one_line(title, LONGEST_TITLE),
        "text": clean_controls(text).strip()[:LONGEST_TEXT],
    }


def speaks(steps: Sequence[Mapping[str, Any]], language: str) -> bool:
    """Whether every step has a title in `language`."""
    return bool(steps) and all(step["title"].get(language) for step in steps)


def language_for(steps: Sequence[Mapping[str, Any]], wished: str, known: Iterable[str]) -> str:
    """The language in which these steps are complete: the one that is wished, else the first of `known`; "" for none."""
    return next((code for code in (wished, *known) if speaks(steps, code)), "")


def in_language(steps: Sequence[Mapping[str, Any]], language: str) -> list[Step]:
    """The steps of a guide in one language."""
    return [
        {"title": step["title"].get(language, ""), "text": step["text"].get(language, "")} for step in steps
    ]


def as_text(intro: str, steps: Sequence[Step], language: str) -> str:
    """The message in plain text, numbered in the digits of its language."""
    lines = []
    for number, step in enumerate(steps, 1):
        lines.append(f"{local_digits(str(number), language)}. {step['title']}")
        lines += [f"   {line}" for line in step["text"].splitlines() if line.strip()]
    return "\n".join([*([intro, ""] if intro else []), *lines])


def as_html(intro: str, steps: Sequence[Step], language: str) -> str:
    """The message as a numbered list; what was typed is text, its addresses are links."""
    items = "".join(
        f"<li><b>{entities.escape(step['title'])}</b>"
        + (f"<br>{_linked(step['text'])}" if step["text"] else "")
        + "</li>"
        for step in steps
    )
    lead = f'<p dir="auto">{_linked(intro)}</p>' if intro else ""
    return f'{lead}<ol dir="{"ltr" if language == "en" else "rtl"}">{items}</ol>'


def _linked(text: str) -> str:
    parts, at = [], 0
    for match in _LINK.finditer(text):
        address = entities.escape(match.group())
        parts += [entities.escape(text[at : match.start()]), f'<a href="{address}">{address}</a>']
        at = match.end()
    return "".join([*parts, entities.escape(text[at:])]).replace("\n", "<br>")
