"""How long somebody waits: what is dialled inside `within` ends at one moment, however slowly a server talks.

A time limit for each read does not do: a server that sends a byte now and then would hold a page for hours.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field


@dataclass
class Limit:
    """The end of somebody's patience; `over` once it has come."""

    until: float
    over: bool = False
    doors: list[socket.socket] = field(
        default_factory=list
    )  # copies: they stay ours when a library closes its own

    def end(self) -> None:
        self.over = True
        for door in self.doors:
            with contextlib.suppress(OSError):
                door.shutdown(socket.SHUT_RDWR)


_limit: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextlib.contextmanager
def within(seconds: float) -> Iterator[Limit]:
    """Break off whatever connections of this thread are still open after `seconds`."""
    limit = Limit(time.monotonic() + seconds)
    timer = threading.Timer(seconds, limit.end)
    timer.daemon = True
    timer.start()
    before = _limit.set(limit)
    try:
        yield limit
    finally:
        _limit.reset(before)
        timer.cancel()
        for door in limit.doors:
            door.close()


def left(most: float) -> float:
    """Seconds that a step may take: `most`, or what is left of the patience."""
    limit = _limit.get()
    return most if limit is None else max(0.05, min(most, limit.until - time.monotonic()))


def watch(link: socket.socket) -> None:
    """Let `link` end with the patience, if anybody's is limited."""
    limit = _limit.get()
    if limit is not None:
        limit.doors.append(socket.socket(fileno=os.dup(link.fileno())))
