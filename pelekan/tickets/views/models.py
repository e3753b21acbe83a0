"""A saved view."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.lib.time import now
from pelekan.people.models import Agent, Team


class Shared(models.TextChoices):
    ME = "me", _("Only me")
    TEAM = "team", _("A team")
    ALL = "all", _("Everybody")


class SavedView(models.Model):
    """A condition with a name. What it shows is what the reader may see anyway: sharing it gives no rights."""

    name = models.CharField(max_length=60)
    icon = models.CharField(max_length=24, default="bookmark")
    condition = models.JSONField()
    order = models.CharField(max_length=8, default="urgent")  # see `tickets.lists.ORDERS`
    owner = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="saved_views")
    shared = models.CharField(max_length=4, choices=Shared.choices, default=Shared.ME)
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.CASCADE, related_name="saved_views"
    )
    created_at = models.DateTimeField(default=now)
    changed_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
