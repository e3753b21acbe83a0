"""How the customer is called, reads and is reached."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from zoneinfo import available_timezones

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels.models import Gateway
from pelekan.channels.sms import codes
from pelekan.lib.limits import TooMuch
from pelekan.lib.phones import normal_phone, show_phone
from pelekan.lib.text import clean_controls, one_line
from pelekan.lib.time import now as clock
from pelekan.people import passcodes, proving
from pelekan.people.identify import claim
from pelekan.people.models import (
    CALENDAR_OF,
    ZONE_OF,
    Calendar,
    Claim,
    Customer,
    Digits,
    IdentityKind,
    Language,
    User,
)
from pelekan.tickets import actions
from pelekan.tickets.mydata import making
from pelekan.web.portal import entrance, erasing, keys, letting, notices
from pelekan.web.portal.doors import customers, portal_page

MOST_ADDRESSES = 10
REGIONS = {"fa": "IR", "ar": "SA"}


@require_http_methods(["GET", "POST"])
@customers
def profile(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Name, language, calendar, zone, digits."""
    user = customer.user
    assert user is not None
    values = _said(customer, user)
    errors: dict[str, str] = {}
    if request.method == "POST":
        values = {name: request.POST.get(name, "")[:160].strip() for name in values}
        if values["language"] not in Language.values:
            errors["language"] = _("Choose a language.")
        if values["calendar"] not in Calendar.values:
            errors["calendar"] = _("Choose a calendar.")
        if values["digits"] not in Digits.values:
            errors["digits"] = _("Choose the digits.")
        if values["zone"] not in zones():
            errors["zone"] = _("Choose a time zone from the list, such as Asia/Tehran.")
        if not errors:
            described: dict[str, Any] = {**values, "name": one_line(values["name"], 120)}
            actions.describe_customer(customer, **described)
            return HttpResponseRedirect(f"{reverse('portal_profile')}?saved=1")
    return _page(request, customer, values, errors)


def _page(
    request: HttpRequest, customer: Customer, values: dict[str, str], errors: dict[str, str]
) -> HttpResponse:
    addresses = [
        {"address": one.address, "kind": one.kind, "verified": one.verified_at is not None}
        for one in customer.identities.filter(kind__in=[IdentityKind.EMAIL, IdentityKind.PHONE]).order_by(
            "id"
        )
    ]
    addresses += [
        {"address": one.address, "kind": one.kind, "verified": False}
        for one in customer.claims.filter(kind__in=proving.WAYS).order_by("id")
    ]
    for one in addresses:
        if one["kind"] == IdentityKind.PHONE:
            one["shown"] = show_phone(str(one["address"]))
    return portal_page(
        request,
        "portal/profile.html",
        section="portal_profile",
        values=values,
        errors=errors,
        addresses=addresses,
        language_names=list(Language.choices),
        calendars=list(Calendar.choices),
        digits_names=list(Digits.choices),
        zones=sorted(zones()),
        notices=notices.table(customer),
        texts=codes.gateway() is not None,
        has_password=customer.user is not None and customer.user.has_usable_password(),
        passkeys=keys.shapes(customer),
        can_passkey=keys.possible(),
        proved=letting.proved_lately(request),
        erasure=erasing.shape(customer),
        takeout=making.current(customer, clock()),
        taken=request.GET.get("taken") == "1" and request.method == "GET",
        saved=request.GET.get("saved") == "1" and request.method == "GET",
        status=422 if errors else 200,
    )


def zones() -> set[str]:
    """Zones that people live in."""
    return {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")} | {"UTC"}


@require_POST
@customers
def add_address(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Add a mail address or a phone number: a code goes there, and what it proves is his. Where the desk sends no texts a
    number stays what he says: agents see it as such and it opens nothing."""
    user = customer.user
    assert user is not None
    typed, by = request.POST.get("address", "")[:254], codes.gateway()
    errors = {}
    try:
        kind, address = _read(typed, by, user)
        held = customer.identities.filter(kind__in=proving.WAYS).count() + customer.claims.count()
        if customer.identities.filter(kind=kind, address=address).exclude(verified_at=None).exists():
            return HttpResponseRedirect(reverse("portal_profile") + "#reach")
        if held >= MOST_ADDRESSES:
            raise ValueError(_("At most ten addresses and numbers. Remove one first."))
        if kind == IdentityKind.PHONE and by is None:
            claim(customer, kind, address, now=clock())
            return HttpResponseRedirect(f"{reverse('portal_profile')}?saved=1#reach")
        kept = entrance.send_code(request, by, kind, address, use=passcodes.ADD, owner=customer.pk)
        response = HttpResponseRedirect(reverse("portal_code"))
        letting.keep(response, letting.KEPT, kept)
        return response
    except ValueError as wrong:
        errors["address"] = str(wrong)
    except TooMuch as much:
        errors["address"] = letting.too_much(much)
    return _page(request, customer, {**_said(customer, user), "address": typed}, errors)


def _read(typed: str, by: Gateway | None, user: User) -> tuple[str, str]:
    if "@" in typed or by is not None:
        return entrance.read_address(typed, by)
    try:
        return IdentityKind.PHONE, normal_phone(typed, REGIONS.get(user.language, "GB"))
    except ValueError:
        raise ValueError(
            _("That is neither an e-mail address nor a phone number. Write it like name@example.com or +98 912 345 6789.")
        ) from None  # fmt: skip


@require_POST
@customers
def remove_address(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Take an address or a number away. What is proved goes only for who has just shown that it is he."""
    kind, _colon, address = clean_controls(request.POST.get("address", ""))[:300].partition(":")
    claims = Claim.objects.filter(customer=customer, kind=kind, address=address)
    if claims.exists():
        claims.delete()
        return HttpResponseRedirect(reverse("portal_profile") + "#reach")
    if not letting.proved_lately(request):
        return HttpResponseRedirect(
            reverse("portal_confirm") + "?next=" + quote(reverse("portal_profile") + "#reach")
        )
    user = customer.user
    assert user is not None
    try:
        actions.remove_address(customer, kind, address)
    except proving.LastAddress:
        errors = {"address": _("This is the only way in that you have proved. Add another one first.")}
        return _page(request, customer, _said(customer, user), errors)
    return HttpResponseRedirect(f"{reverse('portal_profile')}?saved=1#reach")


def _said(customer: Customer, user: User) -> dict[str, str]:
    """What stands in the profile's form before anybody types."""
    return {
        "name": customer.name or user.name,
        "language": user.language,
        "calendar": user.calendar or CALENDAR_OF[user.language],
        "zone": user.zone or ZONE_OF[user.language],
        "digits": user.digits,
    }


@require_POST
@customers
def sign_out_everywhere(request: HttpRequest, customer: Customer) -> HttpResponse:
    """End every session of this customer, in all browsers."""
    actions.end_sessions(customer)
    logout(request)
    return HttpResponseRedirect(reverse("portal_sign_in"))
