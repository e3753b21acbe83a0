"""What a visitor does: writes, sends files, leaves a request, registers his chat, ends it, moves about the site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from django.conf import settings

from pelekan.channels.chat import limits
from pelekan.channels.chat.visitors import Visitor, describe, reachable
from pelekan.lib import files
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.secrets import new_token
from pelekan.lib.text import clean_controls, one_line
from pelekan.tickets import actions
from pelekan.tickets.events import action, lock_place, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import UNDER_WAY, Attachment, ChatState, Conversation, Message, Ticket
from pelekan.tickets.states import Status

PAGES_KEPT = 20  # of one conversation
UNSENT_FOR = timedelta(hours=24)  # after which an uploaded file that was never sent is deleted
TYPES = frozenset(
    [
        "image/png",
        "image/jpeg",
        "image/gif",
        "image/webp",
        "image/heic",
        "image/avif",
        "image/bmp",
        "application/pdf",
        "text/plain",
        "text/csv",
        "application/json",
        "application/zip",
        "application/rtf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "video/mp4",
        "video/webm",
        "video/quicktime",
        "audio/mpeg",
        "audio/ogg",
        "audio/mp4",
        "audio/wav",
    ]
)
"""Kinds of files that a visitor may send, by their own bytes."""


class NotYours(Exception):
    """A conversation or file that this visitor does not have; the same as one that does not exist."""


class BadFile(Exception):
    """The file is not taken; `why` is "size", "type" or "empty"."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class NoAddress(Exception):
    """A request needs an address for the answer."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a visitor sends. `files` are tokens of his uploads; `client_id` makes repeating harmless."""

    client_id: str
    text: str
    files: Sequence[str] = ()
    language: str = ""
    context: Mapping[str, Any] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(
        default_factory=dict
    )  # beside the words: the button of the bot's that was pressed
    team_id: int | None = None  # the department that he chose, for what begins with this
    category_id: int | None = None  # what a form is about by its kind


@action
def write(
    visitor: Visitor, line: Line, *, conversation_id: int | None, by_bot: bool = False, now: datetime
) -> Message:
    """A line of chat: into the conversation that he has open, else into a new one, which begins with the bot where
    `by_bot` says so. Raises NotYours."""
    customer = actions.hold_customer(visitor.customer.pk)
    if known := actions.said_before(customer, line.client_id):
        return known
    conversation = _going_on(visitor, conversation_id)
    return actions.take_in(
        Incoming(
            inbox_id=visitor.inbox.pk,
            channel="chat",
            customer_id=visitor.customer.pk,
            text=clean_controls(line.text).strip(),
            language=line.language,
            conversation_id=conversation.pk if conversation else None,
            client_id=line.client_id,
            attachment_ids=_uploads(visitor, line.files),
            context=dict(line.context),
            meta=dict(line.meta),
            team_id=line.team_id if conversation is None else None,
            by_bot=by_bot,
        ),
        by=customer,
        into=conversation,
        now=now,
    )


@action
def leave_request(
    visitor: Visitor,
    line: Line,
    *,
    subject: str,
    contact: Mapping[str, str],
    now: datetime,
) -> Ticket:
    """The form for when nobody is there: registered at once. Raises NoAddress, ValueError (see `describe`)."""
    customer = actions.hold_customer(visitor.customer.pk)
    if known := actions.said_before(customer, line.client_id):
        return known.ticket
    describe(visitor, **contact, now=now)
    if not reachable(visitor):
        raise NoAddress
    message = actions.receive(
        Incoming(
            inbox_id=visitor.inbox.pk,
            channel="form",
            customer_id=visitor.customer.pk,
            text=clean_controls(line.text).strip(),
            subject=one_line(subject, 250),
            language=line.language,
            client_id=line.client_id,
            attachment_ids=_uploads(visitor, line.files),
            context=dict(line.context),
            meta=dict(line.meta),
            team_id=line.team_id,
            category_id=line.category_id,
        ),
        now=now,
    )
    return Ticket.objects.get(pk=message.ticket_id)


@action
def register_own(
    visitor: Visitor, conversation_id: int, *, subject: str, contact: Mapping[str, str], now: datetime
) -> Ticket:
    """The chat did not solve it: the customer makes it an official ticket. Answered but unsolved, it climbs
    to the specialists of this inbox; unanswered, it stays where it waits. Raises NoAddress, ValueError."""
    conversation = own(visitor, conversation_id)
    describe(visitor, **contact, now=now)
    if not reachable(visitor):
        raise NoAddress
    ticket = lock_place(conversation)
    own_one = face_of(
        conversation, ticket
    )  # a join may have put the chat on another customer's: that number is not his
    climbs = ticket.first_answer_at is not None and own_one.pk == ticket.pk
    specialists = visitor.inbox.specialists if climbs else None
    return actions.register(
        own_one,
        by=visitor.customer,
        subject=subject,
        team=specialists,
        because="the chat did not solve it, says the customer",
        now=now,
    )


@action
def end_own(visitor: Visitor, conversation_id: int, *, now: datetime) -> Conversation:
    """The visitor ends the chat."""
    conversation = own(visitor, conversation_id)
    return actions.end_chat(conversation, by=visitor.customer, because="the visitor ended it", now=now)


@action
def look_at(visitor: Visitor, conversation_id: int, *, page: Mapping[str, str], now: datetime) -> None:
    """He went to another page of the site while the chat is open."""
    conversation = own(visitor, conversation_id)
    if conversation.state not in UNDER_WAY:
        return
    ticket = lock_place(conversation)
    conversation = Conversation.objects.get(pk=conversation.pk)
    context = conversation.context
    if context.get("page") == page["page"]:
        return
    visited = {"page": page["page"], "title": page.get("title", ""), "at": now.isoformat()}
    conversation.context = {
        **context,
        "page": page["page"],
        "title": page.get("title", ""),
        "pages": [*context.get("pages", []), visited][-PAGES_KEPT:],
    }
    conversation.save(update_fields=["context"])
    record("chat.browsed", ticket, by=visitor.customer, at=now)


def upload(visitor: Visitor, name: str, stream: BinaryIO, *, now: datetime) -> Attachment:
    """Keep a file until it is sent. Raises BadFile; what it is, its own bytes say."""
    _forget_unsent(now)
    name = files.safe_name(name)
    head = stream.read(4096)
    if not head:
        raise BadFile("empty")
    kind = files.sniff(head, name)
    if kind not in TYPES:
        raise BadFile("type")
    stream.seek(0)
    try:
        stored = files.store(stream, settings.MEDIA_ROOT, min(limits.LARGEST_FILE, settings.MAX_UPLOAD))
    except files.TooLarge:
        raise BadFile("size") from None
    return Attachment.objects.create(
        token=new_token(),
        name=name,
        type=kind,
        size=stored.size,
        sha256=stored.sha256,
        path=stored.path,
        upload_key=visitor.owns_uploads,
        created_at=now,
    )


SHOWN = ("ticket__assignee__user", "agent__user")  # what a thread's customer is told of it
_OWN = PreparedModels(
    lambda pk, customer, inbox: Conversation.objects.select_related(*SHOWN).filter(
        pk=pk, customer=customer, inbox=inbox, channel__in=("chat", "form")
    )
)


def own(visitor: Visitor, conversation_id: int) -> Conversation:
    """A conversation of this visitor at this widget. Raises NotYours."""
    found = _OWN.one(conversation_id, visitor.customer.pk, visitor.inbox.pk)
    if found is None:
        raise NotYours
    return found


def open_chat(visitor: Visitor) -> Conversation | None:
    """The chat that he has going on, if any."""
    return (
        Conversation.objects.select_related(*SHOWN)
        .filter(
            customer=visitor.customer,
            inbox=visitor.inbox,
            channel="chat",
            state__in=UNDER_WAY,
        )
        .exclude(ticket__status=Status.CLOSED)
        .order_by("-last_at")
        .first()
    )


def _going_on(visitor: Visitor, conversation_id: int | None) -> Conversation | None:
    """Where a new line goes. A chat that has ended takes no more lines, unless it is a registered ticket."""
    if conversation_id is not None:
        conversation = own(visitor, conversation_id)
        if conversation.state != ChatState.ENDED or conversation.ticket.registered_at:
            return conversation
    return open_chat(visitor)


def _uploads(visitor: Visitor, tokens: Sequence[str]) -> tuple[int, ...]:
    if not tokens:
        return ()
    found = Attachment.objects.filter(token__in=tokens, message=None, upload_key=visitor.owns_uploads)
    ids = tuple(found.values_list("pk", flat=True))
    if len(ids) != len(set(tokens)):
        raise NotYours
    return ids


def _forget_unsent(now: datetime) -> None:
    """Delete a few files that were uploaded long ago and never sent: each upload tidies up behind others."""
    for old in Attachment.objects.filter(
        message=None, upload_key__startswith="customer:", created_at__lt=now - UNSENT_FOR
    )[:20]:
        if Attachment.objects.filter(pk=old.pk, message=None).delete()[0]:
            files.remove(old.path, settings.MEDIA_ROOT)
