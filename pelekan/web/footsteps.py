"""Whose footsteps these are: a random mark in a cookie of our own, and the visit that belongs to it.

    visit = visit_of(request, "portal")            # None: not followed
    question = walking.asked(text, place="portal", found=3, language=lang, visit=visit)
    return keep(response, request)                 # sets the cookie where a new mark was made

No mark ("") for who says DNT or Sec-GPC, for programs, for the team itself, and while footsteps are off in the settings.
Pages that are cached for everybody call none of this: `footsteps.js` on them tells `help_steps` what is read.
"""

from __future__ import annotations

import re

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language

from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.habits import habits
from pelekan.knowledge.trail.models import Visit
from pelekan.lib.secrets import new_token
from pelekan.lib.unhurried import unhurried
from pelekan.web.portal.doors import customer_in

COOKIE = "pelekan_steps"
_MARK = re.compile(r"[\w-]{20,64}", re.ASCII)
_PROGRAM = re.compile(
    r"bot|crawl|spider|slurp|preview|fetch|monitor|lighthouse|curl|wget|python|java/|go-http|libwww|scrapy|http",
    re.IGNORECASE,
)


def followed(request: HttpRequest) -> bool:
    """Whether steps of this browser may be kept at all."""
    if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
        return False
    if getattr(request, "agent", None) is not None:
        return False
    browser = request.headers.get("User-Agent", "")
    return bool(browser) and not _PROGRAM.search(browser) and habits().on


def mark(request: HttpRequest) -> str:
    """The random mark of this browser (128 bits), "" for who is not followed. The same for the whole request."""
    known: str | None = getattr(request, "_steps_mark", None)
    if known is None:
        kept = request.COOKIES.get(COOKIE, "")
        if not followed(request):
            known = ""
        else:
            known = kept if _MARK.fullmatch(kept) else new_token()
        request._steps_mark = known  # type: ignore[attr-defined]
    return known


def keep(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Gives the browser its mark, where this request made one; takes it away from who no longer wants to be followed."""
    known = getattr(request, "_steps_mark", None)
    if known and request.COOKIES.get(COOKIE) != known:
        response.set_cookie(
            COOKIE,
            known,
            max_age=habits().mark_days * 86400,
            httponly=True,
            samesite="Lax",
            secure=settings.SECURE,
        )
    elif known == "" and COOKIE in request.COOKIES and getattr(request, "agent", None) is None:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def visit_of(request: HttpRequest, place: str, language: str = "") -> Visit | None:
    """The visit of this browser, with the customer who is signed in; None for who is not followed. `place`: a
    `trail.models.Place`."""
    known = mark(request)
    if not known:
        return None
    with unhurried():
        return walking.visit(
            known,
            place=place,
            language=(language or get_language() or "en")[:2],
            customer=customer_in(request),
        )
