"""Footsteps at step 0. Rows of one visit hang together by `Visit`; without one they are only counted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from pelekan.knowledge.models import Article, Translation
from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer, Organization
from pelekan.tickets.models import Category, Channel, Conversation, Message, Ticket


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

    key = models.CharField(max_length=64)  # SHA-256 of the browser's random mark; never an address
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
    ticket = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # the first request that was made in it
    began_at = models.DateTimeField(default=now)
    last_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(fields=["key", "-last_at"], name="visit_key"),
            models.Index(fields=["-began_at"], name="visit_latest"),
            models.Index(fields=["customer", "-began_at"], name="visit_customer"),
        ]


class Topic(models.Model):
    """What many people ask in many words: questions of the same stems, and those whose askers opened the same article."""

    key = models.CharField(max_length=200, unique=True)  # the stems in order; see knowledge.trail.stems
    text = models.CharField(max_length=200)  # as it is asked most often
    language = models.CharField(max_length=2)
    lead = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="others"
    )  # the topic that this one is counted with; None: itself
    made_at = models.DateTimeField(default=now)

    def __str__(self) -> str:
        return self.text


class Question(models.Model):
    """What was looked for, by typing into a search field or by writing a request."""

    visit = models.ForeignKey(
        Visit, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )
    place = models.CharField(max_length=9, choices=Place.choices)
    text = models.CharField(max_length=200)  # what was typed, with addresses, numbers and names masked
    folded = models.CharField(max_length=200)  # the same question of many people looks the same
    language = models.CharField(max_length=2)
    topic = models.ForeignKey(
        Topic, null=True, blank=True, on_delete=models.SET_NULL, related_name="questions"
    )  # when its day was summed
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
            models.Index(fields=["topic", "-at"], name="question_topic"),
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


class Habits(models.Model):
    """Whether and how footsteps are kept, in one row with the number 1; see `knowledge.trail.habits`."""

    on = models.BooleanField(default=True)
    mark_days = models.PositiveSmallIntegerField(default=30)
    keep_days = models.PositiveSmallIntegerField(default=90)
    window_days = models.PositiveSmallIntegerField(default=3)
    read_seconds = models.PositiveSmallIntegerField(default=20)
    hold_out = models.PositiveSmallIntegerField(default=0)  # of a hundred
    summed_at = models.DateTimeField(null=True, blank=True)  # when the days were last brought up to date
    summed_on = models.DateField(null=True, blank=True)  # days before this one stand as they are
    read_id = models.PositiveBigIntegerField(default=0)  # up to which message contacts are counted


class Tally(models.Model):
    """The sums of one day (in the desk's time zone) of one kind of thing: what pages count is read here.

    `of` and `key`: all "" · place "help" · language "fa" · who "customer"/"anonymous" · group id · organization id · plan
    name · kind "faq" · article translation id · topic id · category id · share "shown"/"held".
    """

    day = models.DateField()
    of = models.CharField(max_length=12)
    key = models.CharField(max_length=80, blank=True)
    visits = models.PositiveIntegerField(default=0)
    looked = models.PositiveIntegerField(default=0)  # visits that looked for something, their window over
    solved = models.PositiveIntegerField(default=0)  # of these: solved without a person
    requested = models.PositiveIntegerField(default=0)  # of these: made a request
    pending = models.PositiveIntegerField(default=0)  # looked for something, their window still open
    questions = models.PositiveIntegerField(default=0)
    fruitless = models.PositiveIntegerField(default=0)  # found nothing
    unclicked = models.PositiveIntegerField(default=0)  # found something, opened nothing
    ticketed = models.PositiveIntegerField(default=0)  # a request followed
    missed = models.PositiveIntegerField(default=0)  # questions of which at least one of these three is true
    readings = models.PositiveIntegerField(default=0)
    seconds = models.PositiveBigIntegerField(default=0)
    helped = models.PositiveIntegerField(default=0)
    unhelped = models.PositiveIntegerField(default=0)
    tickets = models.PositiveIntegerField(default=0)  # about this topic or category
    calls = models.PositiveIntegerField(default=0)
    work = models.PositiveBigIntegerField(default=0)  # seconds of handling these tickets

    class Meta:
        constraints = [models.UniqueConstraint(fields=["of", "day", "key"], name="tally_once")]


class Contacts(models.Model):
    """How many requests and chats began on one day (in the desk's time zone) through one channel."""

    day = models.DateField()
    channel = models.CharField(max_length=8, choices=Channel.choices)
    begun = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "channel"], name="contacts_once")]


class RepeatKind(models.TextChoices):
    REQUEST = "request", pgettext_lazy("repeat contact", "New request")
    CHAT = "chat", pgettext_lazy("repeat contact", "Chat")
    NEWS = "news", pgettext_lazy("repeat contact", "Asked for news")


class Repeat(models.Model):
    """A customer came again while a request of his was open: `message` is what he came with. Holds no words."""

    message = models.OneToOneField(Message, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")  # on which he wrote it
    earlier = models.ForeignKey(
        Ticket, on_delete=models.CASCADE, related_name="+"
    )  # that was open; the same for news
    kind = models.CharField(max_length=7, choices=RepeatKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    day = models.DateField()  # of the desk's time zone
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="repeat_day")]


class GapState(models.TextChoices):
    OPEN = "open", pgettext_lazy("gap", "Open")
    DRAFTED = "drafted", pgettext_lazy("gap", "Being written")
    PUBLISHED = "published", pgettext_lazy("gap", "Published")
    REFUSED = "refused", pgettext_lazy("gap", "Not worth an article")


class Gap(models.Model):
    """What was decided about something that people look for in vain; without a row it is open."""

    topic = models.OneToOneField(Topic, null=True, blank=True, on_delete=models.CASCADE, related_name="gap")
    category = models.OneToOneField(
        Category, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    state = models.CharField(max_length=9, choices=GapState.choices, default=GapState.OPEN)
    article = models.ForeignKey(Article, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    why = models.CharField(max_length=250, blank=True)  # it is refused
    changed_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=now)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="gap_of_one",
                condition=models.Q(topic__isnull=False, category__isnull=True)
                | models.Q(topic__isnull=True, category__isnull=False),
            )
        ]
