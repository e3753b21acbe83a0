"""How much is at stake: an agent says impact and urgency, or confirms what the desk suggests. His word stands: nothing
that works by itself changes it afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.weighing import weighed

ASSESSED = ("impact", "urgency", "priority", "assessed_at", "reasons")
"""What of a ticket an assessment writes."""


@action
def assess(
    ticket: Ticket, *, impact: int, urgency: int, by: By, because: str = "", now: datetime | None = None
) -> Ticket:
    """Set impact and urgency (1–3); the priority follows from the department's grid. By an agent it is settled; what a
    rule says (`by` None) stands until an agent says otherwise, and changes nothing that one has said."""
    now = now or clock()
    ticket = lock(ticket)
    by_hand = isinstance(by, Agent)
    if ticket.assessed_at is not None and not by_hand:
        return ticket
    if (ticket.impact, ticket.urgency) == (impact, urgency):
        if by_hand:
            return confirm(ticket, by=by, because=because, now=now)
        ticket.reasons = _ruled(impact, urgency)  # as it was, but from now on because of the rule
        ticket.save(update_fields=["reasons"])
        return ticket
    before = ticket.priority
    settle(ticket, impact, urgency, by=by, now=now, because=because)
    ticket.save(update_fields=ASSESSED)
    record("ticket.assessed", ticket, by=by, at=now, because=because, impact=impact, urgency=urgency,
           priority=ticket.priority, priority_before=before)  # fmt: skip
    return ticket


@action
def confirm(ticket: Ticket, *, by: By, because: str = "", now: datetime | None = None) -> Ticket:
    """What the desk suggests is right. Confirming twice changes nothing."""
    now = now or clock()
    ticket = lock(ticket)
    if ticket.assessed_at is None:
        ticket.assessed_at = now
        ticket.save(update_fields=["assessed_at"])
        record("ticket.assessed", ticket, by=by, at=now, because=because, impact=ticket.impact, urgency=ticket.urgency,
               priority=ticket.priority, priority_before=ticket.priority, confirmed=True)  # fmt: skip
    return ticket


def settle(ticket: Ticket, impact: int, urgency: int, *, by: By, now: datetime, because: str = "") -> None:
    """Write impact, urgency and what follows on the locked ticket; saving is for whoever calls."""
    same = (ticket.impact, ticket.urgency) == (impact, urgency)
    found = weighed(ticket, impact, urgency)
    ticket.impact, ticket.urgency, ticket.priority = impact, urgency, found.priority
    if isinstance(by, Agent):
        ticket.assessed_at = now
    if not (same and ticket.reasons):
        said = [{"code": "chosen"}] if isinstance(by, Agent) else _ruled(impact, urgency)
        ticket.reasons = [*said, *found.reasons]


def _ruled(impact: int, urgency: int) -> list[dict[str, Any]]:
    return [
        {"code": "rule", "axis": "impact", "value": impact},
        {"code": "rule", "axis": "urgency", "value": urgency},
    ]
