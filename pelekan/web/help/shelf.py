"""Rendered pages for everyone, kept until anything that readers see has changed, a minute at most.

Only what was rendered for `readers.ANYONE` is kept, and only who brings no session is answered from it: nobody ever gets
a page that was made for other eyes. A page from here takes one query, for the edition (`knowledge.edition`).
"""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import http_date, parse_etags, parse_http_date_safe

from pelekan.knowledge import edition
from pelekan.lib.time import now as clock

FRESH = timedelta(seconds=60)
MOST_BYTES = 32 * 1024 * 1024
PUBLIC = "public, max-age=60"
PLACES = ("/help/", "/sitemap", "/robots.txt")


@dataclass(frozen=True, slots=True)
class Kept:
    """A page as it goes out; `packed` is the same, gzipped."""

    edition: int
    until: datetime
    made_at: int  # Unix seconds
    body: bytes
    packed: bytes
    mark: str
    kind: str
    language: str
    vary: str


_kept: OrderedDict[str, Kept] = OrderedDict()
_bytes = 0
_lock = threading.Lock()


class Shelf:
    """Middleware, before sessions: they are not needed for what is kept."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not _for_everyone(request):
            return self.get_response(request)
        now, number = clock(), edition.number()
        found = _kept.get(request.path)
        if found is None or found.edition != number or not now < found.until <= now + FRESH:
            response = self.get_response(request)
            if (
                response.status_code != 200
                or not getattr(response, "for_everyone", False)
                or response.cookies
            ):
                return response
            found = _keep(request.path, response, number, now, found)
        return _answer(request, found)


def _for_everyone(request: HttpRequest) -> bool:
    return (
        request.path.startswith(PLACES)
        and request.method in ("GET", "HEAD")
        and not request.META.get("QUERY_STRING")
        and settings.SESSION_COOKIE_NAME not in request.COOKIES
        and "theme" not in request.COOKIES
    )


def _keep(path: str, response: HttpResponse, number: int, now: datetime, before: Kept | None) -> Kept:
    global _bytes
    body = response.content
    mark = hashlib.sha256(body).hexdigest()[:24]
    same = before is not None and before.mark == mark
    made = Kept(
        edition=number,
        until=now + FRESH,
        made_at=before.made_at if same and before else int(now.timestamp()),
        body=body,
        packed=before.packed if same and before else gzip.compress(body, 6, mtime=0),
        mark=mark,
        kind=response["Content-Type"],
        language=response.get("Content-Language", ""),
        vary="Cookie, Accept-Encoding",
    )
    with _lock:
        if (old := _kept.pop(path, None)) is not None:
            _bytes -= len(old.body) + len(old.packed)
        _kept[path] = made
        _bytes += len(made.body) + len(made.packed)
        while _bytes > MOST_BYTES:
            _path, gone = _kept.popitem(last=False)
            _bytes -= len(gone.body) + len(gone.packed)
    return made


def _answer(request: HttpRequest, page: Kept) -> HttpResponse:
    squeeze = "gzip" in request.headers.get("Accept-Encoding", "")
    mark = f'"{page.mark}-gz"' if squeeze else f'"{page.mark}"'
    headers = {
        "Cache-Control": PUBLIC, "Vary": page.vary, "ETag": mark, "Last-Modified": http_date(page.made_at),
        "Content-Language": page.language,
    }  # fmt: skip
    if _has_it(request, mark, page.made_at):
        return HttpResponseNotModified(headers=headers)
    body = page.packed if squeeze else page.body
    if squeeze:
        headers["Content-Encoding"] = "gzip"
    headers["Content-Length"] = str(len(body))
    return HttpResponse(body, content_type=page.kind, headers=headers)


def _has_it(request: HttpRequest, mark: str, made_at: int) -> bool:
    """RFC 9110, 13.2.2: the mark goes before the date."""
    marks = request.META.get("HTTP_IF_NONE_MATCH")
    if marks is not None:
        return any(one.removeprefix("W/") in (mark, "*") for one in parse_etags(marks))
    since = request.META.get("HTTP_IF_MODIFIED_SINCE")
    known = parse_http_date_safe(since) if since else None
    return known is not None and made_at <= known


def forget() -> None:
    """Empty it."""
    global _bytes
    with _lock:
        _kept.clear()
        _bytes = 0
