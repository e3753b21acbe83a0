"""Footsteps at step 0. Rows of one visit hang together by `Visit`; without one they are only counted."""

from __future__ import annotations

from django.db import models

from pelekan.knowledge.models import Article, Translation
from pelekan.lib.time import now
from pelekan.people.models import Customer, Organization
from pelekan.tickets.models import Conversation, Ticket


class Place(models.TextChoices):
    """Where it happened."""

    HELP = "help", "help centre"
    PORTAL = "portal", "portal, while a request is written"
    FORM = "form", "web form or guest"
    WIDGET = "widget", "widget"
    BOT = "bot", "bot"
    DESK = "desk", "an agent's composer"
    COMMUNITY = "community", "community"


class Visit(models.Model):
    """One browser until it rests for half an hour."""

    key = models.CharField(
        max_length=64
    )  # SHA-256 of the browser's random mark with the day's salt; never an address
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    plan = models.CharField(max_length=80, blank=True)
    groups = models.JSONField(default=list, blank=True)  # ids of customer groups at that time
    language = models.CharField(max_length=2)
    place = models.CharField(max_length=9, choices=Place.choices)
    held_out = models.BooleanField(
        default=False
    )  # saw no suggestions on purpose: the hold-out group of honest deflection
    began_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["key", "-last_at"], name="visit_key"),
            models.Index(fields=["-began_at"], name="visit_latest"),
            models.Index(fields=["customer", "-began_at"], name="visit_customer"),
        ]


class Question(models.Model):
    """What was looked for, by typing into a search field or by writing a request."""

    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    place = models.CharField(max_length=9, choices=Place.choices)
    text = models.CharField(max_length=200)  # what was typed, with addresses, numbers and names masked
    folded = models.CharField(max_length=200)  # the same question of many people looks the same
    language = models.CharField(max_length=2)
    found = models.PositiveIntegerField(default=0)  # how many answers there were
    clicked = models.ForeignKey(
        Translation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # that followed
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="question_latest"),
            models.Index(fields=["folded", "-at"], name="question_same"),
        ]


class Reading(models.Model):
    """An article was opened."""

    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="readings"
    )
    translation = models.ForeignKey(Translation, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8)  # of the article, so that engagement by kind needs no join
    place = models.CharField(max_length=9, choices=Place.choices)
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="readings"
    )
    seconds = models.PositiveIntegerField(default=0)  # in sight, as the page tells when it is left
    solved = models.BooleanField(null=True, blank=True)  # the reader said so, or said no
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["translation", "-at"], name="reading_article"),
            models.Index(fields=["-at"], name="reading_latest"),
        ]


class Offer(models.Model):
    """Answers were offered to someone who was about to ask a person, or by an agent or the bot as a card."""

    place = models.CharField(max_length=9, choices=Place.choices)
    visit = models.ForeignKey(Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="offers")
    conversation = models.ForeignKey(
        Conversation, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    question = models.ForeignKey(
        Question, null=True, blank=True, on_delete=models.SET_NULL, related_name="offers"
    )
    articles = models.ManyToManyField(Article, blank=True, related_name="+")
    secret = models.CharField(max_length=64, blank=True, db_index=True)  # of a card's link: SHA-256
    clicked_at = models.DateTimeField(null=True, blank=True)
    solved_at = models.DateTimeField(null=True, blank=True)  # "this solved it"
    went_on_at = models.DateTimeField(null=True, blank=True)  # "I still need help"
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["-at"], name="offer_latest"),
            models.Index(fields=["ticket"], name="offer_ticket"),
        ]
