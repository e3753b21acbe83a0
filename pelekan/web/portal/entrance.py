"""Signing in by mail: ask, then a code or a link. Whether an address is known shows nowhere."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels import letters
from pelekan.lib.addresses import normal_address
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.tickets import actions
from pelekan.web.paths import own_path
from pelekan.web.portal.doors import customer_in, portal_page

security = logging.getLogger("pelekan.security")

KEPT = "pelekan_asked"  # the cookie of the browser that asked
NEXT = "pelekan_next"
BACKEND = "pelekan.people.backends.Backend"

ASKED_FROM = Limit(30, timedelta(hours=1))  # per client address
TRIED_FROM = Limit(60, timedelta(minutes=15))


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a code."""
    wish = own_path(request.POST.get("next") or request.GET.get("next") or "", "")
    if customer_in(request) is not None:
        return HttpResponseRedirect(wish or reverse("portal_home"))
    typed, error, status = request.POST.get("email", "")[:320], "", 200
    if request.method == "POST":
        try:
            address = normal_address(typed)
            ASKED_FROM.take(client(request), clock())
            kept = signin.ask(address, language=get_language() or "en", now=clock())
            response = HttpResponseRedirect(reverse("portal_code"))
            _keep(response, KEPT, kept)
            _keep(response, NEXT, wish)
            return response
        except ValueError:
            error, status = _("That is no e-mail address. Write it like name@example.com."), 422
        except TooMuch as much:
            security.warning("sign-in: too many codes asked from %s", client(request))
            error, status = _too_much(much), 429
    return portal_page(
        request,
        "portal/sign_in.html",
        email=typed,
        error=error,
        status=status,
        next=wish,
        can_mail=letters.way() is not None,
    )


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Type the code, in the browser that asked for it."""
    token = signin.asked(request.COOKIES.get(KEPT, ""))
    if token is None:
        return HttpResponseRedirect(reverse("portal_sign_in"))
    error, status = "", 200
    if request.method == "POST":
        try:
            TRIED_FROM.take(client(request), clock())
            address = signin.redeem_code(
                request.COOKIES.get(KEPT, ""), request.POST.get("code", "")[:40], now=clock()
            )
            if address is not None:
                return _enter(request, address)
            error = _(
                "This code is not right, or no longer good. Look at the newest mail, or ask for a new code."
            )
            status = 422
        except TooMuch as much:
            error, status = _too_much(much), 429
    return portal_page(request, "portal/code.html", address=token.data["address"], error=error, status=status)


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, link: str) -> HttpResponse:
    """The link in the mail. Opening it only asks for confirmation, so that mail scanners do not use it up; and it
    names the address, so that nobody is signed in as someone else by a link that he was sent."""
    token = signin.look_at_link(link, now=clock())
    if token is None:
        return portal_page(request, "portal/link_over.html", status=404)
    if request.method == "POST":
        address = signin.redeem_link(link, now=clock())
        if address is None:
            raise Http404
        return _enter(request, address)
    same_browser = signin.asked(request.COOKIES.get(KEPT, "")) == token
    return portal_page(
        request, "portal/link.html", address=token.data["address"], same_browser=same_browser, link=link
    )


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this browser's session and what listens with it."""
    customer = customer_in(request)
    if customer is not None:
        actions.end_access(customer, by=customer, because="signed out")
    logout(request)
    return HttpResponseRedirect(reverse("portal_sign_in"))


def client(request: HttpRequest) -> str:
    """The client's address. The server sets it, from a proxy's headers only when that proxy is configured."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _enter(request: HttpRequest, address: str) -> HttpResponse:
    try:
        customer = actions.welcome(address, language=get_language() or "en")
    except signin.NotForAgents:
        raise Http404
    login(request, customer.user, backend=BACKEND)  # a new session key: nobody can have known it before
    wish = own_path(request.COOKIES.get(NEXT, ""), "")
    response = HttpResponseRedirect(wish or reverse("portal_home"))
    for name in (KEPT, NEXT):
        response.delete_cookie(name, path=reverse("portal_home"))
    return response


def _keep(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=int(signin.CODE_LIVES.total_seconds()),
        path=reverse("portal_home"),
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def _too_much(much: TooMuch) -> str:
    minutes = max(1, round(much.after / 60))
    return ngettext(
        "Too many tries from your network. Wait %(minutes)s minute and try again.",
        "Too many tries from your network. Wait %(minutes)s minutes and try again.",
        minutes,
    ) % {"minutes": minutes}
