"""★ Kavenegar (kavenegar.com/rest.html). The key stands in the path; a refusal may come with HTTP 200, so only
`return.status` counts. Texts that came in are asked for (`sms/receive`); states too (`sms/status`), and by our own
number (`localid`) where the answer to sending was lost. Not tested against the live service."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

from pelekan.channels.sms.shapes import Answer, Arrived, Ask, Line, Seen, Taken, Text, Trouble, read_json

BASE = "https://api.kavenegar.com"

_WORDS = {
    401: "sms_key", 403: "sms_key", 407: "sms_key", 416: "sms_key", 411: "sms_number", 412: "sms_sender",
    413: "sms_too_long", 418: "sms_credit",
}  # fmt: skip
_FOR_NOW = (402, 409, 429, 451)
_ARRIVED, _FAILED, _BLOCKED, _UNKNOWN = (10,), (6, 11, 13), (14,), (100,)


def send(line: Line, text: Text) -> Ask:
    values = {"receptor": _number(text.to), "message": text.body, "localid": text.ref}
    return _post(line, "sms/send", values | ({"sender": line.sender} if line.sender else {}))


def sent(line: Line, answer: Answer) -> Taken:
    entries = _entries(answer)
    first = entries[0] if isinstance(entries, list) and entries else {}
    if not isinstance(first, dict) or not first.get("messageid"):
        raise Trouble("sms_not_understood", f"HTTP {answer.status}", doubtful=True)
    return Taken(str(first["messageid"]))


def look(line: Line, gateway_id: str, ref: str) -> Ask | None:
    if gateway_id:
        return _post(line, "sms/status", {"messageid": gateway_id})
    return _post(line, "sms/statuslocalmessageid", {"localid": ref})


def looked(line: Line, answer: Answer) -> Seen | None:
    entries = _entries(answer)
    first = entries[0] if isinstance(entries, list) and entries else {}
    if not isinstance(first, dict):
        return None
    status, detail = _whole(first.get("status")), str(first.get("statustext") or "")
    if status in _ARRIVED:
        return Seen("arrived")
    if status in _FAILED:
        return Seen("failed", "sms_undelivered", detail)
    if status in _BLOCKED:
        return Seen("failed", "sms_blocked", detail)
    return Seen("lost") if status in _UNKNOWN else Seen("sent") if status is not None else None


def fetch(line: Line, again: bool) -> Ask | None:
    return _post(line, "sms/receive", {"linenumber": line.sender, "isread": "1" if again else "0"})


def fetched(line: Line, answer: Answer) -> list[Arrived]:
    entries = _entries(answer)
    found = []
    for one in entries if isinstance(entries, list) else []:
        if not isinstance(one, dict) or not one.get("messageid") or not one.get("sender"):
            continue
        found.append(
            Arrived(
                str(one["messageid"]), str(one["sender"]), str(one.get("receptor") or ""),
                str(one.get("message") or ""), _moment(one.get("date")),
            )
        )  # fmt: skip
    return found


def check(line: Line) -> Ask | None:
    return _post(line, "account/info", {})


def checked(line: Line, answer: Answer) -> str:
    entries = _entries(answer)
    credit = entries.get("remaincredit") if isinstance(entries, dict) else None
    return "" if credit is None else str(credit)


def _post(line: Line, method: str, values: dict[str, str]) -> Ask:
    base = (line.base or BASE).rstrip("/")
    return Ask(
        "POST",
        f"{base}/v1/{quote(line.secret, safe='')}/{method}.json",
        {"Content-Type": "application/x-www-form-urlencoded"},
        urlencode(values).encode(),
    )


def _entries(answer: Answer) -> Any:
    tree = read_json(answer)
    told = tree.get("return") if isinstance(tree, dict) else None
    if not isinstance(told, dict) or (status := _whole(told.get("status"))) is None:
        raise Trouble("sms_not_understood", f"HTTP {answer.status}", doubtful=True)
    if status == 200:
        return tree.get("entries")
    detail = f"{status} {told.get('message') or ''}".strip()
    raise Trouble(
        _WORDS.get(status, "sms_later" if status in _FOR_NOW or status >= 500 else "sms_refused"),
        detail,
        again=status in _FOR_NOW or status == 418 or status >= 500,
    )


def _number(to: str) -> str:
    """Kavenegar writes foreign numbers with 00."""
    return "00" + to[1:] if to.startswith("+") else to


def _whole(value: Any) -> int | None:
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def _moment(value: Any) -> datetime | None:
    seconds = _whole(value)
    return datetime.fromtimestamp(seconds, UTC) if seconds and 0 < seconds < 4_102_444_800 else None
