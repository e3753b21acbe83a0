"""Guides and those that were sent. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent, Language, Team


class Guide(models.Model):
    """A list of steps that agents send. `steps`: [{"id", "title": {language: words}, "text": {language: words}}]."""

    name = models.CharField(max_length=80)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    category = models.ForeignKey(
        "tickets.Category", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # proposed first for tickets of it
    steps = models.JSONField(default=list, blank=True)
    used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class SentGuide(models.Model):
    """A list of steps as one customer got it, with one message. It stands on the ticket on which the message stands,
    wherever a join has put it.

    `steps`: [{"title", "text"}]; `ticks` and `stuck` by the number of a step, from 0, as text: {"at", "agent" (id or 0),
    "name"} and {"at", "words"}. `said`: what the customer answered when all was ticked: yes, no or "".
    """

    message = models.OneToOneField("tickets.Message", on_delete=models.CASCADE, related_name="guide")
    guide = models.ForeignKey(Guide, null=True, blank=True, on_delete=models.SET_NULL, related_name="sent")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.EN)
    steps = models.JSONField(default=list)
    ticks = models.JSONField(default=dict, blank=True)
    stuck = models.JSONField(default=dict, blank=True)
    said = models.CharField(max_length=3, blank=True)
    sent_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
