"""What each inbox holds, counted once a day into rows of its own: no page adds up a million mails."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Count, Sum

from pelekan.channels.models import Arrival, ArrivalState, Weight
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Attachment, Inbox

KEPT = timedelta(days=400)
LISTED = '{"fault": "too_large"'  # of these only the head lies here


def weigh(now: datetime | None = None) -> bool:
    """Count what lies here, unless it was counted today (UTC). Whether it was."""
    today = (now or clock()).date()
    if Weight.objects.filter(day=today).exists() or not Inbox.objects.exists():
        return False
    here = Arrival.objects.exclude(state=ArrivalState.QUARANTINED, why__startswith=LISTED).order_by()
    mails = {
        pk: (count, size or 0)
        for pk, count, size in here.values_list("inbox").annotate(Count("pk"), Sum("size"))
    }
    files = {
        pk: (count, size or 0)
        for pk, count, size in Attachment.objects.exclude(message=None)
        .order_by()
        .values_list("message__conversation__inbox")
        .annotate(Count("pk"), Sum("size"))
    }
    rows = []
    for pk in Inbox.objects.values_list("pk", flat=True):
        (many, size), (count, bytes_) = mails.get(pk, (0, 0)), files.get(pk, (0, 0))
        rows.append(
            Weight(inbox_id=pk, day=today, mails=many, mail_bytes=size, files=count, file_bytes=bytes_)
        )
    Weight.objects.bulk_create(rows, ignore_conflicts=True)
    Weight.objects.filter(day__lt=today - KEPT).delete()
    return True


def weights() -> dict[int, tuple[Weight, int | None]]:
    """inbox → (its newest row, bytes more than about a week before that; None when nothing is known from then)."""
    newest = Weight.objects.order_by("-day").values_list("day", flat=True).first()
    if newest is None:
        return {}
    rows = Weight.objects.filter(day__in=[newest, newest - timedelta(days=7)])
    found = {row.inbox_id: row for row in rows if row.day == newest}
    before = {row.inbox_id: row.bytes for row in rows if row.day != newest}
    return {pk: (row, row.bytes - before[pk] if pk in before else None) for pk, row in found.items()}
