"""How an article of the demo is written down."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Words = tuple[str, str, str]
"""Title, one sentence, Markdown."""


@dataclass(frozen=True)
class Text:
    """One article: the first of `words` is the original. `days` ago it was written, by whom; `later`: what the original
    says since two days, so that its translations are out of date. Not `out`: still a draft."""

    key: str
    section: str
    words: dict[str, Words]
    kind: str = "text"
    visibility: str = "public"
    by: str = "sara"
    owner: str = "sara"
    days: float = 30
    categories: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    data: dict[str, dict[str, Any]] = field(default_factory=dict)
    tier: int | None = None
    review_in: float | None = None  # days
    later: Words | None = None
    note: str = ""
    out: bool = True
