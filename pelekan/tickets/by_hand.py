"""What people have chosen for a ticket: no rule undoes it."""

from __future__ import annotations

from typing import Any

from pelekan.lib.prepared import Prepared
from pelekan.tickets.models import Event, Ticket

BY_ITSELF = "accepted by itself"
"""The reason on an agent's event that was nobody's choice."""
MOVES = ("ticket.escalated", "ticket.returned", "ticket.handed_over", "ticket.routed")
_NAMES = [
    *MOVES, "ticket.assigned", "ticket.released", "ticket.assessed", "ticket.categorised", "ticket.registered",
]  # fmt: skip

_CHOICES = Prepared(
    lambda ticket: (
        Event.objects.filter(ticket=ticket, name__in=_NAMES)
        .order_by("id")
        .values("name", "agent_id", "because", "data")
    )
)


def chosen(ticket: Ticket) -> dict[str, Any]:
    """{"team", "agent", "priority", "category": whether a person chose it; "refused": agents from whom the desk took it
    since it came to its team}. Who answers has chosen to have it. Whoever puts a ticket back into the queue has chosen too: that nobody has it."""
    found: dict[str, Any] = {
        "team": False, "agent": False, "priority": False, "category": False, "refused": [],
    }  # fmt: skip
    for row in _CHOICES(ticket.pk):
        name, person = row["name"], row["agent_id"] is not None and row["because"] != BY_ITSELF
        if name in MOVES and row["data"].get("team"):
            found["team"] = found["team"] or person
            found["agent"], found["refused"] = False, []
        elif name == "ticket.assigned":
            found["agent"] = person
        elif name == "ticket.released":
            found["agent"] = person
            if not person and row["data"].get("agent_before"):
                found["refused"].append(row["data"]["agent_before"])
        elif name == "ticket.assessed":
            found["priority"] = found["priority"] or person
        elif name == "ticket.categorised":
            found["category"] = found["category"] or person
        elif name == "ticket.registered" and person:
            found["category"] = found["priority"] = True
    if ticket.assignee_id and ticket.first_answer_at:  # who is at it keeps it
        found["agent"] = True
    return found
