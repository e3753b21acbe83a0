"""Received = stored = assigned: what the server has in our range, what of it lies here, and what became of that.

Counted for each folder every hour (`counts` of `Folder`): `server` mails in our range that are there now, `stored`
here, and of those `messages`, `quarantined`, `dismissed`, `waiting`. `missing` are mails that the server has and that
are not here after they were asked for again: then people are told, until there are none.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet

from pelekan.channels.models import Account, Arrival, ArrivalState, Fetched, Folder
from pelekan.lib import due
from pelekan.lib.prepared import Prepared
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, record

EVERY = timedelta(hours=1)
SOONER = timedelta(minutes=5)  # while something is missing
SILENT = timedelta(minutes=15)  # a mailbox that nobody looked at for so long: its fetching has stopped

_SHOWN = {
    ArrivalState.DONE: "messages",
    ArrivalState.QUARANTINED: "quarantined",
    ArrivalState.DISMISSED: "dismissed",
    ArrivalState.WAITING: "waiting",
}


def is_due(folder: Folder) -> bool:
    """Whether it is time to count again."""
    if folder.counted_at is None:
        return True
    return clock() - folder.counted_at >= (SOONER if folder.missing else EVERY)


REFUSED, TOO_LARGE = (
    f'{{"fault": "{word}"' for word in ("not_understood", "too_large")
)  # how a reason begins


def listed(folder: Folder, most: int) -> list[Fetched]:
    """Mails of which only a listing lies here, because the server could not give them or they were too large: those
    that may be asked for again, now that both may have changed. Looked for among the quarantined, who are few."""
    limit = settings.CONFIG.max_mail_mb * 1024 * 1024
    why = Q(why__startswith=REFUSED) | Q(why__startswith=TOO_LARGE, size__lte=limit)
    held = Arrival.objects.filter(why, inbox=folder.account.inbox_id, state=ArrivalState.QUARANTINED)
    found = list(held.order_by("received_at").values_list("pk", flat=True)[:most])
    rows = Fetched.objects.filter(folder=folder, epoch=folder.uid_validity, arrival__in=found)
    return list(rows.select_related("arrival__inbox").order_by("pk")) if found else []


def ask_again(arrival: Arrival) -> None:
    """Let the next poll ask for a mail that was only listed, instead of the next count."""
    folders = Folder.objects.filter(pk__in=Fetched.objects.filter(arrival=arrival).values("folder"))
    folders.update(counted_at=None)
    Account.objects.filter(folders__in=folders).exclude(due_at=None).update(due_at=clock())
    due.queued(Account)


def known(folder: Folder) -> set[str]:
    """The ids of all mails of this folder that were dealt with."""
    return set(Fetched.objects.filter(folder=folder, epoch=folder.uid_validity).values_list("uid", flat=True))


@action
def note(folder: Folder, *, server: int, missing: int) -> None:
    """Keep what a counting found; people are told when mails are missing, and when they are no more."""
    now = clock()
    rows = Fetched.objects.filter(folder=folder, epoch=folder.uid_validity).exclude(arrival=None)
    found = dict(rows.order_by().values_list("arrival__state").annotate(count=Count("pk")))
    counts = {name: found.get(str(state), 0) for state, name in _SHOWN.items()}
    gap_at = folder.gap_at
    told: dict[str, Any] = {
        "topics": ["desk"],
        "at": now,
        "inbox": folder.account.inbox_id,
        "folder": folder.name,
    }
    if missing and gap_at is None:
        gap_at = now
        record("account.gap_found", missing=missing, **told)
    elif not missing and gap_at is not None:
        gap_at = None
        record("account.gap_closed", **told)
    values: dict[str, Any] = {
        "counts": {"server": server, "stored": sum(found.values()), **counts},
        "missing": missing,
        "counted_at": now,
        "gap_at": gap_at,
    }
    Folder.objects.filter(pk=folder.pk).update(**values)
    for name, value in values.items():
        setattr(folder, name, value)


def troubled(now: datetime) -> int:
    """How many mailboxes a person must look at: they can't be read, mails are missing, or nobody reads them."""
    return len(_TROUBLED(now - SILENT))


def _troubled(seen: datetime) -> QuerySet[Account, Any]:
    gaps = Folder.objects.filter(account=OuterRef("pk"), gap_at__isnull=False)
    failing = Q(failed_at__isnull=False) | Q(due_at__lt=seen) | Exists(gaps)
    return Account.objects.filter(failing, inbox__archived_at=None).exclude(imap_host="").values("pk")


_TROUBLED = Prepared(_troubled)


def missing() -> list[Folder]:
    """The folders from which mails are missing."""
    rows = Folder.objects.filter(gap_at__isnull=False, account__inbox__archived_at=None)
    return list(rows.select_related("account__inbox").order_by("account", F("gap_at")))
