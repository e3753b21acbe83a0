"""Text messages that go out: who gets which, when, and what they say. `outbox.queue` calls `queue` and `tell`."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.channels.faults import fault
from pelekan.channels.models import Delivery, DeliveryState, Gateway
from pelekan.channels.sms.parts import parts
from pelekan.channels.sms.quiet import quiet_until
from pelekan.lib import due
from pelekan.lib.phones import takes_sms
from pelekan.lib.text import isolate, local_digits
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people import desk, signin
from pelekan.people.identify import phone_number
from pelekan.people.models import ZONE_OF, Identity, IdentityKind
from pelekan.sla.calendars import for_inbox
from pelekan.tickets.events import record
from pelekan.tickets.guides.sending import link_of as guided
from pelekan.tickets.joined import face_of
from pelekan.tickets.models import UNDER_WAY, Conversation, Inbox, Message
from pelekan.tickets.notices.rules import Kind
from pelekan.tickets.notices.words import short

CHAT_PATIENCE = timedelta(minutes=5)
"""What the visitor reads in the chat within this time needs no text message."""

MORNING = "morning"
"""`message.meta["sms"]`: the agent chose that his answer waits until the quiet hours are over."""


class TooLong(Exception):
    """An answer takes more parts than the inbox lets go out."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(f"{count} parts, at most {most}")
        self.count, self.most = count, most


class Sleeping(Exception):
    """The customer's quiet hours are running until `until`; the agent decides."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"quiet until {until}")
        self.until = until


def weigh(inbox: Inbox, text: str, *, asked: bool, now: datetime) -> None:
    """Whether an agent's answer may go out as it is. Raises TooLong, and Sleeping unless he was `asked` already."""
    gateway = Gateway.objects.select_related("inbox").filter(inbox=inbox).first()
    if gateway is None:
        return
    count = parts(text.strip()).count
    if count > gateway.most_parts:
        raise TooLong(count, gateway.most_parts)
    if not asked and text.strip() and (until := after_quiet(gateway, now)) is not None:
        raise Sleeping(until)


def queue(message: Message, now: datetime, may_go: bool) -> Delivery | None:
    """The text message that this message of an SMS conversation is. `may_go`: whether one more automatic text may go
    to this number. None where there is no number, or it was silenced."""
    conversation = message.conversation
    number = number_of(conversation)
    if not number:
        return None
    if message.automatic and not may_go:
        record("delivery.silenced", message.ticket, message=message, at=now, recipient=number, channel="sms")
        return None
    gateway = Gateway.objects.select_related("inbox").filter(inbox=conversation.inbox_id).first()
    waits = message.automatic or message.meta.get("sms") == MORNING
    due_at = (after_quiet(gateway, now) if gateway and waits else None) or now
    return _write(message, conversation.inbox, number, now, due_at)


def tell(message: Message, now: datetime, may_go: bool) -> Delivery | None:
    """A short word by SMS that something is in the portal, for a customer of another channel who has only a number;
    None where no inbox is set to do that, or one waits to go out already."""
    conversation = message.conversation
    number, gateway = phone_number(conversation.customer), gateway_for(conversation)
    if gateway is None or not takes_sms(number) or message.ticket.registered_at is None:
        return None
    waiting = Delivery.objects.filter(
        conversation=conversation, recipient=number, channel="sms", state=DeliveryState.QUEUED
    )
    if not message.automatic and waiting.filter(message__automatic=False).exists():
        return None
    if not may_go:
        record("delivery.silenced", message.ticket, message=message, at=now, recipient=number, channel="sms")
        return None
    in_chat = conversation.state in UNDER_WAY
    at = now + CHAT_PATIENCE if in_chat else now
    return _write(message, gateway.inbox, number, now, after_quiet(gateway, at) or at)


def _write(message: Message, inbox: Inbox, number: str, now: datetime, due_at: datetime) -> Delivery:
    stopped = is_stopped(number)
    delivery = Delivery.objects.create(
        inbox=inbox,
        conversation_id=message.conversation_id,
        message=message,
        channel="sms",
        recipient=number,
        mail_id=new_ref(),
        rank=int(message.automatic),
        state=DeliveryState.STOPPED if stopped else DeliveryState.QUEUED,
        fault=fault("sms_stopped", recipient=isolate(number)) if stopped else "",
        created_at=now,
        due_at=None if stopped else due_at,
    )
    if not stopped:
        due.queued(Delivery)
    return delivery


def new_ref() -> str:
    """Our own number for a text, the same at every try: 15 digits, which every gateway can keep."""
    return str(10**14 + secrets.randbelow(9 * 10**14))


def number_of(conversation: Conversation) -> str:
    """Whom an SMS conversation is with; "" where nobody is noted."""
    rows = conversation.participants.exclude(confirmed_at=None).order_by("pk")
    return rows.values_list("address", flat=True).first() or ""


def gateway_for(conversation: Conversation) -> Gateway | None:
    """The gateway that speaks for inboxes without SMS: its team's, else the first that is set to."""
    rows = Gateway.objects.select_related("inbox").filter(for_others=True, inbox__archived_at=None)
    rows = rows.order_by("inbox_id")
    return rows.filter(inbox__team=conversation.ticket.team_id).first() or rows.first()


def is_stopped(number: str) -> bool:
    """Whether whoever has this number asked for no more text messages."""
    return Identity.objects.filter(kind=IdentityKind.PHONE, address=number, stopped_at__isnull=False).exists()


def after_quiet(gateway: Gateway, at: datetime) -> datetime | None:
    """When this inbox's quiet hours around `at` are over; None when it may be loud."""
    calendar = for_inbox(gateway.inbox)
    zone = calendar.zone if calendar else ZONE_OF.get(gateway.inbox.language, "UTC")
    return quiet_until(at, zone_named(zone), gateway.quiet_from, gateway.quiet_to)


# What it says


def words_of(delivery: Delivery) -> str:
    """The text of a delivery, the same at every try."""
    message = delivery.message
    ticket = face_of(delivery.conversation, message.ticket)
    with translation.override(message.language or ticket.language):
        if "ways" in message.meta:
            told, link = message.meta, link_of(delivery)
            kinds = told["ways"]["sms"] or told["ways"]["or_sms"]
            return short(kinds, told["language"], {**told["values"], "link": link})
        if message.automatic:
            return _with_link(message.text, delivery)
        if delivery.conversation.channel == "sms":
            text = "\n".join(filter(None, [message.text.strip(), guided(message)]))
            if message.attachments.exists():
                text = "\n".join(filter(None, [text, _("Files: %(link)s") % {"link": link_of(delivery)}]))
            return text
        values = {
            "number": local_digits(str(ticket.number), ticket.language),
            "desk": desk.sign().name,
            "link": link_of(delivery),
        }
        return short([Kind.ANSWER], ticket.language, values)


def _with_link(text: str, delivery: Delivery) -> str:
    link = link_of(delivery)
    return f"{text.strip()}\n{link}" if link else text.strip()


def link_of(delivery: Delivery) -> str:
    """Where the customer sees his request. The link that opens it goes only to a number that is noted as his own; one
    that a visitor merely typed may be a stranger's."""
    ticket = face_of(delivery.conversation, delivery.message.ticket)
    customer = delivery.conversation.customer
    if ticket.registered_at is None:
        return ""
    own = Identity.objects.filter(customer=customer, kind=IdentityKind.PHONE, address=delivery.recipient)
    if own.exists():
        return signin.short_link(ticket.pk, customer, now=clock())
    return settings.BASE_URL + reverse("portal_home")
