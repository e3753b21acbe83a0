"""What the bot is in the middle of, what it answered and what came of it, and the model that may help it with words."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.knowledge.models import Article
from pelekan.knowledge.trail.models import Offer, Visit
from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.tickets.models import Conversation, Inbox, Message


class Outcome(models.TextChoices):
    SOLVED = "solved", _("Solved by the bot")
    HANDED = "handed", _("Handed over to people")
    QUIET = "quiet", _("Answered, then the customer left")


class Why(models.TextChoices):
    """Why the bot handed over."""

    ASKED = "asked", _("The customer asked for a person")
    UNSURE = "unsure", _("The bot did not know")
    WRONG = "wrong", _("The answer did not help")
    FLOW = "flow", _("A flow hands over here")
    FILE = "file", _("The customer sent a file")
    LEFT = "left", _("The customer left without an answer")
    STEPPED_IN = "stepped_in", _("A colleague stepped in")
    FAULT = "fault", _("The bot failed")


class Talk(models.Model):
    """The bot in one chat. Falls due when something is to be said, and when the customer has been silent for long."""

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="bot_talk")
    inbox = models.ForeignKey(Inbox, on_delete=models.CASCADE, related_name="+")
    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # whose steps these are; None for who is not followed
    page = models.CharField(max_length=300, blank=True)  # of the site on which it began, without its query
    language = models.CharField(max_length=2)
    state = models.JSONField(default=dict, blank=True)  # see `talking`
    heard_id = models.PositiveBigIntegerField(default=0)  # up to which message it has answered
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    began_at = models.DateTimeField(default=now)
    ended_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="bot_talk_due", condition=models.Q(due_at__isnull=False)),
            models.Index(fields=["-began_at"], name="bot_talk_latest"),
        ]


class BotAnswer(models.Model):
    """One answer of the bot, and whether it was one."""

    talk = models.ForeignKey(Talk, on_delete=models.CASCADE, related_name="answers")
    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="bot_answer")
    question = models.CharField(max_length=200, blank=True)  # masked
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    offer = models.ForeignKey(Offer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    sure = models.FloatField(default=0)
    phrased = models.BooleanField(default=False)  # in words of the model
    helped = models.BooleanField(null=True, blank=True)  # the customer said so, or said no
    wrong_at = models.DateTimeField(null=True, blank=True)  # a colleague says that it is wrong
    wrong_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [models.Index(fields=["-at"], name="bot_answer_latest")]


class Model(models.Model):
    """The one language model that may put answers into words (id 1): any server that speaks the OpenAI protocol."""

    on = models.BooleanField(default=False)
    base_url = models.CharField(max_length=300, blank=True)  # such as http://localhost:11434/v1
    name = models.CharField(max_length=120, blank=True)
    key = models.TextField(blank=True)  # sealed, see lib.secrets
    private = models.BooleanField(default=False)  # the address may lie in the own network
    seconds = models.PositiveSmallIntegerField(default=2)
    most_requests = models.PositiveIntegerField(default=2_000)  # in a month
    most_tokens = models.PositiveIntegerField(default=1_000_000)  # in a month
    changed_at = models.DateTimeField(default=now)


class Spent(models.Model):
    """What the model cost in one month (UTC)."""

    month = models.CharField(max_length=7, unique=True)  # 2026-11
    requests = models.PositiveIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)  # answers that said more than the articles do
    failed = models.PositiveIntegerField(default=0)
    last_fault = models.CharField(max_length=250, blank=True)
