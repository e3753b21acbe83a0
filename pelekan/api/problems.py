"""Errors as RFC 9457 problem details: a stable `type`, a sentence, no internals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse

TYPE = "https://pelekan.example/problems/"
TITLES = {
    400: ("bad-request", "The request can't be understood."),
    401: ("no-token", "A valid bearer token is needed."),
    403: ("forbidden", "This token may not do that."),
    404: ("not-found", "There is nothing here."),
    405: ("method", "This address doesn't take that method."),
    409: ("conflict", "The same request is still being worked on."),
    413: ("too-large", "The body is too large."),
    415: ("media-type", "The body must be application/json."),
    422: ("invalid", "Some values are not valid."),
    429: ("too-many", "Too many requests."),
    500: ("broken", "Something went wrong on our side; it was logged."),
    503: ("busy", "The desk is busy; try again shortly."),
}


class Problem(Exception):
    """Raised anywhere below the API; becomes the answer."""

    def __init__(
        self, status: int, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers, self.more = status, detail, headers or {}, more


def answer(
    status: int, detail: str = "", *, headers: dict[str, str] | None = None, **more: Any
) -> HttpResponse:
    """The response for a problem."""
    kind, title = TITLES.get(status, TITLES[400])
    body = {
        "type": TYPE + kind,
        "title": title,
        "status": status,
        **({"detail": detail} if detail else {}),
        **more,
    }
    response = HttpResponse(json.dumps(body), status=status, content_type="application/problem+json")
    for name, value in (headers or {}).items():
        response[name] = value
    return response


class Problems:
    """Middleware: below /api/ every error is a problem document, whoever made it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if (
            not request.path.startswith("/api/")
            or response.status_code < 400
            or response.get("Content-Type", "").startswith("application/problem+json")
        ):
            return response
        headers = {
            name: response[name] for name in ("Allow", "Retry-After", "WWW-Authenticate") if name in response
        }
        return answer(response.status_code, headers=headers)
