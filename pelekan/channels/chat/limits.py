"""How much one visitor may do. The counters live in this process: with several web processes each counts for
itself, so the true limit is at most that many times as high. They guard the desk, they are not a quota."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

LONGEST_TEXT = 10_000  # characters of one message
LONGEST_BODY = 128 * 1024  # bytes of one request that carries no file
LARGEST_FILE = 10 * 1024 * 1024
FILES_PER_MESSAGE = 10
MOST_KEYS = 20_000  # keys that one limit remembers


class TooMuch(Exception):
    """A limit is reached; `after` is how many seconds to wait."""

    def __init__(self, after: int) -> None:
        super().__init__(f"Too much at once; again in {after} s")
        self.after = after


@dataclass
class Limit:
    """At most `count` within any `seconds`, for each key."""

    count: int
    seconds: int
    _seen: dict[str, deque[float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, key: object, now: datetime) -> None:
        """Count one. Raises TooMuch, and counts nothing, when the limit is reached."""
        at = now.timestamp()
        with self._lock:
            if len(self._seen) >= MOST_KEYS:
                self._forget(at)
            seen = self._seen.setdefault(str(key), deque())
            while seen and seen[0] <= at - self.seconds:
                seen.popleft()
            if len(seen) >= self.count:
                raise TooMuch(max(1, math.ceil(seen[0] + self.seconds - at)))
            seen.append(at)

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    def _forget(self, at: float) -> None:
        """Drop what has run out; if all is fresh, the older half: memory stays bounded under attack."""
        self._seen = {key: seen for key, seen in self._seen.items() if seen and seen[-1] > at - self.seconds}
        if len(self._seen) >= MOST_KEYS:
            self._seen = dict(list(self._seen.items())[MOST_KEYS // 2 :])


MESSAGES = Limit(30, 60)  # of one visitor
MESSAGES_FROM_ADDRESS = Limit(600, 60)
UPLOADS = Limit(20, 600)  # of one visitor
UPLOADS_FROM_ADDRESS = Limit(100, 600)
SESSIONS_FROM_ADDRESS = Limit(60, 600)  # new visitors; an office behind one address has some
FORMS = Limit(5, 600)  # requests that one visitor registers
FORMS_FROM_ADDRESS = Limit(30, 600)
LOOKS = Limit(300, 60)  # reads, read marks and page changes of one visitor
LOOKS_FROM_ADDRESS = Limit(3_000, 60)
REFUSED_IDENTITIES = Limit(30, 600)  # wrong signatures from one address
EVERY = (
    MESSAGES, MESSAGES_FROM_ADDRESS, UPLOADS, UPLOADS_FROM_ADDRESS, SESSIONS_FROM_ADDRESS, FORMS,
    FORMS_FROM_ADDRESS, LOOKS, LOOKS_FROM_ADDRESS, REFUSED_IDENTITIES,
)  # fmt: skip
