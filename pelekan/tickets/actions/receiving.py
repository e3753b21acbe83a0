"""What customers send, whatever the channel: into its conversation, or as a new ticket."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from pelekan.lib.prepared import PreparedModels, insert
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, Team
from pelekan.tickets.actions.conversing import NothingToSay, bind, customer_topics, preview_of, touch
from pelekan.tickets.actions.describing import register
from pelekan.tickets.actions.settling import wake
from pelekan.tickets.conditions.words import folded
from pelekan.tickets.events import action, begin, lock_place, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import (
    A_DAY,
    ChatState,
    Conversation,
    Inbox,
    Message,
    MessageKind,
    Stay,
    Ticket,
    owner_key,
)
from pelekan.tickets.priority import priority_of
from pelekan.tickets.states import Status


@action
def receive(incoming: Incoming, *, now: datetime | None = None) -> Message:
    """A customer's message arrives: into its conversation, or as a new ticket. Returns the stored message.

    Repeating the same `client_id` returns the first one. An answer to a closed ticket becomes a follow-up
    ticket that points back.
    """
    customer = hold_customer(incoming.customer_id)
    if known := said_before(customer, incoming.client_id):
        return known
    into = _CONVERSATION.get(incoming.conversation_id) if incoming.conversation_id is not None else None
    return take_in(incoming, by=customer, into=into, now=now)


@action
def take_in(
    incoming: Incoming, *, by: Customer, into: Conversation | None, now: datetime | None = None
) -> Message:
    """The second half of `receive`, for whoever has done the first: holds the customer (`hold_customer`), has asked
    `said_before`, and has the conversation of `incoming.conversation_id` at hand."""
    now = now or clock()
    if (
        not incoming.text
        and not incoming.html
        and not incoming.attachment_ids
        and incoming.channel != "email"
    ):
        raise NothingToSay
    if into is not None:
        lock_place(into)
        if into.ticket.status != Status.CLOSED or incoming.automatic:
            return _go_on(incoming, by, into, now)
    return _begin(incoming, by, into, now)


def hold_customer(pk: int) -> Customer:
    """The customer as he is now, his row held until the change commits: of two lines at once, the second finds what the
    first one began."""
    return _CUSTOMER.get(pk)


def said_before(customer: Customer, client_id: str) -> Message | None:
    """The message that this customer sent under this id. Sure only while he is held."""
    return _SAID.one(customer.pk, client_id) if client_id else None


def _customer(pk: int) -> QuerySet[Customer]:
    rows = Customer.objects.filter(pk=pk)
    # no_key: rows that name him may be written meanwhile; who writes them holds a ticket that we are about to ask for
    return rows.select_for_update(no_key=True) if connection.features.has_select_for_no_key_update else rows


_CUSTOMER = PreparedModels(_customer)
_SAID = PreparedModels(
    lambda customer, client_id: Message.objects.filter(customer=customer, client_id=client_id)
)
_CONVERSATION = PreparedModels(lambda pk: Conversation.objects.filter(pk=pk))
_INBOX = PreparedModels(lambda pk: Inbox.objects.select_related("team__tier").filter(pk=pk))


def _go_on(incoming: Incoming, by: Customer, conversation: Conversation, now: datetime) -> Message:
    """One more line in a conversation. Its ticket is locked."""
    ticket = conversation.ticket
    begins = not (ticket.waiting_since or ticket.first_answer_at or ticket.messages.exists())
    message = _write(incoming, by, conversation, now, first=begins)
    if begins:
        _created(message, now)
    if not incoming.automatic:
        if ticket.waiting_since is None and ticket.first_answer_at is not None:
            ticket.round_trips += 1  # we had answered, and it was not enough
        _customer_wrote(ticket, by, now)
    touch(ticket, conversation, message, now)
    return _received(incoming, message, now, begins)


def _begin(incoming: Incoming, by: Customer, old: Conversation | None, now: datetime) -> Message:
    """The first line of a new ticket; `old` is where it would have gone, had that ticket not been closed."""
    message = _write(incoming, by, _conversation(incoming, by, old, now), now, first=True)
    _created(message, now)
    return _received(incoming, message, now, True)


def _write(
    incoming: Incoming, by: Customer, conversation: Conversation, now: datetime, *, first: bool
) -> Message:
    message = Message(
        ticket=conversation.ticket,
        conversation=conversation,
        kind=MessageKind.INCOMING,
        channel=incoming.channel,
        customer=by,
        text=incoming.text,
        html=incoming.html,
        quoted=incoming.quoted,
        language=incoming.language or conversation.ticket.language,
        client_id=incoming.client_id,
        meta=incoming.meta,
        automatic=incoming.automatic,
        created_at=now,
        held_at=now if incoming.held else None,
    )
    insert(message)
    message.is_first = first
    bind(incoming.attachment_ids, message, owner_key(conversation=conversation), f"customer:{by.pk}")
    return message


def _created(message: Message, now: datetime) -> None:
    ticket, conversation = message.ticket, message.conversation
    topics = customer_topics(ticket, conversation)
    record("ticket.created", ticket, by=message.customer, at=now, topics=topics, channel=conversation.channel)


def _received(incoming: Incoming, message: Message, now: datetime, begins: bool) -> Message:
    ticket, conversation = message.ticket, message.conversation
    topics = customer_topics(ticket, conversation)
    record("message.received", ticket, by=message.customer, message=message, at=now, topics=topics)
    if begins and incoming.registers:
        message.ticket = register(ticket, by=message.customer, now=now, because=conversation.channel)
    return message


def _conversation(
    incoming: Incoming, customer: Customer, old: Conversation | None, now: datetime
) -> Conversation:
    """A new conversation on a new ticket; after `old`, if there was one."""
    inbox = _INBOX.get(incoming.inbox_id)
    before = face_of(old, old.ticket) if old else None  # never another customer's subject
    team = Team.objects.get(pk=incoming.team_id) if incoming.team_id else inbox.team
    impact, urgency = incoming.impact or 2, incoming.urgency or 2
    subject = one_line(incoming.subject or (before.subject if before else "") or incoming.text, 250) or "—"
    ticket = Ticket(
        subject=subject,
        subject_folded=folded(subject),
        customer=customer,
        organization_id=customer.organization_id,
        inbox=inbox,
        channel=incoming.channel,
        tier=team.tier,
        team=team,
        category_id=incoming.category_id or (before.category_id if before else None),
        impact=impact,
        urgency=urgency,
        priority=priority_of(impact, urgency),
        language=incoming.language or customer.language,
        follows=before,
        may_belong_to_id=incoming.may_belong_to_id,
        preview="" if incoming.held else preview_of(incoming.text),
        waiting_since=None if incoming.automatic or _begins_as(incoming) == ChatState.BOT else now,
        bot_at=now if _begins_as(incoming) == ChatState.BOT else None,
        rank_at=now + A_DAY,
        created_at=now,
        last_at=now,
    )
    begin(insert(ticket))
    insert(Stay(ticket=ticket, tier=team.tier, team=team, entered_at=now, why="arrived"))
    conversation = Conversation(
        ticket=ticket,
        inbox=inbox,
        channel=incoming.channel,
        customer=customer,
        subject=incoming.subject[:250],
        state=_begins_as(incoming),
        context=incoming.context,
        started_at=now,
        last_at=now,
    )
    insert(conversation)
    if old is not None:
        for taking_part in old.participants.all():
            taking_part.pk = None
            taking_part.conversation = conversation
            taking_part.save()
    return conversation


def _begins_as(incoming: Incoming) -> str:
    if incoming.channel != "chat":
        return ""
    return ChatState.BOT if incoming.by_bot else ChatState.WAITING


def _customer_wrote(ticket: Ticket, by: Customer, now: datetime) -> None:
    """The customer waits for us again; what rested wakes up. Whom the bot serves waits for nobody."""
    if ticket.bot_at is not None:
        return
    if ticket.status != Status.CLOSED:
        wake(ticket, by=by, now=now, because="the customer wrote")
    elif ticket.waiting_since is None:
        ticket.waiting_since = now
