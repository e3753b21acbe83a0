"""What stands around every page: safe headers, and whose request this is."""

from __future__ import annotations

import re
from collections.abc import Callable

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from pelekan.lib.text import initials
from pelekan.lib.time import Dates
from pelekan.people.access import agent_of
from pelekan.people.desk import sign
from pelekan.people.models import CALENDAR_OF, ZONE_OF
from pelekan.web import errors

Next = Callable[[HttpRequest], HttpResponse]

CSP = (
    "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
    "font-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors {ancestors}"
)


class SecurityHeaders:
    """Headers on every answer, errors and fragments too. A view may set its own CSP; it then stays."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if "Content-Security-Policy" not in response:
            response["Content-Security-Policy"] = CSP.format(ancestors="'none'")
            response["X-Frame-Options"] = "DENY"
        response["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response["Cross-Origin-Opener-Policy"] = "same-origin"
        response["Permissions-Policy"] = "camera=(), microphone=(), geolocation=(), interest-cohort=()"
        if settings.SECURE:
            response["Strict-Transport-Security"] = (
                f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains"
            )
        if "Cache-Control" not in response and not request.path.startswith(settings.STATIC_URL):
            response["Cache-Control"] = "private, no-store"
        return response


class Whose:
    """Puts on the request: `agent` (or None), `me` (a plain row for templates), `dates`, theme, density;
    and switches to the user's language, else to the one chosen by cookie, else to the browser's."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user if request.user.is_authenticated else None
        request.agent = agent = agent_of(user)  # type: ignore[attr-defined]
        language = user.language if user else self._chosen(request)
        request.theme = user.theme if user else request.COOKIES.get("theme", "auto")  # type: ignore[attr-defined]
        request.density = user.density if user else "comfortable"  # type: ignore[attr-defined]
        request.dates = Dates(  # type: ignore[attr-defined]
            language,
            (user.calendar if user else "") or CALENDAR_OF[language],  # type: ignore[arg-type]
            (user.zone if user else "") or ZONE_OF[language],
            "en" if user and user.digits == "latin" else "",
        )
        request.me = (  # type: ignore[attr-defined]
            {
                "id": agent.pk,
                "name": user.name,
                "initials": initials(user.name),
                "email": user.email,
                "role": agent.role,
                "presence": agent.presence,
                "is_admin": agent.is_admin,
                "is_manager": agent.is_manager,
            }
            if agent and user
            else None
        )
        with translation.override(language):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What no column takes, wherever it stood in the request, is the sender's mistake: U+0000 (PostgreSQL), a number of
        thirty digits (SQLite). Anything else stays ours."""
        if isinstance(exception, DataError | OverflowError) and _unfit(request):
            return errors.bad_request(request)
        return None

    def _chosen(self, request: HttpRequest) -> str:
        chosen = request.COOKIES.get("language", "")
        codes = [code for code, _name in settings.LANGUAGES]
        if chosen in codes:
            return chosen
        wished = translation.get_language_from_request(request)
        return wished if wished in codes and request.headers.get("Accept-Language") else sign().language


_UNFIT = re.compile("\x00|\\d{19}")


def _unfit(request: HttpRequest) -> bool:
    texts = [
        request.path,
        *(one for form in (request.GET, request.POST) for row in form.lists() for one in (row[0], *row[1])),
    ]
    return any(_UNFIT.search(str(text)) for text in texts)
