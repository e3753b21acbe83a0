"""Error pages: what happened and what to do, in the reader's language, without internals."""

from __future__ import annotations

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger("pelekan.errors")


def _page(request: HttpRequest, status: int) -> HttpResponse:
    try:
        return render(request, f"errors/{status}.html", status=status)
    except Exception:  # the last resort: an error page must never be the second error
        log.exception("the error page %d itself failed", status)
        return HttpResponse(f"{status}", status=status, content_type="text/plain")


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 400)


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403)


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404)


def broken(request: HttpRequest) -> HttpResponse:
    return _page(request, 500)


def csrf(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open for too long, or was sent from elsewhere."""
    return _page(request, 403)
