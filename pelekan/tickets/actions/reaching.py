"""An answer that did not reach the customer is none: he waits as he did before it was written."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, lock_home, record
from pelekan.tickets.models import Message, MessageKind, Ticket
from pelekan.tickets.states import Act, Status, after


@action
def unanswer(message: Message, *, now: datetime | None = None, because: str = "") -> bool:
    """An agent's answer reached nobody. His question waits again since it was asked; False where it was not the last answer,
    where it answered nothing, or where the ticket is solved or waits already."""
    now = now or clock()
    ticket = lock_home(message)
    if not ticket.is_open or ticket.waiting_since is not None:
        return False
    if _last_answer(ticket, before=None) != message.pk:
        return False
    before = _last_answer(ticket, before=message.pk)
    asked = ticket.messages.filter(
        kind=MessageKind.INCOMING, automatic=False, pk__gt=before or 0, pk__lt=message.pk
    )
    first = asked.order_by("pk").first()
    if first is None:
        return False
    ticket.waiting_since = first.created_at
    if ticket.first_answer_at == message.created_at:
        ticket.first_answer_at = None
    if ticket.status == Status.WAITING:
        ticket.status = after(ticket.status, Act.RESUME)
    ticket.save(update_fields=["waiting_since", "first_answer_at", "status"])
    ticket.stays.filter(left_at=None, first_answer_at=message.created_at).update(first_answer_at=None)
    record(
        "message.undelivered", ticket, message=message, at=now, because=because,
        answered_at=message.created_at.isoformat(), first=ticket.first_answer_at is None,
    )  # fmt: skip
    return True


@action
def answer_again(message: Message, *, now: datetime | None = None) -> bool:
    """The answer that had not reached him is on its way again: he is answered from now on."""
    now = now or clock()
    ticket = lock_home(message)
    if not ticket.is_open or ticket.waiting_since is None or _last_answer(ticket, before=None) != message.pk:
        return False
    later = ticket.messages.filter(kind=MessageKind.INCOMING, automatic=False, pk__gt=message.pk)
    if later.exists():
        return False
    ticket.waiting_since = None
    if ticket.first_answer_at is None:
        ticket.first_answer_at = now
    ticket.save(update_fields=["waiting_since", "first_answer_at"])
    ticket.stays.filter(left_at=None, first_answer_at=None).update(first_answer_at=now)
    record("message.under_way", ticket, message=message, at=now)
    return True


def _last_answer(ticket: Ticket, *, before: int | None) -> int | None:
    """The id of the last answer by a person, or of the last one before another message."""
    rows = ticket.messages.filter(kind=MessageKind.OUTGOING, automatic=False)
    rows = rows.filter(pk__lt=before) if before is not None else rows
    return rows.order_by("-pk").values_list("pk", flat=True).first()
