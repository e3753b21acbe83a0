"""★ Twilio (Programmable Messaging). Texts come in and states are told by webhooks that bear `X-Twilio-Signature`.
Not tested against the live service."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

from pelekan.channels.sms.shapes import Answer, Arrived, Ask, Line, Seen, Taken, Text, Trouble, read_json
from pelekan.channels.sms.shapes import unreadable as _unreadable

BASE = "https://api.twilio.com"

_WORDS = {
    20003: "sms_key", 20404: "sms_key", 20005: "sms_credit", 21211: "sms_number", 21214: "sms_number",
    21217: "sms_number", 21612: "sms_number", 21614: "sms_number", 21408: "sms_region", 21608: "sms_trial",
    21212: "sms_sender", 21603: "sms_sender", 21606: "sms_sender", 21659: "sms_sender", 21660: "sms_sender",
    21610: "sms_blocked", 21617: "sms_too_long",
}  # fmt: skip
_FOR_NOW = (20429, 20500, 20503, 14107, 21611, 30001)
_FINAL = {
    "delivered": "arrived",
    "read": "arrived",
    "undelivered": "failed",
    "failed": "failed",
    "canceled": "failed",
}
_ON_THE_WAY = ("accepted", "scheduled", "queued", "sending", "sent")


def send(line: Line, text: Text) -> Ask:
    values = {"To": text.to, "Body": text.body}
    # a messaging service stands where a number would
    values["MessagingServiceSid" if line.sender.startswith("MG") else "From"] = line.sender
    if text.callback:
        values["StatusCallback"] = text.callback
    return _ask(line, "POST", "Messages.json", urlencode(values).encode())


def sent(line: Line, answer: Answer) -> Taken:
    tree = _tree(answer)
    if not tree.get("sid"):
        raise Trouble("sms_not_understood", f"HTTP {answer.status}", doubtful=True)
    return Taken(str(tree["sid"]))


def look(line: Line, gateway_id: str, ref: str) -> Ask | None:
    return _ask(line, "GET", f"Messages/{quote(gateway_id, safe='')}.json") if gateway_id else None


def looked(line: Line, answer: Answer) -> Seen | None:
    tree = _tree(answer)
    return state_of(
        {"MessageStatus": str(tree.get("status") or ""), "ErrorCode": str(tree.get("error_code") or "")}
    )


def fetch(line: Line, again: bool) -> Ask | None:
    return None


def fetched(line: Line, answer: Answer) -> list[Arrived]:
    return []


def check(line: Line) -> Ask | None:
    return _ask(line, "GET", "Balance.json")


def checked(line: Line, answer: Answer) -> str:
    tree = _tree(answer)
    balance = tree.get("balance")
    return "" if balance is None else f"{balance} {tree.get('currency') or ''}".strip()


# What Twilio tells us by itself


def state_of(form: Mapping[str, str]) -> Seen | None:
    """The state in a status callback; None when it is not understood."""
    status, code = form.get("MessageStatus") or form.get("SmsStatus") or "", form.get("ErrorCode") or ""
    if status in _ON_THE_WAY:
        return Seen("sent")
    state = _FINAL.get(status)
    if state != "failed":
        return Seen(state) if state else None
    word = (
        _WORDS.get(int(code), "sms_undelivered") if code.isascii() and code.isdigit() else "sms_undelivered"
    )
    return Seen("failed", word, " ".join(filter(None, [status, code])))


def arrived(form: Mapping[str, str]) -> Arrived | None:
    """The text in an inbound webhook; None when it holds none."""
    sid, sender = form.get("MessageSid") or form.get("SmsSid") or "", form.get("From") or ""
    if not sid or not sender:
        return None
    pictures = form.get("NumMedia") or "0"
    count = int(pictures) if pictures.isascii() and pictures.isdigit() and len(pictures) < 4 else 0
    return Arrived(sid, sender, form.get("To") or "", form.get("Body") or "", pictures=count)


def signature(url: str, form: Mapping[str, Sequence[str]], token: str) -> str:
    """X-Twilio-Signature: base64 of HMAC-SHA1 over the full public URL and each name with its value, sorted."""
    text = url + "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(
        hmac.new(token.encode(), text.encode("utf-8", "replace"), hashlib.sha1).digest()
    ).decode()


def is_signed(given: str, url: str, form: Mapping[str, Sequence[str]], token: str) -> bool:
    """Whether Twilio signed this, with or without the usual port in the URL: it does both."""
    if not token or not given:
        return False
    found = [hmac.compare_digest(signature(one, form, token).encode(), given.encode("utf-8", "replace"))
             for one in _spellings(url)]  # fmt: skip
    return any(found)


def _spellings(url: str) -> list[str]:
    bits = urlsplit(url)
    port = {"https": 443, "http": 80}.get(bits.scheme)
    if port is None or (bits.port is not None and bits.port != port):
        return [url]
    host = bits.netloc.removesuffix(f":{port}")
    return [urlunsplit(bits._replace(netloc=netloc)) for netloc in (host, f"{host}:{port}")]


def _ask(line: Line, method: str, what: str, content: bytes = b"") -> Ask:
    base = (line.base or BASE).rstrip("/")
    basic = base64.b64encode(f"{line.user}:{line.secret}".encode()).decode()
    headers = {"Authorization": f"Basic {basic}", "Accept": "application/json"}
    if content:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
    return Ask(method, f"{base}/2010-04-01/Accounts/{quote(line.user, safe='')}/{what}", headers, content)


def _tree(answer: Answer) -> dict[str, Any]:
    tree = read_json(answer)
    if not isinstance(tree, dict):
        raise _unreadable(answer)
    if answer.ok:
        return tree
    code = tree.get("code")
    code = code if isinstance(code, int) else 0
    detail = f"{code or answer.status} {tree.get('message') or ''}".strip()
    if answer.status == 401 and code not in _WORDS:
        raise Trouble("sms_key", detail)
    for_now = code in _FOR_NOW or answer.status in (429, 503)
    if answer.status >= 500 and not for_now:
        raise Trouble("sms_not_understood", detail, doubtful=True)
    word = _WORDS.get(code, "sms_later" if for_now else "sms_refused")
    raise Trouble(word, detail, again=for_now or word == "sms_credit")
