"""What agents keep while they read and write: saved replies, drafts, how far they have read, unsent files."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Agent, Team
from pelekan.tickets.models.talk import Conversation, MessageKind
from pelekan.tickets.models.ticket import Ticket


class SavedReply(models.Model):
    """A text that agents insert by `/`. `bodies` holds one text per language."""

    name = models.CharField(max_length=80)
    shortcut = models.CharField(max_length=32, unique=True)
    bodies = models.JSONField(default=dict)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["shortcut"]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What an agent is writing on a ticket and has not sent."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=8, choices=MessageKind.choices, default=MessageKind.OUTGOING)
    html = models.TextField(blank=True)
    saw_id = models.PositiveBigIntegerField(default=0)  # last message on screen when the writing began
    rest = models.JSONField(default=dict)  # via; of an answer that was taken back also files (ids), to, cc
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket", "kind"], name="one_draft_each")]


class ReadMark(models.Model):
    """How far an agent has read a ticket."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message_id = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket"], name="one_read_mark")]


def owner_key(agent: Agent | None = None, conversation: Conversation | None = None) -> str:
    """Whose unsent upload this is: bound to one agent or one conversation."""
    return f"agent:{agent.pk}" if agent else f"conversation:{conversation.pk}" if conversation else ""
