"""Files, requests and endings: what a visitor asks for beside the line of chat."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from pelekan.channels.chat import limits, reports, visitors, writing
from pelekan.channels.chat.visitors import Visitor
from pelekan.knowledge.deflection import homes
from pelekan.lib import files
from pelekan.lib.text import local_digits
from pelekan.tickets import actions
from pelekan.tickets.models import Attachment, Conversation, Event, Message, Ticket
from pelekan.tickets.notices import verifying
from pelekan.web.widget import helping, shapes
from pelekan.web.widget.door import Caller, Refused, door, id_of, text_of
from pelekan.web.widget.taken import contact_of, line_of


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
    line = line_of(caller)
    if not Message.objects.filter(customer=visitor.customer, client_id=line.client_id).exists():
        limits.FORMS.take(visitor.customer.pk, caller.now)
        limits.FORMS_FROM_ADDRESS.take(caller.address, caller.now)
    subject = text_of(caller.body, "subject", 250)
    ticket = writing.leave_request(visitor, line, subject=subject, contact=contact_of(caller), now=caller.now)
    helping.went_on(caller, ticket)
    thread = ticket.conversations.latest("last_at")
    _seen(caller, thread)
    return JsonResponse({**_receipt(caller, ticket), "conversation": thread.pk}, status=201)


@door("POST")
def report(request: HttpRequest, caller: Caller) -> HttpResponse:
    """A problem by the form: {client_id, happened, doing, expected, often, files, contact, conversation?, context} → its
    number. In a chat that is going on it stands there, and the chat is official from then on."""
    visitor, line, said = caller.known, line_of(caller), reports.read(caller.body)
    if not said.happened:
        raise Refused(422, "happened", _("Please fill this in."))
    if not Message.objects.filter(customer=visitor.customer, client_id=line.client_id).exists():
        limits.FORMS.take(visitor.customer.pk, caller.now)
        limits.FORMS_FROM_ADDRESS.take(caller.address, caller.now)
    ticket = reports.report(
        visitor, line, said, contact=contact_of(caller), conversation_id=id_of(caller.body, "conversation"),
        category=homes.reports(caller.inbox.pk), now=caller.now,
    )  # fmt: skip
    thread = Message.objects.get(customer=visitor.customer, client_id=line.client_id).conversation
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
        contact=contact_of(caller),
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
def solved(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{conversation, message, answer: yes|no}: whether it is really solved, below the message that asks. What became of it
    comes back: {said: yes|no|over, text}; over where the request has moved on meanwhile."""
    limits.MESSAGES.take(caller.known.customer.pk, caller.now)
    thread = writing.own(caller.known, id_of(caller.body, "conversation") or 0)
    asked = thread.messages.public().filter(pk=id_of(caller.body, "message") or 0).first()
    answer = text_of(caller.body, "answer", 5)
    if asked is None or not asked.automatic or not asked.meta.get("verify") or answer not in ("yes", "no"):
        raise writing.NotYours
    done = False
    solving = Event.objects.filter(
        name="ticket.solved", ticket=thread.ticket, pk=asked.meta["verify"]
    ).first()
    if solving is not None:
        act = verifying.confirm if answer == "yes" else verifying.deny
        done = act(solving, by=caller.known.customer, now=caller.now)
    said = answer if done else "over"
    thread = writing.own(caller.known, thread.pk)
    shape = shapes.conversation(thread, caller.dates, caller.inbox, caller.now)
    return JsonResponse({"said": said, "text": shapes.answered(said), "conversation": shape})


@door("POST")
def contact(request: HttpRequest, caller: Caller) -> HttpResponse:
    """{name, email, phone} that a visitor leaves. They are claims: they open nothing."""
    limits.FORMS_FROM_ADDRESS.take(caller.address, caller.now)
    visitors.describe(caller.known, **contact_of(caller), now=caller.now)
    return HttpResponse(status=204)


@door("POST")
def leave_browser(request: HttpRequest, caller: Caller) -> HttpResponse:
    """He signed out of the site: this token is over."""
    if caller.visitor is not None:
        visitors.end(caller.visitor, now=caller.now)
    return HttpResponse(status=204)


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
