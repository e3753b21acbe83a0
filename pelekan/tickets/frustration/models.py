"""How a customer feels about his ticket, as far as it can be told. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.people.models import Agent


class Mood(models.Model):
    """One row for each ticket whose history gives something to watch; calm tickets have none. A due row while the customer
    waits for us: silence makes it worse by itself."""

    ticket = models.OneToOneField("tickets.Ticket", on_delete=models.CASCADE, related_name="mood")
    state = models.JSONField(default=dict)  # see signals.State
    score = models.PositiveSmallIntegerField(default=0)
    level = models.CharField(max_length=5, blank=True)  # "", watch, act; "" also when an agent said "not so"
    told = models.CharField(max_length=5, blank=True)  # the highest level of which colleagues were told
    reasons = models.JSONField(
        default=list
    )  # [[signal, number, points], …], at most three, the strongest first
    proposed = models.CharField(max_length=12, blank=True)  # call, hand_over, ask_at_once, guide
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    dismissed_why = models.CharField(max_length=250, blank=True)
    dismissed_score = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # looked at again
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="mood_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-changed_at"], name="mood_lately"),
        ]
