"""Undo send: an answer waits as a row of its own until it is due, and then goes by the usual action, once.

There is nothing to revoke: until then there is no message, no delivery, no change of status, and nothing that a customer's
page, stream or API could show.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import update
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.events import action, lock, lock_end, lock_place, record
from pelekan.tickets.joined import end_of
from pelekan.tickets.models import (
    Attachment,
    Conversation,
    Draft,
    Inbox,
    Message,
    MessageKind,
    Pending,
    Ticket,
    owner_key,
)
from pelekan.tickets.states import NotPossible

CHOICES = (0, 5, 10, 20, 30)
"""Seconds among which an agent chooses; 0: it goes at once."""


class AlsoAnswering(Exception):
    """A colleague's answer on the same ticket is about to go; `name` is his."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is answering too")
        self.name = name


@dataclass(frozen=True, slots=True)
class Way:
    """Where an answer goes: in a conversation, or in one that is opened with `address` through `inbox`."""

    talk: Conversation | None
    inbox: Inbox | None = None
    address: str = ""

    @property
    def channel(self) -> str:
        found = self.talk or self.inbox
        return found.channel if found else ""


@dataclass(frozen=True, slots=True)
class Words:
    """What an agent sends. `typed` is how it stood in the composer; `then`: "wait", "solve" or ""."""

    text: str = ""
    html: str = ""
    typed: str = ""
    files: Sequence[int] = ()
    client_id: str = ""
    saw_id: int | None = None
    meta: dict[str, Any] = field(default_factory=dict)
    then: str = ""


def seconds_of(agent: Agent) -> int:
    """How long this agent's answers wait."""
    return settings.UNDO_SECONDS if agent.undo_seconds is None else agent.undo_seconds


def waits(way: Way, agent: Agent) -> bool:
    """Whether an answer this way waits at all: never a line to a chat."""
    return way.channel != "chat" and seconds_of(agent) > 0


@action
def prepare(
    ticket: Ticket, way: Way, words: Words, *, by: Agent, now: datetime | None = None
) -> Pending | None:
    """Let an answer wait. None when it was sent already. Raises what `reply` raises, and AlsoAnswering; both only
    while `words.saw_id` is given."""
    now = now or clock()
    ticket = lock_place(way.talk) if way.talk else lock_end(ticket)
    if words.client_id:
        if known := Pending.objects.filter(agent=by, client_id=words.client_id).first():
            return known
        if ticket.messages.filter(client_id=words.client_id, agent=by).exists():
            return None
    if not words.text.strip() and not words.html.strip() and not words.files:
        raise actions.NothingToSay
    if words.saw_id is not None and (newer := actions.newer_than(ticket, words.saw_id, by=by)):
        raise actions.NewerMessage(newer)
    refuse_two(ticket, words, by=by)
    pending = Pending.objects.create(
        agent=by,
        ticket=ticket,
        conversation=way.talk,
        inbox=way.inbox,
        address=way.address,
        text=words.text,
        html=words.html,
        typed=words.typed,
        files=list(words.files),
        meta=words.meta,
        then=words.then if words.then in ("wait", "solve") else "",
        client_id=words.client_id,
        last_id=ticket.messages.order_by("-id").values_list("id", flat=True).first() or 0,
        created_at=now,
        due_at=now + timedelta(seconds=seconds_of(by)),
    )
    actions.drop_draft(ticket, by=by, kind=MessageKind.OUTGOING)
    record("message.queued", ticket, by=by, at=now)
    due.queued(Pending)
    return pending


def refuse_two(ticket: Ticket, words: Words, *, by: Agent) -> None:
    """Raise AlsoAnswering when a colleague's answer is about to go and `by` may not know it."""
    if words.saw_id is None:
        return
    other = Pending.objects.filter(ticket=ticket).exclude(agent=by).select_related("agent__user").first()
    if other is not None:
        raise AlsoAnswering(other.agent.name)


@action
def send_now(ticket: Ticket, way: Way, words: Words, *, by: Agent, now: datetime | None = None) -> Message:
    """The answer and what follows from "send and …", all or nothing."""
    now = now or clock()
    message = _say(ticket, way, words, by=by, now=now)
    try:
        if words.then == "wait":
            actions.wait(ticket, by=by, now=now)
        elif words.then == "solve":
            actions.solve(ticket, by=by, now=now)
    except NotPossible:
        pass  # sent twice, or a colleague was quicker: it already stands where it should
    actions.mark_read(message.conversation, message.pk, by=by, now=now)
    return message


def _say(ticket: Ticket, way: Way, words: Words, *, by: Agent, now: datetime) -> Message:
    talk = way.talk
    if talk is None:
        assert way.inbox is not None
        talk = actions.open_talk(ticket, way.address, way.inbox, by=by, now=now)
    return actions.reply(
        ticket, by=by, conversation=talk, text=words.text, html=words.html, attachment_ids=words.files,
        client_id=words.client_id, saw_id=words.saw_id, meta=words.meta, now=now,
    )  # fmt: skip


# When it is due


def send(pending: Pending) -> datetime | None:
    """Send a leased answer. LeaseLost when its writer took it back meanwhile."""
    fp("pending.claimed")
    _send(pending)
    fp("pending.sent")
    return None


@action
def _send(pending: Pending, now: datetime | None = None) -> None:
    now = now or clock()
    ticket = lock(pending.ticket_id)
    row = Pending.objects.select_related("agent__user", "conversation", "inbox").filter(pk=pending.pk).first()
    if row is None or row.leased_until != pending.leased_until:
        raise due.LeaseLost(f"pending {pending.pk}")
    ticket = _home(row, ticket)
    crossed = ticket.messages.public().filter(id__gt=row.last_id, kind=MessageKind.INCOMING).first()
    way = Way(row.conversation, row.inbox, row.address)
    words = Words(
        row.text, row.html, files=row.files, client_id=row.client_id, meta=row.meta,
        then="" if crossed else row.then,
    )  # fmt: skip
    if crossed is None:
        send_now(ticket, way, words, by=row.agent, now=now)
    else:
        _send_over(crossed, ticket, way, words, by=row.agent, now=now)
    fp("pending.before_commit")
    Pending.objects.filter(pk=row.pk).delete()
    pending.leased_until = None  # nothing is left to be settled


def _home(row: Pending, ticket: Ticket) -> Ticket:
    """Where its conversation is by now: a colleague may have joined its ticket into another."""
    home = row.conversation.ticket_id if row.conversation else end_of(ticket).pk
    return ticket if home == ticket.pk else lock(home)


def _send_over(crossed: Message, ticket: Ticket, way: Way, words: Words, *, by: Agent, now: datetime) -> None:
    """The customer wrote while it waited. It goes, as it would have gone before; but nobody has answered what he
    wrote, so he goes on waiting, and the ticket is neither solved nor left to him."""
    message = _say(ticket, way, words, by=by, now=now)
    ticket = lock(ticket)
    if ticket.is_open:
        ticket.waiting_since = crossed.created_at
        update(ticket, "waiting_since")
    record("message.crossed", ticket, by=by, message=message, at=now)


JOB = due.Job(Pending, lambda pending: send(pending))


# Undo


@action
def take_back(pk: int, *, by: Agent, now: datetime | None = None) -> Ticket | None:
    """Make an answer that waits a draft again, before what he began to write meanwhile. None when it has gone."""
    row = Pending.objects.select_related("conversation", "inbox").filter(pk=pk, agent=by).first()
    if row is None:
        return None
    ticket = _home(row, lock(row.ticket_id))
    if not Pending.objects.filter(pk=pk).delete()[0]:
        return None
    begun = Draft.objects.filter(agent=by, ticket=ticket, kind=MessageKind.OUTGOING).first()
    way = str(row.conversation_id) if row.conversation_id else f"{_prefix(row)}-{row.inbox_id}"
    rest = {"files": row.files, "via": way}
    rest |= {name: row.meta[name] for name in ("to", "cc") if row.meta.get(name)}
    Draft.objects.update_or_create(
        agent=by,
        ticket=ticket,
        kind=MessageKind.OUTGOING,
        defaults={
            "html": row.typed + (begun.html if begun else ""),
            "saw_id": row.last_id,
            "updated_at": now or clock(),
            "rest": rest,
        },
    )
    record("message.withdrawn", ticket, by=by, at=now)
    return ticket


def _prefix(row: Pending) -> str:
    return (
        "mail" if row.inbox and row.inbox.channel == "email" else str(row.inbox.channel if row.inbox else "")
    )


def files_of(agent: Agent, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Uploads of a draft that are still there: [{id, token, name, type, size}]."""
    mine = Attachment.objects.filter(pk__in=ids, message=None, upload_key=owner_key(agent=agent))
    return [dict(row) for row in mine.order_by("pk").values("id", "token", "name", "type", "size")]
