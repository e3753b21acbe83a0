"""Files of customers' own data, until they end. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Customer


class Takeout(models.Model):
    """One file of one customer's data: asked for, made by a worker, gone at `expires_at`. A due row."""

    class State(models.TextChoices):
        WAITING = "waiting", "waiting"
        READY = "ready", "ready"
        FAILED = "failed", "failed"
        GONE = "gone", "gone"

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="takeouts")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    path = models.CharField(max_length=80, blank=True)  # below DATA_DIR/takeouts
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(default=now)
    ready_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="takeout_due", condition=models.Q(due_at__isnull=False))
        ]
