"""★ The words of notices: a fixed list of placeholders, each replaced once.

There is no template engine: what a value holds is never looked at again, so nothing that a customer types can become
a placeholder.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from pelekan.lib.text import clean_controls, direction, isolate

FULL = ("number", "subject", "name", "desk", "step", "hours", "promise")
SHORT = ("number", "desk", "step", "link")
"""What may stand in the text of a mail or chat, and in a short one."""

LONGEST = {"full": 4_000, "short": 300}
_PLACE = re.compile(r"\{([^{}]*)\}")
_BARE = re.compile(r"[{}]")


class BadText(ValueError):
    """A text that can't be kept. `word` is the placeholder that is unknown, "" for a brace without a partner."""

    def __init__(self, word: str, known: tuple[str, ...]) -> None:
        super().__init__(f"{{{word}}} is no placeholder here; known are {', '.join(known)}.")
        self.word, self.known = word, known


def check(text: str, form: str = "full") -> None:
    """Raise BadText where `text` holds a placeholder that is not on the list of this form, or a lone brace."""
    known = FULL if form == "full" else SHORT
    for found in _PLACE.finditer(text):
        if found[1] not in known:
            raise BadText(found[1][:40], known)
    if _BARE.search(_PLACE.sub("", text)):
        raise BadText("", known)


def names(text: str) -> list[str]:
    """The placeholders in `text`."""
    return _PLACE.findall(text)


def fill(text: str, values: Mapping[str, str], *, short: bool = False) -> str:
    """`text` with its placeholders replaced; a value that is missing leaves nothing, and no empty line behind it.
    Numbers, names and subjects are isolated, so that they keep their order in text of the other direction; in a `short`
    text, where each letter is paid for and one beyond ASCII costs half of the room, only where they need it."""
    way = direction(_PLACE.sub("", text)) if short else ""
    filled = _PLACE.sub(lambda found: _value(found[1], values, way), text)
    lines = [re.sub(r"[ \t]{2,}", " ", line).strip() for line in filled.replace("\r\n", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _value(name: str, values: Mapping[str, str], way: str) -> str:
    value = clean_controls(values.get(name, "")).replace("\n", " ").strip()
    if not value or name not in ("number", "subject", "name", "desk"):
        return value
    fits = way and direction(value, "rtl") == way == direction(
        value, "ltr"
    )  # it begins with a letter of this direction
    bare = way and direction(value, "rtl") != direction(value, "ltr")  # no letters at all
    return value if fits or bare else isolate(value)
