"""The words of a notice: the admins' own where they wrote some, else the defaults, filled once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from pelekan.lib.time import now as clock
from pelekan.tickets.notices import defaults, texts
from pelekan.tickets.notices.models import NoticeText
from pelekan.tickets.notices.rules import Kind

_WEIGHT = (
    Kind.SOLVED,
    Kind.WAITING,
    Kind.REMINDER,
    Kind.MOVED,
    Kind.RECEIVED,
    Kind.ANSWER,
    Kind.VERIFY,
    Kind.RATE,
)

REMEMBERED = timedelta(seconds=10)
"""How long another process may still use the former words."""

_known: tuple[datetime, dict[tuple[str, str], tuple[str, str]]] | None = None
_lock = threading.Lock()


def _own() -> dict[tuple[str, str], tuple[str, str]]:
    """(kind, language) → (full, short): all that admins wrote."""
    global _known
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    rows = NoticeText.objects.values_list("kind", "language", "full", "short")
    found = {(kind, language): (full, short) for kind, language, full, short in rows}
    with _lock:
        _known = (now, found)
    return found


def forget() -> None:
    """Read them anew at the next question."""
    global _known
    with _lock:
        _known = None


def kept(kind: str, language: str, form: str = "full") -> str:
    """The text with its placeholders. `form`: full or short."""
    full, short = _own().get((kind, language), ("", ""))
    usual = (defaults.FULL if form == "full" else defaults.SHORT)[language]
    return (full if form == "full" else short) or usual.get(kind, "")


def places(kinds: Iterable[str], language: str) -> set[str]:
    """The placeholders that the texts of these kinds hold."""
    return {
        name
        for kind in kinds
        for form in ("full", "short")
        for name in texts.names(kept(kind, language, form))
    }


def full(kinds: Iterable[str], language: str, values: Mapping[str, str]) -> str:
    """What the chat, the portal and a mail say: one paragraph for each kind, in their order."""
    said = (kept(kind, language) for kind in kinds)
    return "\n\n".join(texts.fill(text, values) for text in said if text)


def short(kinds: Iterable[str], language: str, values: Mapping[str, str]) -> str:
    """What a short message says: the weightiest of the kinds alone."""
    weightiest = next((kind for kind in _WEIGHT if kind in set(kinds)), None)
    return texts.fill(kept(weightiest, language, "short"), values, short=True) if weightiest else ""
