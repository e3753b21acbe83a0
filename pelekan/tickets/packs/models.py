"""Packs and linked issues. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent, Team


class Pack(models.Model):
    """One version of what travels with a ticket; the newest counts, earlier ones stay. Lists hold one text a line."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="packs")
    stay = models.ForeignKey(
        "tickets.Stay", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the stay that it was made for, or made in
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    number = models.PositiveSmallIntegerField(default=1)
    problem = models.TextField(blank=True)
    environment = models.TextField(blank=True)
    tried = models.JSONField(default=list, blank=True)
    promised = models.JSONField(default=list, blank=True)
    questions = models.JSONField(default=list, blank=True)  # what the customer asked and nobody answered
    reproduction = models.TextField(blank=True)
    version = models.CharField(max_length=200, blank=True)
    issue = models.CharField(max_length=500, blank=True)
    draft = models.TextField(blank=True)  # an answer that its maker had begun
    made_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ticket", "number"], name="pack_numbered_once")]


class Issue(models.Model):
    """A link from a ticket to an entry of an issue tracker. The same link may stand on many tickets."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="issues")
    url = models.CharField(max_length=500)
    host = models.CharField(max_length=253)
    added_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    added_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["ticket", "url"], name="issue_linked_once")]
        indexes = [models.Index(fields=["url"], name="issue_elsewhere")]
