"""Answers that wait some seconds before they go. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent


class Pending(models.Model):
    """An answer that its writer has sent and may still take back. No message yet: nobody outside can know of it.

    It goes in `conversation`, else in one that is opened with `address` through `inbox`.
    """

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="pendings")
    conversation = models.ForeignKey(
        "tickets.Conversation", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    inbox = models.ForeignKey(
        "tickets.Inbox", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    address = models.CharField(max_length=254, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)  # as in Message
    typed = models.TextField(blank=True)  # as it stood in the composer, for the way back
    files = models.JSONField(default=list)  # ids of uploads
    meta = models.JSONField(default=dict)  # as in Message
    then = models.CharField(max_length=8, blank=True)  # "wait" or "solve": what follows
    client_id = models.CharField(max_length=64, blank=True)
    last_id = models.PositiveBigIntegerField(default=0)  # the ticket's last message when it was sent
    created_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, db_index=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agent", "client_id"], condition=~models.Q(client_id=""), name="pending_once"
            )
        ]
