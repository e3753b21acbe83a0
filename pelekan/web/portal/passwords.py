"""Signing in by password, for customers who chose one in their profile; and choosing it.

There is no page for a forgotten password: a code signs in without one, and whoever came by a code sets a new one. Guessing
is slowed by account and by network; the way by code stays open, so a storm shuts nobody out.
"""

from __future__ import annotations

import logging
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels.sms import codes
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.time import now as clock
from pelekan.people import letters, passcodes, proving
from pelekan.people.identify import mail_address
from pelekan.people.models import Customer, IdentityKind
from pelekan.tickets import actions
from pelekan.web.paths import own_path
from pelekan.web.portal import entrance, letting
from pelekan.web.portal.doors import customer_in, customers, portal_page

security = logging.getLogger("pelekan.security")

FAILED_FOR = Limit(10, timedelta(minutes=15))  # one address
FAILED_FROM = Limit(30, timedelta(minutes=15))  # one network
TOLD_EVERY = timedelta(days=1)


@require_POST
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """Address and password. One answer for everything that does not fit."""
    wish = own_path(request.POST.get("next") or "", "")
    if customer_in(request) is not None:
        return HttpResponseRedirect(wish or reverse("portal_home"))
    typed, password = request.POST.get("email", "")[:320], request.POST.get("password", "")
    by = codes.gateway()
    error, status = "", 422
    try:
        kind, address = entrance.read_address(typed, by)
        if customer := _try(request, kind, address, password):
            response = letting.let_in(request, customer, proved=False)
            response["Location"] = wish or reverse("portal_home")
            return response
        error = _("Address and password do not belong together. Try again, or sign in with a code.")
    except ValueError as wrong:
        error = str(wrong)
    except TooMuch:
        security.warning("sign-in refused: too many wrong passwords, from %s", letting.client(request))
        error, status = (
            _("Too many wrong tries. Wait a quarter of an hour, or sign in with a code: that still works."),
            429,
        )
    return entrance.entrance_page(
        request, typed=typed, error=error, status=status, wish=wish, by=by, password=True
    )


def _try(request: HttpRequest, kind: str, address: str, password: str) -> Customer | None:
    """Raises TooMuch before anything is looked at."""
    now, net = clock(), letting.network(request)
    FAILED_FROM.take(net, now)
    try:
        FAILED_FOR.take(f"{kind}:{address}", now)
    except TooMuch:
        FAILED_FROM.give_back(net)
        _tell_owner(kind, address)
        raise
    customer = proving.by_password(kind, address, password)
    if customer is None:
        security.warning("sign-in failed, from %s", letting.client(request))
        return None
    FAILED_FROM.give_back(net)
    FAILED_FOR.give_back(f"{kind}:{address}")
    return customer


def _tell_owner(kind: str, address: str) -> None:
    customer = proving.holder(kind, address)
    user = customer.user if customer else None
    to = mail_address(customer) if customer else ""
    if user is None or not to or not user.has_usable_password() or hasattr(user, "agent"):
        return
    if letters.told_lately(to, "guessing", clock(), TOLD_EVERY):
        return
    with translation.override(user.language):
        letters.write(
            to,
            kind="guessing",
            subject=_("Someone is guessing your password"),
            lines=[
                _("Many wrong passwords were tried for your account in the customers' portal."),
                _("Nobody got in. You can go on signing in with a code, and choose a new password in your profile:"),
                settings.BASE_URL + reverse("portal_profile"),
            ],
            language=user.language,
            now=clock(),
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@customers
def choose(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Set, change or remove the password. Only for who has just shown that it is he."""
    user = customer.user
    assert user is not None
    if not letting.proved_lately(request):
        return HttpResponseRedirect(reverse("portal_confirm") + "?next=" + reverse("portal_password"))
    errors: list[str] = []
    if request.method == "POST":
        password = "" if "remove" in request.POST else request.POST.get("password", "")[: proving.LONGEST]
        if "remove" not in request.POST:
            try:
                validate_password(password, user)
            except ValidationError as wrong:
                errors = list(wrong.messages)
        if not errors:
            actions.set_password(customer, password)
            update_session_auth_hash(request, user)  # this browser stays signed in
            _tell_changed(customer)
            return HttpResponseRedirect(reverse("portal_profile") + "?saved=1#keys")
    return portal_page(
        request,
        "portal/password.html",
        section="portal_profile",
        errors=errors,
        has=user.has_usable_password(),
        name=user.email,
        status=422 if errors else 200,
    )


def _tell_changed(customer: Customer) -> None:
    to, user = mail_address(customer), customer.user
    if not to or user is None:
        return
    with translation.override(user.language):
        letters.write(
            to,
            kind="account",
            subject=_("Your password was changed"),
            lines=[
                _("The password of your account in the customers' portal was changed, and all other sessions ended."),
                _("If it was not you, sign in with a code and choose a new one:"),
                settings.BASE_URL + reverse("portal_sign_in"),
            ],
            language=user.language,
            now=clock(),
        )  # fmt: skip


@require_http_methods(["GET", "POST"])
@customers
def confirm(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Show again that it is you: a code to one of your own addresses."""
    wish = own_path(request.POST.get("next") or request.GET.get("next") or "", reverse("portal_profile"))
    if letting.proved_lately(request):
        return HttpResponseRedirect(wish)
    by = codes.gateway()
    kinds = [IdentityKind.EMAIL] + ([IdentityKind.PHONE] if by else [])
    own = list(customer.identities.filter(kind__in=kinds).exclude(verified_at=None).order_by("id"))
    error, status = "", 200
    if request.method == "POST":
        one = next((row for row in own if str(row.pk) == request.POST.get("address", "")), None)
        try:
            if one is None:
                raise ValueError(_("Choose where the code should go."))
            kept = entrance.send_code(
                request, by, one.kind, one.address, use=passcodes.CONFIRM, owner=customer.pk
            )
            response = HttpResponseRedirect(reverse("portal_code"))
            letting.keep(response, letting.KEPT, kept)
            letting.keep(response, letting.NEXT, wish)
            return response
        except ValueError as wrong:
            error, status = str(wrong), 422
        except TooMuch as much:
            error, status = letting.too_much(much), 429
    return portal_page(
        request, "portal/confirm.html", section="portal_profile", addresses=[(str(one.pk), one.address) for one in own],
        next=wish, error=error, status=status, language=get_language(),
    )  # fmt: skip
