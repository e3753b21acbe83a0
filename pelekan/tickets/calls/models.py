"""Calls that shall be made. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent


class CallOutcome(models.TextChoices):
    ANSWERED = "answered", pgettext_lazy("call", "Reached")
    NO_ANSWER = "no_answer", pgettext_lazy("call", "No answer")
    BUSY = "busy", pgettext_lazy("call", "Busy")
    WRONG_NUMBER = "wrong_number", pgettext_lazy("call", "Wrong number")
    OTHER = "other", pgettext_lazy("call", "Other")


TO_DO = models.Q(done_at__isnull=True)


class Call(models.Model):
    """Someone shall phone the customer. Open until it is done (with an outcome) or dropped (without). `source` is who asked
    for it: at most one open of each on a ticket."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="calls")
    because = models.CharField(max_length=250, blank=True)
    script = models.TextField(blank=True)  # what to say
    number = models.CharField(max_length=32, blank=True)  # E.164; "" when none is known
    source = models.CharField(max_length=40, blank=True)
    proposed_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    proposed_at = models.DateTimeField(default=now)
    due_at = models.DateTimeField(null=True, blank=True)  # by when; None: as soon as possible
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    outcome = models.CharField(max_length=12, choices=CallOutcome.choices, blank=True)  # "" also: dropped
    text = models.TextField(blank=True)  # what came of it

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "source"], condition=TO_DO, name="one_open_call_each")
        ]
        indexes = [models.Index(fields=["proposed_at", "id"], name="calls_to_do", condition=TO_DO)]
