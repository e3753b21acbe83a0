"""Whether the index is whole and of this release; where it is not, a worker makes it anew beside the pages.

An installation that was upgraded has an index of an older release, or none. While it is made anew less is found; what is found
is right, for the last gate asks the database.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from pelekan.knowledge.models import Translation
from pelekan.knowledge.search import table
from pelekan.knowledge.search.keeping import BATCH, put, put_translations
from pelekan.knowledge.search.models import Entry, Term, Upkeep
from pelekan.knowledge.search.sources import SOURCES
from pelekan.lib import due
from pelekan.lib.time import now as clock

VERSION = 1
"""Of how texts are taken apart and kept. Count it up when an entry that was made before would be made otherwise now."""


def look(now: datetime) -> None:
    """Chore: have the index made anew where it is of another release, or empty."""
    row = _row()
    if row.due_at is not None:
        return
    out = Translation.objects.filter(published__isnull=False, article__archived_at=None)
    known = Entry.objects.filter(kind="article")
    if row.version == VERSION and (known.exists() or not out.exists()):
        return
    Upkeep.objects.filter(pk=1, due_at=None).update(
        due_at=now, begun_at=None, ended_at=None, after=0, done=0, total=out.count(), tries=0
    )
    due.wake(Upkeep)


def go(row: Upkeep) -> datetime | None:
    """The job: empty the index, then put in some texts at a time. After a crash it goes on behind the last ones."""
    if row.begun_at is None:
        _empty(row)
    while some := _next(row.after):
        with transaction.atomic():
            put_translations(some)
            _keep(row, after=some[-1].pk, done=row.done + len(some))
    for source in SOURCES.values():
        put(list(source.every()))
    due.settle(row, version=VERSION, ended_at=clock())
    return None


def _next(after: int) -> list[Translation]:
    rows = Translation.objects.filter(published__isnull=False, article__archived_at=None, pk__gt=after)
    return list(
        rows.select_related("article", "published")
        .prefetch_related("article__groups")
        .order_by("pk")[: BATCH // 5]
    )


@transaction.atomic
def _empty(row: Upkeep) -> None:
    table.remove()
    table.create()
    Entry.objects.all().delete()
    Term.objects.all().delete()
    _keep(row, begun_at=clock())


def _keep(row: Upkeep, **values: object) -> None:
    """Raises LeaseLost where the row is no longer ours."""
    if not due.renew(row, clock(), JOB.lease):
        raise due.LeaseLost("search.upkeep")
    Upkeep.objects.filter(pk=row.pk).update(**values)
    for name, value in values.items():
        setattr(row, name, value)


def made(now: datetime) -> None:
    """It was made anew by hand."""
    _row()
    Upkeep.objects.filter(pk=1).update(version=VERSION, due_at=None, leased_until=None, ended_at=now)


def state() -> tuple[int, int] | None:
    """How many texts are in and how many there are, while it is being made; else None."""
    row = Upkeep.objects.filter(pk=1, due_at__isnull=False).first()
    return (row.done, max(row.total, row.done)) if row is not None else None


def _row() -> Upkeep:
    """A desk that had an index before anybody kept account of it got a row of version 0 by a migration."""
    return Upkeep.objects.get_or_create(pk=1, defaults={"version": VERSION})[0]


JOB = due.Job(Upkeep, go, lease=timedelta(minutes=10), at_once=1)
