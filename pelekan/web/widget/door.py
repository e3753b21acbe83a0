"""The door of the widget's addresses: which inbox, which visitor, which language; refusals as sentences.

No cookie is read or set. Whoever holds a visitor's token acts for him; there is nothing that another site
could make a browser do by itself, so these views need no CSRF token.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt

from pelekan.channels.chat import limits, visitors
from pelekan.channels.chat.visitors import Visitor
from pelekan.channels.chat.writing import NoAddress, NotYours
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import NothingToSay
from pelekan.tickets.models import Inbox
from pelekan.web.widget import shapes

security = logging.getLogger("pelekan.security")
LANGUAGES = ("fa", "ar", "en")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, where, and in which words to answer. `visitor` is None before he has a token."""

    inbox: Inbox
    visitor: Visitor | None
    language: str
    dates: Dates
    body: dict[str, Any]
    now: datetime
    address: str

    @property
    def known(self) -> Visitor:
        """The visitor; Refused (401) when there is none."""
        if self.visitor is None:
            raise Refused(401, "session", _("This conversation is not open in this browser any more."))
        return self.visitor


class Refused(Exception):
    """An answer with a status other than 2xx: `code` for the widget, `sentence` for its reader."""

    def __init__(self, status: int, code: str, sentence: str, after: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.code, self.sentence, self.after = status, code, sentence, after


View = Callable[..., HttpResponseBase]  # (request, caller, what the address names)


_INBOX = PreparedModels(
    lambda key: Inbox.objects.select_related("team__tier", "specialists__tier").filter(
        key=key, channel="chat", archived_at=None
    )
)


def inbox_of(key: str) -> Inbox | None:
    """The chat inbox with this public key."""
    return _INBOX.one(key)


def language_of(request: HttpRequest, inbox: Inbox) -> str:
    wished = request.GET.get("lang", "")[:2].lower()
    return wished if wished in LANGUAGES else inbox.language


def door(method: str, *, takes_file: bool = False) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Wrap `view(request, caller)` for one method; JSON in, JSON out."""

    def wrap(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @functools.wraps(view)
        def answer(request: HttpRequest, key: str, **kwargs: Any) -> HttpResponseBase:
            if request.method != method:
                return JsonResponse({"code": "method"}, status=405, headers={"Allow": method})
            inbox = inbox_of(key)
            if inbox is None:
                return JsonResponse({"code": "gone", "error": "There is no such chat."}, status=404)
            language = language_of(request, inbox)
            with translation.override(language):
                try:
                    return view(request, _caller(request, inbox, language, takes_file), **kwargs)
                except Exception as fault:
                    refused = _sentence(fault)
                    if refused is None:
                        raise
                    return _refusal(refused)

        return answer

    return wrap


def _caller(request: HttpRequest, inbox: Inbox, language: str, takes_file: bool) -> Caller:
    now = clock()
    address = request.META.get("REMOTE_ADDR", "")
    limits.LOOKS_FROM_ADDRESS.take(address, now)
    body: dict[str, Any] = {}
    if request.method == "POST" and not takes_file:
        body = _json(request)
    scheme, _sep, bearer = request.headers.get("Authorization", "").partition(" ")
    visitor = visitors.find(inbox, bearer.strip(), now) if scheme.lower() == "bearer" else None
    if visitor is not None:
        limits.LOOKS.take(visitor.customer.pk, now)
    dates = shapes.dates_for(inbox, language, request.GET.get("zone", "")[:64])
    return Caller(inbox, visitor, language, dates, body, now, address)


def _json(request: HttpRequest) -> dict[str, Any]:
    try:
        announced = int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        announced = 0
    if announced > limits.LONGEST_BODY:
        raise Refused(413, "long", _("This is too long for one message. Please send it in parts."))
    try:
        body = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "json", "Send a JSON object.")
    return body


def _sentence(fault: Exception) -> Refused | None:
    """The refusal that an exception of the rooms below means; None for what is a fault of ours."""
    match fault:
        case Refused():
            return fault
        case limits.TooMuch():
            said = ngettext(
                "That was a lot at once. Please wait %(count)s second.",
                "That was a lot at once. Please wait %(count)s seconds.",
                fault.after,
            ) % {"count": fault.after}
            return Refused(429, "slow", said, fault.after)
        case NotYours():
            return Refused(404, "unknown", _("This is not part of your conversations."))
        case NothingToSay():
            return Refused(422, "empty", _("Write something or choose a file."))
        case NoAddress():
            return Refused(422, "contact", _("Leave an e-mail address or a phone number for our answer."))
        case ValueError() if str(fault) == "email":
            return Refused(422, "email", _("This e-mail address does not look right."))
        case ValueError() if str(fault) == "phone":
            return Refused(422, "phone", _("This phone number does not look right."))
    return None


def _refusal(refused: Refused) -> HttpResponse:
    shape: dict[str, Any] = {"code": refused.code, "error": refused.sentence}
    if refused.after:
        shape["after"] = refused.after
    response = JsonResponse(shape, status=refused.status)
    if refused.after:
        response["Retry-After"] = str(refused.after)
    return response


def text_of(body: dict[str, Any], name: str, longest: int) -> str:
    """A text field, cut to `longest`; "" when it is missing or something else."""
    value = body.get(name, "")
    return value[:longest] if isinstance(value, str) else ""


def id_of(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if type(value) is not int or not 0 < value < 2**63:
        raise Refused(400, name, f"{name} must be a number.")
    return value
