"""The threads that do what falls due, in `serve` beside the pages or in a process of their own."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from pelekan.lib import due
from pelekan.lib.due import Job
from pelekan.lib.time import now as clock

log = logging.getLogger("pelekan.work")

LOOK = 2.0  # seconds between looks for rows that another process queued
BEAT = 10.0  # seconds between signs of life
STALE = timedelta(seconds=90)  # no sign of life for so long: nobody works
PATIENCE = 20.0  # seconds that rows in work get at the end
FAULT_PAUSES = (1.0, 2.0, 5.0, 10.0, 30.0)  # when the database does not answer


@dataclass(frozen=True, eq=False)
class Chore:
    """Something done now and then that is no row: pruning, waking what rests. Harmless when done twice."""

    do: Callable[[datetime], object]
    every: timedelta

    @property
    def name(self) -> str:
        return self.do.__name__


class Crew:
    """Everybody at work in one process. `run(stop)` returns when `stop` is set and the rows in hand are done."""

    def __init__(self, jobs: Sequence[Job], chores: Sequence[Chore] = (), folder: Path | None = None) -> None:
        self.jobs = jobs
        self.chores = chores
        self.folder = folder
        self.stop = threading.Event()
        self._in_hand: dict[tuple[str, Any], None] = {}  # what this process works on, whatever the clock says
        self._owed: list[tuple[str, Any]] = []
        self._bells: list[threading.Event] = []

    def run(self, stop: threading.Event) -> None:
        self.stop = stop
        self._beat()
        threads = [
            self._thread(f"{job.name}-{number}", self._work_on, job)
            for job in self.jobs
            for number in range(job.threads)
        ]
        if self.chores:
            threads.append(self._thread("chores", self._do_chores))
        while not stop.wait(BEAT):
            self._beat()
        for bell in self._bells:
            bell.set()
        for thread in threads:
            thread.join(PATIENCE)
        if self.folder:
            _beat_file(self.folder).unlink(missing_ok=True)

    def _thread(self, name: str, do: Callable[..., float], *args: Any) -> threading.Thread:
        bell = due.listen(args[0].model if args else None)
        self._bells.append(bell)
        thread = threading.Thread(target=self._steadily, args=[do, bell, *args], name=name, daemon=True)
        thread.start()
        return thread

    def _steadily(self, do: Callable[..., float], bell: threading.Event, *args: Any) -> None:
        """Repeat `do`, resting as long as it says or until the bell rings; come back from every fault."""
        faults = 0
        try:
            while not self.stop.is_set():
                bell.clear()
                close_old_connections()
                try:
                    rest = do(*args)
                    faults = 0
                except (DatabaseError, InterfaceError) as fault:
                    rest = FAULT_PAUSES[min(faults, len(FAULT_PAUSES) - 1)]
                    faults += 1
                    log.warning("the database does not answer, again in %d s: %s", rest, fault)
                    connection.close()
                except Exception:
                    rest = FAULT_PAUSES[-1]
                    log.exception("unexpected fault in the work itself")
                if rest and not self.stop.is_set():
                    bell.wait(rest)
        finally:
            due.deafen(bell)
            connection.close()

    def _work_on(self, job: Job) -> float:
        """One round: take rows, do them. Returns the seconds until there may be more, 0 for look again."""
        self._give_back(job)
        now = clock()
        busy = [key for name, key in list(self._in_hand) if name == job.name]
        rows = due.claim(job.model, now, job.at_once, job.lease, job.where, without=busy)
        held = [(job.name, row.pk) for row in rows]
        self._in_hand.update(dict.fromkeys(held))
        try:
            for position, row in enumerate(rows):
                try:
                    self._do(job, row)
                except (DatabaseError, InterfaceError):  # a full disk takes not even them back
                    self._owed += [(job.name, one) for one in rows[position:]]
                    raise
        finally:
            for key in held:
                self._in_hand.pop(key, None)
        if rows:
            return 0
        coming = due.next_due(job.model, job.where)
        seconds = (coming - clock()).total_seconds() if coming else LOOK
        return min(max(seconds, 0.2), LOOK)

    def _do(self, job: Job, row: Any) -> None:
        now = clock()
        try:
            if self.stop.is_set():  # untouched, for whoever comes next
                tries = {"tries": row.tries - 1} if hasattr(row, "tries") else {}
                return due.settle(row, row.due_at, **tries)
            if now > row.leased_until - job.lease / 2 and not due.renew(row, now, job.lease):
                return None
            again = self._result(job, row)
            if row.leased_until is not None:
                due.settle(row, again)
        except due.LeaseLost:  # settled through another copy of the row, or taken over
            pass
        return None

    def _give_back(self, job: Job) -> None:
        """Rows that could not be given back when the database took nothing: now, not when their lease ends."""
        for owed in [one for one in self._owed if one[0] == job.name]:
            row = owed[1]
            with contextlib.suppress(due.LeaseLost):
                if row.leased_until is not None:
                    due.settle(row, clock(), **({"tries": row.tries - 1} if hasattr(row, "tries") else {}))
            with contextlib.suppress(ValueError):  # another thread of this job was faster
                self._owed.remove(owed)

    def _result(self, job: Job, row: Any) -> datetime | None:
        try:
            return job.do(row)
        except due.LeaseLost:
            raise
        except Exception as fault:
            tries = getattr(row, "tries", 1)
            log.exception("%s %s failed (try %s)", job.name, row.pk, tries)
            if isinstance(fault, DatabaseError | InterfaceError) and not connection.in_atomic_block:
                connection.close()
            return clock() + due.pause(tries)

    def _do_chores(self) -> float:
        now = clock()
        last = self.__dict__.setdefault("_last_done", {})
        for chore in self.chores:
            if chore.name not in last or not timedelta() <= now - last[chore.name] < chore.every:
                last[chore.name] = now
                try:
                    chore.do(now)
                except (DatabaseError, InterfaceError):
                    raise
                except Exception:
                    log.exception("%s failed", chore.name)
        return min([30.0, *(chore.every.total_seconds() for chore in self.chores)])

    def _beat(self) -> None:
        if self.folder is None:
            return
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            beat = _beat_file(self.folder)
            beat.with_suffix(".new").write_text(json.dumps({"at": clock().isoformat(), "pid": os.getpid()}))
            beat.with_suffix(".new").replace(beat)
        except OSError as fault:
            log.warning("no sign of life could be written: %s", fault)


def _beat_file(folder: Path) -> Path:
    return folder / f"{socket.gethostname()}-{os.getpid()}.json"


def last_beat(folder: Path) -> datetime | None:
    """The last sign of life of any worker whose data folder this is."""
    beats = []
    for file in folder.glob("*.json"):
        try:
            beats.append(datetime.fromisoformat(json.loads(file.read_text())["at"]))
        except (OSError, ValueError, KeyError):
            continue
    return max(beats, default=None)
