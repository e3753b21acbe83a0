"""Notices that wait, the admins' own words, what customers chose, and ratings. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models

from pelekan.lib.time import now
from pelekan.people.models import Customer, Language
from pelekan.tickets.notices.rules import RULES


class NoticeState(models.TextChoices):
    WAITING = "waiting", "waiting"
    SAID = "said", "said"
    DROPPED = "dropped", "dropped"  # untrue or needless by the time it was due


class Notice(models.Model):
    """What the customer of a ticket is to be told, written in the transaction of what happened. A due row: said once."""

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="notices")
    lane = models.CharField(max_length=8)  # see rules.RULES
    kinds = models.JSONField(default=list)
    solving = models.ForeignKey(
        "tickets.Event", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    first_at = models.DateTimeField()  # when the first of it happened
    level_before = models.PositiveSmallIntegerField(null=True, blank=True)  # the step before it moved
    state = models.CharField(max_length=8, choices=NoticeState.choices, default=NoticeState.WAITING)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    message = models.ForeignKey(
        "tickets.Message", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    said_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "lane"], condition=models.Q(state="waiting"), name="one_notice_waits"
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="notice_due", condition=models.Q(due_at__isnull=False))
        ]


class NoticeText(models.Model):
    """The desk's own words for one kind of notice in one language; "" where the default holds."""

    kind = models.CharField(max_length=10, choices=[(str(kind), str(kind)) for kind in RULES])
    language = models.CharField(max_length=2, choices=Language.choices)
    full = models.TextField(blank=True)
    short = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "language"], name="one_text_each")]


class NoticeChoice(models.Model):
    """What a customer does not want, and wants besides: ["moved:email", …]. Without a row he gets everything by mail, and
    by SMS where no mail reaches him."""

    customer = models.OneToOneField(Customer, on_delete=models.CASCADE, related_name="notice_choice")
    off = models.JSONField(default=list)
    on = models.JSONField(default=list)  # SMS although mail reaches him


class Ratings(models.QuerySet["Rating"]):
    def of_solvings(self) -> models.QuerySet[Rating]:
        """What customers said of whole requests."""
        return self.filter(message=None)


class Rating(models.Model):
    """How satisfied the customer was, and why: with one solving of his ticket (1 to 5 stars), or with one answer of an
    agent (helpful or not: 5 or 1). Reports of satisfaction count solvings; answers are counted beside their writers."""

    HELPFUL, USELESS = 5, 1

    ticket = models.ForeignKey("tickets.Ticket", on_delete=models.CASCADE, related_name="ratings")
    solving = models.OneToOneField(
        "tickets.Event", null=True, blank=True, on_delete=models.CASCADE, related_name="rating"
    )
    message = models.OneToOneField(
        "tickets.Message", null=True, blank=True, on_delete=models.CASCADE, related_name="rating"
    )
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    stars = models.PositiveSmallIntegerField()
    words = models.TextField(blank=True)
    way = models.CharField(max_length=8)  # mail, portal, chat
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(null=True, blank=True)

    objects = Ratings.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(stars__gte=1, stars__lte=5), name="one_to_five_stars"),
            models.CheckConstraint(
                condition=models.Q(solving__isnull=True) ^ models.Q(message__isnull=True),
                name="rates_one_thing",
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="ratings_lately")]
