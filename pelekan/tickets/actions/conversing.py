"""Messages out and between colleagues: reply, say (the desk itself), note. What comes in: `receiving`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from pelekan.lib.prepared import insert, update
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.actions.accepting import mark_accepted
from pelekan.tickets.actions.chats import accept_chat
from pelekan.tickets.actions.moving import assign
from pelekan.tickets.events import action, lock_end, lock_home, lock_place, record
from pelekan.tickets.joined import end_of, face_of, family
from pelekan.tickets.models import (
    Attachment,
    ChatState,
    Conversation,
    Inbox,
    Message,
    MessageKind,
    Participant,
    Ticket,
    owner_key,
)
from pelekan.tickets.states import Act, Status, after


class NewerMessage(Exception):
    """Someone wrote since this reply was begun; the writer should look first. `messages` are the new ones."""

    def __init__(self, messages: list[Message]) -> None:
        super().__init__("There are new messages since this reply was begun.")
        self.messages = messages


class NothingToSay(Exception):
    """A message without text and without a file."""


@action
def reply(
    ticket: Ticket,
    *,
    by: Agent,
    text: str = "",
    html: str = "",
    conversation: Conversation | None = None,
    attachment_ids: Sequence[int] = (),
    client_id: str = "",
    saw_id: int | None = None,
    meta: dict[str, Any] | None = None,
    because: str = "",
    now: datetime | None = None,
) -> Message:
    """`by` answers the customer. `saw_id` is the last message he had on screen: when a newer public one is
    there, NewerMessage is raised and nothing is sent. None sends regardless."""
    now = now or clock()
    conversation = conversation or _newest(ticket)
    if conversation.ticket_id != ticket.pk and not _came_from(conversation, ticket):
        raise ValueError("That conversation belongs to another ticket.")
    ticket = lock_place(conversation)
    if known := _already(conversation, client_id):
        return known
    if not text.strip() and not html.strip() and not attachment_ids:
        raise NothingToSay
    if saw_id is not None and (newer := newer_than(ticket, saw_id, by=by)):
        raise NewerMessage(newer)
    if conversation.state in (ChatState.WAITING, ChatState.BOT):  # who answers has accepted
        conversation = accept_chat(conversation, by=by, because="answered", now=now)
        ticket = lock_place(conversation)
    message = Message(
        ticket=ticket,
        conversation=conversation,
        kind=MessageKind.OUTGOING,
        channel=conversation.channel,
        agent=by,
        text=text,
        html=html,
        language=ticket.language,
        client_id=client_id,
        meta=meta or {},
        created_at=now,
    )
    insert(message)
    bind(attachment_ids, message, owner_key(agent=by))
    if ticket.status != Status.CLOSED:
        ticket.status = after(ticket.status, Act.REPLY)
    ticket.waiting_since = None
    if ticket.first_answer_at is None:
        ticket.first_answer_at = now
    ticket.stays.filter(left_at=None, first_answer_at=None).update(first_answer_at=now)
    touch(ticket, conversation, message, now)
    record(
        "message.sent",
        ticket,
        by=by,
        message=message,
        because=because,
        at=now,
        topics=customer_topics(ticket, conversation),
    )
    # who stays in the chat of a ticket that has climbed does not take it out of the other team's queue
    only_chats = conversation.agent_id == by.pk and ticket.team_id not in by.team_ids
    if ticket.assignee_id is None and not only_chats:
        assign(ticket, by, by=by, now=now, because="answered")
    elif ticket.handed_at is not None and ticket.assignee_id == by.pk:  # who answers has accepted
        mark_accepted(ticket, by=by, now=now, because="answered")
    return message


def newer_than(ticket: Ticket, saw_id: int, *, by: Agent) -> list[Message]:
    """What others wrote to or for the customer since `saw_id`, a message's id."""
    return list(ticket.messages.public().filter(id__gt=saw_id, automatic=False).exclude(agent=by))


@action
def say(
    conversation: Conversation,
    text: str,
    *,
    because: str,
    meta: dict[str, Any] | None = None,
    language: str = "",
    now: datetime | None = None,
) -> Message:
    """The desk itself tells the customer something: a receipt, a number, a greeting. It is marked automatic,
    counts as nobody's answer and changes no status."""
    now = now or clock()
    ticket = lock_place(conversation)
    message = Message(
        ticket=ticket,
        conversation=conversation,
        kind=MessageKind.OUTGOING,
        channel=conversation.channel,
        automatic=True,
        text=text,
        language=language or ticket.language,
        meta=meta or {},
        created_at=now,
    )
    insert(message)
    record(
        "message.sent",
        ticket,
        message=message,
        because=because,
        at=now,
        topics=customer_topics(ticket, conversation),
    )
    return message


@action
def note(
    ticket: Ticket,
    *,
    by: Agent | None,
    text: str = "",
    html: str = "",
    attachment_ids: Sequence[int] = (),
    client_id: str = "",
    meta: dict[str, Any] | None = None,
    because: str = "",
    now: datetime | None = None,
) -> Message:
    """`by` (None: a rule) leaves a note for colleagues. It can never reach a customer: every customer-side read goes
    through `Message.objects.public()`, and no topic of the customer is poked."""
    now = now or clock()
    conversation = _newest(ticket)
    ticket = lock_place(conversation)
    if known := _already(conversation, client_id):
        return known
    if not text.strip() and not html.strip() and not attachment_ids:
        raise NothingToSay
    message = Message(
        ticket=ticket,
        conversation=conversation,
        kind=MessageKind.NOTE,
        channel=conversation.channel,
        agent=by,
        automatic=by is None,
        text=text,
        html=html,
        client_id=client_id,
        meta=meta or {},
        created_at=now,
    )
    insert(message)
    if by is not None:
        bind(attachment_ids, message, owner_key(agent=by))
    record("message.noted", ticket, by=by, message=message, because=because, at=now)
    return message


@action
def open_talk(
    ticket: Ticket, address: str, inbox: Inbox, *, by: Agent, now: datetime | None = None
) -> Conversation:
    """A conversation on this ticket with its customer through `inbox`, for answering by mail or SMS what came by
    chat; `address` is his, or his number."""
    now = now or clock()
    ticket = lock_end(ticket)
    known = ticket.conversations.filter(
        channel=inbox.channel, inbox=inbox, participants__address=address
    ).first()
    if known is not None:
        return known
    conversation = Conversation.objects.create(
        ticket=ticket,
        inbox=inbox,
        channel=inbox.channel,
        customer=ticket.customer,
        subject=ticket.subject,
        started_at=now,
        last_at=now,
    )
    Participant.objects.create(
        conversation=conversation, address=address, name=ticket.customer.name, confirmed_at=now
    )
    record("conversation.started", ticket, by=by, at=now, channel=inbox.channel, conversation=conversation.pk)
    return conversation


@action
def release_held(message: Message, *, by: Agent, now: datetime | None = None) -> None:
    """Show a held message on the customer's side after all."""
    ticket = lock_home(message)
    if Message.objects.filter(pk=message.pk, held_at__isnull=False).update(held_at=None):
        record(
            "message.released",
            ticket,
            by=by,
            message=message,
            at=now,
            topics=[f"conversation:{message.conversation_id}", f"customer:{ticket.customer_id}"],
        )


def customer_topics(ticket: Ticket, conversation: Conversation) -> list[str]:
    """Where the customer may watch: his widget, his portal. They differ when he proved who he is only later. Where a join
    put his conversation on another customer's ticket, that one hears nothing."""
    watching = [conversation.customer_id, face_of(conversation, ticket).customer_id, *followers_of(ticket)]
    return [f"conversation:{conversation.pk}", *(f"customer:{pk}" for pk in dict.fromkeys(watching))]


def followers_of(ticket: Ticket) -> list[int]:
    """The customers who follow this ticket; where nobody does, nothing is asked."""
    return [] if ticket.followed_at is None else list(ticket.followers.values_list("customer", flat=True))


def _newest(ticket: Ticket) -> Conversation:
    """Where what is said on `ticket` goes without more ado; after a join, on the ticket that it was joined into."""
    found = ticket.conversations.order_by("-last_at").first()
    return found or end_of(Ticket.objects.get(pk=ticket.pk)).conversations.latest("last_at")


def _came_from(conversation: Conversation, ticket: Ticket) -> bool:
    """Whether a join took it from `ticket`, or an undo gave it back, while an answer was being written there."""
    its = Q(ticket=ticket) | Q(joined_from__in=family(ticket))
    return Conversation.objects.filter(its, pk=conversation.pk).exists()


def _already(conversation: Conversation, client_id: str) -> Message | None:
    return conversation.messages.filter(client_id=client_id).first() if client_id else None


def touch(ticket: Ticket, conversation: Conversation, message: Message, now: datetime) -> None:
    """Bring the ticket to the top of its lists with a line of what was said."""
    ticket.last_at = conversation.last_at = max(now, ticket.last_at)
    if not message.held_at:
        ticket.preview = preview_of(message.text)
    update(
        ticket, "status", "waiting_since", "first_answer_at", "last_at", "preview", "solved_at", "round_trips", "reopened",
    )  # fmt: skip
    update(conversation, "last_at")


def preview_of(text: str) -> str:
    """The line of a message that lists show."""
    return one_line(text, 160)


def bind(ids: Sequence[int], message: Message, *owners: str) -> None:
    """Attach uploads that belong to the sender; ids of anyone else's are not found and so ignored."""
    if ids:
        Attachment.objects.filter(pk__in=ids, message=None, upload_key__in=owners).update(
            message=message, upload_key=""
        )
