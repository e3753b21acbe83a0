"""What happened: one row for each change."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer
from pelekan.tickets.models.talk import Message
from pelekan.tickets.models.ticket import Ticket


class Event(models.Model):
    """The log of everything: audit trail, live feed, resume point. Rows are only ever added; the words of a
    customer who is erased on request go from them (`tickets.erasing`), and nothing else."""

    name = models.CharField(max_length=40)  # noun.past
    at = models.DateTimeField(default=now)
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    because = models.TextField(blank=True)
    cause = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    topics = models.TextField(blank=True)  # space-separated, who should look: "ticket:42 team:3 desk"

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["ticket", "id"], name="history")]
