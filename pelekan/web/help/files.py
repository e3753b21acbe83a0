"""Pictures, films and files of articles: who may read the article may have them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.views.decorators.http import require_safe

from pelekan.knowledge.models import Article, Picture, Translation
from pelekan.knowledge.readers import ANYONE, Reader
from pelekan.lib import files
from pelekan.people.access import can
from pelekan.web.files.views import SANDBOX
from pelekan.web.help.frame import reader_of

PLAYED = re.compile(r"(?:video/(?:mp4|webm|quicktime|ogg)|audio/(?:mp4|mpeg|ogg|wav|webm))")
PIECE = 256 * 1024
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


@require_safe
def show(request: HttpRequest, pk: int, name: str) -> HttpResponse | StreamingHttpResponse:
    """The file. What may be shown in place is; films can be wound forward. A file that one may not have does not exist."""
    reader = reader_of(request)
    picture = Picture.objects.filter(pk=pk).first()
    if picture is None or not _may(request, reader, picture):
        raise Http404
    played = PLAYED.fullmatch(picture.kind) is not None
    inline = played or files.inline_safe(picture.kind)
    headers = {
        "Content-Security-Policy": SANDBOX,
        "Cross-Origin-Resource-Policy": "same-origin",
        "Content-Disposition": files.content_disposition(picture.name, inline=inline),
        "ETag": f'"{picture.sha256[:32]}"',
        "Cache-Control": "private, no-cache",
    }
    if reader == ANYONE and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        headers["Cache-Control"], headers["Vary"] = "public, max-age=300", "Cookie"
    if headers["ETag"] in request.headers.get("If-None-Match", ""):
        return HttpResponse(status=304, headers=headers)
    if played:
        headers["Accept-Ranges"] = "bytes"
        asked = _RANGE.fullmatch(request.headers.get("Range", ""))
        if asked and "If-Range" not in request.headers:
            return _part(picture, asked[1], asked[2], headers)
    response = FileResponse(_open(picture), content_type=picture.kind, headers=headers)
    response["Content-Length"] = picture.size
    response["Content-Disposition"] = headers["Content-Disposition"]
    return response


def _may(request: HttpRequest, reader: Reader, picture: Picture) -> bool:
    """Readers: by a translation that is out. The team: also in drafts, of what it may read at all."""
    if Translation.objects.readable_by(reader).filter(article=picture.article_id).exists():
        return True
    if not can(request.agent, "work"):  # type: ignore[attr-defined]
        return False
    return Article.objects.filter(reader.may_read(), pk=picture.article_id).exists()


def _part(
    picture: Picture, first: str, last: str, headers: dict[str, str]
) -> StreamingHttpResponse | HttpResponse:
    """RFC 9110, 14: one range; what can't be met is said so."""
    size = picture.size
    if first:
        start, end = int(first), min(int(last), size - 1) if last else size - 1
    else:
        start, end = max(0, size - int(last or 0)), size - 1
    if start > end or start >= size:
        return HttpResponse(status=416, headers={**headers, "Content-Range": f"bytes */{size}"})
    return StreamingHttpResponse(
        _bytes(_open(picture), start, end - start + 1),
        status=206,
        content_type=picture.kind,
        headers={
            **headers,
            "Content-Range": f"bytes {start}-{end}/{size}",
            "Content-Length": str(end - start + 1),
        },
    )


def _bytes(source: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    with source:
        source.seek(start)
        while length > 0 and (piece := source.read(min(PIECE, length))):
            length -= len(piece)
            yield piece


def _open(picture: Picture) -> BinaryIO:
    try:
        return Path(files.stored_path(picture.path, settings.MEDIA_ROOT)).open("rb")
    except (OSError, ValueError, SuspiciousFileOperation):
        raise Http404
