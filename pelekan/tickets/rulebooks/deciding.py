"""Writing down what the desk decided by itself, with everything that it saw."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pelekan.lib.prepared import insert
from pelekan.tickets.conditions.facts import recorded
from pelekan.tickets.models import Event, Message, Ticket
from pelekan.tickets.rulebooks.books import Book
from pelekan.tickets.rulebooks.models import Decision

KEPT = timedelta(days=400)
"""How far back a decision can be told and tried again: a year, and some days to look at it."""
AT_ONCE = 5_000


def decide(
    ticket: Ticket,
    kind: str,
    *,
    book: Book | None,
    facts: Mapping[str, Any],
    outcome: Mapping[str, Any],
    trace: Mapping[str, Any] | None = None,
    rule: str = "",
    event: Event | None = None,
    message: Message | None = None,
    now: datetime,
) -> Decision:
    """Write a decision down, inside the change that it is part of. `facts` are all that the pure function got, but the
    words of `message`; `outcome` is what it returned, as JSON: replay compares it with what other documents would give."""
    return insert(
        Decision(
            ticket=ticket,
            event=event,
            message=message,
            kind=kind,
            book_id=book.id if book else None,
            rule=rule[:40],
            at=now,
            facts=recorded(facts),
            outcome=dict(outcome),
            trace=dict(trace or {}),
        )
    )


def forget_old(now: datetime) -> int:
    """Chore: drop decisions that are older than KEPT, oldest first, some at a time. Returns how many."""
    old = (
        Decision.objects.filter(at__lt=now - KEPT).order_by("at", "id").values_list("pk", flat=True)[:AT_ONCE]
    )
    return Decision.objects.filter(pk__in=list(old)).delete()[0]
