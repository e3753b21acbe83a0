"""A hand-over is settled: someone of those who got the ticket works on it. Meanwhile it belongs to their team, and everybody
sees from whom it came."""

from __future__ import annotations

from datetime import datetime

from pelekan.people.models import Agent
from pelekan.tickets.events import By, record
from pelekan.tickets.models import Ticket


def mark_accepted(ticket: Ticket, *, by: Agent, now: datetime, because: str = "") -> None:
    """The hand-over is settled: `by` works on it. `ticket` is locked and waits to be accepted; saved here."""
    assert ticket.handed_at is not None
    waited, ticket.handed_at = now - ticket.handed_at, None
    ticket.save(update_fields=["handed_at"])
    ticket.stays.filter(left_at=None).update(accepted_at=now, accepted_by=by)
    record(
        "ticket.accepted", ticket, by=by, at=now, because=because, waited=max(0.0, waited.total_seconds()),
        team=ticket.team_id,
    )  # fmt: skip


def settle(ticket: Ticket, *, by: By, now: datetime) -> None:
    """The ticket is done while it waits to be accepted: done by the team that got it, it was accepted; else it has
    nobody to wait for. `ticket` is locked."""
    if ticket.handed_at is None:
        return
    if isinstance(by, Agent) and (by.pk == ticket.assignee_id or ticket.team_id in by.team_ids):
        mark_accepted(ticket, by=by, now=now)
    else:
        ticket.handed_at = None
        ticket.save(update_fields=["handed_at"])
