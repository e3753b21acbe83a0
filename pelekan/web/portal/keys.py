"""Passkeys of customers (WebAuthn): adding, naming, removing, and signing in without typing an address.

The challenge lies in the session and is used up by the first answer, right or wrong, so an answer that was overheard
opens nothing. Only discoverable keys that ask for finger, face or PIN are taken: one of them alone signs in.
"""

from __future__ import annotations

import ipaddress
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.secrets import sign
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.models import Customer, Passkey
from pelekan.tickets import actions
from pelekan.web.portal.doors import customers
from pelekan.web.portal.letting import let_in, network, proved_lately, too_much

security = logging.getLogger("pelekan.security")

STATE = "passkey_state"  # in the session
MOST = 10  # of one customer
LONGEST = 20_000  # characters of an answer
FROM = Limit(40, timedelta(minutes=15))  # tries, per network


def possible() -> bool:
    """Browsers keep passkeys for a name, not for a bare number, and only where nobody listens."""
    base = urlsplit(settings.BASE_URL)
    host = base.hostname or ""
    try:
        ipaddress.ip_address(host)
        return False
    except ValueError:
        return base.scheme == "https" or host == "localhost" or host == "testserver"


def _server() -> Fido2Server:
    base = urlsplit(settings.BASE_URL)
    own = f"{base.scheme}://{base.netloc}"
    party = PublicKeyCredentialRpEntity(name=desk.sign().name, id=base.hostname or "")
    return Fido2Server(party, verify_origin=lambda origin: origin == own)


def shapes(customer: Customer) -> list[dict[str, Any]]:
    """His keys for the profile."""
    rows = Passkey.objects.filter(user=customer.user_id).values("id", "name", "created_at", "used_at")
    return [dict(row) for row in rows]


@require_POST
@customers
def begin(request: HttpRequest, customer: Customer) -> JsonResponse:
    """What the browser needs to make a new key."""

    if not proved_lately(request):
        return _no(_("Confirm first that it is you."), 403)
    known = [AttestedCredentialData(bytes(one.public)) for one in Passkey.objects.filter(user=customer.user)]
    if len(known) >= MOST:
        return _no(_("At most ten passkeys. Remove one first."), 422)
    user = customer.user
    assert user is not None
    name = one_line(customer.name or user.email, 60)
    options, state = _server().register_begin(
        PublicKeyCredentialUserEntity(id=_handle(user.pk), name=name, display_name=name),
        known,
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=UserVerificationRequirement.REQUIRED,
    )
    request.session[STATE] = {"use": "add", **state}
    return JsonResponse(dict(options))


@require_POST
@customers
def add(request: HttpRequest, customer: Customer) -> JsonResponse:
    """The key that the browser made."""
    state, answer = _state(request, "add"), _answer(request)
    name = one_line(str(answer.get("name") or ""), 80) or _("Passkey")
    try:
        if state is None:
            raise ValueError("no question was asked")
        made = _server().register_complete(state, answer.get("key"))  # type: ignore[arg-type]
        data = made.credential_data
        if data is None:
            raise ValueError("no key in it")
        actions.keep_passkey(customer, name, websafe_encode(data.credential_id), bytes(data))
    except (ValueError, KeyError, TypeError, AttributeError, IntegrityError) as fault:
        security.info("passkey not added: %s", type(fault).__name__)
        return _no(_("The passkey could not be added. Try it again."), 422)
    return JsonResponse({"to": reverse("portal_profile") + "?saved=1#keys"})


@require_POST
@customers
def remove(request: HttpRequest, customer: Customer) -> HttpResponse:
    """A key opens nothing any more."""
    number = request.POST.get("key", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        actions.drop_passkey(customer, int(number))
    return HttpResponseRedirect(reverse("portal_profile") + "?saved=1#keys")


@require_POST
def ask(request: HttpRequest) -> JsonResponse:
    """What the browser needs to sign in by any key that it has for us. Names nobody."""

    try:
        FROM.take(network(request), clock())
    except TooMuch as much:
        return _no(too_much(much), 429)
    options, state = _server().authenticate_begin(user_verification=UserVerificationRequirement.REQUIRED)
    request.session[STATE] = {"use": "enter", **state}
    return JsonResponse(dict(options))


@require_POST
def enter(request: HttpRequest) -> JsonResponse:
    """The signed answer: in, or one sentence for whatever was wrong with it."""

    state, answer = _state(request, "enter"), _answer(request).get("key")
    customer = _holder(state, answer) if state is not None and isinstance(answer, Mapping) else None
    if customer is None:
        security.warning("sign-in: a passkey was refused")
        return _no(_("This passkey does not sign in here. Sign in with a code instead."), 422)
    into = let_in(request, customer, proved=True)
    answer_to = JsonResponse({"to": into["Location"]})
    answer_to.cookies.update(into.cookies)
    return answer_to


def _holder(state: dict[str, Any], answer: Mapping[str, Any]) -> Customer | None:
    """Whose key signed the answer; None where anything is amiss."""
    try:
        found = AuthenticationResponse.from_dict(answer)
        key = (
            Passkey.objects.select_related("user__agent", "user__customer")
            .filter(credential=websafe_encode(found.raw_id))
            .first()
        )
        if key is None:
            return None
        _server().authenticate_complete(state, [AttestedCredentialData(bytes(key.public))], found)
        counter = found.response.authenticator_data.counter
    except (ValueError, KeyError, TypeError, AttributeError) as fault:
        security.info("passkey refused: %s", type(fault).__name__)
        return None
    except Exception as fault:  # what the library's cryptography raises has no common name
        security.info("passkey refused: %s", type(fault).__name__)
        return None
    user = key.user
    customer: Customer | None = getattr(user, "customer", None)
    if customer is None or not user.is_active or hasattr(user, "agent"):
        return None
    if counter and counter <= key.counter:
        security.warning("passkey %s: its counter went back, it may have been copied", key.pk)
        return None
    Passkey.objects.filter(pk=key.pk).update(counter=counter, used_at=clock())
    return customer


def _handle(user: int) -> bytes:
    """What a key is filed under in a device: tells nothing about the customer."""
    return sign("passkey user", str(user), settings.SECRET_KEY).encode()


def _state(request: HttpRequest, use: str) -> dict[str, Any] | None:
    """The question that was asked in this session; it is used up."""
    state = request.session.pop(STATE, None)
    if not isinstance(state, dict) or state.get("use") != use:
        return None
    return {name: value for name, value in state.items() if name != "use"}


def _answer(request: HttpRequest) -> dict[str, Any]:
    if len(request.body) > LONGEST:
        return {}
    try:
        found = json.loads(request.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _no(words: str, status: int) -> JsonResponse:
    return JsonResponse({"error": words}, status=status)
