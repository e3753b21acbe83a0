"""★ Headings of a text: an anchor for each, a table of contents, and questions with their answers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from html import escape

from pelekan.knowledge import bodies
from pelekan.lib.html import to_text
from pelekan.lib.text import one_line

# as `bodies.clean` leaves them: nothing but dir and lang; a heading of any other shape gets no anchor
_HEADING = re.compile(r'<h([234])((?: (?:dir|lang)="[\w-]*")*)>(.*?)</h\1>', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` 2–4; `anchor` is the id that it got."""

    level: int
    anchor: str
    text: str


def anchored(html: str, label: str = "") -> tuple[str, list[Heading]]:
    """Clean HTML with an id at each heading, and the headings. With `label`, what a link says of itself, each heading links
    to itself, so that its address can be copied. The anchor is made of the heading's words alone: it stays the same however
    the text around it changes."""
    found: list[Heading] = []
    taken: set[str] = set()

    def mark(match: re.Match[str]) -> str:
        text = one_line(to_text(match[3]), 200)
        anchor = _anchor(text, taken)
        found.append(Heading(int(match[1]), anchor, text))
        link = f' <a class="anchor" href="#{anchor}" aria-label="{escape(label)}"></a>' if label else ""
        return f'<h{match[1]}{match[2]} id="{anchor}">{match[3]}{link}</h{match[1]}>'

    return _HEADING.sub(mark, html), found


def _anchor(text: str, taken: set[str]) -> str:
    # vowel marks and tatweel are no part of a word
    text = "".join(
        one for one in unicodedata.normalize("NFC", text) if unicodedata.category(one) != "Mn"
    ).replace("\u0640", "")
    base = "s-" + (re.sub(r"[^\w]+", "-", text.lower())[:60].strip("-_") or "part")
    anchor, number = base, 1
    while anchor in taken:
        number += 1
        anchor = f"{base}-{number}"
    taken.add(anchor)
    return anchor


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and its answer (safe HTML)."""

    question: str
    answer: str
    anchor: str


def questions(html: str) -> tuple[str, list[Answered]]:
    """Clean HTML of questions and answers: what stands before the first heading, then each heading as a question with what
    follows it."""
    matches = list(_HEADING.finditer(html))
    if not matches:
        return html, []
    taken: set[str] = set()
    found = []
    for place, match in enumerate(matches):
        end = matches[place + 1].start() if place + 1 < len(matches) else len(html)
        text = one_line(to_text(match[3]), 300)
        # cleaned again: a heading may have stood inside something whose ends were cut apart
        found.append(Answered(text, bodies.clean(html[match.end() : end]).strip(), _anchor(text, taken)))
    return bodies.clean(html[: matches[0].start()]).strip(), found
