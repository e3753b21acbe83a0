"""Business hours as the desk names them."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Team
from pelekan.tickets.models import Inbox


class BusinessHours(models.Model):
    """A named calendar: when people work. `week`, `closed` and `special` are as `sla.hours.hours_from` reads them."""

    name = models.CharField(max_length=80, unique=True)
    zone = models.CharField(max_length=64, default="Asia/Tehran")
    week = models.JSONField(default=list)  # seven lists of spans, Monday first
    closed = models.JSONField(default=list, blank=True)  # own days off, as YYYY-MM-DD
    special = models.JSONField(default=dict, blank=True)  # YYYY-MM-DD → spans
    country = models.CharField(max_length=2, blank=True)  # whose public holidays close it; "" for none
    subdivision = models.CharField(max_length=12, blank=True)
    own = models.JSONField(default=list, blank=True)  # days that come again each year, in whichever calendar
    is_default = models.BooleanField(default=False)
    teams = models.ManyToManyField(Team, blank=True, related_name="business_hours")
    inboxes = models.ManyToManyField(Inbox, blank=True, related_name="business_hours")
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)  # tells every process that it knows an older form
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["is_default"], condition=models.Q(is_default=True), name="one_default_hours"
            )
        ]

    def __str__(self) -> str:
        return self.name


# tables of rooms of their own, here so that Django finds them
from pelekan.sla.timers.models import Replan as Replan  # noqa: E402
from pelekan.sla.timers.models import Timer as Timer  # noqa: E402
