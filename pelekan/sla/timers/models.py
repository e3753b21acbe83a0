"""Running targets, and the work of planning them anew. Imported by `pelekan.sla.models`."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.sla.clock import Mark, mark_from, stored
from pelekan.tickets.models import Rulebook, Ticket


class TargetKind(models.TextChoices):
    FIRST_RESPONSE = "first_response", _("First answer")
    NEXT_RESPONSE = "next_response", _("Next answer")
    RESOLUTION = "resolution", _("Solution")
    ACCEPTANCE = "acceptance", _("Acceptance")


class TimerState(models.TextChoices):
    RUNNING = "running", pgettext_lazy("clock", "Running")
    PAUSED = "paused", pgettext_lazy("clock", "Paused")
    MET = "met", pgettext_lazy("clock", "Met")
    CANCELLED = "cancelled", pgettext_lazy("clock", "Cancelled")


LIVE = models.Q(state__in=["running", "paused"])


class Timer(models.Model):
    """One target of one ticket. What happened stands in `marks`; all else follows from them by `sla.clock.run` and is kept
    for reading. `due_at` is when something must be done next: a step, or the breach; None while nothing can come."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="timers", db_index=False)
    target = models.CharField(max_length=14, choices=TargetKind.choices)
    policy = models.CharField(max_length=40)  # its id in the book
    book = models.ForeignKey(Rulebook, on_delete=models.PROTECT, related_name="+")
    target_minutes = models.PositiveIntegerField()
    clock = models.CharField(max_length=8)  # business or elapsed
    marks = models.JSONField(default=list)  # [[moment, word of sla.clock], …]
    done = models.JSONField(default=dict)  # step → {"at": when it was due, "did_at", "skipped": why not}
    history = models.JSONField(
        default=list
    )  # old targets: {"at", "policy", "name", "minutes", "due_at", "why"}
    state = models.CharField(max_length=9, choices=TimerState.choices, default=TimerState.RUNNING)
    alarm = models.PositiveSmallIntegerField(default=0)  # what it contributes to the ticket's
    spent = models.DurationField()  # when its state last changed
    started_at = models.DateTimeField()
    planned_at = models.DateTimeField()  # when these steps began to be its own
    breach_at = models.DateTimeField(null=True, blank=True)  # when it will be broken, as things stand
    breached_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # met or cancelled
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "target"], condition=LIVE, name="one_timer_each")
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"], name="timers_due", condition=models.Q(due_at__isnull=False)
            ),
            models.Index(fields=["ticket", "id"], name="timers_of"),
        ]

    def read_marks(self) -> list[Mark]:
        return [mark_from(one) for one in self.marks]

    def mark(self, at: datetime, what: str) -> None:
        """Write that something happened; not before what is known already, should a clock have been set back."""
        known = [datetime.fromisoformat(one[0]) for one in self.marks[-1:]]
        known += [datetime.fromisoformat(one["at"]) for one in self.done.values()]
        known += [self.breached_at] if self.breached_at else []
        self.marks = [*self.marks, stored(Mark(max([at, *known]), what))]

    @property
    def live(self) -> bool:
        return self.state in (TimerState.RUNNING, TimerState.PAUSED)


class Replan(models.Model):
    """Running targets are brought under another book, or other hours, in the background, some at a time. A due row; people see
    how far it is."""

    book = models.ForeignKey(Rulebook, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    why = models.CharField(max_length=12, default="policy")  # or "hours"
    total = models.PositiveIntegerField(default=0)  # open tickets when it began
    done = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)  # targets that are others now
    reached = models.PositiveBigIntegerField(default=0)  # the last ticket that was looked at
    last = models.PositiveBigIntegerField(default=0)  # younger tickets began under the new book
    started_at = models.DateTimeField(default=now)
    finished_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["due_at"], name="replan_due", condition=models.Q(due_at__isnull=False))
        ]

    def told(self) -> dict[str, Any]:
        """{why, total, done, changed, running, percent, started_at, finished_at}"""
        percent = 100 if self.finished_at or not self.total else min(99, 100 * self.done // self.total)
        return {
            "why": self.why, "total": self.total, "done": self.done, "changed": self.changed,
            "running": self.finished_at is None, "percent": percent, "started_at": self.started_at,
            "finished_at": self.finished_at,
        }  # fmt: skip
