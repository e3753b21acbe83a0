"""«Did this help?»: a form without a token, so that the page around it can be the same for everybody. Who may send it is told
by where it comes from: browsers say that of each POST."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from pelekan.knowledge import remarks
from pelekan.knowledge.models import Translation
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Place, Reading
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.web import footsteps
from pelekan.web.help import addresses, articles
from pelekan.web.help.frame import in_language, page, reader_of
from pelekan.web.portal.doors import customer_in
from pelekan.web.portal.entrance import client

COOKIE = "pelekan_voice"  # made when somebody speaks, never before: it tells his second word from a second person's
SAID = Limit(30, timedelta(hours=1))  # of one network
YEAR = 31_536_000


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@in_language
def said(request: HttpRequest, language: str, pk: int) -> HttpResponse:
    """It helped, or what was missing. Answers with thanks, and asks what was missing where it did not help; to our
    script (X-Part) with that part alone."""
    found = articles.find(reader_of(request), pk)
    if request.method != "POST":
        word = request.GET.get("word", "")
        return _page(request, found, language, word if word in ("yes", "no", "text") else "")
    if not from_here(request):
        raise PermissionDenied
    word = request.POST.get("helped", "")
    text = request.POST.get("text", "")
    if word not in ("yes", "no"):
        return _page(request, found, language, "", status=422)
    if getattr(request, "agent", None) is not None:
        return _page(request, found, language, "agent")
    if request.POST.get("address", ""):  # no person sees this field
        return _page(request, found, language, "text")
    try:
        SAID.take(client(request), clock())
    except TooMuch as much:
        response = _page(request, found, language, "busy", status=429)
        response["Retry-After"] = str(much.after)
        return response
    voice = _voice(request)
    customer = customer_in(request)
    remarks.say(
        found, helped=word == "yes", text=text, customer=customer,
        visitor="" if customer else hashlib.sha256(voice.encode()).hexdigest(),
    )  # fmt: skip
    _reading(request, found, word == "yes", language)
    now = "text" if text.strip() else word
    if request.headers.get("X-Part"):
        response = _page(request, found, language, now)
    else:
        response = HttpResponseRedirect(f"{reverse('help_said', args=[language, pk])}?word={now}")
    if customer is None and request.COOKIES.get(COOKIE) != voice:
        response.set_cookie(
            COOKIE, voice, max_age=YEAR, httponly=True, samesite="Lax", secure=settings.SECURE, path="/help/"
        )
    return footsteps.keep(response, request)


def _voice(request: HttpRequest) -> str:
    known = request.COOKIES.get(COOKIE, "")
    return known if 20 <= len(known) <= 64 and known.isascii() else new_token()


def _reading(request: HttpRequest, found: Translation, helped: bool, language: str) -> None:
    """The reading says whether it solved it; who is not followed is counted without a visit."""
    visit = footsteps.visit_of(request, Place.HELP, language)
    if visit is None and not footsteps.followed(request):
        return
    reading = walking.opened(found, place=Place.HELP, visit=visit)
    Reading.objects.filter(pk=reading.pk).update(solved=helped)


def from_here(request: HttpRequest) -> bool:
    """Whether a POST was sent by a page of ours (Fetch Metadata, else Origin, else Referer)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    source = request.headers.get("Origin") or request.headers.get("Referer") or ""
    return bool(source) and urlsplit(source).netloc == request.get_host()


def _page(
    request: HttpRequest, found: Translation, language: str, word: str, *, status: int = 200
) -> HttpResponse:
    version = found.published
    assert version is not None
    path = addresses.article(found.language, found.pk, found.slug)
    here = reverse("help_said", args=[language, found.pk])
    context: dict[str, Any] = {
        "word": word,
        "said_url": here,
        "ask_url": articles.ask_url(found),
        "article": {"title": version.title, "href": path},
    }
    if request.headers.get("X-Part"):
        return render(request, "help/_said.html", context, status=status)
    return page(request, "help/said.html", language, path=here, keep=False, status=status, **context)
