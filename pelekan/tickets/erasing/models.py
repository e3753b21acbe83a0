"""Wishes to be erased, and what became of them. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer
from pelekan.people.models import Letter as LastNotice


class Erasure(models.Model):
    """One wish of one customer. While it is carried out it is a due row: `part` and `after` say how far it is, so that
    whoever takes it up after a crash goes on there. What it needs to know of him meanwhile is `sealed`, and goes."""

    class State(models.TextChoices):
        ASKED = "asked", pgettext_lazy("erasure", "Asked")
        HELD = "held", pgettext_lazy("erasure", "Must be kept for now")
        REFUSED = "refused", pgettext_lazy("erasure", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("erasure", "Withdrawn")
        WORKING = "working", _("Being erased")
        DONE = "done", pgettext_lazy("erasure", "Erased")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="erasures")
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField(default=now)
    asked_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who wrote it down for him; None: he asked in the portal
    asked_how = models.CharField(max_length=500, blank=True)  # how he asked, where it wasn't in the portal
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    because = models.TextField(blank=True)  # why not, or why not yet: the customer reads it
    part = models.CharField(max_length=40, blank=True)
    after = models.PositiveBigIntegerField(default=0)
    counts = models.JSONField(default=dict, blank=True)  # part → rows
    sealed = models.TextField(blank=True)  # see `carrying.Whose`
    letter = models.ForeignKey(
        LastNotice, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the last notice; deleted when it is sent
    done_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"],
                condition=models.Q(state__in=["asked", "held", "working"]),
                name="one_erasure_each",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="erasure_due", condition=models.Q(due_at__isnull=False))
        ]


UNDECIDED = (Erasure.State.ASKED, Erasure.State.HELD)
