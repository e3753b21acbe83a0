"""What agents were told, and how they want to be told. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent

UNREAD = models.Q(read_at__isnull=True)


class Bell(models.Model):
    """One line of an agent's bell. While he has not read it, more of the same adds to its `count`. It holds no content:
    what it is about is read with the agent's present rights."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="bells")
    key = models.CharField(max_length=40)  # what counts as the same: "answered:42"
    kind = models.CharField(max_length=12)
    ticket = models.ForeignKey(
        "tickets.Ticket", null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    event = models.ForeignKey("tickets.Event", on_delete=models.CASCADE, related_name="+")  # the latest
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField(default=now)
    read_at = models.DateTimeField(null=True, blank=True)
    shown = models.BooleanField(default=True)  # in the bell; else only by mail or in the digest
    mail = models.BooleanField(default=False)  # waits to be mailed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "key"], condition=UNREAD, name="rings_once")]
        indexes = [
            models.Index(fields=["agent", "-at", "-id"], name="bell_list"),
            models.Index(fields=["at"], name="bell_age"),
        ]


class BellChoice(models.Model):
    """How an agent wants to be told; without a row as `rules.DEFAULT` says. A due row: his letter."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="bell_choice")
    ways = models.JSONField(default=dict)  # kind → ways; a kind that is missing: as usual
    quiet = models.JSONField(default=dict)  # see rules.Quiet
    digest = models.CharField(max_length=6, blank=True)  # daily, weekly, ""
    digest_at = models.DateTimeField(null=True, blank=True, db_index=True)  # the next one
    digest_since = models.DateTimeField(null=True, blank=True)  # what the next one begins with
    due_at = models.DateTimeField(null=True, blank=True)  # letter of what waits to be mailed
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["due_at"], name="bell_due", condition=models.Q(due_at__isnull=False))]
