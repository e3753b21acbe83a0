"""What the frame asks for: who am I, what is new, take this line, this file, this request."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from pelekan.channels.chat import identity, limits, visitors, writing
from pelekan.channels.chat.visitors import Visitor
from pelekan.channels.chat.writing import Line
from pelekan.lib import files
from pelekan.lib.text import local_digits, safe_header
from pelekan.tickets import actions
from pelekan.tickets.models import Attachment, Conversation, Message, Ticket
from pelekan.web.widget import shapes
from pelekan.web.widget.door import Caller, Refused, door, id_of, security, text_of

PAGE = 60  # messages of one answer
REQUESTS = 30  # threads on the list of his requests
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")


@door("POST")
def hello(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Everything for the first screen. `identity` proves the site's user; `begin` makes a visitor where there
    is none yet, so that merely looking at a page leaves no trace."""
    bearer, visitor, refused = _session(caller)
    shape: dict[str, Any] = {"desk": shapes.desk(caller.inbox, caller.dates, caller.now), "visitor": None}
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
    thread = writing.own(caller.known, _number(request, "conversation"))
    return JsonResponse(_thread(caller, thread, _number(request, "after"), _number(request, "before")))


@door("POST")
def send(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Take one line: {client_id, text, files, conversation?, context, contact?}. 201; the same for the same id."""
    visitor = caller.known
    line = _line(caller)
    if not Message.objects.filter(customer=visitor.customer, client_id=line.client_id).exists():
        limits.MESSAGES.take(visitor.customer.pk, caller.now)
        limits.MESSAGES_FROM_ADDRESS.take(caller.address, caller.now)
    message = writing.write(visitor, line, conversation_id=id_of(caller.body, "conversation"), now=caller.now)
    contact = _contact(caller)
    if any(contact.values()):
        with suppress(ValueError):  # the line is stored: a mistyped address beside it must not undo that
            visitors.describe(visitor, **contact, now=caller.now)
    thread = Conversation.objects.select_related("ticket__assignee__user").get(pk=message.conversation_id)
    shape = {
        "message": shapes.message(message),
        "conversation": shapes.conversation(thread, caller.dates, caller.inbox, caller.now),
    }
    if thread.pk != id_of(caller.body, "conversation"):
        shape["live"] = shapes.listening(visitor)
    return JsonResponse(shape, status=201)


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
    context = _context(caller)
    if context.get("page"):
        writing.look_at(caller.known, id_of(caller.body, "conversation") or 0, page=context, now=caller.now)
    return HttpResponse(status=204)


@door("POST", takes_file=True)
def upload(request: HttpRequest, caller: Caller) -> HttpResponse:
    """One file, multipart field `file`. It belongs to this visitor until he sends it."""
    visitor = caller.known
    limits.UPLOADS.take(visitor.customer.pk, caller.now)
    limits.UPLOADS_FROM_ADDRESS.take(caller.address, caller.now)
    largest = min(limits.LARGEST_FILE, settings.MAX_UPLOAD)
    try:
        if int(request.META.get("CONTENT_LENGTH") or 0) > largest + 65_536:
            raise writing.BadFile("size")
        given = request.FILES.get("file")
        if given is None:
            raise writing.BadFile("empty")
        kept = writing.upload(visitor, given.name or "", given.file, now=caller.now)  # type: ignore[arg-type]
    except writing.BadFile as bad:
        megabytes = local_digits(str(largest >> 20), caller.language)
        sentence = {
            "size": _("This file is too large. At most %(count)s MB can be sent.") % {"count": megabytes},
            "type": _("Files of this kind can't be sent here. Pictures, PDF, office files and ZIP can."),
            "empty": _("This file is empty."),
        }[bad.why]
        raise Refused(413 if bad.why == "size" else 422, bad.why, sentence) from None
    return JsonResponse(shapes.file(kept), status=201)


@door("GET")
def download(request: HttpRequest, caller: Caller, token: str) -> HttpResponseBase:
    """A file of his own threads, or one that he has not sent yet. ?small=1 gives a picture's thumbnail."""
    visitor = caller.known
    found = Attachment.objects.select_related("message__conversation").filter(token=token).first()
    if found is None or not _may_see(visitor, found):
        raise writing.NotYours
    place = files.stored_path(found.path, settings.MEDIA_ROOT)
    keep = {"Cache-Control": "private, max-age=31536000, immutable"}
    if request.GET.get("small"):
        try:
            small = files.thumbnail(place.read_bytes())
        except files.NoPreview:
            raise Refused(404, "preview", _("There is no preview of this file.")) from None
        return HttpResponse(small.data, content_type=small.mime, headers=keep)
    safe = files.inline_safe(found.type)
    response = FileResponse(
        place.open("rb"), content_type=found.type if safe else "application/octet-stream", headers=keep
    )
    response["Content-Disposition"] = files.content_disposition(found.name)
    return response


def _may_see(visitor: Visitor, found: Attachment) -> bool:
    if found.message is None:
        return found.upload_key == visitor.owns_uploads
    try:
        writing.own(visitor, found.message.conversation_id)
    except writing.NotYours:
        return False
    return Message.objects.public().filter(pk=found.message.pk).exists()


@door("POST")
def leave(request: HttpRequest, caller: Caller) -> HttpResponse:
    """The form: {client_id, subject, text, files, name, email, phone, context} → its number at once."""
    visitor = caller.known
    line = _line(caller)
    if not Message.objects.filter(customer=visitor.customer, client_id=line.client_id).exists():
        limits.FORMS.take(visitor.customer.pk, caller.now)
        limits.FORMS_FROM_ADDRESS.take(caller.address, caller.now)
    subject = text_of(caller.body, "subject", 250)
    ticket = writing.leave_request(visitor, line, subject=subject, contact=_contact(caller), now=caller.now)
    thread = ticket.conversations.latest("last_at")
    _seen(caller, thread)
    return JsonResponse({**_receipt(caller, ticket), "conversation": thread.pk}, status=201)


@door("POST")
def register(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation, subject, name, email, phone}: make the chat an official ticket."""
    visitor = caller.known
    limits.FORMS.take(visitor.customer.pk, caller.now)
    ticket = writing.register_own(
        visitor,
        id_of(caller.body, "conversation") or 0,
        subject=text_of(caller.body, "subject", 250),
        contact=_contact(caller),
        now=caller.now,
    )
    _seen(caller, writing.own(visitor, id_of(caller.body, "conversation") or 0))
    return JsonResponse(_receipt(caller, ticket), status=201)


@door("POST")
def end(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation}: the visitor ends the chat."""
    thread = writing.end_own(caller.known, id_of(caller.body, "conversation") or 0, now=caller.now)
    thread = writing.own(caller.known, thread.pk)
    return JsonResponse({"conversation": shapes.conversation(thread, caller.dates, caller.inbox, caller.now)})


@door("POST")
def contact(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{name, email, phone} that a visitor leaves. They are claims: they open nothing."""
    limits.FORMS_FROM_ADDRESS.take(caller.address, caller.now)
    visitors.describe(caller.known, **_contact(caller), now=caller.now)
    return HttpResponse(status=204)


@door("POST")
def leave_browser(request: HttpRequest, caller: Caller) -> HttpResponse:
    """He signed out of the site: this token is over."""
    if caller.visitor is not None:
        visitors.end(caller.visitor, now=caller.now)
    return HttpResponse(status=204)


# What comes in


def _line(caller: Caller) -> Line:
    client_id, given = text_of(caller.body, "client_id", 64), caller.body.get("files", [])
    if not CLIENT_ID.fullmatch(client_id):
        raise Refused(400, "client_id", "client_id must be 8 to 64 letters, digits, - or _.")
    text = text_of(caller.body, "text", limits.LONGEST_TEXT + 1)
    if len(text) > limits.LONGEST_TEXT:
        raise Refused(413, "long", _("This is too long for one message. Please send it in parts."))
    if (
        not isinstance(given, list)
        or len(given) > limits.FILES_PER_MESSAGE
        or not all(isinstance(token, str) for token in given)
    ):
        raise Refused(400, "files", "files must be a list of tokens.")
    return Line(client_id, text, given, caller.language, _context(caller))


def _context(caller: Caller) -> dict[str, Any]:
    """Page, title, referrer, browser, language and the answers before the chat; each one line and bounded."""
    given = caller.body.get("context")
    given = given if isinstance(given, dict) else {}
    kept: dict[str, Any] = {"language": caller.language}
    for name, longest in (("page", 500), ("title", 200), ("referrer", 500), ("browser", 300), ("zone", 64)):
        value = safe_header(text_of(given, name, longest))
        if name in ("page", "referrer") and urlsplit(value).scheme not in ("http", "https"):
            continue
        if value:
            kept[name] = value
    answers = given.get("answers")
    if isinstance(answers, dict):
        asked = {question.get("name") for question in caller.inbox.questions}
        kept["answers"] = {
            name: text_of(answers, name, 500)
            for name in list(answers)[:20]
            if isinstance(name, str)
            and NAME.fullmatch(name)
            and name in asked
            and text_of(answers, name, 500)
        }
    return kept


def _contact(caller: Caller) -> dict[str, str]:
    given = caller.body.get("contact")
    given = given if isinstance(given, dict) else {}
    return {name: text_of(given, name, 254) for name in ("name", "email", "phone")}


def _number(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


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
    thread = Conversation.objects.select_related("ticket__assignee__user").get(pk=thread.pk)
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
    """His threads at this widget, newest first."""
    threads = (
        Conversation.objects.select_related("ticket")
        .filter(customer=visitor.customer, inbox=caller.inbox, channel__in=("chat", "form"))
        .order_by("-last_at")[:REQUESTS]
    )
    listed = []
    for thread in threads:
        last = thread.messages.public().order_by("-id").only("id", "text", "kind", "automatic").first()
        listed.append(
            {
                "id": thread.pk,
                "subject": thread.ticket.subject,
                "number": local_digits(str(thread.ticket.number or ""), caller.language),
                "status": shapes.customer_status(thread.ticket.status),
                "preview": thread.ticket.preview,
                "at": caller.dates.short(thread.last_at, caller.now),
                "unread": bool(last and last.kind == "outgoing" and last.pk > thread.customer_read_id),
            }
        )
    return listed


def _seen(caller: Caller, thread: Conversation) -> None:
    """The number stands before him on the screen: its message in the thread is no news."""
    last = thread.messages.public().order_by("-id").values_list("id", flat=True).first()
    if last:
        actions.mark_read(thread, last, by=caller.known.customer, now=caller.now)


def _receipt(caller: Caller, ticket: Ticket) -> dict[str, Any]:
    number = local_digits(str(ticket.number), caller.language)
    return {
        "number": number,
        "subject": ticket.subject,
        "promise": shapes.after_registering(caller.inbox, caller.dates, caller.now),
    }
