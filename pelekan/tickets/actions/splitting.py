"""One message that came to the wrong ticket gets a ticket of its own."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.prepared import insert
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Customer
from pelekan.tickets import search
from pelekan.tickets.actions.conversing import preview_of
from pelekan.tickets.actions.describing import register
from pelekan.tickets.actions.joining import CannotJoin, recount
from pelekan.tickets.conditions.words import folded
from pelekan.tickets.events import action, begin, lock_place, record, record_moved
from pelekan.tickets.models import A_DAY, Conversation, Message, MessageKind, Stay, Ticket
from pelekan.tickets.states import Status


@action
def split(message: Message, *, by: Agent, now: datetime | None = None) -> Ticket:
    """`message` does not belong where it is: it becomes the first of a new ticket of its sender, in a conversation with
    nobody else in it. Who sent it hears nothing of that. A join of the new ticket into the old one undoes it. Raises
    CannotJoin (only, chat)."""
    now = now or clock()
    rows = Message.objects.select_related(
        "conversation__inbox__team__tier", "conversation__customer", "customer"
    )
    message = rows.get(pk=message.pk)
    old = lock_place(message.conversation)
    if message.kind != MessageKind.INCOMING or message.conversation.channel == "chat":
        raise CannotJoin("chat", old)
    if not old.messages.exclude(pk=message.pk).filter(kind=MessageKind.INCOMING).exists():
        raise CannotJoin("only", old)
    before = message.conversation
    customer = message.customer or before.customer
    ticket = _begin(message, before, customer, now)
    _move(message, before, customer, ticket, now)
    waited = old.waiting_since
    recount(old, {"newest": 0, "waiting_since": None, "first_answer_at": None})
    if waited is None or old.status == Status.CLOSED:
        old.waiting_since = waited
    old.save(update_fields=["last_at", "preview", "waiting_since", "first_answer_at"])
    record("ticket.created", ticket, by=customer, at=now, channel=before.channel)
    if old.registered_at is not None:
        ticket = register(ticket, by=by, now=now, because="split")
    record(
        "ticket.split", old, by=by, at=now, topics=[f"customer:{old.customer_id}", f"conversation:{before.pk}"],
        side="took", other=ticket.pk, number=ticket.number, said=message.pk, conversation=before.pk,
    )  # fmt: skip
    here = record(
        "ticket.split", ticket, by=by, at=now, topics=[f"customer:{customer.pk}"],
        side="left", other=old.pk, number=old.number,
    )  # fmt: skip
    if here is not None:
        record_moved(here, [message.pk])
    search.move([message.pk], ticket.pk)
    search.index_first(ticket)
    search.index_first(old)
    return ticket


def _begin(message: Message, before: Conversation, customer: Customer, now: datetime) -> Ticket:
    """Where a mail of its own would have arrived."""
    inbox = before.inbox
    subject = one_line(str(message.meta.get("subject") or message.text), 250) or "—"
    ticket = Ticket(
        subject=subject,
        subject_folded=folded(subject),
        customer=customer,
        organization_id=customer.organization_id,
        inbox=inbox,
        channel=before.channel,
        tier=inbox.team.tier,
        team=inbox.team,
        language=message.language or customer.language,
        preview=preview_of(message.text),
        waiting_since=None if message.automatic else message.created_at,
        rank_at=now + A_DAY,
        created_at=now,
        last_at=message.created_at,
    )
    begin(insert(ticket))
    insert(Stay(ticket=ticket, tier=inbox.team.tier, team=inbox.team, entered_at=now, why="split"))
    return ticket


def _move(message: Message, before: Conversation, customer: Customer, ticket: Ticket, now: datetime) -> None:
    own = Conversation(
        ticket=ticket,
        inbox=before.inbox,
        channel=before.channel,
        customer=customer,
        subject=ticket.subject,
        started_at=now,
        last_at=message.created_at,
    )
    insert(own)
    message.ticket, message.conversation = ticket, own
    if message.meta.get("authentic") is not False:  # alone with its sender, it is shown to nobody else
        message.held_at = None
    message.save(update_fields=["ticket", "conversation", "held_at"])
