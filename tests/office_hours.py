"""Whose hours an inbox keeps, for a test."""

from __future__ import annotations

from typing import Any

from pelekan.sla import calendars
from pelekan.sla.models import BusinessHours
from pelekan.tickets.models import Inbox

WEEK: list[list[list[str]]] = (
    [[["09:00", "13:00"], ["14:00", "18:00"]]] * 3
    + [[["09:00", "13:00"]], []]
    + [[["09:00", "13:00"], ["14:00", "18:00"]]] * 2
)


def keep(inbox: Inbox, **values: Any) -> BusinessHours:
    """From now on the inbox has hours of its own: those of an office in Tehran unless told otherwise."""
    always_open(inbox)
    row = BusinessHours.objects.create(
        **({"name": f"hours of {inbox.name}", "zone": "Asia/Tehran", "week": WEEK} | values)
    )
    row.inboxes.add(inbox)
    calendars.forget()
    return row


def always_open(inbox: Inbox) -> None:
    """The inbox has no hours any more."""
    inbox.business_hours.clear()  # type: ignore[attr-defined]
    calendars.forget()
