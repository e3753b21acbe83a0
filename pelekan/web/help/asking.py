"""The ways to a person that are open here: request, chat, mail; with the hours of those that have them."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Channel, Inbox
from pelekan.web.opening import closed_words

REMEMBERED = timedelta(seconds=30)


@dataclass(frozen=True)
class Ways:
    """`requests`: there is a form for requests; `chat`: the widget's key, "" without one; `mail`: an address; the others say
    when the chat opens again, "" while it is open."""

    requests: bool
    chat: str
    chat_closed: str
    mail: str


_known: tuple[datetime, list[Inbox]] | None = None
_lock = threading.Lock()


def ways(language: str, dates: Dates) -> Ways:
    """What can be offered to a reader of this language."""
    now = clock()
    inboxes = _inboxes(now)

    def first(channel: str) -> Inbox | None:
        mine = [one for one in inboxes if one.channel == channel]
        return next((one for one in mine if one.language == language), mine[0] if mine else None)

    chat, mail = first(Channel.CHAT), first(Channel.EMAIL)
    return Ways(
        requests=first(Channel.PORTAL) is not None,
        chat=chat.key if chat and not chat.require_identity else "",
        chat_closed=closed_words(chat, dates, now) if chat else "",
        mail=mail.address if mail else "",
    )


def _inboxes(now: datetime) -> list[Inbox]:
    global _known
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    rows = Inbox.objects.filter(
        archived_at=None, channel__in=[Channel.CHAT, Channel.PORTAL, Channel.EMAIL]
    ).order_by("pk")
    found = [one for one in rows if one.channel != Channel.EMAIL or one.address]
    with _lock:
        _known = (now, found)
    return found


def forget() -> None:
    """Read them anew at the next question."""
    global _known
    with _lock:
        _known = None
