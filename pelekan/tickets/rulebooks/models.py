"""Rule sets as documents with versions, and what they decided."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.lib.time import now
from pelekan.people.models import Agent


class RulebookKind(models.TextChoices):
    PRIORITY = "priority", _("Priority")
    ROUTING = "routing", _("Routing rules")
    ASSIGNMENT = "assignment", _("Assignment")
    AUTOMATIONS = "automations", _("Automations")
    SLA = "sla", _("Service levels")
    FRUSTRATION = "frustration", _("Frustration")
    STAIRCASE = "staircase", _("Staircase")
    BOT = "bot", _("Bot")


class Rulebook(models.Model):
    """One version of one rule set. Its `body` is never changed once it was in force; a change is a new version.

    A draft has no `enabled_at`; the one in force has no `ended_at`; a scheduled one has `due_at`.
    """

    kind = models.CharField(max_length=12, choices=RulebookKind.choices)
    number = models.PositiveIntegerField()  # counts versions of the kind, from 1
    body = models.JSONField()
    author = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=250, blank=True)
    came_from = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # which version it was made from
    made_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    enabled_at = models.DateTimeField(null=True, blank=True)
    enabled_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)
    discarded_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # when a scheduled one comes into force
    leased_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["kind", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="rulebook_numbered_once"),
            models.UniqueConstraint(
                fields=["kind"],
                condition=models.Q(enabled_at__isnull=False, ended_at__isnull=True),
                name="one_rulebook_in_force",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="rulebook_due", condition=models.Q(due_at__isnull=False))
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.number}"

    @property
    def state(self) -> str:
        """draft, scheduled, active, past or discarded."""
        if self.discarded_at:
            return "discarded"
        if self.enabled_at:
            return "past" if self.ended_at else "active"
        return "scheduled" if self.due_at else "draft"


class Decision(models.Model):
    """What the desk decided by itself, with everything that it saw: the ground on which replay stands.

    `facts` are those of `conditions.facts` without the text (which is that of `message`), and for an assignment the
    candidates. `outcome` is what was decided; `trace` what was tested on the way, for people.
    """

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="decisions")
    event = models.ForeignKey(
        "tickets.Event", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    message = models.ForeignKey(
        "tickets.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=12, choices=RulebookKind.choices)
    book = models.ForeignKey(
        Rulebook, null=True, blank=True, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    rule = models.CharField(max_length=40, blank=True)  # id of the rule that matched; "" for none
    at = models.DateTimeField()
    facts = models.JSONField(default=dict)
    outcome = models.JSONField(default=dict)
    trace = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["ticket", "id"], name="decisions_of"),
            models.Index(fields=["kind", "rule", "at"], name="decisions_by_rule"),
            models.Index(fields=["at", "id"], name="decisions_in_time"),
        ]
