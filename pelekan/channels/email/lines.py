"""Connections to mail servers that a worker keeps while there is mail to hand over: signing in costs more than a mail.

Each thread has at most one. It is tried (RSET) before each mail, when nothing of that mail has been said yet, so that a
line that died meanwhile costs a new one and never a mail.
"""

from __future__ import annotations

import smtplib
import threading
import time
from collections.abc import Callable, Hashable

from pelekan.channels.email import wire

MOST = 100  # mails over one line; some servers count them
IDLE = 20.0  # seconds; servers hang up after minutes


class _Kept(threading.local):
    wanted = False
    client: wire.Smtp | None = None
    key: Hashable = None
    mails = 0
    at = 0.0


_kept = _Kept()


def keep() -> None:
    """This thread is a worker's: it says `end` when there is nothing more to do."""
    _kept.wanted = True


def take(key: Hashable, dial: Callable[[], wire.Smtp]) -> wire.Smtp:
    """A line to the server that `key` stands for, with its sign-in: the kept one if it lives, else a new one."""
    client, _kept.client = _kept.client, None
    if client is not None:
        if _kept.key == key and _kept.mails < MOST and time.monotonic() - _kept.at < IDLE and _lives(client):
            return client
        hang_up(client)
    client = dial()
    _kept.key, _kept.mails = key, 0
    return client


def give(client: wire.Smtp) -> None:
    """The mail went; the next may go the same way."""
    if not _kept.wanted:
        return hang_up(client)
    _kept.client, _kept.at = client, time.monotonic()
    _kept.mails += 1
    return None


def end() -> None:
    """Nothing more is to be sent."""
    client, _kept.client = _kept.client, None
    if client is not None:
        hang_up(client)


def _lives(client: wire.Smtp) -> bool:
    try:
        if client.sock is not None:
            client.sock.settimeout(wire.READ_SECONDS)
        return client.rset()[0] == 250
    except (OSError, smtplib.SMTPException):
        return False


def hang_up(client: wire.Smtp) -> None:
    try:
        client.sock.settimeout(5) if client.sock else None
        client.quit()
    except (OSError, smtplib.SMTPException):
        client.close()
