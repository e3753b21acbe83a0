"""Where requests come in: an inbox is one configured door on a channel."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.lib.time import now
from pelekan.people.models import Language, Team


class Channel(models.TextChoices):
    CHAT = "chat", _("Chat")
    EMAIL = "email", _("E-mail")
    FORM = "form", _("Web form")
    PORTAL = "portal", _("Portal")
    PHONE = "phone", _("Phone")
    SMS = "sms", _("SMS")
    API = "api", _("API")


class Inbox(models.Model):
    """One configured door on a channel: support@…, the shop's widget, the portal's form."""

    channel = models.CharField(max_length=8, choices=Channel.choices)
    name = models.CharField(max_length=80, unique=True)
    key = models.CharField(max_length=32, unique=True)  # public: in the widget's script tag and in the API
    secret = models.CharField(max_length=64, blank=True)  # signs the identity of a site's logged-in users
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="inboxes")  # who gets what comes in
    specialists = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )  # proposed when a chat of this inbox becomes a ticket
    address = models.EmailField(max_length=254, blank=True)  # e-mail: what customers write to
    language = models.CharField(max_length=2, choices=Language.choices, default=Language.FA)
    colour = models.CharField(max_length=7, default="#0f766e")
    sites = models.JSONField(default=list, blank=True)  # origins on which the widget may be framed
    greeting = models.JSONField(default=dict, blank=True)  # language → text
    questions = models.JSONField(
        default=list, blank=True
    )  # pre-chat: [{name, label: {lang: text}, kind, required}]
    acknowledge = models.BooleanField(default=True)  # e-mail and SMS: send a receipt with the number
    silent = models.JSONField(default=list, blank=True)  # kinds of notices that its customers don't get
    signature = models.TextField(blank=True)
    require_identity = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=now)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
