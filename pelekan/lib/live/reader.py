"""Reading the event log once for all streams of a process, in one thread of its own.

Ids are given when a row is inserted and seen when its transaction commits. With one writer (SQLite) both orders
agree. With many (PostgreSQL) id 10 may appear after id 12. So the reader keeps two marks: `high`, the newest id it
has seen, from which it reads on at once; and `settled`, the highest id that was already there `source.overlap`
seconds ago. Everything above `settled` is read again each second and what was seen before is dropped. `settled` is
also what browsers are given to resume from: a reconnect hears the last seconds twice rather than one poke never.
A transaction that stays open longer than `overlap` after recording an event escapes this; keep changes short.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

log = logging.getLogger("pelekan.live")

Row = tuple[int, str, str]  # id, name, topics (separated by spaces)

READ_LIMIT = 1_000  # rows for each query
SWEEP_EVERY = 1.0  # seconds between two looks for late ids
STARTING_OVERLAP = 200  # ids: how far below the newest we start where ids can come late
PATIENCE = 5.0  # seconds: the longest pause after an error of the source


class Source(Protocol):
    """The event log. All calls come from one thread (`listen` from a second one), so a connection may be kept."""

    poll_every: float
    """Seconds between two looks when nobody wakes us: 0.25 for a file, 5 where `listen` hears of commits."""
    overlap: float
    """Seconds during which a lower id may still appear after a higher one; 0 with a single writer."""

    def latest(self) -> int:
        """The highest id, 0 in an empty log."""
        ...

    def after(self, id: int, limit: int) -> Sequence[Row]:
        """Rows with a higher id, lowest first. Cheap where there are none: asked at each poll."""
        ...

    def listen(self, wake: Callable[[], None], stopped: threading.Event) -> None:
        """Call `wake` at each commit heard from other processes until `stopped`; return at once if deaf."""
        ...

    def close(self) -> None:
        """Let go of the calling thread's connection; the next call opens a new one."""
        ...


class Reader:
    """Feeds `take(rows)` in order, from its thread; `take` is waited for, so rows never pile up."""

    def __init__(self, source: Source, take: Callable[[Sequence[Row], int], None], keep: int) -> None:
        self.source = source
        self.take = take
        self.keep = keep
        self.high = self.settled = 0
        self._marks: deque[tuple[float, int]] = deque()
        self._seen: set[int] = set()
        self._swept_at = 0.0
        self._woken = threading.Event()
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    def first(self) -> tuple[Sequence[Row], int]:
        """The newest rows of the log (at most `keep`) and the id below which rows were left out."""
        high = self.source.latest()
        floor = max(0, high - self.keep)
        rows: list[Row] = []
        while batch := self.source.after(rows[-1][0] if rows else floor, READ_LIMIT):
            rows.extend(batch)
        self.high = rows[-1][0] if rows else high
        self._marks.append((time.monotonic(), self.high))
        self.settled = max(0, self.high - STARTING_OVERLAP) if self.source.overlap else self.high
        self._seen = {row[0] for row in rows if row[0] > self.settled}
        self.source.close()
        return rows, floor

    def start(self) -> None:
        for work in (self._read, self._listen):
            thread = threading.Thread(target=work, name=f"live{work.__name__}", daemon=True)
            thread.start()
            self._threads.append(thread)

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        self._stopped.set()
        self._woken.set()

    def join(self, seconds: float) -> None:
        for thread in self._threads:
            thread.join(seconds)

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                self.source.listen(self.wake, self._stopped)
                return
            except Exception:
                log.exception("Lost the line on which other processes announce events; polling meanwhile.")
                self._stopped.wait(PATIENCE)

    def _read(self) -> None:
        trouble = 0
        while not self._stopped.is_set():
            self._woken.wait(self.source.poll_every)
            self._woken.clear()
            try:
                self.read()
                trouble = 0
            except Exception:
                trouble += 1
                if trouble == 1:
                    log.exception("Cannot read the event log; live updates wait until it answers.")
                self.source.close()
                self._stopped.wait(min(PATIENCE, 0.1 * 2**trouble))
        self.source.close()

    def read(self) -> None:
        """Pass on all that is new."""
        fresh = False
        while rows := self.source.after(self.high, READ_LIMIT):
            fresh = True
            self._pass_on(rows)
            if self._stopped.is_set():
                return
            if len(rows) < READ_LIMIT:
                break
        if self.source.overlap:
            self._sweep(fresh)

    def _pass_on(self, rows: Sequence[Row]) -> None:
        self.high = max(self.high, rows[-1][0])
        if self.source.overlap:
            self._seen.update(row[0] for row in rows)
        else:
            self.settled = self.high
        self.take(rows, self.settled)

    def _sweep(self, fresh: bool) -> None:
        """Look for ids that committed late: each second, and when a wake-up brought nothing above `high`."""
        at = time.monotonic()
        if at - self._swept_at < SWEEP_EVERY and fresh:
            return
        self._swept_at = at
        if self._marks[-1][1] != self.high:
            self._marks.append((at, self.high))
        if self.settled < self.high:
            late = [row for row in self._unsettled() if row[0] not in self._seen]
            if late:
                self._pass_on(late)
        before = self.settled
        while self._marks and self._marks[0][0] <= at - self.source.overlap:
            before = max(before, self._marks.popleft()[1])
        if not self._marks:
            self._marks.append((at, self.high))
        if before > self.settled:
            self.settled = before
            self._seen = {id for id in self._seen if id > before}
            self.take((), before)

    def _unsettled(self) -> list[Row]:
        rows: list[Row] = []
        while batch := self.source.after(rows[-1][0] if rows else self.settled, READ_LIMIT):
            rows.extend(batch)
            if batch[-1][0] >= self.high:
                break
        return rows
