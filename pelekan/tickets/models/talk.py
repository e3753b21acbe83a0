"""What is said on a ticket: conversations, who takes part in them, messages and their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from pelekan.lib.time import now
from pelekan.people.models import Agent, Customer
from pelekan.tickets.models.doors import Channel, Inbox
from pelekan.tickets.models.ticket import Ticket

if TYPE_CHECKING:
    from django.db.models import QuerySet


class ChatState(models.TextChoices):
    BOT = "bot", _("With the bot")
    WAITING = "waiting", _("Waiting")
    ACTIVE = "active", _("Active")
    ENDED = "ended", _("Ended")


UNDER_WAY = (ChatState.BOT, ChatState.WAITING, ChatState.ACTIVE)
"""A chat whose customer sits before it."""


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
