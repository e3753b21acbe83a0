"""What SMS gateways tell us: texts that came in, and what became of ours.

Twilio signs its calls over our public address; any other gateway bears the inbox's secret, in the address or in the
header X-Pelekan-Secret. What is not proved gets 403 and a line in the security log. A second copy of a call is
answered like the first and does nothing.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from pelekan.channels.models import Delivery, Gateway
from pelekan.channels.sms import accounts, arriving, generic, send, twilio
from pelekan.channels.sms.calls import line_of
from pelekan.channels.sms.shapes import Arrived, Trouble
from pelekan.lib.limits import Limit, TooMuch
from pelekan.lib.secrets import same
from pelekan.lib.time import now as clock

security = logging.getLogger("pelekan.security")

LARGEST = 128 * 1024
UNPROVED = Limit(60, timedelta(minutes=10))  # calls from one address without proof

View = Callable[..., HttpResponse]


class NotProved(Exception):
    """Whoever calls did not prove that he is the gateway."""


def proved(view: View) -> View:
    """Answers 403 where the view raises NotProved, and 429 to whoever keeps trying."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        address = str(request.META.get("REMOTE_ADDR", ""))
        try:
            UNPROVED.take(address, clock())
        except TooMuch as much:
            return HttpResponse(status=429, headers={"Retry-After": str(much.after)})
        try:
            response = view(request, *args, **kwargs)
        except NotProved:
            security.warning("hook: a call to %s from %s bears no proof", view.__name__, address)
            return HttpResponse("Not proved.\n", status=403, content_type="text/plain")
        except (RequestDataTooBig, TooManyFieldsSent):
            return HttpResponse(status=413)
        UNPROVED.give_back(address)
        return response

    return csrf_exempt(inner)


@proved
@require_http_methods(["GET", "POST"])
def incoming(request: HttpRequest, key: str) -> HttpResponse:
    """A text came in: by Twilio's signed call, or with the secret in a header."""
    gateway = _gateway(key)
    if gateway.kind == Gateway.Kind.TWILIO:
        _signed(request, gateway)
        return _stored(gateway, twilio.arrived(request.POST.dict()), xml=True)
    return _taken(request, gateway, request.headers.get("X-Pelekan-Secret", ""))


@proved
@require_http_methods(["GET", "POST"])
def incoming_with_secret(request: HttpRequest, key: str, secret: str) -> HttpResponse:
    """The same, with the secret in the address."""
    return _taken(request, _gateway(key), secret)


@proved
@require_POST
def state(request: HttpRequest, key: str) -> HttpResponse:
    """What became of a text of ours (Twilio's StatusCallback). `ref` is our own number for it."""
    gateway = _gateway(key)
    if gateway.kind != Gateway.Kind.TWILIO:
        raise NotProved
    _signed(request, gateway)
    form = request.POST.dict()
    seen, sid = twilio.state_of(form), form.get("MessageSid", "")
    rows = Delivery.objects.filter(channel="sms", inbox=gateway.inbox_id)
    delivery = rows.filter(mail_id=request.GET.get("ref", "")[:40] or "-").first()
    # an id that isn't this text's: the answer to a try that was given up
    if seen is not None and delivery is not None and delivery.gateway_id in ("", sid):
        send.note_state(delivery, seen, sid)
    return HttpResponse(status=204)


def _gateway(key: str) -> Gateway:
    gateway = Gateway.objects.select_related("inbox").filter(inbox__key=key, inbox__archived_at=None).first()
    if gateway is None:
        raise NotProved
    return gateway


def _signed(request: HttpRequest, gateway: Gateway) -> None:
    try:
        token = line_of(gateway).secret
    except Trouble:
        raise NotProved from None
    form = {name: request.POST.getlist(name) for name in request.POST}
    given = request.headers.get("X-Twilio-Signature", "")
    if not twilio.is_signed(given, settings.BASE_URL + request.get_full_path(), form, token):
        raise NotProved


def _taken(request: HttpRequest, gateway: Gateway, secret: str) -> HttpResponse:
    known = accounts.hook_secret(gateway)
    if gateway.kind == Gateway.Kind.TWILIO or not known or not same(known, secret):
        raise NotProved
    try:
        line = line_of(gateway)
    except Trouble:
        return HttpResponse(status=503)
    return _stored(gateway, generic.arrived(line, _tree(request)))


def _tree(request: HttpRequest) -> Any:
    """What the call holds: JSON, a form, or (some gateways know no other way) the address's query."""
    if request.method == "POST" and request.content_type == "application/json":
        if len(request.body) > LARGEST:
            raise RequestDataTooBig
        try:
            return json.loads(request.body)
        except (ValueError, RecursionError):
            return None
    return {**request.GET.dict(), **request.POST.dict()}


def _stored(gateway: Gateway, text: Arrived | None, *, xml: bool = False) -> HttpResponse:
    if text is None:
        return HttpResponse("No sender was found in it.\n", status=400, content_type="text/plain")
    arriving.store(gateway, [text])
    if xml:  # Twilio wants to hear whether to answer by itself: no
        return HttpResponse("<Response></Response>", content_type="text/xml")
    return HttpResponse("OK\n", content_type="text/plain")
