"""What the frame asks for: who am I, what is new, take this line, this file, this request."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from pelekan.channels.chat import identity, limits, visitors, writing
from pelekan.channels.chat.visitors import Visitor
from pelekan.lib.text import local_digits
from pelekan.tickets import actions
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import Conversation, MessageKind
from pelekan.web.widget import helping, shapes, talks
from pelekan.web.widget.door import Caller, Refused, door, id_of, security
from pelekan.web.widget.taken import contact_of, context_of, line_of, number_of

PAGE = 60  # messages of one answer
REQUESTS = 30  # threads on the list of his requests


@door("POST")
def hello(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Everything for the first screen. `identity` proves the site's user; `begin` makes a visitor where there
    is none yet, so that merely looking at a page leaves no trace."""
    bearer, visitor, refused = _session(caller)
    desk = shapes.desk(caller.inbox, caller.dates, caller.now)
    desk["bot"] = talks.shown(caller.inbox, desk["state"], caller.language)
    shape: dict[str, Any] = {"desk": desk, "visitor": None}
    if refused:
        shape["identity"] = refused
    if bearer:
        shape["token"] = bearer
    if visitor is not None:
        shape |= {"visitor": shapes.visitor(visitor), "live": shapes.listening(visitor)}
        shape["requests"] = _requests(caller, visitor)
        wished = id_of(caller.body, "conversation")
        thread = _wished(visitor, wished) or writing.open_chat(visitor)
        if thread is not None:
            shape |= _thread(caller, thread)
    return JsonResponse(shape)


def _session(caller: Caller) -> tuple[str, Visitor | None, str]:
    """(a new token or "", the visitor or None, why an identity was refused)"""
    claimed, present, refused = caller.body.get("identity"), caller.visitor, ""
    if claimed is not None:
        try:
            signed = identity.verify(claimed, caller.inbox.secret, caller.inbox.key, caller.now)
            return (*_signed_session(caller, signed), "")
        except identity.NotSigned as fault:
            limits.REFUSED_IDENTITIES.take(caller.address, caller.now)
            security.warning(
                "widget %s: identity refused from %s: %s", caller.inbox.key, caller.address, fault
            )
            refused = str(fault)
    if caller.inbox.require_identity and present is None:
        raise Refused(401, "identity", refused or _("Please sign in on this site to chat with us."))
    if claimed is not None and present is not None and present.signed:
        present = None  # a proof that fails does not lean on an older one
    if present is None and caller.body.get("begin") is True:
        limits.SESSIONS_FROM_ADDRESS.take(caller.address, caller.now)
        return (*visitors.begin(caller.inbox, language=caller.language, now=caller.now), refused)
    return "", present, refused


def _signed_session(caller: Caller, signed: identity.Signed) -> tuple[str, Visitor | None]:
    present, customer = caller.visitor, visitors.known_to_us(caller.inbox, signed)
    if present is not None and present.signed:
        if customer is not None and customer.pk == present.customer.pk:
            return "", present
        visitors.end(present, now=caller.now)  # another user at this browser: the former one is out
        present = None
    if customer is None and present is None and caller.body.get("begin") is not True:
        return "", None  # he never wrote; a token comes with his first line
    limits.SESSIONS_FROM_ADDRESS.take(caller.address, caller.now)
    bearer, visitor = visitors.sign_in(caller.inbox, signed, language=caller.language, now=caller.now)
    if present is not None:
        visitors.adopt(present, visitor.customer, now=caller.now)
    return bearer, visitor


@door("GET")
def messages(request: HttpRequest, caller: Caller) -> HttpResponse:
    """What is new in a thread: ?conversation=ID&after=ID (or before=ID for what is older)."""
    thread = writing.own(caller.known, number_of(request, "conversation"))
    return JsonResponse(_thread(caller, thread, number_of(request, "after"), number_of(request, "before")))


@door("POST")
def send(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take one line: {client_id, text, files, conversation?, context, contact?}. 201; the same for the same id."""
    visitor = caller.known
    line = line_of(caller)
    asked = id_of(caller.body, "conversation")
    _count(caller, line.client_id)
    by_bot = asked is None and talks.begins(caller)
    if by_bot and (visit := helping.visit_of(request, caller)) is not None:
        line = replace(line, meta={**line.meta, "visit": visit.pk})  # whose steps the bot's answers are
    message = writing.write(visitor, line, conversation_id=asked, by_bot=by_bot, now=caller.now)
    contact = contact_of(caller)
    if any(contact.values()):
        with suppress(ValueError):  # the line is stored: a mistyped address beside it must not undo that
            visitors.describe(visitor, **contact, now=caller.now)
    talks.answer(message, caller.now)
    if asked is None:
        helping.went_on(caller, message.ticket)
    begun = message.conversation_id != asked  # a new thread may have an agent by now
    thread = (
        writing.own(visitor, message.conversation_id)
        if begun or talks.talks_in(message)
        else message.conversation
    )
    shape = {
        "message": shapes.message(message, message.attachments.all() if line.files else ()),
        "conversation": shapes.conversation(thread, caller.dates, caller.inbox, caller.now),
    }
    if begun:
        shape["live"] = shapes.listening(visitor)
    return JsonResponse(shape, status=201)


def _count(caller: Caller, client_id: str) -> None:
    """Take one from the limits; repeating a line that arrived is never refused."""
    try:
        limits.MESSAGES.take(caller.known.customer.pk, caller.now)
        limits.MESSAGES_FROM_ADDRESS.take(caller.address, caller.now)
    except limits.TooMuch:
        if actions.said_before(caller.known.customer, client_id) is None:
            raise


@door("POST")
def read(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation, message}: he has seen everything up to there."""
    thread = writing.own(caller.known, id_of(caller.body, "conversation") or 0)
    seen = id_of(caller.body, "message") or 0
    newest = thread.messages.public().order_by("-id").values_list("id", flat=True).first() or 0
    actions.mark_read(thread, min(seen, newest), by=caller.known.customer, now=caller.now)
    return HttpResponse(status=204)


@door("POST")
def page(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation, context}: he is on another page of the site."""
    context = context_of(caller)
    if context.get("page"):
        writing.look_at(caller.known, id_of(caller.body, "conversation") or 0, page=context, now=caller.now)
    return HttpResponse(status=204)


# What goes out


def _thread(caller: Caller, thread: Conversation, after: int = 0, before: int = 0) -> dict[str, Any]:
    rows = (
        thread.messages.public().select_related("agent__user").prefetch_related("attachments").order_by("-id")
    )
    if before:
        rows = rows.filter(id__lt=before)
    if after:
        newer = list(rows.filter(id__gt=after).order_by("id")[: PAGE + 1])
        chosen, more = newer[:PAGE], len(newer) > PAGE
    else:
        newest = list(rows[: PAGE + 1])
        chosen, more = newest[:PAGE][::-1], len(newest) > PAGE
    return {
        "conversation": shapes.conversation(thread, caller.dates, caller.inbox, caller.now),
        "messages": shapes.messages(chosen),
        "more": more,
    }


def _wished(visitor: Visitor, conversation_id: int | None) -> Conversation | None:
    if conversation_id is None:
        return None
    try:
        return writing.own(visitor, conversation_id)
    except writing.NotYours:
        return None


def _requests(caller: Caller, visitor: Visitor) -> list[dict[str, Any]]:
    """His threads at this widget, newest first. One query."""
    answers = Q(messages__kind=MessageKind.OUTGOING, messages__held_at=None)
    threads = (
        Conversation.objects.select_related("ticket", "joined_from")
        .filter(customer=visitor.customer, inbox=caller.inbox, channel__in=("chat", "form"))
        .annotate(answered=Max("messages__id", filter=answers))
        .order_by("-last_at")[:REQUESTS]
    )
    return [
        {
            "id": thread.pk,
            "subject": face.subject,
            "number": local_digits(str(face.number or ""), caller.language),
            "status": shapes.status_of(thread),
            "preview": face.preview,
            "at": caller.dates.short(thread.last_at, caller.now),
            "unread": (thread.answered or 0) > thread.customer_read_id,
        }
        for thread in threads
        for face in [face_of(thread, thread.ticket)]
    ]
