"""What routing keeps for itself: whose turn it was, and what it comes back to."""

from __future__ import annotations

from django.db import models

from pelekan.people.models import Agent
from pelekan.tickets.models import Ticket

DUE = models.Q(due_at__isnull=False)


class Turn(models.Model):
    """When an agent was last given a ticket by the desk."""

    agent = models.OneToOneField(Agent, on_delete=models.CASCADE, related_name="turn")
    last_at = models.DateTimeField()


class Wait(models.Model):
    """An automation that goes by time, for one ticket: due when its time may have passed. `since`: the moment for which it
    ran last, so that it runs once for each."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="rule_waits")
    rule = models.CharField(max_length=40)
    since = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "rule"], name="waits_once")]
        indexes = [models.Index(fields=["due_at"], name="wait_due", condition=DUE)]


class Round(models.Model):
    """A way through many tickets, in pieces: an automation at its hour of the day, or ("since" something) the first time
    for the tickets that were there before it. `last_id`: how far it came."""

    rule = models.CharField(max_length=40)
    planting = models.BooleanField(default=False)
    last_id = models.PositiveBigIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)  # tickets for which it did something
    began_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "planting"], name="one_round_each")]
        indexes = [models.Index(fields=["due_at"], name="round_due", condition=DUE)]


# tables of a room of their own, here so that Django finds them
from pelekan.routing.replay.models import Diverted as Diverted  # noqa: E402
from pelekan.routing.replay.models import Replay as Replay  # noqa: E402
from pelekan.routing.replay.models import ReplayState as ReplayState  # noqa: E402
