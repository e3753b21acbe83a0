"""A mail that is attached to a mail, opened for reading where it can do nothing."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.channels.email import reader
from pelekan.channels.email.bodies import Part
from pelekan.lib import files
from pelekan.lib.text import direction
from pelekan.tickets import attachments
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.acts import told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.mail import framed

LARGEST_PICTURE = 2 * 1024 * 1024
"""An own picture of an enclosed mail that is shown in its text; larger ones are files only."""


@require_GET
@agents
def mail(request: HttpRequest, token: str) -> HttpResponse:
    """An attached mail as it reads: heads, text, files. In the same sandbox as every mail from outside."""
    try:
        opened = _read(request, token)
    except reader.ReaderDied:
        return told(_("This mail can't be opened here: it is too large or damaged. Save the file instead."))
    dates, parsed = Reading(request.dates), opened.parsed  # type: ignore[attr-defined]
    heads = [
        (
            _("From"),
            f"{parsed.from_name} <{parsed.from_address}>" if parsed.from_address else parsed.from_name,
        ),
        (_("To"), ", ".join(one.address for one in parsed.to)),
        (_("Copy to"), ", ".join(one.address for one in parsed.cc)),
        (_("Date"), dates.full(parsed.date) if parsed.date else ""),
    ]
    rows = "".join(f"<div>{escape(name)}: <bdi>{escape(value)}</bdi></div>" for name, value in heads if value)
    listed = "".join(
        f'<li><a href="{url("desk_enclosed_file", token, number)}" download><bdi>{escape(part.name)}</bdi></a> '
        f"({escape(dates.size(part.size))})</li>"
        for number, part in enumerate(parsed.attachments)
        if not part.inline
    )
    text = f'<div style="white-space:pre-wrap" dir="auto">{escape(parsed.text)}</div>'
    body = _with_pictures(opened.html, parsed.attachments) if opened.html else text
    way = (
        "rtl" if get_language_bidi() else "ltr"
    )  # heads are read in the reader's direction, the text in its own
    page = (
        f'<div dir="{way}" style="max-width:48rem;margin:1.5rem auto;padding:0 1rem">'
        f"<h1><bdi>{escape(parsed.subject)}</bdi></h1>{rows}<hr><div dir=auto>{body}</div>"
        + (f"<hr><ul>{listed}</ul>" if listed else "")
        + "</div>"
    )
    return framed(page, direction(parsed.text, "ltr"))


@require_GET
@agents
def file(request: HttpRequest, token: str, number: int) -> HttpResponse:
    """A file of an attached mail, as a download whatever it is."""
    try:
        parts = _read(request, token).parsed.attachments
    except reader.ReaderDied:
        raise Http404
    if number >= len(parts):
        raise Http404
    response = HttpResponse(parts[number].data, content_type="application/octet-stream")
    response["Content-Disposition"] = files.content_disposition(parts[number].name, inline=False)
    response["Cache-Control"] = "private, no-store"
    return response


def _read(request: HttpRequest, token: str) -> reader.Mail:
    found = attachments.visible_to(agent_in(request)).filter(token=token).first()
    if found is None or not attachments.is_mail(found.type, found.name):
        raise Http404
    try:
        return reader.read(Path(files.stored_path(found.path, settings.MEDIA_ROOT)).read_bytes())
    except OSError:
        raise Http404


def _with_pictures(html: str, parts: tuple[Part, ...]) -> str:
    for part in parts:
        if part.inline and files.inline_safe(part.type) and part.size <= LARGEST_PICTURE:
            data = f"data:{part.type};base64,{b64encode(part.data).decode('ascii')}"
            for name in {part.content_id, escape(part.content_id)}:
                html = html.replace(f"cid:{name}", data)
    return html
