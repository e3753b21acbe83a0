"""Pages for whoever is not signed in: made once, and kept until something changes in the community."""

from __future__ import annotations

import functools
import hashlib
import threading
from collections import OrderedDict
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified

from pelekan.knowledge.community.models import Space, Topic
from pelekan.lib.time import now as clock
from pelekan.web.community.doors import Guest, View

SECONDS = 60
MOST = 300
_kept: OrderedDict[tuple[str, ...], tuple[str, bytes, str]] = OrderedDict()
_lock = threading.Lock()


def for_all(view: View) -> View:
    """What anybody sees is kept for SECONDS at most (times on the page grow old), and no longer than until the next
    change of a topic or a space. Two queries. Comes inside `door`."""

    @functools.wraps(view)
    def inner(request: HttpRequest, guest: Guest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not guest.anonymous or request.method not in ("GET", "HEAD"):
            return view(request, guest, *args, **kwargs)
        key = guest.language, request.get_full_path(), str(getattr(request, "theme", ""))
        stamp = _stamp()
        with _lock:
            known = _kept.get(key)
        if known is None or known[0] != stamp:
            response = view(request, guest, *args, **kwargs)
            if response.status_code != 200 or response.cookies:
                return response
            body = response.content
            known = stamp, body, response["Content-Type"]
            with _lock:
                _kept[key] = known
                while len(_kept) > MOST:
                    _kept.popitem(last=False)
        return _answer(request, known[1], known[2])

    return inner


def _stamp() -> str:
    newest = Topic.objects.aggregate(at=Max("changed_at"))["at"]
    spaces = Space.objects.filter(archived_at=None).values_list(
        "pk", "names", "descriptions", "read", "write"
    )
    return f"{newest and newest.isoformat()} {hash(str(list(spaces)))} {int(clock().timestamp()) // SECONDS}"


def _answer(request: HttpRequest, body: bytes, kind: str) -> HttpResponse:
    etag = f'"{hashlib.sha256(body).hexdigest()[:24]}"'
    response: HttpResponse
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type=kind)
    response["ETag"] = etag
    response["Cache-Control"] = f"public, max-age=0, s-maxage={SECONDS}, must-revalidate"
    response["Vary"] = "Cookie"
    return response


def forget() -> None:
    """Begin anew; for tests."""
    with _lock:
        _kept.clear()


__all__: list[Any] = ["for_all", "forget"]
