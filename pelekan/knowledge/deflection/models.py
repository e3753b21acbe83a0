"""Solved questions that others may see, answers that are typed again and again, and what a widget's home offers."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.knowledge.models import Article, Translation
from pelekan.lib.time import now
from pelekan.people.models import Agent, Language
from pelekan.tickets.models import Category, Inbox, SavedReply, Ticket


class Release(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("answer", "Proposed")
    RELEASED = "released", pgettext_lazy("answer", "Released")
    REFUSED = "refused", pgettext_lazy("answer", "Not for others")


class SolvedQuestion(models.Model):
    """What one customer asked and what helped, without what could tell who he is. Others see it only while `state` is
    released, and somebody released it after reading it. It goes with its ticket."""

    ticket = models.OneToOneField(Ticket, on_delete=models.CASCADE, related_name="solved_question")
    question = models.TextField()
    answer = models.TextField()
    language = models.CharField(max_length=2, choices=Language.choices)
    state = models.CharField(max_length=8, choices=Release.choices, default=Release.PROPOSED)
    by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)  # of the present state
    helped = models.PositiveIntegerField(default=0)  # how many said that this solved it

    class Meta:
        indexes = [models.Index(fields=["state", "-at"], name="solved_questions")]


class RepeatedAnswer(models.Model):
    """Answers of the last weeks that say nearly the same: made anew from time to time, see `deflection.repeated`."""

    mark = models.CharField(max_length=64, unique=True)  # of its words: a dismissed one stays dismissed
    text = models.TextField()  # one of them, anonymised
    language = models.CharField(max_length=2)
    count = models.PositiveIntegerField()
    people = models.PositiveIntegerField()  # agents who wrote it
    minutes = models.PositiveIntegerField()  # of typing, see `deflection.repeated.minutes_of`
    messages = models.JSONField(default=list)  # ids of the newest, at most 50
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    reply = models.ForeignKey(SavedReply, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    dismissed_at = models.DateTimeField(null=True, blank=True)
    dismissed_by = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    made_at = models.DateTimeField(default=now)

    class Meta:
        ordering = ["-minutes", "-count", "id"]


class WrongMark(models.Model):
    """An agent saw that an article is wrong, or does not answer what it seems to."""

    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="wrong_marks")
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    text = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField(default=now)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = [
            models.Index(fields=["translation"], name="wrong_open", condition=models.Q(settled_at=None))
        ]


class Choice(models.TextChoices):
    """What a widget's home can offer."""

    CHAT = "chat", _("Chat")
    FORM = "form", _("Leave a message")
    REPORT = "report", _("Report a problem")
    HELP = "help", _("Search the help centre")
    REQUESTS = "requests", _("My requests")
    PORTAL = "portal", _("Help and all your requests")


class WidgetHome(models.Model):
    """What the home of one inbox's widget offers, in this order, and the departments among which visitors choose."""

    inbox = models.OneToOneField(Inbox, on_delete=models.CASCADE, related_name="home")
    choices = models.JSONField(default=list)  # names of `Choice`
    departments = models.JSONField(default=list, blank=True)  # ids of teams, in the order of the home
    urgent = models.BooleanField(
        default=True
    )  # asks how urgent it is: urgent leads to the chat while someone is there
    reports = models.ForeignKey(  # the category of problems that are reported by the form
        Category, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
