"""The one place that talks to gateways: asks through `lib.http`, and never lets a key out into a log or a fault."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings
from httpx import URL, InvalidURL

from pelekan.channels.models import Gateway
from pelekan.channels.sms import generic, kavenegar, twilio
from pelekan.channels.sms.shapes import Answer, Ask, Gate, Line, Trouble
from pelekan.lib import http
from pelekan.lib.secrets import open_sealed

GATES: dict[str, Gate] = {"kavenegar": kavenegar, "twilio": twilio, "http": generic}
SECONDS = 20.0


def line_of(gateway: Gateway) -> Line:
    """The account as values, its key opened. Raises Trouble where it can't be."""
    try:
        secret = open_sealed(gateway.secret, settings.SECRET_KEY) if gateway.secret else ""
    except ValueError:
        raise Trouble("sms_secret") from None
    return Line(gateway.base, gateway.user, secret, gateway.sender, gateway.region, gateway.options)


def call(ask: Ask, line: Line) -> Answer:
    """What the gateway answers. Raises Trouble: doubtful where the request went over and no answer came."""
    try:
        reply = http.request(
            ask.method, ask.url, headers=ask.headers, content=ask.content,
            allow=settings.CONFIG.private_hosts, seconds=SECONDS, most=256 * 1024,
        )  # fmt: skip
    except http.Refused:
        raise Trouble("host_refused", host_of(ask)) from None
    except http.Unanswered:
        raise Trouble("sms_unanswered", host_of(ask), again=True, doubtful=True) from None
    except http.Unreachable:
        raise Trouble("sms_unreachable", host_of(ask), again=True) from None
    except UnicodeEncodeError:  # a header takes no such letters
        raise Trouble("sms_header") from None
    return Answer(reply.status, reply.body)


def host_of(ask: Ask) -> str:
    """The gateway's host, without the path: that may hold the key."""
    try:
        return URL(ask.url).host
    except InvalidURL:
        return ""


def scrubbed(text: str, line: Line) -> str:
    """`text` (what a gateway says) without the account's key, should it repeat it."""
    if len(line.secret) < 4:
        return text
    for form in {line.secret, quote(line.secret, safe="")}:
        text = text.replace(form, "•••")
    return text
