"""A few threads that work off jobs, and make room when one of them is held up."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue

log = logging.getLogger("pelekan.threads")

Job = Callable[[], None]


class Threads:
    """A pool that can lend a thread to a long answer and run a spare one meanwhile."""

    def __init__(self, count: int, spares: int, leave: Job) -> None:
        self.jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._wanted = self._alive = count
        self._lent = 0
        self._leave = leave
        self._spares = spares
        for _ in range(count):
            self._start()

    def _start(self) -> None:
        threading.Thread(target=self._run, name="web", daemon=True).start()

    def _run(self) -> None:
        try:
            self._work()
        finally:
            self._leave()

    def _work(self) -> None:
        while (job := self.jobs.get()) is not None:
            try:
                job()
            except BaseException:
                log.exception("A request broke its thread's work.")
            del job  # or the last request's bodies live until the next one
            with self._lock:
                if self._alive - self._lent > self._wanted:
                    self._alive -= 1
                    return

    @contextlib.contextmanager
    def lent(self) -> Iterator[None]:
        """Within: the calling thread will be long; another one works in its place, as far as spares reach."""
        with self._lock:
            self._lent += 1
            if self._alive - self._lent < self._wanted and self._alive < self._wanted + self._spares:
                self._alive += 1
                self._start()
        try:
            yield
        finally:
            with self._lock:
                self._lent -= 1

    def stop(self) -> None:
        for _ in range(self._alive):
            self.jobs.put(None)
