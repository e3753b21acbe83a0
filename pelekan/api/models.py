"""What the API remembers: answers by idempotency key, so that a repeated request has its effect once."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Token


class Answer(models.Model):
    """The answer to one keyed request of one token, stored in the transaction of its effect."""

    token = models.ForeignKey(Token, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)  # SHA-256 of method, path and body
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="answered_once")]
