"""A file of articles is brought in beside the pages: asked for, taken row by row, watched, stopped, kept as an account.

Each row is a change of its own. After a crash it goes on behind the last row that was counted; a row that was written and not
counted comes out as the same, for nothing is written twice.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.knowledge import around, rights
from pelekan.knowledge.files import Fault, Office, Row, number_in, read_archive, read_csv
from pelekan.knowledge.files.folders import read_page
from pelekan.knowledge.importing import Sorting, attempt
from pelekan.knowledge.models import Import, ImportState, Section
from pelekan.lib import due
from pelekan.lib.secrets import new_token
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import require

log = logging.getLogger("pelekan.knowledge")

LARGEST = 200 << 20
MOST_FAULTS = 2_000  # that are kept by name; all are counted
MOST_TRIES = 5
OFTEN = timedelta(seconds=1)  # between two counts that are written
KEPT = timedelta(days=90)  # the account of what came of it
PAGES = (".html", ".htm", ".md", ".markdown")


def folder() -> Path:
    return Path(settings.DATA_DIR) / "imports"


def start(
    stream: BinaryIO, name: str, *, by: Agent, section: Section | None, language: str, visibility: str, publish: bool
) -> Import:  # fmt: skip
    """Keep the file and have it brought in. CannotBe for what is too large, PermissionError for who may not publish."""
    require(by, "work")
    if publish:
        rights.require_publisher(by)
    folder().mkdir(mode=0o700, parents=True, exist_ok=True)
    path, size = folder() / new_token(), 0
    try:
        with path.open("xb") as out:
            while piece := stream.read(1 << 20):
                size += len(piece)
                if size > LARGEST:
                    raise CannotBe("file", _("This file is larger than %(limit)s MB. Choose a smaller one.") % {"limit": LARGEST >> 20})  # fmt: skip
                out.write(piece)
        return _ask(path.name, name, by=by, section=section, language=language, visibility=visibility, publish=publish)  # fmt: skip
    except BaseException:
        path.unlink(missing_ok=True)
        raise


@action
def _ask(path: str, name: str, *, by: Agent, **values: Any) -> Import:
    now = clock()
    made = Import.objects.create(
        agent=by, name=one_line(name, 200) or "file", path=path, asked_at=now, due_at=now, **values
    )
    record("articles.import_asked", by=by, at=now, topics=[f"agent:{by.pk}"], number=made.pk)
    due.queued(Import)
    return made


@action
def stop(row: Import, *, by: Agent, now: datetime | None = None) -> None:
    """Go no further. What came in stays, and is known again when the file comes again."""
    require(by, "work")
    now = now or clock()
    waiting = Import.objects.filter(pk=row.pk, state__in=[ImportState.WAITING, ImportState.RUNNING])
    if waiting.update(state=ImportState.STOPPED, due_at=None, leased_until=None, ended_at=now):
        record("articles.import_stopped", by=by, at=now, topics=[f"agent:{by.pk}"], number=row.pk)
        (folder() / row.path).unlink(missing_ok=True)


@dataclass
class _Progress:
    """What is counted since it was written last."""

    row: Import
    written_at: datetime
    faults: list[Fault] = field(default_factory=list)

    def count(self, said: str | Fault | None) -> None:
        row = self.row
        row.number += 1
        if isinstance(said, str):
            setattr(row, said, getattr(row, said) + 1)
        elif said is not None:
            self.fault(said)

    def fault(self, fault: Fault) -> None:
        self.row.faulty += 1
        if len(self.row.faults) < MOST_FAULTS:
            self.row.faults.append({"where": fault.where[:300], "why": fault.why, "data": fault.data})

    def values(self) -> dict[str, Any]:
        row = self.row
        names = ("number", "total", "made", "changed", "same", "faulty", "faults")
        return {name: getattr(row, name) for name in names}

    def write(self, now: datetime) -> None:
        """Raises LeaseLost when it was stopped, or is somebody else's now."""
        if not due.renew(self.row, now, JOB.lease) or not Import.objects.filter(
            pk=self.row.pk, leased_until=self.row.leased_until, state=ImportState.RUNNING
        ).update(**self.values()):
            raise due.LeaseLost(f"import {self.row.pk}")
        self.written_at = now


def go(row: Import) -> datetime | None:
    """The job: all rows that are left."""
    by = row.agent
    if by.disabled_at is not None or not by.user.is_active:
        _end(row, ImportState.FAILED, "gone")
        return None
    Import.objects.filter(pk=row.pk, state=ImportState.WAITING).update(
        state=ImportState.RUNNING, begun_at=clock()
    )
    try:
        with translation.override(by.user.language or None), (folder() / row.path).open("rb") as stream:
            progress = _Progress(row, clock())
            _take(row, stream, by, progress)
            _end(row, ImportState.DONE, "", **progress.values())
    except due.LeaseLost:
        raise
    except FileNotFoundError:
        _end(row, ImportState.FAILED, "lost")
    except Exception as fault:
        log.exception("import %s", row.pk)
        if row.tries < MOST_TRIES:
            raise
        _end(row, ImportState.FAILED, type(fault).__name__)
    return None


def _take(row: Import, stream: BinaryIO, by: Agent, progress: _Progress) -> None:
    publish = row.publish and rights.may_publish(by)
    if row.publish and not publish and not row.number:
        progress.fault(Fault("", "drafts"))
    if not row.total:
        row.total = _number_of(row)
    sorting, done = Sorting(row.language), row.number
    progress.write(clock())
    for number, one in enumerate(_rows(stream, row.name)):
        if isinstance(one, Office):
            around.furnish(one, by=by)
        ready = sorting.sort(one) if isinstance(one, Row) else one
        if number < done:
            continue  # counted before a crash
        said: str | Fault | None = ready if isinstance(ready, Fault) else None
        if isinstance(ready, Row):
            said = attempt(
                ready, by=by, section=row.section, visibility=row.visibility, publish=publish, sorting=sorting
            )
        progress.count(said)
        while sorting.lost:
            progress.fault(sorting.lost.pop(0))
        if (now := clock()) - progress.written_at >= OFTEN or number == 0:
            progress.write(now)


def _rows(stream: BinaryIO, name: str) -> Iterator[Office | Row | Fault]:
    """By what the file is, then by its name."""
    stream.seek(0)
    head = stream.read(4)
    stream.seek(0)
    if head.startswith(b"PK"):
        yield from read_archive(stream)
    elif name.lower().endswith(".zip"):
        yield Fault("", "no_zip")
    elif name.lower().endswith(PAGES):
        yield read_page(name, stream.read())
    else:
        yield from read_csv(stream)


def _number_of(row: Import) -> int:
    with (folder() / row.path).open(
        "rb"
    ) as stream:  # reading a table to its end closes what it was read from
        head = stream.read(4)
        stream.seek(0)
        if head.startswith(b"PK"):
            return number_in(stream)
        return 1 if row.name.lower().endswith(PAGES) else sum(1 for _one in _rows(stream, row.name))


@action
def _end(row: Import, state: str, fault: str, **values: Any) -> None:
    now = clock()
    due.settle(row, state=state, fault=fault, ended_at=now, **values)
    record(
        "articles.brought", by=row.agent, at=now, topics=[f"agent:{row.agent_id}"], number=row.pk, state=state
    )
    (folder() / row.path).unlink(missing_ok=True)


def forget_old(now: datetime) -> None:
    """Chore: accounts are kept for a while; files that nobody brings in any more go."""
    old = Import.objects.filter(ended_at__lt=now - KEPT)
    kept = set(Import.objects.filter(due_at__isnull=False).values_list("path", flat=True))
    if folder().is_dir():
        before = (now - timedelta(days=1)).timestamp()
        for path in folder().iterdir():
            if path.name not in kept and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
    old.delete()


def as_faults(row: Import) -> list[Fault]:
    return [Fault(one["where"], one["why"], one["data"]) for one in row.faults]


JOB = due.Job(Import, go, lease=timedelta(minutes=10), at_once=1)
