"""What a customer has open, before he asks anew: so that "where is my request?" needs no new one."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from pelekan.sla import promising
from pelekan.tickets import joined
from pelekan.tickets.models import Ticket
from pelekan.web.portal import shapes
from pelekan.web.reading import Reading

MOST = 3
"""More stand in the list of his requests."""
PLACE = -3
"""Of `shapes.stairs`: where the work is, before "answered" and "solved"."""


def shown(listed: QuerySet[Ticket], dates: Reading) -> dict[str, Any] | None:
    """{"rows": those that moved last, each with its `step`, "more"}; None, after one statement, for who has none open."""
    tickets = list(listed.order_by("-last_at", "-id")[: MOST + 1])
    if not tickets:
        return None
    return {"rows": [_row(ticket, dates) for ticket in tickets[:MOST]], "more": len(tickets) > MOST}


def _row(ticket: Ticket, dates: Reading) -> dict[str, Any]:
    promised = promising.of_ticket(joined.end_of(ticket)) if ticket.first_answer_at is None else None
    steps = shapes.stairs(ticket, promised)
    return {
        **shapes.row(ticket, dates),
        **shapes.standing(ticket, dates, promised),
        "step": steps[PLACE]["label"],
    }
