"""How the customer is called, reads and is reached."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.lib.phones import normal_phone, show_phone
from pelekan.lib.text import clean_controls, one_line
from pelekan.lib.time import now as clock
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
from pelekan.web.portal import notices
from pelekan.web.portal.doors import customers, portal_page

MOST_PHONES = 5


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
        for one in customer.claims.filter(kind=IdentityKind.PHONE).order_by("id")
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
        saved=request.GET.get("saved") == "1" and request.method == "GET",
        status=422 if errors else 200,
    )


def zones() -> set[str]:
    """Zones that people live in."""
    return {name for name in available_timezones() if "/" in name and not name.startswith("Etc/")} | {"UTC"}


@require_POST
@customers
def add_phone(request: HttpRequest, customer: Customer) -> HttpResponse:
    """Add or remove a phone. It is what he says, not what he proved: agents see it as such and it opens nothing."""
    user = customer.user
    assert user is not None
    if gone := clean_controls(request.POST.get("remove", "")):
        Claim.objects.filter(customer=customer, kind=IdentityKind.PHONE, address=gone).delete()
        return HttpResponseRedirect(reverse("portal_profile"))
    errors = {}
    region = {"fa": "IR", "ar": "SA"}.get(user.language, "GB")
    try:
        if customer.claims.filter(kind=IdentityKind.PHONE).count() >= MOST_PHONES:
            errors["phone"] = _("At most five phone numbers. Remove one first.")
        else:
            claim(
                customer, IdentityKind.PHONE, normal_phone(request.POST.get("phone", ""), region), now=clock()
            )
            return HttpResponseRedirect(f"{reverse('portal_profile')}?saved=1")
    except ValueError:
        errors["phone"] = _("That is no complete phone number. Write it like +98 912 345 6789.")
    values = {**_said(customer, user), "phone": request.POST.get("phone", "")[:40]}
    return _page(request, customer, values, errors)


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
    user = customer.user
    assert user is not None
    user.set_unusable_password()  # sessions are bound to it, so they all end
    user.save(update_fields=["password"])
    actions.end_access(customer, by=customer, because="signed out everywhere")
    logout(request)
    return HttpResponseRedirect(reverse("portal_sign_in"))
