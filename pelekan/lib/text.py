"""Text as people of three languages write it: digits, direction, previews, names; nothing here reads a clock.

Folding for search lives in `folding`, the language guess in `language`; both are offered here as well.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from pelekan.lib.folding import ZWNJ, fold, fold_tokens, highlight, query_tokens
from pelekan.lib.language import language

__all__ = [
    "ZWNJ",
    "Direction",
    "clean_controls",
    "direction",
    "fold",
    "fold_tokens",
    "highlight",
    "initials",
    "isolate",
    "language",
    "latin_digits",
    "local_digits",
    "one_line",
    "paragraphs",
    "query_tokens",
    "safe_header",
    "whole",
]

Direction = Literal["rtl", "ltr"]

_LATIN = "0123456789"
_PERSIAN = "۰۱۲۳۴۵۶۷۸۹"
_ARABIC = "٠١٢٣٤٥٦٧٨٩"
_TO_LATIN = str.maketrans(_PERSIAN + _ARABIC, _LATIN * 2)
_TO_LOCAL = {
    "fa": str.maketrans(_LATIN + _ARABIC, _PERSIAN * 2),
    "ar": str.maketrans(_LATIN + _PERSIAN, _ARABIC * 2),
}


def latin_digits(text: str) -> str:
    """۱۲۳ and ١٢٣ → 123; all else stays."""
    return text.translate(_TO_LATIN)


def whole(text: object, digits: int = 18) -> int | None:
    """The number that somebody sent, of at most so many ASCII digits; None for anything else: "²" is a digit too, and thirty
    digits are more than a database counts."""
    fine = isinstance(text, str) and text.isascii() and text.isdigit() and len(text) <= digits
    return int(str(text)) if fine else None


def local_digits(text: str, lang: str) -> str:
    """Digits as the language writes them: fa ۱۲۳, ar ١٢٣, all others 123. Takes "fa-IR" as well as "fa"."""
    return text.translate(_TO_LOCAL.get(lang[:2], _TO_LATIN))


_STRONG: dict[str, Direction] = {"R": "rtl", "AL": "rtl", "L": "ltr"}


def direction(text: str, default: Direction = "ltr") -> Direction:
    """Direction of the first strong character outside isolates (UAX #9, P2 and P3), else `default`."""
    depth = 0
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in ("LRI", "RLI", "FSI"):
            depth += 1
        elif kind == "PDI":
            depth = max(depth - 1, 0)
        elif not depth and kind in _STRONG:
            return _STRONG[kind]
    return default


def paragraphs(text: str, default: Direction = "ltr") -> list[tuple[str, Direction]]:
    """Each line with its own direction; a line without letters takes that of the line before it."""
    lines: list[tuple[str, Direction]] = []
    for line in text.splitlines():
        default = direction(line, default)
        lines.append((line, default))
    return lines


_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufff9-\ufffb\ufeff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_OVERRIDES = re.compile("[\u202d\u202e]")
_LEVELS = re.compile("[\u202a\u202b\u202c\u2066-\u2069]")


def clean_controls(text: str) -> str:
    r"""Without NUL, C0 and C1 controls, lone surrogates and direction overrides; \r\n and \r become \n.

    Tab and newline stay. Embeddings and isolates stay but end with their line, so that they cannot turn
    around what stands beside the text on a screen.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text))
    if _OVERRIDES.search(text) or _LEVELS.search(text):
        text = "\n".join(_balanced(_OVERRIDES.sub("", line)) for line in text.split("\n"))
    return text


def _balanced(line: str) -> str:
    """Close every open embedding or isolate at the end; drop closings that close nothing."""
    open_levels: list[str] = []
    kept: list[str] = []
    for char in line:
        if char in "\u202a\u202b":
            open_levels.append("\u202c")
        elif char in "\u2066\u2067\u2068":
            open_levels.append("\u2069")
        elif char in "\u202c\u2069":
            if char not in open_levels:
                continue
            while open_levels[-1] != char:
                kept.append(open_levels.pop())
            open_levels.pop()
        kept.append(char)
    return "".join(kept + open_levels[::-1])


def isolate(text: str) -> str:
    """The text between FSI and PDI, for sentences without markup (mail subjects, notices, SMS)."""
    return f"\u2068{_LEVELS.sub('', _OVERRIDES.sub('', text))}\u2069"


_BREAKS = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def safe_header(text: str) -> str:
    """One line without any control character: fit for a mail header, an HTTP header or a log line."""
    return clean_controls(_BREAKS.sub(" ", text)).strip()


def one_line(text: str, limit: int = 140) -> str:
    """A preview: blanks collapsed, at most `limit` characters with the "…", cut between words if it can be."""
    # Only a little more than is shown is looked at: bodies may hold megabytes.
    line = safe_header(text[: limit * 8 + 1000])
    if len(line) <= limit:
        return line
    end = limit - 1
    while end > 1 and (unicodedata.combining(line[end]) or line[end] in "\u200c\u200d\ufe0f"):
        end -= 1
    space = line.rfind(" ", end * 2 // 3, end + 1)
    return _balanced(line[: space if space > 0 else end].rstrip(" ,،.؛;:" + ZWNJ)) + "…"


@lru_cache(4096)  # a list asks for the same few people again and again
def initials(name: str) -> str:
    """One or two letters for an avatar; "" when the name has no letters.

    Arabic letters are kept apart by a non-joiner (س‌م), else two initials would read as a word.
    """
    words = [_first_letter(word) for word in re.split(r"[\s\-_.]+", name.partition("@")[0])]
    letters = [letter for letter in words if letter]
    if len(letters) > 2:
        letters = [letters[0], letters[-1]]
    joiner = ZWNJ if letters and unicodedata.bidirectional(letters[0]) == "AL" else ""
    return joiner.join(letters)


def _first_letter(word: str) -> str:
    if word.startswith("ال") and len(word) > 4:
        word = word[2:]
    for char in unicodedata.normalize("NFC", word):
        if char.isalpha():
            return char.upper()[:1]
    return ""
