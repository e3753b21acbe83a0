"""★ Signatures as Standard Webhooks writes them (github.com/standard-webhooks, version 1), so that receivers find a library.

Signed is "<id>.<time>.<body>" with HMAC-SHA256; the secret is "whsec_" and base64 of its bytes; `webhook-signature` holds
one signature "v1,<base64>" for each secret that is valid, parted by spaces.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets as chance
from collections.abc import Iterable

PREFIX = "whsec_"


def new_secret() -> str:
    """A fresh secret of 256 bits, as the receiver is given it."""
    return PREFIX + base64.b64encode(chance.token_bytes(32)).decode("ascii")


def headers(uid: str, at: int, body: bytes, secrets: Iterable[str]) -> dict[str, str]:
    """What stands over a call. `at`: seconds since 1970, those of the try; a receiver refuses what is too old."""
    signed = f"{uid}.{at}.".encode() + body
    return {
        "Content-Type": "application/json; charset=utf-8",
        "webhook-id": uid,
        "webhook-timestamp": str(at),
        "webhook-signature": " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets),
    }


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
