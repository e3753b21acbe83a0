"""Foreign mail, shown where it can do nothing: its own address, a sandbox, no script, no picture from outside."""

from __future__ import annotations

import html as entities
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from pelekan.channels.models import Arrival
from pelekan.lib.html import show_remote
from pelekan.lib.text import direction
from pelekan.people.access import can
from pelekan.tickets.models import Message, Ticket
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents

_SANDBOX = "allow-same-origin allow-popups allow-popups-to-escape-sandbox"
_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:{remote}; font-src 'none'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; sandbox " + _SANDBOX
)
_STYLE = (
    "html{color-scheme:light;background:#fff}body{margin:0;padding:4px 2px;font:15px/1.7 Vazirmatn,system-ui,"
    "Tahoma,sans-serif;color:#222;overflow-wrap:anywhere}img{max-width:100%;height:auto}"
    "table{max-width:100%}pre{white-space:pre-wrap}p,div,li,td,h1,h2,h3,blockquote{unicode-bidi:plaintext}"
)


def message_of(request: HttpRequest, pk: int) -> Message:
    """The message, if its ticket may be seen."""
    agent = agent_in(request)
    rows = Message.objects.filter(ticket__in=Ticket.objects.visible_to(agent), pk=pk)
    found = rows.prefetch_related("attachments").first()
    if found is None:
        raise Http404
    return found


@require_GET
@agents
def html(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail's HTML, cleaned when it came in. `?images=1` is the reader's consent to pictures from outside:
    then this frame alone may load them, without referrer."""
    message = message_of(request, pk)
    if not message.html:
        raise Http404
    images = request.GET.get("images") == "1"
    body = message.html
    for file in message.attachments.all():
        if file.inline_id:
            for quoted in {file.inline_id, entities.escape(file.inline_id)}:
                body = body.replace(f"cid:{quoted}", f"/files/{file.token}/{quote(file.name, safe='')}")
    if images:
        body = show_remote(body, lambda address: address)
    way = direction(message.text or "", "rtl" if message.language in ("fa", "ar") else "ltr")
    return framed(body, way, images=images)


def framed(body: str, way: str, *, images: bool = False) -> HttpResponse:
    """Cleaned HTML of strangers as a page that can do nothing; `way` is ltr or rtl. With `images` it may load
    pictures from outside."""
    response = HttpResponse(
        f'<!doctype html><html dir="{way}"><head><meta charset="utf-8"><meta name="referrer" content="no-referrer">'
        f'<base target="_blank"><style>{_STYLE}</style></head><body dir="auto">{body}</body></html>'
    )
    response["Content-Security-Policy"] = _CSP.format(remote=" https: http:" if images else "")
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_GET
@agents
def raw(request: HttpRequest, pk: int) -> HttpResponse:
    """The mail as it came, byte for byte, for managers; as plain text and never as anything else."""
    message = message_of(request, pk)
    arrival = Arrival.objects.filter(message=message).first()
    if arrival is None or not can(agent_in(request), "quarantine"):
        raise Http404
    response = HttpResponse(bytes(arrival.raw), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="mail-{message.pk}.eml.txt"'
    return response
