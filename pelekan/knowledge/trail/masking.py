"""★ What people type into search fields, without what could tell who they are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from pelekan.lib.folding import fold, fold_with_places
from pelekan.lib.text import one_line

NAME = "[name]"
_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_HANDLE = re.compile(r"(?<!\w)@\w{2,64}")
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<!\w)[+#]?\(?\d[\d\s\-./()_\u200c\u200e\u200f]{3,}\d(?!\w)")
_IBAN = re.compile(r"(?<!\w)[A-Za-z]{2}\d[\d\s]{10,}\d(?!\w)")
_PAPER = re.compile(r"(?<!\w)[A-Za-z]{1,3}\d{5,}(?!\w)")  # the number of a passport or another paper
_CALLED = re.compile(  # who says his own name: up to two words after it go
    r"(?:\b(?:my name is|my name's|i am called)|(?:اسم من|نام من|اسمم|نامم|اینجانب)|(?:اسمي|إسمي|أنا اسمي))\s+((?:[^\W\d_]+[\s\u200c]*){1,2})",
    re.IGNORECASE,
)


def masked(text: str, names: Iterable[str] = ()) -> str:
    """One line of at most 400 characters; addresses, links and numbers of five digits and more (phones, cards, accounts)
    become signs, and so does every one of `names` (of whoever asks) and what follows «اسم من», «اسمي», "my name is"."""
    line = one_line(text, 400)
    line = _ADDRESS.sub("[@]", line)
    line = _HANDLE.sub("[@]", line)
    line = _LINK.sub("[link]", line)
    line = _IBAN.sub("[#]", line)
    line = _PAPER.sub("[#]", line)
    line = _NUMBER.sub("[#]", line)
    line = _CALLED.sub(lambda found: found.group(0).replace(found.group(1).strip(), NAME), line)
    return _without(line, names)


def _without(line: str, names: Iterable[str]) -> str:
    """Each word of the names, however its letters are written, becomes a sign; words of one or two letters stay."""
    parts = {word for name in names for word in re.findall(r"[^\W\d_]{3,}", fold(name))}
    if not parts:
        return line
    folded, places = fold_with_places(line.replace("\u200c", " "))  # a joiner parts two names
    found = [
        (places[match.start()], places[match.end() - 1] + 1)
        for match in re.finditer(r"[^\W\d_]+", folded)
        if match.group() in parts
    ]
    for begin, end in reversed(found):
        line = line[:begin] + NAME + line[end:]
    return line.replace(f"{NAME} {NAME}", NAME)


def folded(text: str) -> str:
    """The same for all who ask the same: letters folded, blanks and marks of punctuation evened."""
    return " ".join(re.findall(r"[\w\[\]@#]+", fold(text)))
