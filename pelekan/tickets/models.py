"""Tickets and what belongs to them. Written only by `actions`; every change leaves a row in `Event`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer, Language, Organization, Skill, Team, Tier
from pelekan.tickets.states import OPEN_STATES

if TYPE_CHECKING:
    from django.db.models import QuerySet


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


class Tag(models.Model):
    name = models.CharField(max_length=48, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Tickets(models.QuerySet["Ticket"]):
    """Every read of tickets begins with whose eyes it is for."""

    def visible_to(self, agent: Agent) -> QuerySet[Ticket]:
        """What `agent` may see: everything where the steps are only a view to him (`Agent.eyes`); else the tickets of
        his teams' tiers, what is assigned to him, and the ticket of a chat that he is in, wherever it has climbed
        meanwhile. A disabled agent sees nothing."""
        if agent.disabled_at or not agent.user.is_active:
            return self.none()
        if agent.sees_all:
            return self.all()
        chats = Conversation.objects.filter(agent=agent, state=ChatState.ACTIVE).values("ticket")
        return self.filter(
            models.Q(tier__in=agent.tier_ids) | models.Q(assignee=agent) | models.Q(pk__in=chats)
        )

    def of_customer(self, customer: Customer) -> QuerySet[Ticket]:
        """What `customer` may see in the portal: his own registered tickets."""
        return self.filter(customer=customer, registered_at__isnull=False)

    def open(self) -> QuerySet[Ticket]:
        return self.filter(status__in=OPEN_STATES)


A_DAY = timedelta(days=1)


def in_a_day() -> datetime:
    """Where a ticket stands among the urgent ones until a service level says more: a day is what everyone is promised."""
    return now() + A_DAY


IS_OPEN = models.Q(status__in=["new", "open", "waiting", "on_hold"])
IS_DONE = models.Q(status__in=["solved", "closed"])
SILENT = IS_OPEN & models.Q(waiting_since__isnull=False)
PROMISED = IS_OPEN & models.Q(promised_at__isnull=False)
NO_NEXT = models.Q(
    status__in=["new", "open"], waiting_since__isnull=True, promised_at__isnull=True, next_due_at__isnull=True
)
HELD = models.Q(status="on_hold", hold_until__isnull=True)


class Ticket(models.Model):
    """One request of one customer and the work on it. Has a number once it is registered."""

    number = models.PositiveBigIntegerField(null=True, blank=True, unique=True)
    subject = models.CharField(max_length=250)
    subject_folded = models.TextField(blank=True, editable=False)  # see `tickets.conditions.words.folded`
    status = models.CharField(max_length=8, default="new")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="tickets")
    organization = models.ForeignKey(Organization, null=True, blank=True, on_delete=models.SET_NULL)
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="tickets")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="tickets")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="tickets")  # never ownerless
    assignee = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="tickets"
    )
    category = models.ForeignKey(Category, null=True, blank=True, on_delete=models.SET_NULL)
    causes = models.ManyToManyField(Category, blank=True, related_name="caused")  # further ones besides
    impact = models.PositiveSmallIntegerField(default=2)
    urgency = models.PositiveSmallIntegerField(default=2)
    priority = models.PositiveSmallIntegerField(default=2)
    assessed_at = models.DateTimeField(null=True, blank=True)  # an agent chose or confirmed the three above
    reasons = models.JSONField(default=list, blank=True)  # what spoke for them; see `priority.Reason`
    alarm = models.PositiveSmallIntegerField(default=0)  # 0 calm, 1 soon, 2 late, 3 very late
    next_due_at = models.DateTimeField(null=True, blank=True)  # the earliest promise of a service level
    rank_at = models.DateTimeField(default=in_a_day)  # the order "most urgent first"; never empty
    promised_at = models.DateTimeField(null=True, blank=True)  # what an agent told the customer, the earliest
    frustration = models.PositiveSmallIntegerField(default=0)  # 0–100
    round_trips = models.PositiveSmallIntegerField(default=0)
    reopened = models.PositiveSmallIntegerField(default=0)  # times
    transfers = models.PositiveSmallIntegerField(default=0)  # moves between teams
    handed_at = models.DateTimeField(null=True, blank=True)  # handed over since then, and not yet accepted
    language = models.CharField(max_length=2, default="fa")
    follows = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="follow_ups"
    )
    may_belong_to = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    joined_into = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="joined", db_index=False
    )  # its conversations are there; see `tickets.joined`
    joined_at = models.DateTimeField(
        null=True, blank=True
    )  # conversations last came or went by a join or its undoing: who held one before looks again
    tags = models.ManyToManyField(Tag, blank=True, related_name="tickets")
    preview = models.CharField(max_length=160, blank=True)
    hold_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    registered_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)  # by a person, reaching the customer
    waiting_since = models.DateTimeField(null=True, blank=True)  # the customer waits for us since then
    last_at = models.DateTimeField(default=now)  # last message either way: the order of lists
    solved_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = Tickets.as_manager()

    class Meta:
        indexes = [
            # one index per live list, in its order (see `lists`); partial, so that done work costs open work nothing
            models.Index(
                fields=["assignee", "-last_at", "-id"], name="open_mine", condition=IS_OPEN
            ),  # and nobody's
            models.Index(fields=["team", "-last_at", "-id"], name="open_team", condition=IS_OPEN),
            models.Index(fields=["tier", "-last_at", "-id"], name="open_tier", condition=IS_OPEN),
            models.Index(fields=["-last_at", "-id"], name="open_all", condition=IS_OPEN),
            # the same lists by urgency
            models.Index(fields=["assignee", "rank_at", "id"], name="rank_mine", condition=IS_OPEN),
            models.Index(fields=["team", "rank_at", "id"], name="rank_team", condition=IS_OPEN),
            models.Index(fields=["tier", "rank_at", "id"], name="rank_tier", condition=IS_OPEN),
            models.Index(fields=["rank_at", "id"], name="rank_all", condition=IS_OPEN),
            models.Index(
                fields=["assignee", "team"], name="late_ones", condition=IS_OPEN & models.Q(alarm__gte=2)
            ),  # counted beside each list
            models.Index(fields=["assignee", "-last_at", "-id"], name="done_mine", condition=IS_DONE),
            models.Index(fields=["tier", "-last_at", "-id"], name="done_tier", condition=IS_DONE),
            models.Index(fields=["-last_at", "-id"], name="list_all"),
            models.Index(fields=["customer", "-last_at"], name="list_customer"),
            # nothing forgotten, see `forgotten`
            models.Index(fields=["waiting_since"], name="forgot_silent", condition=SILENT),
            models.Index(fields=["last_at"], name="forgot_next", condition=NO_NEXT),
            models.Index(fields=["promised_at"], name="forgot_promise", condition=PROMISED),
            models.Index(fields=["last_at"], name="forgot_waiting", condition=models.Q(status="waiting")),
            models.Index(fields=["last_at"], name="forgot_held", condition=HELD),
            models.Index(
                fields=["joined_into"], name="joined_tickets", condition=models.Q(joined_into__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.number} {self.subject}" if self.number else self.subject

    @property
    def is_open(self) -> bool:
        return self.status in OPEN_STATES


class Counter(models.Model):
    """The next ticket number: one row, incremented inside the registering transaction."""

    name = models.CharField(max_length=20, primary_key=True)
    value = models.PositiveBigIntegerField()


class ChatState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


class Conversation(models.Model):
    """One thread of messages over one channel with one set of participants."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="conversations")
    inbox = models.ForeignKey(Inbox, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    joined_from = models.ForeignKey(
        Ticket, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )  # where it began, while a join keeps it elsewhere
    subject = models.CharField(max_length=250, blank=True)
    state = models.CharField(max_length=8, choices=ChatState.choices, blank=True)  # chat only
    agent = models.ForeignKey(
        Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="chats"
    )  # who is in the chat; the ticket's assignee may be someone else once it has climbed
    context = models.JSONField(
        default=dict, blank=True
    )  # page, title, referrer, browser; answers before the chat
    started_at = models.DateTimeField(default=now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(default=now)
    customer_read_id = models.PositiveBigIntegerField(default=0)  # last message id the customer has seen
    agent_read_id = models.PositiveBigIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(
                fields=["state", "started_at"],
                name="chat_queue",
                condition=models.Q(state__in=["waiting", "active"]),
            ),
            models.Index(fields=["agent", "ticket"], name="chats_of", condition=models.Q(state="active")),
            models.Index(
                fields=["joined_from"], name="joined_talks", condition=models.Q(joined_from__isnull=False)
            ),
        ]


class Participant(models.Model):
    """An address that takes part in a mail conversation. What is unconfirmed sees nothing older."""

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="participants")
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=160, blank=True)
    copied = models.BooleanField(default=False)  # cc
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["conversation", "address"], name="takes_part_once")]


class MessageKind(models.TextChoices):
    INCOMING = "incoming", _("Incoming")
    OUTGOING = "outgoing", _("Outgoing")
    NOTE = "note", _("Note")


class Messages(models.QuerySet["Message"]):
    def public(self) -> QuerySet[Message]:
        """What a customer may ever see: never a note, never what is held back."""
        return self.filter(kind__in=[MessageKind.INCOMING, MessageKind.OUTGOING], held_at__isnull=True)


class Message(models.Model):
    """One message. `id` rises in the order of commits within a ticket: writers hold the ticket's row."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="messages")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    kind = models.CharField(max_length=8, choices=MessageKind.choices)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey(
        Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="messages"
    )
    automatic = models.BooleanField(default=False)  # written by the desk itself: receipts, greetings
    text = models.TextField(blank=True)  # what the person wrote, without quote and signature
    html = models.TextField(blank=True)  # sanitised; empty when the text says all
    quoted = models.TextField(blank=True)  # the folded rest: history, signature (text)
    language = models.CharField(max_length=2, blank=True)
    client_id = models.CharField(max_length=64, blank=True)  # makes a second send of the same line harmless
    meta = models.JSONField(default=dict, blank=True)  # mail: subject, to, cc, message_id, verdict, warnings
    created_at = models.DateTimeField(default=now)
    held_at = models.DateTimeField(
        null=True, blank=True
    )  # kept from the customer's side until an agent releases it

    objects = Messages.as_manager()

    is_first: bool | None = None  # of its ticket; known only to the change that wrote it

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["conversation", "client_id"], condition=~models.Q(client_id=""), name="sent_once"
            ),
        ]
        indexes = [
            models.Index(fields=["ticket", "id"], name="timeline"),
            models.Index(fields=["conversation", "id"], name="thread"),
        ]


class Attachment(models.Model):
    """A file. Before its message is sent it belongs to the draft of its uploader (`upload_key`)."""

    message = models.ForeignKey(
        Message, null=True, blank=True, on_delete=models.CASCADE, related_name="attachments"
    )
    token = models.CharField(max_length=40, unique=True)  # unguessable; rights are still checked
    name = models.CharField(max_length=255)
    type = models.CharField(max_length=120)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    path = models.CharField(max_length=160)  # below MEDIA_ROOT
    inline_id = models.CharField(max_length=250, blank=True)  # Content-ID of an inline image
    upload_key = models.CharField(max_length=80, blank=True)  # "agent:5" or "conversation:9" while unsent
    created_at = models.DateTimeField(default=now)

    class Meta:
        indexes = [
            models.Index(
                fields=["upload_key", "created_at"], name="uploads", condition=~models.Q(upload_key="")
            )
        ]


class Outcome(models.TextChoices):
    ESCALATED = "escalated", _("Escalated")
    RETURNED = "returned", _("Returned")
    HANDED_OVER = "handed_over", _("Handed over")
    SOLVED = "solved", pgettext_lazy("outcome", "Solved")
    CLOSED = "closed", pgettext_lazy("outcome", "Closed")
    JOINED = "joined", pgettext_lazy("outcome", "Joined into another ticket")


class Stay(models.Model):
    """The time that a ticket spends at one tier with one team."""

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="stays")
    tier = models.ForeignKey(Tier, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    first_answer_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    why = models.TextField(blank=True)  # why it came here
    sent_from = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )  # who handed it over; None where nobody did: it arrived here, or came back
    sent_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    despite = models.TextField(blank=True)  # why it came although nobody here has the skill
    missing = models.JSONField(
        default=list, blank=True
    )  # came back for want of these; see tickets.packs.fields

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(
                fields=["entered_at"], name="handed_over", condition=models.Q(sent_from__isnull=False)
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["ticket"], condition=models.Q(left_at__isnull=True), name="one_stay_at_a_time"
            )
        ]


class Event(models.Model):
    """The log of everything: audit trail, live feed, resume point. Rows are only ever added."""

    name = models.CharField(max_length=40)  # noun.past
    at = models.DateTimeField(default=now)
    ticket = models.ForeignKey(Ticket, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    message = models.ForeignKey(Message, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    agent = models.ForeignKey(Agent, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    because = models.TextField(blank=True)
    cause = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    topics = models.TextField(blank=True)  # space-separated, who should look: "ticket:42 team:3 desk"

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["ticket", "id"], name="history")]


class SavedReply(models.Model):
    """A text that agents insert by `/`. `bodies` holds one text per language."""

    name = models.CharField(max_length=80)
    shortcut = models.CharField(max_length=32, unique=True)
    bodies = models.JSONField(default=dict)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.CASCADE)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["shortcut"]

    def __str__(self) -> str:
        return self.name


class Draft(models.Model):
    """What an agent is writing on a ticket and has not sent."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="drafts")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    kind = models.CharField(max_length=8, choices=MessageKind.choices, default=MessageKind.OUTGOING)
    html = models.TextField(blank=True)
    saw_id = models.PositiveBigIntegerField(default=0)  # last message on screen when the writing began
    rest = models.JSONField(default=dict)  # via; of an answer that was taken back also files (ids), to, cc
    updated_at = models.DateTimeField(default=now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket", "kind"], name="one_draft_each")]


class ReadMark(models.Model):
    """How far an agent has read a ticket."""

    agent = models.ForeignKey(Agent, on_delete=models.CASCADE, related_name="+")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    message_id = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agent", "ticket"], name="one_read_mark")]


def owner_key(agent: Agent | None = None, conversation: Conversation | None = None) -> str:
    """Whose unsent upload this is: bound to one agent or one conversation."""
    return f"agent:{agent.pk}" if agent else f"conversation:{conversation.pk}" if conversation else ""


# tables of rooms of their own, here so that Django finds them
from pelekan.tickets.bell.models import Bell as Bell  # noqa: E402
from pelekan.tickets.bell.models import BellChoice as BellChoice  # noqa: E402
from pelekan.tickets.calls.models import Call as Call  # noqa: E402
from pelekan.tickets.frustration.models import Mood as Mood  # noqa: E402
from pelekan.tickets.notices.models import Notice as Notice  # noqa: E402
from pelekan.tickets.notices.models import NoticeChoice as NoticeChoice  # noqa: E402
from pelekan.tickets.notices.models import NoticeState as NoticeState  # noqa: E402
from pelekan.tickets.notices.models import NoticeText as NoticeText  # noqa: E402
from pelekan.tickets.notices.models import Rating as Rating  # noqa: E402
from pelekan.tickets.packs.models import Issue as Issue  # noqa: E402
from pelekan.tickets.packs.models import Pack as Pack  # noqa: E402
from pelekan.tickets.pending.models import Pending as Pending  # noqa: E402
from pelekan.tickets.promises.models import Promise as Promise  # noqa: E402
from pelekan.tickets.rulebooks.models import Decision as Decision  # noqa: E402
from pelekan.tickets.rulebooks.models import Rulebook as Rulebook  # noqa: E402
from pelekan.tickets.views.models import SavedView as SavedView  # noqa: E402
from pelekan.tickets.webhooks.models import Webhook as Webhook  # noqa: E402
from pelekan.tickets.webhooks.models import WebhookCall as WebhookCall  # noqa: E402
