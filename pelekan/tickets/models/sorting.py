"""What a request is about: categories and tags."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.people.models import Skill, Team


class RequestKind(models.TextChoices):
    """What kind of request a category holds: each asks for other manners."""

    HOW_TO = "howto", _("How-to")
    FAULT = "fault", _("Fault")
    COMPLAINT = "complaint", _("Complaint")
    QUESTION = "question", _("Question")


class Category(models.Model):
    """Category → sub-category → affected item: at most three levels."""

    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    name = models.CharField(max_length=80)
    names = models.JSONField(default=dict, blank=True)  # for customers: {"fa": name, …}, else the one above
    level = models.PositiveSmallIntegerField(default=1)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    impact = models.PositiveSmallIntegerField(null=True, blank=True)  # proposed for tickets of this category
    urgency = models.PositiveSmallIntegerField(null=True, blank=True)
    words = models.JSONField(default=list, blank=True)  # words in a request that propose this category
    kind = models.CharField(max_length=10, choices=RequestKind.choices, blank=True)
    skill = models.ForeignKey(
        Skill, null=True, blank=True, on_delete=models.SET_NULL, related_name="categories"
    )  # what one must be able to do, at `skill_level` or better
    skill_level = models.PositiveSmallIntegerField(null=True, blank=True)
    archived_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["level", "name"]
        constraints = [models.UniqueConstraint(fields=["parent", "name"], name="category_named_once")]

    def __str__(self) -> str:
        return self.name

    def named(self, language: str) -> str:
        """Its name for customers of this language; where nothing is written for them, the desk's own."""
        return str(self.names.get(language) or self.name)


class Tag(models.Model):
    name = models.CharField(max_length=48, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
