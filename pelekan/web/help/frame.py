"""What stands around every page of the help centre: its language by the address, whose eyes it is for, how long it is kept."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.http import http_date

from pelekan.knowledge import readers
from pelekan.knowledge.readers import ANYONE, Reader
from pelekan.people.models import CALENDAR_OF, ZONE_OF
from pelekan.web import bar
from pelekan.web.help import addresses, asking
from pelekan.web.help.shelf import PUBLIC
from pelekan.web.portal.doors import customer_in

View = Callable[..., HttpResponse]
NAMES = {"fa": "فارسی", "ar": "العربية", "en": "English"}
OG_LOCALES = {"fa": "fa_IR", "ar": "ar_AR", "en": "en_GB"}


def reader_of(request: HttpRequest) -> Reader:
    """Whose eyes these are: an agent's, a signed-in customer's, or anyone's."""
    known: Reader | None = getattr(request, "_reader", None)
    if known is None:
        agent = getattr(request, "agent", None)
        known = readers.of_agent(agent) if agent else readers.of_customer(customer_in(request))
        request._reader = known  # type: ignore[attr-defined]
    return known


def in_language(view: View) -> View:
    """The page speaks the language of its address, whatever the browser or the profile says; moments keep the reader's
    own calendar where he has chosen one."""

    @functools.wraps(view)
    def inner(request: HttpRequest, language: str, *args: Any, **kwargs: Any) -> HttpResponse:
        dates = request.dates  # type: ignore[attr-defined]
        own = request.user.is_authenticated
        request.dates = replace(  # type: ignore[attr-defined]
            dates,
            language=language,
            calendar=dates.calendar if own else CALENDAR_OF[language],
            zone=dates.zone if own else ZONE_OF[language],
        )
        request.LANGUAGE_CODE = language
        with translation.override(language):
            try:
                response = view(request, language, *args, **kwargs)
            except Http404:
                response = _missing(request, language)
        response["Content-Language"] = language
        return response

    return inner


def _missing(request: HttpRequest, language: str) -> HttpResponse:
    """The same for what never was and for what these eyes may not see; to our scripts without a page around it."""
    if request.headers.get("X-Part") or request.method not in ("GET", "HEAD"):
        raise Http404
    return page(
        request,
        "help/missing.html",
        language,
        path=request.path,
        keep=False,
        status=404,
        signed_in=request.user.is_authenticated,
        sign_in=f"{reverse('portal_sign_in')}?next={quote(request.path)}",
        summary="",
    )


def page(
    request: HttpRequest,
    template: str,
    language: str,
    *,
    path: str,
    others: dict[str, str] | None = None,
    status: int = 200,
    keep: bool = True,
    default: str = "",
    **context: Any,
) -> HttpResponse:
    """A page. `path`: its one true address; `others`: language → path of the same in other languages; `default`: the path for
    readers of none of them; `keep`: whether it may be kept for everyone (what is looked for is not)."""
    customer = customer_in(request)
    here = [(code, NAMES[code], (others or {}).get(code, "")) for code in addresses.LANGUAGES]
    context = {
        "sections": bar.sections(request, customer, "help_home"),
        "portal_home": addresses.home(language),
        "language": language,
        "canonical": settings.BASE_URL + path,
        "base": settings.BASE_URL,
        "alternates": [
            (code, name, settings.BASE_URL + (path if code == language else to))
            for code, name, to in here
            if to or code == language
        ],
        "default": settings.BASE_URL + default if default else "",
        "tongues": [
            (code, name, path if code == language else to or addresses.home(code)) for code, name, to in here
        ],
        "og_locale": OG_LOCALES[language],
        "ways": asking.ways(language, request.dates),  # type: ignore[attr-defined]
        **context,
    }
    response = render(request, template, context, status=status)
    if keep and status == 200:
        public(request, response)
    return response


def public(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Let it be kept by everybody, if it is for everybody's eyes and nobody is signed in; else it stays private."""
    if reader_of(request) == ANYONE and settings.SESSION_COOKIE_NAME not in request.COOKIES:
        response.for_everyone = True  # type: ignore[attr-defined]
        response["Cache-Control"] = PUBLIC
        response["Vary"] = "Cookie"
    return response


def last_changed(response: HttpResponse, at: Any) -> None:
    response["Last-Modified"] = http_date(at.timestamp())
