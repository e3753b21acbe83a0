"""How often something may be done. The counters live in this process: with several web processes each counts for
itself, so the true limit is at most that many times as high. They guard the door, they are not a quota; and a
counter in the database would let whoever guesses passwords fill the one queue of its writers."""

from __future__ import annotations

import math
import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST_KEYS = 20_000  # keys that one limit remembers


class TooMuch(Exception):
    """A limit is reached; `after` is how many seconds to wait."""

    def __init__(self, after: int) -> None:
        super().__init__(f"Too much at once; again in {after} s")
        self.after = after


@dataclass
class Limit:
    """At most `count` within any `span`, for each key."""

    count: int
    span: timedelta
    _seen: dict[str, deque[float]] = field(default_factory=dict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def take(self, key: object, now: datetime) -> None:
        """Count one. Raises TooMuch, and counts nothing, when the limit is reached."""
        at, seconds = now.timestamp(), self.span.total_seconds()
        with self._lock:
            if len(self._seen) >= MOST_KEYS:
                self._forget(at - seconds)
            seen = self._seen.setdefault(str(key), deque())
            while seen and seen[0] <= at - seconds:
                seen.popleft()
            if len(seen) >= self.count:
                raise TooMuch(max(1, math.ceil(seen[0] + seconds - at)))
            seen.append(at)

    def give_back(self, key: object) -> None:
        """Undo the last `take` of this key: it was no failure after all."""
        with self._lock:
            if seen := self._seen.get(str(key)):
                seen.pop()

    def clear(self) -> None:
        with self._lock:
            self._seen.clear()

    def _forget(self, before: float) -> None:
        """Drop what has run out; if all is fresh, the older half: memory stays bounded under attack."""
        self._seen = {key: seen for key, seen in self._seen.items() if seen and seen[-1] > before}
        if len(self._seen) >= MOST_KEYS:
            self._seen = dict(list(self._seen.items())[MOST_KEYS // 2 :])
