"""★ What a context pack holds, what a tier asks for, and which links may stand in it. Values in, values out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

FIELDS = ("problem", "tried", "promised", "questions", "environment", "reproduction", "version", "issue")
"""In the order in which they are asked and shown."""

LISTS = ("tried", "promised", "questions")
ONE_LINE = ("version", "issue")
LONGEST = {"version": 200, "issue": 500}
LONGEST_TEXT = 8_000
MOST_LINES, LONGEST_LINE = 30, 600

USUAL: dict[int, tuple[str, ...]] = {
    2: ("problem", "tried"),
    3: ("problem", "tried", "environment", "reproduction", "version"),
}
"""What new steps of the usual staircases ask for, by level."""


class BadLink(ValueError):
    """No web address that could be opened safely."""


def cleaned(values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields as they are kept; lists from a list or from text, one entry a line. Raises BadLink."""
    found: dict[str, Any] = {}
    for name in FIELDS:
        value = values.get(name, "")
        if name in LISTS:
            found[name] = lines(value)
        elif name == "issue":
            found[name] = issue_url(str(value))[0] if str(value).strip() else ""
        elif name in ONE_LINE:
            found[name] = " ".join(str(value).split())[: LONGEST[name]]
        else:
            found[name] = str(value).replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST_TEXT]
    return found


def lines(value: Any) -> list[str]:
    """One entry for each line that says something, without bullets."""
    each: Iterable[Any] = value if isinstance(value, list | tuple) else str(value or "").splitlines()
    found = (_BULLET.sub("", " ".join(str(one).split()))[:LONGEST_LINE] for one in each)
    return list(dict.fromkeys(one for one in found if one))[:MOST_LINES]


_BULLET = re.compile(r"^[-*•–]\s+")


def wanted(asks: Iterable[str]) -> tuple[str, ...]:
    """The known ones of `asks`, in order."""
    known = set(asks)
    return tuple(name for name in FIELDS if name in known)


def missing(values: Mapping[str, Any], asks: Iterable[str]) -> tuple[str, ...]:
    """What a tier asks for and the pack does not say."""
    return tuple(name for name in wanted(asks) if not values.get(name))


def issue_url(text: str) -> tuple[str, str]:
    """(the link as it is kept, its host). Only http and https, with a host, without name and password: what looks like
    a link to one place must not lead to another. Raises BadLink."""
    text = text.strip()
    if not text or len(text) > LONGEST["issue"] or _UNSAFE.search(text):
        raise BadLink(text)
    try:
        parts = urlsplit(text)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        raise BadLink(text) from None
    if parts.scheme.lower() not in ("http", "https") or parts.username is not None or "@" in parts.netloc:
        raise BadLink(text)
    if not _HOST.fullmatch(host):
        raise BadLink(text)
    netloc = host if port is None else f"{host}:{port}"
    return urlunsplit((parts.scheme.lower(), netloc, parts.path or "/", parts.query, parts.fragment)), netloc


_UNSAFE = re.compile(r"[\s\x00-\x1f\x7f<>\"'`\\^{|}\u200b-\u200f\u202a-\u202e\u2066-\u2069]")
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")  # names in other scripts are written as xn--…
