"""★ What people type into search fields, without what could tell who they are."""

from __future__ import annotations

import re

from pelekan.lib.folding import fold
from pelekan.lib.text import one_line

_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,255}")
_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w])[+#]?\d[\d\s\-./]{4,}\d(?![\w])")


def masked(text: str) -> str:
    """One line of at most 400 characters; addresses, links and long numbers (phones, cards, accounts) become signs."""
    line = one_line(text, 400)
    line = _ADDRESS.sub("[@]", line)
    line = _LINK.sub("[link]", line)
    return _NUMBER.sub("[#]", line)


def folded(text: str) -> str:
    """The same for all who ask the same: letters folded, blanks and marks of punctuation evened."""
    return " ".join(re.findall(r"[\w\[\]@#]+", fold(text)))
