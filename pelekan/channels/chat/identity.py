"""★ Signed identity: how a site proves who its logged-in user is. docs/widget.md tells sites the same.

The site's server joins seven lines by "\\n", without one at the end: the word `pelekan-identity-1`, the
widget's key, then id, email, name, phone and exp as they are sent (missing is an empty line; exp is a Unix
time in decimal digits). Their HMAC-SHA256 with the inbox's secret, in hex, is `hash`. The key stands in it,
so that what one widget's site signed does not open another widget.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

SCHEME = "pelekan-identity-1"
FIELDS = ("id", "email", "name", "phone", "exp")
LONGEST = 200
LONGEST_AHEAD = 366 * 86400  # seconds; an `exp` beyond would be a password for ever
_CONTROL = re.compile("[\x00-\x1f\x7f\u2028\u2029]")


class NotSigned(Exception):
    """The identity is not proved; the message says why, for the log and the site's developer."""


@dataclass(frozen=True, slots=True)
class Signed:
    """Who the site says its user is. `id` is the site's own and never changes hands."""

    id: str
    email: str = ""
    name: str = ""
    phone: str = ""


def canonical(key: str, values: Mapping[str, str]) -> bytes:
    """The bytes that are signed."""
    return "\n".join([SCHEME, key, *(values.get(field, "") for field in FIELDS)]).encode()


def signature(secret: str, key: str, values: Mapping[str, str]) -> str:
    """HMAC-SHA256 in lower-case hex."""
    return hmac.new(secret.encode(), canonical(key, values), hashlib.sha256).hexdigest()


def verify(claimed: Any, secret: str, key: str, now: datetime) -> Signed:
    """The identity in `claimed` ({id, email?, name?, phone?, exp?, hash}). NotSigned when it is not proved."""
    if not isinstance(claimed, Mapping):
        raise NotSigned("An identity is an object with id and hash.")
    values = {field: _text(field, claimed.get(field)) for field in FIELDS}
    given = claimed.get("hash")
    if not secret:
        raise NotSigned("This widget has no secret yet, so nothing can be signed for it.")
    if not values["id"] or not isinstance(given, str):
        raise NotSigned("An identity needs id and hash.")
    wanted = signature(secret, key, values)
    if not hmac.compare_digest(wanted.encode(), given.strip().lower().encode("utf-8", "replace")):
        raise NotSigned("The hash is not that of these values with this widget's secret and key.")
    if values["exp"]:
        left = int(values["exp"]) - now.timestamp()
        if left <= 0:
            raise NotSigned("The signed identity has expired; let the site sign a new one.")
        if left > LONGEST_AHEAD:
            raise NotSigned("exp lies more than a year ahead; sign for a shorter time.")
    return Signed(values["id"], values["email"], values["name"], values["phone"])


def _text(field: str, value: Any) -> str:
    if value is None:
        return ""
    if field in ("id", "exp") and type(value) is int:
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST or _CONTROL.search(value):
        raise NotSigned(f"{field} must be a text of at most {LONGEST} characters on one line.")
    if field == "exp" and value and not (value.isascii() and value.isdigit() and len(value) <= 12):
        raise NotSigned("exp must be a Unix time in whole seconds.")
    return value
