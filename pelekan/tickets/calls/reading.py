"""Calls as an agent may see them."""

from __future__ import annotations

from typing import Any

from pelekan.lib.prepared import Prepared
from pelekan.people.models import Agent
from pelekan.tickets.calls.models import TO_DO, Call
from pelekan.tickets.models import Ticket

MOST = 100
_FIELDS = (
    "id", "ticket_id", "because", "script", "number", "source", "proposed_at", "due_at", "done_at", "outcome", "text",
    "proposed_by__user__name", "done_by__user__name",
)  # fmt: skip
_OF_TICKET = Prepared(lambda pk: Call.objects.filter(ticket=pk).order_by("-id").values(*_FIELDS)[:20])


def of_ticket(ticket_id: int) -> list[dict[str, Any]]:
    """The calls of a ticket, the newest first; open are those without `done_at`. One query."""
    return _OF_TICKET(ticket_id)


def waiting(agent: Agent, limit: int = MOST) -> list[dict[str, Any]]:
    """The open calls on tickets that `agent` may see, in the order in which they were proposed: his own tickets' first.
    As `of_ticket`, with ticket__number, ticket__subject, ticket__assignee_id, ticket__alarm and the customer's name."""
    rows = _open(agent).values(
        *_FIELDS, "ticket__number", "ticket__subject", "ticket__assignee_id", "ticket__assignee__user__name",
        "ticket__alarm", "ticket__customer__name",
    )  # fmt: skip
    found = list(rows.order_by("proposed_at", "id")[:limit])
    return sorted(found, key=lambda row: row["ticket__assignee_id"] != agent.pk)


def count(agent: Agent) -> int:
    """How many calls are open for him to see; at most MOST. One query."""
    return len(_open(agent).values_list("pk", flat=True)[:MOST])


def _open(agent: Agent) -> Any:
    rows = Call.objects.filter(TO_DO)
    if agent.sees_all:
        return rows if agent.disabled_at is None and agent.user.is_active else rows.none()
    return rows.filter(ticket__in=Ticket.objects.visible_to(agent).values("pk"))
