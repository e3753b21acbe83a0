"""`Idempotency-Key`: the same key with the same request has its effect once and always the same answer."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.http import HttpRequest

from pelekan.api.models import Answer
from pelekan.api.problems import Problem
from pelekan.lib.time import now as clock
from pelekan.people.models import Token
from pelekan.tickets.events import action

KEPT = timedelta(hours=24)
"""How long an answer is remembered."""


def once(
    request: HttpRequest, token: Token, work: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    """Do `work` in one transaction with the memory of its answer. Without a key just do it.

    Raises Problem 422 when the key was used for another request, 400 for a key that is no key.
    """
    key = request.headers.get("Idempotency-Key", "").strip().strip('"')
    if "Idempotency-Key" in request.headers and not (1 <= len(key) <= 255 and key.isprintable()):
        raise Problem(400, "Idempotency-Key must be 1 to 255 printable characters.")
    if not key:
        return work()
    fingerprint = hashlib.sha256(f"{request.method} {request.path}\n".encode() + request.body).hexdigest()
    known = _known(token, key, fingerprint)
    if known:
        return known
    try:
        return _first(token, key, fingerprint, work)
    except IntegrityError:  # another one was first: by now it has committed
        known = _known(token, key, fingerprint)
        if known is None:
            raise
        return known


@action
def _first(
    token: Token, key: str, fingerprint: str, work: Callable[[], tuple[int, dict[str, Any]]]
) -> tuple[int, dict[str, Any]]:
    known = _known(token, key, fingerprint)  # on SQLite the writer's queue brings us here one by one
    if known:
        return known
    with transaction.atomic():
        row = Answer.objects.create(token=token, key=key, fingerprint=fingerprint)
    row.status, row.body = work()
    row.save(update_fields=["status", "body"])
    return row.status, row.body


def _known(token: Token, key: str, fingerprint: str) -> tuple[int, dict[str, Any]] | None:
    row = Answer.objects.filter(token=token, key=key).first()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise Problem(422, "This Idempotency-Key was used for another request. Use a new key.")
    return row.status, row.body


def forget() -> int:
    """Delete answers that are older than KEPT; returns how many."""
    return Answer.objects.filter(created_at__lt=clock() - KEPT).delete()[0]
