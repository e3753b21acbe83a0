"""The desk's own name and language, read on every page and therefore remembered for a moment."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from pelekan.lib.time import now as clock
from pelekan.people.models import Desk

REMEMBERED = timedelta(seconds=10)
"""How long another process may still show the former name."""


@dataclass(frozen=True, slots=True)
class Reach:
    """Ways to us beside the inboxes: a phone number (E.164, "" without) with its own hours (id of a calendar; None: the
    default one), and links to channels elsewhere as (name, address)."""

    phone: str = ""
    hours_id: int | None = None
    links: tuple[tuple[str, str], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.phone or self.links)


@dataclass(frozen=True, slots=True)
class Face:
    """How customers' pages look: what they call the house and greet with in each language (language → words; without, the
    desk's own), its colour ("#rrggbb" or ""), and its logo: where it is stored, and a mark that changes with it."""

    names: Mapping[str, str] = field(default_factory=dict)
    greetings: Mapping[str, str] = field(default_factory=dict)
    colour: str = ""
    logo: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Sign:
    """What stands over the door: the organization's name, and the language for whom none is known."""

    name: str
    language: str
    follow_up_hours: int | None = None  # after solving, when the customer is asked whether it is
    reach: Reach = Reach()
    face: Face = field(default_factory=Face)

    def named(self, language: str) -> str:
        """What customers of this language call the house."""
        return self.face.names.get(language) or self.name


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
        Sign(row.name, row.language, row.follow_up_hours, _reach(row.reach), _face(row.face))
        if row
        else Sign(settings.ORGANIZATION, settings.LANGUAGE_CODE)
    )
    with _lock:
        _known = (now, found)
    return found


def _reach(kept: Mapping[str, Any]) -> Reach:
    links = tuple((str(name), str(address)) for name, address in kept.get("links") or ())
    return Reach(str(kept.get("phone") or ""), kept.get("hours"), links)


def _face(kept: Mapping[str, Any]) -> Face:
    return Face(**{name: kept[name] for name in Face.__slots__ if kept.get(name)})


def takes_answers_by_mail() -> bool:
    """Whether agents may answer customers from their own mailboxes. Asked anew each time: no stays no at once."""
    return Desk.objects.filter(pk=1, agents_by_mail=True).exists()


def forget() -> None:
    """Read it anew at the next question."""
    global _known
    with _lock:
        _known = None
