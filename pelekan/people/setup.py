"""The secret of the first set-up: who sees the server's console may found the desk, nobody who comes by first.

It lives as long as there is no agent, at most a day; every start of the server makes a new one.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from pelekan.lib.secrets import digest, new_token
from pelekan.people.models import Agent, Token

security = logging.getLogger("pelekan.security")

LIVES = timedelta(days=1)
SUBJECT = "installation"


def needed() -> bool:
    """Whether this installation still waits for its first agent."""
    return not Agent.objects.exists()


def new_secret(*, now: datetime) -> str:
    """A secret to print on the console; earlier ones end."""
    _living(now).update(revoked_at=now)
    raw = new_token()
    Token.objects.create(
        purpose=Token.Purpose.SETUP,
        digest=digest(raw),
        subject=SUBJECT,
        created_at=now,
        expires_at=now + LIVES,
    )
    return raw


def opens(raw: str, *, now: datetime) -> bool:
    """Whether this secret opens the set-up. A wrong one is logged."""
    found = _living(now).filter(digest=digest(raw.strip().lower())).exists()
    if not found:
        security.warning("set-up: wrong secret")
    return found


def end(*, now: datetime) -> None:
    """The desk is founded: no secret opens anything any more."""
    Token.objects.filter(purpose=Token.Purpose.SETUP, used_at=None).update(used_at=now)


def _living(now: datetime):
    return Token.objects.filter(
        purpose=Token.Purpose.SETUP, used_at=None, revoked_at=None, expires_at__gt=now
    )
