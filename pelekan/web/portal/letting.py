"""Letting a customer in: his session, what shows that it is still he, and whom limits count as one."""

from __future__ import annotations

from datetime import timedelta
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import ngettext

from pelekan.lib.limits import TooMuch
from pelekan.lib.time import now as clock
from pelekan.people import passcodes
from pelekan.people.models import Customer
from pelekan.web.paths import own_path

KEPT = "pelekan_asked"  # the cookie of the browser that asked
NEXT = "pelekan_next"
BACKEND = "pelekan.people.backends.Backend"

PROVED = "proved_at"  # in the session
PROVED_FOR = timedelta(minutes=20)


def client(request: HttpRequest) -> str:
    """The client's address. The server sets it, from a proxy's headers only when that proxy is configured."""
    return str(request.META.get("REMOTE_ADDR", ""))


def network(request: HttpRequest) -> str:
    """Whom limits count as one: an IPv4 address, or the /64 in which one house can have any number of addresses."""
    address = client(request)
    try:
        found = ip_address(address)
    except ValueError:
        return address
    return str(ip_network((found, 64), strict=False)) if found.version == 6 else address


def let_in(request: HttpRequest, customer: Customer, *, proved: bool) -> HttpResponse:
    """Begin a session of `customer`. `proved`: by something that also shows now that it is he (no password does)."""
    login(request, customer.user, backend=BACKEND)  # a new session key: nobody can have known it before
    if proved:
        mark_proved(request)
    wish = own_path(request.COOKIES.get(NEXT, ""), "")
    response = HttpResponseRedirect(wish or reverse("portal_home"))
    forget(response)
    return response


def forget(response: HttpResponse) -> None:
    for name in (KEPT, NEXT):
        response.delete_cookie(name, path=reverse("portal_home"))


def mark_proved(request: HttpRequest) -> None:
    """He has just shown that it is he: for a while he may change what opens his account."""
    request.session[PROVED] = clock().timestamp()


def proved_lately(request: HttpRequest) -> bool:
    at = request.session.get(PROVED)
    return isinstance(at, float) and 0 <= clock().timestamp() - at < PROVED_FOR.total_seconds()


def keep(response: HttpResponse, name: str, value: str) -> None:
    """A cookie of the way in: as long as a code is good, and seen by the portal alone."""
    response.set_cookie(
        name,
        value,
        max_age=int(passcodes.CODE_LIVES.total_seconds()),
        path=reverse("portal_home"),
        httponly=True,
        secure=settings.SECURE,
        samesite="Lax",
    )


def too_much(much: TooMuch) -> str:
    """How long to wait."""
    minutes = max(1, round(much.after / 60))
    return ngettext(
        "Too many tries from your network. Wait %(minutes)s minute and try again.",
        "Too many tries from your network. Wait %(minutes)s minutes and try again.",
        minutes,
    ) % {"minutes": minutes}
