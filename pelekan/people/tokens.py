"""API tokens: shown once, stored as a digest, looked up at every request so that revoking works at once."""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from datetime import datetime

from pelekan.lib.prepared import PreparedModels
from pelekan.lib.time import now as clock
from pelekan.people.models import Token

PREFIX = "plk_"
USUAL = ("tickets:read", "tickets:write")
SCOPES = (
    *USUAL, "tickets:work", "rules:read", "rules:write", "articles:read", "articles:write",
    "community:read", "community:write", "community:moderate",
)  # fmt: skip
IN_A_NAME = frozenset(
    {"tickets:work", "articles:read", "articles:write", "community:write", "community:moderate"}
)
"""What is only done with the rights of an agent."""
PER_MINUTE = 600
"""Requests a minute that one token may make unless it was created with another number."""


def create(
    name: str,
    *,
    scopes: tuple[str, ...] = USUAL,
    per_minute: int = PER_MINUTE,
    by: int | None = None,
    acts_as: int | None = None,
    now: datetime | None = None,
) -> tuple[Token, str]:
    """A new token; its secret (the second value) is never to be seen again. `by`: the id of the agent who made it.
    `acts_as`: the agent whose rights it has and in whose name it works; "tickets:work" needs one. Without, it reaches every
    ticket and writes in the desk's name."""
    unknown = set(scopes) - set(SCOPES)
    if unknown:
        raise ValueError(f"Unknown scopes: {', '.join(sorted(unknown))}. Known are {', '.join(SCOPES)}.")
    if acts_as is None and (named := IN_A_NAME & set(scopes)):
        raise ValueError(f"{min(named)} needs an agent in whose name it works.")
    secret = PREFIX + secrets.token_urlsafe(32)
    row = Token.objects.create(
        purpose=Token.Purpose.API,
        digest=digest(secret),
        subject="installation",
        name=name,
        data={"scopes": list(scopes), "per_minute": per_minute}
        | ({"by": by} if by else {})
        | ({"as": acts_as} if acts_as else {}),
        created_at=now or clock(),
    )
    return row, secret


def find(secret: str) -> Token | None:
    """The living token of this secret."""
    if not secret.startswith(PREFIX) or len(secret) > 100:
        return None
    return _TOKEN.one(digest(secret))


_TOKEN = PreparedModels(
    lambda digest: Token.objects.filter(purpose=Token.Purpose.API, digest=digest, revoked_at=None)
)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class Rate:
    """Requests per token and minute, counted in this process."""

    def __init__(self) -> None:
        self._counts: dict[int, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def wait(self, token: Token) -> int:
        """Count one request; 0 when it may pass, else the seconds to wait."""
        minute, second = divmod(int(time.monotonic()), 60)
        with self._lock:
            at, count = self._counts.get(token.pk, (minute, 0))
            count = count + 1 if at == minute else 1
            self._counts[token.pk] = (minute, count)
        limit = int(token.data.get("per_minute", PER_MINUTE))
        return 60 - second if limit and count > limit else 0


rate = Rate()
