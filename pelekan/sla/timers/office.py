"""Whose business hours a ticket's clocks follow."""

from __future__ import annotations

import json
from functools import lru_cache

from pelekan.sla.hours import Hours, hours_from
from pelekan.sla.models import BusinessHours
from pelekan.tickets.models import Inbox, Ticket


def hours_of(ticket: Ticket, wanted: int | None = None) -> Hours | None:
    """Those that the policy wants, else of the ticket's team, else of its inbox, else the desk's. None: always open."""
    rows = list(
        BusinessHours.objects.filter(archived_at=None)
        .values_list("id", "is_default", "zone", "week", "closed", "special", "teams", "inboxes")
        .order_by("id")
    )
    for fits in (
        lambda row: row[0] == wanted,
        lambda row: row[6] == ticket.team_id,
        lambda row: row[7] == ticket.inbox_id,
        lambda row: row[1],
    ):
        if row := next(filter(fits, rows), None):
            return _hours(
                json.dumps(
                    {"zone": row[2], "week": row[3], "closed": row[4], "special": row[5]}, sort_keys=True
                )
            )
    own = Inbox.objects.values_list("hours", flat=True).get(pk=ticket.inbox_id)
    return _hours(json.dumps(own, sort_keys=True)) if own else None


@lru_cache(maxsize=256)
def _hours(stored: str) -> Hours:
    return hours_from(json.loads(stored))
