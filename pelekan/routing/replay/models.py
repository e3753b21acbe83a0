"""Tries on the past, and the tickets that would have gone otherwise. Imported by `pelekan.routing.models`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.tickets.models import Ticket


class ReplayState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("replay", "Running")
    DONE = "done", pgettext_lazy("replay", "Done")
    STOPPED = "stopped", pgettext_lazy("replay", "Stopped")
    FAILED = "failed", pgettext_lazy("replay", "Failed")


class Replay(models.Model):
    """Drafts tried on the tickets that came in a period, some at a time: a due row that people watch. Without drafts it
    is a self-check of the rules in force."""

    drafts = models.JSONField(default=dict)  # kind → id of the rulebook that is tried
    books = models.JSONField(default=dict)  # kind → id of the one in force when it began
    since = models.DateTimeField()
    until = models.DateTimeField()
    made_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=now)
    state = models.CharField(max_length=8, choices=ReplayState.choices, default=ReplayState.RUNNING)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    reached = models.PositiveBigIntegerField(default=0)  # the last ticket that was looked at
    last = models.PositiveBigIntegerField(default=0)  # the youngest of the period
    tally = models.JSONField(default=dict)
    fault = models.TextField(blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], name="replay_due", condition=models.Q(due_at__isnull=False))
        ]

    @property
    def checks_itself(self) -> bool:
        return not self.drafts


class Diverted(models.Model):
    """A ticket that would have gone otherwise, or (in a self-check) a decision that is not reproduced."""

    replay = models.ForeignKey(Replay, on_delete=models.CASCADE, related_name="diverted")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+", db_index=False)
    changes = models.JSONField(default=dict)  # fact → [before, after]; targets as "breach:resolution"
    steps = models.JSONField(default=list)  # [{kind, at, before, after, event, rebuilt, why}]

    class Meta:
        ordering = ["id"]
