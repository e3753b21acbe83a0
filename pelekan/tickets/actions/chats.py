"""What only a live chat has: accept, transfer, end, read marks."""

from __future__ import annotations

from datetime import datetime

from django.db import connection

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.actions.moving import assign, pass_chat
from pelekan.tickets.events import By, action, lock_place, record
from pelekan.tickets.models import ChatState, Conversation, ReadMark, Ticket


@action
def accept_chat(
    conversation: Conversation, *, by: Agent, because: str = "", now: datetime | None = None
) -> Conversation:
    """`by` takes a waiting chat. Of two who click at once the first has it; the second gets it back unchanged,
    and sees from the ticket's assignee whose it is."""
    now = now or clock()
    ticket = lock_place(conversation)
    conversation = _lock_conversation(conversation.pk)
    if conversation.state not in (ChatState.WAITING, ChatState.BOT):
        return conversation
    end_bot(ticket, conversation, now, by=by, because="stepped_in")
    conversation.state, conversation.accepted_at, conversation.agent = ChatState.ACTIVE, now, by
    conversation.save(update_fields=["state", "accepted_at", "agent", "started_at"])
    assign(ticket, by, by=by, now=now, because=because or "accepted the chat")
    record(
        "chat.accepted",
        ticket,
        by=by,
        at=now,
        because=because,
        topics=[f"conversation:{conversation.pk}"],
        waited=(now - conversation.started_at).total_seconds(),
    )
    return conversation


@action
def transfer_chat(
    conversation: Conversation,
    to: Agent,
    *,
    by: Agent,
    because: str,
    despite: str = "",
    now: datetime | None = None,
) -> Conversation:
    """A colleague goes on with the chat; the visitor is told who it is. `despite` as in `assign`."""

    ticket = lock_place(conversation)
    conversation = _lock_conversation(conversation.pk)
    if conversation.state in (ChatState.WAITING, ChatState.BOT):
        end_bot(ticket, conversation, now or clock(), by=by, because="stepped_in")
        conversation.state, conversation.accepted_at = ChatState.ACTIVE, now or clock()
    before, conversation.agent = conversation.agent_id, to
    conversation.save(update_fields=["state", "accepted_at", "agent", "started_at"])
    pass_chat(ticket, to, by=by, because=because, despite=despite, now=now)
    record(
        "chat.transferred",
        ticket,
        by=by,
        at=now,
        because=because,
        agent=to.pk,
        topics=[
            f"conversation:{conversation.pk}",
            f"agent:{to.pk}",
            *([f"agent:{before}"] if before else []),
        ],
    )
    return conversation


@action
def end_chat(
    conversation: Conversation, *, by: By, because: str = "", now: datetime | None = None
) -> Conversation:
    """The chat is over; its ticket lives on as it is."""
    now = now or clock()
    ticket = lock_place(conversation)
    conversation = _lock_conversation(conversation.pk)
    if conversation.state in ("", ChatState.ENDED):
        return conversation
    if conversation.state == ChatState.BOT:
        ticket.bot_at = None
        ticket.save(update_fields=["bot_at"])
    conversation.state, conversation.ended_at = ChatState.ENDED, now
    conversation.save(update_fields=["state", "ended_at"])
    record("chat.ended", ticket, by=by, at=now, because=because, topics=[f"conversation:{conversation.pk}"])
    return conversation


@action
def leave_bot(
    conversation: Conversation, *, by: By, because: str, ended: bool = False, now: datetime | None = None
) -> Conversation:
    """The bot hands the chat over: its customer waits for a person from now on, in the queue like everybody; `ended`: what
    he wants has become a ticket, nobody need come into the chat. Nothing happens where the bot has left already."""
    now = now or clock()
    ticket = lock_place(conversation)
    conversation = _lock_conversation(conversation.pk)
    if conversation.state != ChatState.BOT:
        return conversation
    end_bot(ticket, conversation, now, by=by, because=because)
    conversation.state = ChatState.ENDED if ended else ChatState.WAITING
    conversation.ended_at = now if ended else None
    conversation.save(update_fields=["state", "started_at", "ended_at"])
    return conversation


def end_bot(ticket: Ticket, conversation: Conversation, now: datetime, *, by: By, because: str) -> None:
    """From now on the customer waits for people. Both are locked; the conversation is saved by whoever calls. `because`:
    stepped_in, or why the bot hands over (see `knowledge.bot.models.Why`)."""
    if conversation.state != ChatState.BOT:
        return
    conversation.started_at = now  # the wait for a person begins here
    record("bot.left", ticket, by=by, at=now, because=because, topics=[f"conversation:{conversation.pk}"])
    if ticket.bot_at is None:  # a join has brought it here
        return
    ticket.bot_at = None
    if ticket.is_open and ticket.waiting_since is None:
        ticket.waiting_since = now
    ticket.save(update_fields=["bot_at", "waiting_since"])


@action
def mark_read(conversation: Conversation, message_id: int, *, by: By, now: datetime | None = None) -> None:
    """`by` has seen everything up to `message_id`. Only ever moves forward."""
    if isinstance(by, Agent):
        mark, _ = ReadMark.objects.get_or_create(agent=by, ticket_id=conversation.ticket_id)
        if mark.message_id < message_id:
            mark.message_id = message_id
            mark.save(update_fields=["message_id"])
        field = "agent_read_id"
    else:
        field = "customer_read_id"
    changed = Conversation.objects.filter(pk=conversation.pk, **{f"{field}__lt": message_id}).update(
        **{field: message_id}
    )
    if changed:
        record("chat.read", None, by=by, at=now,
               topics=[f"conversation:{conversation.pk}", f"ticket:{conversation.ticket_id}"])  # fmt: skip


def _lock_conversation(pk: int) -> Conversation:
    rows = Conversation.objects.all()
    if connection.features.has_select_for_update:
        rows = rows.select_for_update()
    return rows.get(pk=pk)
