"""Who follows which request. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Customer


class Follower(models.Model):
    """A colleague whom the customer of a ticket has added to it. He reads and answers it as long as both belong to the
    ticket's organization."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="followers")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="follows")
    added_at = models.DateTimeField(default=now)
    told_at = models.DateTimeField(null=True, blank=True)  # a letter went since he last looked

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ticket", "customer"], name="follows_once")]
