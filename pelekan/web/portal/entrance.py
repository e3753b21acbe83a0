"""Signing in by a code, by mail or SMS: ask, then a code or the mail's link. Whether an address is known shows nowhere."""

from __future__ import annotations

import logging
from datetime import timedelta

from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels import letters
from pelekan.channels.models import Gateway
from pelekan.channels.sms import codes
from pelekan.lib.addresses import normal_address
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.phones import normal_phone, show_phone
from pelekan.lib.time import now as clock
from pelekan.people import passcodes, proving, signin
from pelekan.people.models import IdentityKind
from pelekan.tickets import actions
from pelekan.web.paths import own_path
from pelekan.web.portal import departments, keys
from pelekan.web.portal.doors import customer_in, portal_page
from pelekan.web.portal.letting import (
    KEPT,
    NEXT,
    client,
    forget,
    keep,
    let_in,
    mark_proved,
    network,
    too_much,
)

security = logging.getLogger("pelekan.security")


ASKED_FROM = Limit(30, timedelta(hours=1))  # codes, per network
TEXTED_FROM = Limit(8, timedelta(hours=1))  # of them by SMS: each costs money
TRIED_FROM = Limit(60, timedelta(minutes=15))


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for a code, by mail or where the desk sends texts by SMS; beside it the ways of those who set one up."""
    wish = own_path(request.POST.get("next") or request.GET.get("next") or "", "")
    if customer_in(request) is not None:
        return HttpResponseRedirect(wish or reverse("portal_home"))
    typed, error, status = request.POST.get("email", "")[:320], "", 200
    by = codes.gateway()
    if request.method == "POST":
        try:
            kind, address = read_address(typed, by)
            kept = send_code(request, by, kind, address)
            response = HttpResponseRedirect(reverse("portal_code"))
            keep(response, KEPT, kept)
            keep(response, NEXT, wish)
            return response
        except ValueError as wrong:
            error, status = str(wrong), 422
        except TooMuch as much:
            security.warning("sign-in: too many codes asked from %s", client(request))
            error, status = too_much(much), 429
    return entrance_page(request, typed=typed, error=error, status=status, wish=wish, by=by)


def entrance_page(
    request: HttpRequest,
    *,
    typed: str,
    error: str,
    status: int,
    wish: str,
    by: Gateway | None,
    password: bool | None = None,
) -> HttpResponse:
    """The sign-in page, with the field for a password or without."""
    return portal_page(
        request,
        "portal/sign_in.html",
        email=typed,
        error=error,
        status=status,
        next=wish,
        texts=by is not None,
        can_mail=letters.way() is not None,
        password=request.GET.get("way") == "password" if password is None else password,
        passkeys=keys.possible(),
        strangers=departments.open_to_strangers() is not None,
    )


def read_address(typed: str, by: Gateway | None) -> tuple[str, str]:
    """What kind of address was typed, and the address as it is stored. ValueError with what to do in the reader's
    language."""
    if "@" in typed or by is None:
        try:
            return IdentityKind.EMAIL, normal_address(typed)
        except ValueError:
            raise ValueError(_("That is no e-mail address. Write it like name@example.com.")) from None
    try:
        return IdentityKind.PHONE, normal_phone(typed, by.region)
    except ValueError:
        raise ValueError(
            _("That is neither an e-mail address nor a phone number. Write it like name@example.com or +98 912 345 6789.")
        ) from None  # fmt: skip


def send_code(
    request: HttpRequest, by: Gateway | None, kind: str, address: str, use: str = passcodes.SIGN_IN, owner: int | None = None
) -> str:  # fmt: skip
    """Send a code within the limits of this network. Raises TooMuch. What a number gets, it gets; asking looks the same."""
    now = clock()
    sends = True
    ASKED_FROM.take(network(request), now)
    if kind == IdentityKind.PHONE:
        TEXTED_FROM.take(network(request), now)
        sends = by is not None and codes.may_text(by, address, now)
    return passcodes.ask(
        address, language=get_language() or "en", now=now, kind=kind, use=use, sends=sends, owner=owner
    )


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """Type the code, in the browser that asked for it. What it does then is what it was asked for."""
    token = passcodes.asked(request.COOKIES.get(KEPT, ""))
    if token is None:
        return HttpResponseRedirect(reverse("portal_sign_in"))
    kind, use = token.data.get("kind", IdentityKind.EMAIL), token.data.get("use", passcodes.SIGN_IN)
    customer = customer_in(request)
    if use != passcodes.SIGN_IN and (customer is None or customer.pk != token.data.get("owner")):
        return HttpResponseRedirect(reverse("portal_sign_in"))
    error, status = "", 200
    if request.method == "POST":
        try:
            TRIED_FROM.take(network(request), clock())
            typed = request.POST.get("code", "")[:40]
            address = passcodes.redeem_code(request.COOKIES.get(KEPT, ""), typed, now=clock(), use=use)
            if address is not None:
                return _after(request, use, kind, address)
            error = (
                _("This code is not right, or no longer good. Look at the newest text message, or ask for a new code.")
                if kind == IdentityKind.PHONE
                else _("This code is not right, or no longer good. Look at the newest mail, or ask for a new code.")
            )  # fmt: skip
            status = 422
        except TooMuch as much:
            error, status = too_much(much), 429
    return portal_page(
        request,
        "portal/code.html",
        address=token.data["address"],
        shown=show_phone(token.data["address"]) if kind == IdentityKind.PHONE else token.data["address"],
        by_text=kind == IdentityKind.PHONE,
        use=use,
        error=error,
        status=status,
    )


def _after(request: HttpRequest, use: str, kind: str, address: str) -> HttpResponse:
    """The right code came: in, or on with what wanted it."""
    if use == passcodes.SIGN_IN:
        return _enter(request, kind, address)
    customer = customer_in(request)
    assert customer is not None  # `code` has looked
    mark_proved(request)
    wish = own_path(request.COOKIES.get(NEXT, ""), "") or reverse("portal_profile")
    if use == passcodes.ADD:
        try:
            actions.add_address(customer, kind, address)
            wish = reverse("portal_profile") + "?saved=1#reach"
        except proving.Taken:
            wish = reverse("portal_profile") + "?taken=1#reach"
    response = HttpResponseRedirect(wish)
    forget(response)
    return response


@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, link: str) -> HttpResponse:
    """The link in the mail. Opening it only asks for confirmation, so that mail scanners do not use it up; and it
    names the address, so that nobody is signed in as someone else by a link that he was sent."""
    token = passcodes.look_at_link(link, now=clock())
    if token is None:
        return portal_page(request, "portal/link_over.html", status=404)
    if request.method == "POST":
        address = passcodes.redeem_link(link, now=clock())
        if address is None:
            raise Http404
        return _enter(request, token.data.get("kind", IdentityKind.EMAIL), address)
    same_browser = passcodes.asked(request.COOKIES.get(KEPT, "")) == token
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


def _enter(request: HttpRequest, kind: str, address: str) -> HttpResponse:
    try:
        customer = actions.welcome(address, kind=kind, language=get_language() or "en")
    except signin.NotForAgents:
        raise Http404
    return let_in(request, customer, proved=True)
