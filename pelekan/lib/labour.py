"""The threads that do what falls due, in `serve` beside the pages or in a process of their own."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
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
REPORT = timedelta(seconds=30)  # between two reports of what everybody does
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


@dataclass
class Hand:
    """One thread at work: what it has in hand, and when it last looked for more."""

    job: str
    thread: threading.Thread | None = None
    looked_at: datetime = field(default_factory=clock)
    since: datetime | None = None  # when it began with what it has in hand
    row: Any = None  # that row; of a chore its name

    def told(self) -> dict[str, Any]:
        """{job, alive, looked_at, since, row, until}: moments in ISO form or None. `until` is when the row's lease
        ends as it stands now: who works on beyond it is stuck."""
        row, since = self.row, self.since
        until = getattr(row, "leased_until", None)
        return {
            "job": self.job, "alive": self.thread is None or self.thread.is_alive(),
            "looked_at": self.looked_at.isoformat(), "since": since.isoformat() if since and row is not None else None,
            "row": str(row if isinstance(row, str) else getattr(row, "pk", "")) if row is not None else "",
            "until": until.isoformat() if until else None,
        }  # fmt: skip


Report = Callable[[str, list[dict[str, Any]], bool], None]
"""`report(place, hands, ended)`: told every half minute and at an orderly end. It may raise what a database raises."""


class Crew:
    """Everybody at work in one process. `run(stop)` returns when `stop` is set and the rows in hand are done."""

    def __init__(
        self,
        jobs: Sequence[Job],
        chores: Sequence[Chore] = (),
        folder: Path | None = None,
        report: Report | None = None,
    ) -> None:
        self.jobs = jobs
        self.chores = chores
        self.folder = folder
        self.report = report
        self._hands: dict[str, Hand] = {}
        self._reported: datetime | None = None
        self.stop = threading.Event()
        self._in_hand: dict[tuple[str, Any], None] = {}  # what this process works on, whatever the clock says
        self._owed: list[tuple[str, Any]] = []
        self._bells: list[threading.Event] = []

    def run(self, stop: threading.Event) -> None:
        self.stop = stop
        self._beat()
        threads = [
            self._thread(f"{job.key}-{number}", self._work_on, job)
            for job in self.jobs
            for number in range(job.threads)
        ]
        if self.chores:
            threads.append(self._thread("chores", self._do_chores))
        self._tell()
        while not stop.wait(BEAT):
            self._beat()
            self._tell()
        for bell in self._bells:
            bell.set()
        for thread in threads:
            thread.join(PATIENCE)
        self._tell(ended=True)
        connection.close()
        if self.folder:
            _beat_file(self.folder).unlink(missing_ok=True)

    def _thread(self, name: str, do: Callable[..., float], *args: Any) -> threading.Thread:
        bell = due.listen(args[0].model if args else None)
        self._bells.append(bell)
        hand = self._hands[name] = Hand(args[0].key if args else name)
        thread = threading.Thread(target=self._steadily, args=[do, bell, *args], name=name, daemon=True)
        hand.thread = thread
        thread.start()
        return thread

    def _steadily(self, do: Callable[..., float], bell: threading.Event, *args: Any) -> None:
        """Repeat `do`, resting as long as it says or until the bell rings; come back from every fault."""
        faults = 0
        try:
            while not self.stop.is_set():
                bell.clear()
                self._hand().looked_at = clock()
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
            if args and args[0].rest is not None:
                args[0].rest()
            due.deafen(bell)
            connection.close()

    def _work_on(self, job: Job) -> float:
        """One round: take rows, do them. Returns the seconds until there may be more, 0 for look again."""
        self._give_back(job)
        now = clock()
        busy = [key for name, key in list(self._in_hand) if name == job.name]
        rows = due.claim(
            job.model, now, job.at_once, job.lease, job.where, without=busy, ready=job.ready, order=job.order
        )
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
        if job.rest is not None:
            job.rest()
        coming = due.next_due(job.model, job.where_at(clock()))
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
            with self._busy_with(row):
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
        for chore in self.chores:  # by the chore itself: several rooms call theirs "forget_old"
            if chore not in last or not timedelta() <= now - last[chore] < chore.every:
                last[chore] = now
                try:
                    with self._busy_with(chore.name):
                        chore.do(now)
                except (DatabaseError, InterfaceError):
                    raise
                except Exception:
                    log.exception("%s failed", chore.name)
        return min([30.0, *(chore.every.total_seconds() for chore in self.chores)])

    def _hand(self) -> Hand:
        return self._hands.get(threading.current_thread().name) or Hand("")  # tests call without a thread

    @contextlib.contextmanager
    def _busy_with(self, row: Any) -> Iterator[None]:
        hand = self._hand()
        hand.since, hand.row = clock(), row
        try:
            yield
        finally:
            hand.row, hand.since, hand.looked_at = None, None, clock()

    def _tell(self, ended: bool = False) -> None:
        """Report now and then what everybody does. A database that takes nothing is no reason to stop."""
        now = clock()
        if self.report is None or (
            not ended and self._reported and timedelta() <= now - self._reported < REPORT
        ):
            return
        self._reported = now
        try:
            close_old_connections()
            self.report(
                f"{socket.gethostname()}-{os.getpid()}", [hand.told() for hand in self._hands.values()], ended
            )
        except (DatabaseError, InterfaceError) as fault:
            log.warning("the workers' report could not be written: %s", fault)
            connection.close()

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
