"""What happens to tickets by the clock alone."""

from __future__ import annotations

import contextlib
import logging
from datetime import datetime, timedelta

from django.conf import settings

from pelekan.lib import files
from pelekan.tickets.actions import resume
from pelekan.tickets.models import Attachment, Ticket
from pelekan.tickets.states import NotPossible, Status

log = logging.getLogger("pelekan.tickets")

UNSENT_KEPT = timedelta(days=7)


def wake_held(now: datetime) -> None:
    """Resume tickets whose rest is over."""
    for ticket in Ticket.objects.filter(status=Status.ON_HOLD, hold_until__lte=now).order_by("hold_until")[
        :200
    ]:
        with contextlib.suppress(NotPossible):  # someone was faster
            resume(ticket, by=None, now=now, because="The time until which it rested has come.")


def drop_unsent(now: datetime) -> None:
    """Delete uploads that nobody sent. The row goes first: a file without a row harms nobody."""
    old = Attachment.objects.filter(message=None, created_at__lt=now - UNSENT_KEPT).exclude(upload_key="")
    for attachment in old[:500]:
        attachment.delete()
        try:
            files.remove(attachment.path, settings.MEDIA_ROOT)
        except (OSError, ValueError) as fault:
            log.warning("an unsent upload could not be deleted: %s", fault)
