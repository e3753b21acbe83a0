"""Uploads and downloads. A refused file and a file that does not exist look the same."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO, cast

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.lib import files
from pelekan.people.access import can
from pelekan.tickets import attachments
from pelekan.tickets.models import Attachment
from pelekan.web.files import links

SANDBOX = "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'"


def writer(request: HttpRequest) -> str:
    """Whose unsent uploads these are, or "" for someone who may not upload here."""
    agent = request.agent  # type: ignore[attr-defined]
    if can(agent, "work"):
        return f"agent:{agent.pk}"
    customer = getattr(request.user, "customer", None) if request.user.is_authenticated else None
    return f"customer:{customer.pk}" if customer else ""


@require_POST
def upload(request: HttpRequest) -> HttpResponse:
    """Keep one file (`file`) until its message is sent. Answers the file's row, see `links.row`.

    `name` may repeat the file's name: Django's parser takes the joiners out of the one in the file part.
    """
    owner = writer(request)
    if not owner:
        return JsonResponse({"error": _("Sign in to attach files.")}, status=403)
    return receive_upload(request, owner)


def receive_upload(request: HttpRequest, owner: str, *, signed: bool = False) -> HttpResponse:
    """The shared half of every upload door."""
    sent = request.FILES.get("file")
    if sent is None or sent.file is None:
        return JsonResponse({"error": _("No file arrived. Choose it again.")}, status=400)
    try:
        kept = attachments.keep(
            cast("BinaryIO", sent.file), request.POST.get("name") or sent.name or "file", owner
        )
    except files.TooLarge:
        limit = settings.MAX_UPLOAD // 1024 // 1024
        message = _("This file is larger than %(limit)s MB. Send a smaller one or a link.") % {"limit": limit}
        return JsonResponse({"error": message}, status=413)
    except attachments.TooManyUnsent:
        message = _("Too many files wait to be sent. Send these first.")
        return JsonResponse({"error": message}, status=429, headers={"Retry-After": "60"})
    return JsonResponse(links.row(kept, signed=signed), status=201)


@require_POST
def remove_unsent(request: HttpRequest, token: str) -> HttpResponse:
    """Throw away one's own upload before it is sent."""
    owner = writer(request)
    found = Attachment.objects.filter(token=token, message=None, upload_key=owner).first() if owner else None
    if found is None:
        raise Http404
    found.delete()
    files.remove(found.path, settings.MEDIA_ROOT)
    return HttpResponse(status=204)


@require_GET
def download(request: HttpRequest, token: str, name: str) -> HttpResponse:
    """The file itself. Only harmless kinds are shown in place; all others are downloads."""
    attachment = _find(request, token)
    response = FileResponse(_open(attachment), content_type=attachment.type)
    response["Content-Length"] = attachment.size
    response["Content-Disposition"] = files.content_disposition(
        attachment.name, inline=files.inline_safe(attachment.type)
    )
    return _guarded(response)


@require_GET
def thumb(request: HttpRequest, token: str) -> HttpResponse:
    """A small picture of an image."""
    attachment = _find(request, token)
    try:
        with _open(attachment) as source:
            small = files.thumbnail(source.read())
    except files.NoPreview:
        raise Http404
    return _guarded(HttpResponse(small.data, content_type=small.mime), seconds=3600)


def _find(request: HttpRequest, token: str) -> Attachment:
    """The attachment, if the one who asks may see it."""
    if links.fits(token, request.GET.get("key", "")):
        found = Attachment.objects.filter(token=token).first()
        if found is not None:
            return found
    agent = request.agent  # type: ignore[attr-defined]
    found = attachments.visible_to(agent).filter(token=token).first() if agent else None
    if found is None and request.user.is_authenticated:
        customer = getattr(request.user, "customer", None)
        found = attachments.of_customer(customer).filter(token=token).first() if customer else None
    if found is None:
        raise Http404
    return found


def _open(attachment: Attachment) -> BinaryIO:
    try:
        return Path(files.stored_path(attachment.path, settings.MEDIA_ROOT)).open("rb")
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404


def _guarded(response: HttpResponse | FileResponse, seconds: int = 0) -> HttpResponse:
    """Whatever it is, it runs nothing, is framed by nobody else and stays out of shared caches."""
    response["Content-Security-Policy"] = SANDBOX
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = f"private, max-age={seconds}" if seconds else "private, no-store"
    return response  # type: ignore[return-value]
