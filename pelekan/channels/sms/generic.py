"""★ Any gateway that takes a text by one HTTP request: URL, method, headers and body are written by the admin with
a fixed list of placeholders; what says that it worked is a status, or a value in the answer's JSON.

Every placeholder is written as its place demands: percent-encoded in a URL or a form, escaped inside a JSON
string, one line in a header. Nothing else in a template is read: `{{7*7}}` stays what it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from pelekan.channels.sms.shapes import (
    Answer,
    Arrived,
    Ask,
    Line,
    Seen,
    Taken,
    Text,
    Trouble,
    dig,
    read_json,
    unreadable,
)
from pelekan.lib.phones import show_phone

PLACEHOLDERS = ("to", "to_plain", "to_national", "text", "from", "user", "secret", "id")
METHODS = ("POST", "GET", "PUT")
KINDS = {
    "json": "application/json; charset=utf-8",
    "form": "application/x-www-form-urlencoded",
    "text": "text/plain; charset=utf-8",
}
INCOMING = {"sender": "from", "text": "message", "recipient": "to", "id": "messageid"}
"""Where a webhook holds what, unless the admin says otherwise."""

_HOLE = re.compile(r"\{([a-z_]+)\}")
_HEADER = re.compile(r"([A-Za-z0-9-]+):[ \t]*(.*)")


def send(line: Line, text: Text) -> Ask:
    values = {
        "to": text.to,
        "to_plain": text.to.lstrip("+"),
        "to_national": re.sub(r"\D", "", show_phone(text.to, line.region)) if line.region else text.to,
        "text": text.body,
        "from": line.sender,
        "user": line.user,
        "secret": line.secret,
        "id": text.ref,
    }
    kind = str(line.options.get("kind") or "json")
    method = str(line.options.get("method") or "POST")
    content = b""
    headers = {"Accept": "application/json"}
    if method != "GET":
        content = fill(str(line.options.get("body") or ""), values, _WRITTEN[kind]).encode()
        headers["Content-Type"] = KINDS[kind]
    headers |= {
        name: fill(value, values, _one_line)
        for name, value in read_headers(str(line.options.get("headers") or ""))
    }
    return Ask(method, fill(line.base, values, _percent), headers, content)


def sent(line: Line, answer: Answer) -> Taken:
    path, wanted = str(line.options.get("ok_path") or ""), str(line.options.get("ok_value") or "")
    if not path:
        if not answer.ok:
            raise unreadable(answer)
        return Taken(_id_in(line, answer))
    tree = read_json(answer)
    found = dig(tree, path)
    good = found is not None and (_as_text(found) == wanted if wanted else bool(found))
    if good:
        return Taken(_id_in(line, answer))
    detail = _as_text(dig(tree, str(line.options.get("error_path") or ""))) or f"{path} = {_as_text(found)}"
    if answer.status in (401, 403):
        raise Trouble("sms_key", detail)
    if answer.status in (408, 425, 429, 503):
        raise Trouble("sms_later", detail, again=True)
    raise Trouble("sms_refused", detail)


def look(line: Line, gateway_id: str, ref: str) -> Ask | None:
    return None


def looked(line: Line, answer: Answer) -> Seen | None:
    return None


def fetch(line: Line, again: bool) -> Ask | None:
    return None


def fetched(line: Line, answer: Answer) -> list[Arrived]:
    return []


def check(line: Line) -> Ask | None:
    return None


def checked(line: Line, answer: Answer) -> str:
    return ""


def arrived(line: Line, tree: Any) -> Arrived | None:
    """The text in a webhook; `tree` is its JSON or its form. None when no sender is where one should be."""
    paths = {
        **INCOMING,
        **{key: value for key, value in (line.options.get("incoming") or {}).items() if value},
    }
    found = {name: _as_text(dig(tree, str(path))) for name, path in paths.items()}
    if not found["sender"]:
        return None
    return Arrived(found["id"], found["sender"], found["recipient"], found["text"])


# Templates


def faults_of(options: Mapping[str, Any], url: str) -> dict[str, str]:
    """What can't be in a template: field → "unknown {name}", "json", "header", "no_text" or "no_to"."""
    found = {}
    body, headers = str(options.get("body") or ""), str(options.get("headers") or "")
    method, kind = str(options.get("method") or "POST"), str(options.get("kind") or "json")
    for field, template in (("base", url), ("body", body), ("headers", headers)):
        if unknown := next((name for name in _HOLE.findall(template) if name not in PLACEHOLDERS), ""):
            found[field] = f"unknown {unknown}"
    if method != "GET" and kind == "json" and "body" not in found:
        try:
            json.loads(fill(body, dict.fromkeys(PLACEHOLDERS, "1"), _in_json))
        except ValueError:
            found["body"] = "json"
    if any(_HEADER.fullmatch(line.strip()) is None for line in headers.splitlines() if line.strip()):
        found["headers"] = "header"
    used = set(_HOLE.findall(url + (body if method != "GET" else "")))
    if "text" not in used:
        found.setdefault("base" if method == "GET" else "body", "no_text")
    elif not used & {"to", "to_plain", "to_national"}:
        found.setdefault("base" if method == "GET" else "body", "no_to")
    return found


def fill(template: str, values: Mapping[str, str], written: Callable[[str], str]) -> str:
    """The template with its placeholders replaced, once: what a value holds is never read as a placeholder."""
    return _HOLE.sub(lambda hole: written(values[hole[1]]) if hole[1] in values else hole[0], template)


def read_headers(text: str) -> list[tuple[str, str]]:
    """The lines "Name: value"; others are left out."""
    found = (_HEADER.fullmatch(line.strip()) for line in text.splitlines())
    return [(one[1], one[2]) for one in found if one]


def _percent(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _one_line(value: str) -> str:
    return " ".join(value.split())


_WRITTEN: dict[str, Callable[[str], str]] = {"json": _in_json, "form": _percent, "text": str}


def _id_in(line: Line, answer: Answer) -> str:
    path = str(line.options.get("id_path") or "")
    if not path:
        return ""
    try:
        return _as_text(dig(json.loads(answer.body), path))[:80]
    except (ValueError, RecursionError):
        return ""


def _as_text(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
