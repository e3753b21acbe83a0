"""Rich text that agents write: cleaned when it comes in and again when it is shown."""

from __future__ import annotations

from pelekan.lib.html import clean_rich, to_text
from pelekan.lib.markup import tokens

_LINES = frozenset({"p", "div", "br", "span"})


def cleaned(html: str) -> str:
    """`html` with nothing but the marks that the composer makes; links only to the web, mail and phones."""
    return clean_rich(html) if html else ""


def written(html: str) -> tuple[str, str]:
    """What an agent wrote as (text, html); html is empty when the text says all."""
    safe = cleaned(html)
    marked = any(token.kind == "open" and token.name not in _LINES for token in tokens(safe))
    return to_text(safe).strip(), safe if marked else ""
