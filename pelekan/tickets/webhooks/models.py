"""Webhooks and their calls. Imported by `pelekan.tickets.models`."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now


class Webhook(models.Model):
    """An address that is called. Secrets are sealed; after a renewal the former one signs too, until `former_until`."""

    name = models.CharField(max_length=80, unique=True)
    address = models.CharField(max_length=500)
    secret = models.TextField()
    former_secret = models.TextField(blank=True)
    former_until = models.DateTimeField(null=True, blank=True)
    events = models.JSONField(
        default=list, blank=True
    )  # names in `events.EVENTS`; []: only when rules call it
    stopped_at = models.DateTimeField(null=True, blank=True)  # nothing is sent, by a person's will or a 410
    failures = models.PositiveIntegerField(default=0)  # tries in a row that did not get through
    rest_until = models.DateTimeField(null=True, blank=True)  # it did not answer: left alone until then
    failed_at = models.DateTimeField(null=True, blank=True)  # admins were told
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class WebhookCallState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("webhook", "Waiting")
    SENT = "sent", pgettext_lazy("webhook", "Sent")
    FAILED = "failed", pgettext_lazy("webhook", "Failed")


class WebhookCall(models.Model):
    """One thing that an address is told. `body` is what is sent, to the byte, at every try; `uid` tells the receiver that a
    second copy is one."""

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="calls")
    uid = models.CharField(max_length=40, unique=True)
    event = models.CharField(max_length=80)
    because = models.CharField(max_length=250, blank=True)
    ticket = models.ForeignKey(
        "tickets.Ticket", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    body = models.TextField()
    state = models.CharField(max_length=8, choices=WebhookCallState.choices, default=WebhookCallState.QUEUED)
    status = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # of the last answer; None: there was none
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)  # the beginning of what came back
    fault = models.CharField(max_length=300, blank=True)  # a word and its detail: see `sending.fault_text`
    created_at = models.DateTimeField(default=now)
    began_at = models.DateTimeField(
        default=now
    )  # its day of tries counts from here; anew when a person tries it again
    tried_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("webhook call")
        indexes = [
            models.Index(fields=["due_at"], name="webhook_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["webhook", "-id"], name="webhook_list"),
            models.Index(fields=["state", "tried_at"], name="webhook_old"),
        ]
