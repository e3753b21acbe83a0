"""Stream tickets: a signed list of topics that one subject may hear for some minutes.

The web layer, which knows rights, makes them; the live rooms only check the signature, so that opening a stream
costs no query. A ticket is a bearer secret: live.js sends it in the Authorization header, where neither access
logs nor referrers see it.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass

from pelekan.lib.time import now

MAX_TICKET = 8_000  # characters; a request line and most proxies take this much
MAX_TOPICS = 100
TOPIC = re.compile(r"[a-z_]+(:[A-Za-z0-9_.-]{1,64})?")


class Refused(Exception):
    """The ticket does not open anything; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What a ticket allows: `sub` may hear `topics`, from `issued_at` until `expires_at` (POSIX seconds)."""

    sub: str
    topics: tuple[str, ...]
    name: str
    issued_at: float
    expires_at: float


def make_ticket(secret: str, sub: str, topics: Iterable[str], ttl: float = 900, *, name: str = "") -> str:
    """A ticket for `ttl` seconds. `name` is shown to others beside what this subject says (typing, looking).

    Raises ValueError for a topic that is no `word` or `word:id`, or for more than MAX_TOPICS of them.
    """
    names = sorted(set(topics))
    if len(names) > MAX_TOPICS:
        raise ValueError(f"{len(names)} topics in one stream ticket; {MAX_TOPICS} are the limit.")
    for topic in (sub, *names):
        if not TOPIC.fullmatch(topic):
            raise ValueError(f"{topic!r} is not a topic: write word or word:id.")
    issued = round(now().timestamp(), 3)
    claims = {"sub": sub, "topics": names, "name": name[:80], "iat": issued, "exp": issued + ttl}
    body = _encode(json.dumps(claims, ensure_ascii=False, separators=(",", ":")).encode())
    return f"{body}.{_encode(_sign(secret, body))}"


def read_ticket(secret: str, ticket: str, at: float) -> Grant:
    """The grant in `ticket`, if its signature holds and it has not expired at `at` (POSIX seconds)."""
    if not ticket or len(ticket) > MAX_TICKET:
        raise Refused("no ticket" if not ticket else "ticket too long")
    body, _, signature = ticket.partition(".")
    if not hmac.compare_digest(_sign(secret, body), _decode(signature)):
        raise Refused("ticket not signed by us")
    claims = json.loads(_decode(body))
    if claims["exp"] <= at:
        raise Refused("ticket expired")
    # Ten thousand streams on `desk` should share one string.
    topics = tuple(sys.intern(topic) for topic in claims["topics"])
    return Grant(claims["sub"], topics, claims["name"], claims["iat"], claims["exp"])


def _sign(secret: str, body: str) -> bytes:
    # A key of its own, so that nothing else signed with the same secret can pass as a ticket.
    key = hmac.digest(secret.encode(), b"pelekan.live.ticket", hashlib.sha256)
    return hmac.digest(key, body.encode("utf-8", "replace"), hashlib.sha256)


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _decode(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise Refused("ticket not readable") from None
