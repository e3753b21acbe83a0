"""What agents promised. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.people.models import Agent

STANDS = models.Q(kept_at__isnull=True, dropped_at__isnull=True)


class Promise(models.Model):
    """A time until which an agent's answer promised something. It stands until an answer or the solution keeps it, or
    someone drops it; `missed_at` says that its time passed meanwhile. A due row: the reminders."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="promises")
    message = models.ForeignKey(
        "tickets.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="promises"
    )
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who
    words = models.CharField(max_length=120)  # as he wrote it
    start = models.PositiveIntegerField(default=0)  # the letters of the message's text
    end = models.PositiveIntegerField(default=0)
    until_at = models.DateTimeField()
    made_at = models.DateTimeField()
    kept_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)
    dropped_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)  # the next reminder
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["until_at", "id"]
        indexes = [
            models.Index(fields=["ticket", "until_at"], name="promises_stand", condition=STANDS),
            models.Index(fields=["due_at"], name="promise_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-made_at"], name="promises_lately"),
        ]
