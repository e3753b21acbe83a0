"""The desk's own name and language, read on every page and therefore remembered for a moment."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from pelekan.lib.time import now as clock
from pelekan.people.models import Desk

REMEMBERED = timedelta(seconds=10)
"""How long another process may still show the former name."""


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands over the door: the organization's name, and the language for whom none is known."""

    name: str
    language: str
    follow_up_hours: int | None = None  # after solving, when the customer is asked whether it is


_known: tuple[datetime, Sign] | None = None
_lock = threading.Lock()


def sign() -> Sign:
    """The desk's name and language; those of pelekan.toml until someone sets them."""
    global _known
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    row = Desk.objects.filter(pk=1).first()
    found = (
        Sign(row.name, row.language, row.follow_up_hours)
        if row
        else Sign(settings.ORGANIZATION, settings.LANGUAGE_CODE)
    )
    with _lock:
        _known = (now, found)
    return found


def takes_answers_by_mail() -> bool:
    """Whether agents may answer customers from their own mailboxes. Asked anew each time: no stays no at once."""
    return Desk.objects.filter(pk=1, agents_by_mail=True).exists()


def forget() -> None:
    """Read it anew at the next question."""
    global _known
    with _lock:
        _known = None
