"""What goes out by mail or SMS: one `Delivery` per message and recipient, written in the message's own transaction.

`queue` is the reaction on "message.sent"; `stop` and `resend` are what an agent may do with a delivery.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, OuterRef, Q

from pelekan.channels import marks
from pelekan.channels.email import thread
from pelekan.channels.faults import fault
from pelekan.channels.models import Account, Delivery, DeliveryState, Reference
from pelekan.channels.sms import texting
from pelekan.lib import due
from pelekan.lib.addresses import domain_of, normal_address
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import Prepared, PreparedModels, insert
from pelekan.lib.time import now as clock
from pelekan.people.identify import mail_address, phone_number
from pelekan.people.models import Agent, Identity, IdentityKind
from pelekan.tickets.events import action, lock_home, record
from pelekan.tickets.models import UNDER_WAY, Conversation, Event, Inbox, Message, MessageKind, Participant
from pelekan.tickets.notices import choosing
from pelekan.tickets.notices.rules import OR_SMS, Kind, Way, by_way, goes_by

CHAT_PATIENCE = timedelta(minutes=5)
"""A line that the visitor reads in the chat within this time is not mailed as well."""

PEER = (3, timedelta(minutes=10))
"""Automatic mails to one address: another machine may be answering each of ours."""

UNPROVED = (2, timedelta(hours=1))
"""Automatic mails to an address of which nobody has proved that it is his: it may be a victim's."""

ALL_UNPROVED = (200, timedelta(hours=1))
"""The same over all addresses: above this, receipts go only where the sender is proved."""

MOST_RECIPIENTS = 50

UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom a mail goes to; `copied`: in Cc; `proved`: whether it is known to be the customer's (None: not asked)."""

    address: str
    name: str = ""
    copied: bool = False
    proved: bool | None = None


def queue(event: Event) -> None:
    """Reaction on message.sent: write its deliveries, due at once or when the chat's patience is over."""
    message = event.message
    if message is None or message.kind != MessageKind.OUTGOING or message.held_at is not None:
        return
    conversation = message.conversation
    if conversation.channel == "sms":
        if goes_by(message.meta, OR_SMS):
            texting.queue(message, event.at, may_go(message, texting.number_of(conversation), event.at))
        return
    wished = recipients(message) if goes_by(message.meta, Way.EMAIL) else []
    ours = _OURS() if wished else []
    people = _others(wished, ours)
    if message.automatic:
        people = _reachable(message, people, event)
    inbox = _inbox_for(conversation, ours) if people else None
    if _wants_text(message, reached=bool(people)) and (number := phone_number(conversation.customer)):
        texting.tell(message, event.at, may_go(message, number, event.at))
    if inbox is None:
        return
    _note_chosen(message, conversation, event.at)
    waits = conversation.state in UNDER_WAY
    due_at = event.at + CHAT_PATIENCE if waits else event.at
    mail_id = mail_id_of(message, inbox)
    queued = 0
    for to in people[:MOST_RECIPIENTS]:
        if message.automatic and not may_go(message, to.address, event.at, proved=to.proved):
            record("delivery.silenced", event.ticket, message=message, at=event.at, recipient=to.address)
            continue
        insert(
            Delivery(
                inbox=inbox,
                conversation=conversation,
                message=message,
                recipient=to.address,
                copied=to.copied,
                mail_id=mail_id,
                rank=int(message.automatic),
                due_at=due_at,
            )
        )
        queued += 1
    if queued:
        sent_as = Reference(mail_id=mail_id, conversation=conversation, message=message, ours=True)
        Reference.objects.bulk_create([sent_as], ignore_conflicts=True)
        due.queued(Delivery)
        fp("outbox.queued")


def _wants_text(message: Message, *, reached: bool) -> bool:
    """Whether a short word by SMS belongs to this message: in place of mail that reaches nobody, or by choice."""
    if "ways" in message.meta:
        return goes_by(message.meta, Way.SMS if reached else OR_SMS)
    if message.automatic:
        return not reached
    off, on = choosing.choices_of(message.ticket.customer_id)
    return bool(by_way([Kind.ANSWER], Way.SMS, off=off, on=on, has_mail=reached))


_OURS = PreparedModels(lambda: Inbox.objects.exclude(address="").order_by("pk"))
"""All inboxes with an address."""


def _inbox_for(conversation: Conversation, ours: list[Inbox]) -> Inbox | None:
    """The mail inbox that speaks for a conversation: its own; else its team's, else the first one; None without any."""
    if conversation.channel == "email" and conversation.inbox.address:
        return conversation.inbox
    inboxes = [one for one in ours if one.channel == "email" and one.archived_at is None]
    of_team = (one for one in inboxes if one.team_id == conversation.ticket.team_id)
    return next(of_team, inboxes[0] if inboxes else None)


def mail_id_of(message: Message, inbox: Inbox) -> str:
    """The Message-ID of a message, the same at every try and for every recipient."""
    domain = domain_of(inbox.address)
    return thread.message_id(message.conversation_id, str(message.pk), domain, settings.SECRET_KEY)


def recipients(message: Message) -> list[Recipient]:
    """Who gets this message by mail: whom the agent chose, else the confirmed participants that were not merely
    copied; for other channels the customer's own address."""
    conversation = message.conversation
    by_mail = conversation.channel == "email"
    found = (_chosen(message) or _usual(conversation)) if by_mail else []
    if not found and not (by_mail and conversation.participants.exists()):
        address = mail_address(conversation.customer)
        found = [Recipient(address, conversation.customer.name)] if address else []
    return found


def _others(found: list[Recipient], ours: list[Inbox]) -> list[Recipient]:
    """Each once, and never an address that this desk writes from."""
    own = {inbox.address.lower() for inbox in ours}
    once: dict[str, Recipient] = {}
    for one in found:
        if one.address.lower() not in own:
            once.setdefault(one.address, one)
    return list(once.values())


def _reachable(message: Message, people: list[Recipient], event: Event) -> list[Recipient]:
    """Those to whom the desk itself may write: mail that comes back or is complained about harms all other mail."""
    left = []
    for one in people:
        row = _STANDING.one(message.conversation.customer_id, one.address)
        if why := row["silence"] if row else marks.silence_of(one.address):
            record(
                "delivery.silenced",
                event.ticket,
                message=message,
                at=event.at,
                recipient=one.address,
                why=why,
            )
        else:
            left.append(replace(one, proved=bool(row and row["verified_at"])))
    return left


_STANDING = Prepared(
    lambda customer, address: Identity.objects.filter(
        customer=customer, kind=IdentityKind.EMAIL, address=address
    ).values("verified_at", silence=marks.silenced(OuterRef("address")))
)
"""Whether an address is proved to be the customer's, and whether it is marked, in one question."""


def _chosen(message: Message) -> list[Recipient]:
    """Recipients that the agent named in the composer: `meta["to"]` and `meta["cc"]`, addresses or
    {name, address}. Cc alone goes beside the usual recipients."""
    to, cc = (_read(message.meta.get(name), copied=name == "cc") for name in ("to", "cc"))
    return (to or _usual(message.conversation)) + cc if cc else to


def _usual(conversation: Conversation) -> list[Recipient]:
    return [Recipient(one["address"], one["name"]) for one in _USUAL(conversation.pk)]


_USUAL = Prepared(
    lambda conversation: (
        Participant.objects.filter(conversation=conversation, copied=False, confirmed_at__isnull=False)
        .order_by("pk")
        .values("address", "name")
    )
)


def _read(values: object, *, copied: bool) -> list[Recipient]:
    found = []
    for one in values if isinstance(values, list) else []:
        name, address = (one.get("name", ""), one.get("address", "")) if isinstance(one, dict) else ("", one)
        try:
            found.append(Recipient(normal_address(str(address)), str(name)[:160], copied))
        except ValueError:
            continue
    return found


def _note_chosen(message: Message, conversation: Conversation, now: datetime) -> None:
    """Whom an agent writes to takes part from now on: that is his word for it."""
    if message.agent_id is None or conversation.channel != "email":
        return
    for one in _chosen(message):
        taking_part, made = Participant.objects.get_or_create(
            conversation=conversation,
            address=one.address,
            defaults={"name": one.name, "copied": one.copied, "confirmed_at": now},
        )
        if not made and (taking_part.confirmed_at is None or taking_part.copied > one.copied):
            taking_part.confirmed_at = taking_part.confirmed_at or now
            taking_part.copied = taking_part.copied and one.copied
            taking_part.save(update_fields=["confirmed_at", "copied"])


# Automatic mail


def may_go(message: Message, address: str, now: datetime, *, proved: bool | None = None) -> bool:
    """Whether one more automatic mail or text may go to `address`."""
    if _count(_TO_HIM.one(address, now - PEER[1])) >= PEER[0]:
        return False
    # whoever forges a sender's number gets no ticket of its own for each text, and so no receipts
    if message.conversation.channel == "sms" or (is_proved(message, address) if proved is None else proved):
        return True
    if _count(_TO_HIM.one(address, now - UNPROVED[1])) >= UNPROVED[0]:
        return False
    return _count(_TO_ALL.one(now - ALL_UNPROVED[1])) < ALL_UNPROVED[0]


_AUTOMATIC = Delivery.objects.filter(message__automatic=True).values("message__automatic")
_TO_HIM = Prepared(
    lambda address, since: _AUTOMATIC.filter(recipient=address, created_at__gt=since).annotate(
        many=Count("pk")
    )
)
_TO_ALL = Prepared(lambda since: _AUTOMATIC.filter(created_at__gt=since).annotate(many=Count("pk")))


def _count(row: dict[str, Any] | None) -> int:
    return row["many"] if row else 0


def is_proved(message: Message, address: str) -> bool:
    """Whether `address` is known to be the customer's: proved once, or the mail that is answered was authentic."""
    return bool(_PROVED(message.conversation.customer_id, address))


_PROVED = Prepared(
    lambda customer, address: Identity.objects.filter(
        customer=customer,
        kind__in=(
            IdentityKind.EMAIL,
            IdentityKind.PHONE,
        ),  # no address of one kind looks like one of the other
        address=address,
        verified_at__isnull=False,
    ).values("id")
)


# By hand


@action
def stop(delivery: Delivery, *, by: Agent, now: datetime | None = None) -> bool:
    """Keep a mail or text from going out. False when it is too late."""
    now = now or clock()
    ticket = lock_home(delivery.message)
    free = Q(leased_until=None) | Q(leased_until__lte=now)
    stopped = Delivery.objects.filter(free, pk=delivery.pk, state=DeliveryState.QUEUED).update(
        state=DeliveryState.STOPPED, due_at=None, fault=fault("stopped", name=by.name)
    )
    if stopped:
        record(
            "delivery.stopped", ticket, by=by, message=delivery.message, at=now, recipient=delivery.recipient,
            **_by(delivery),
        )  # fmt: skip
    return bool(stopped)


@action
def resend(delivery: Delivery, *, by: Agent, now: datetime | None = None) -> bool:
    """Send again what failed, was stopped, or may have been sent; with the same Message-ID, so that mail programs
    see one mail (a text message gets a new number: gateways take each only once). False when there is nothing to
    repeat."""
    now = now or clock()
    ticket = lock_home(delivery.message)
    row = Delivery.objects.get(pk=delivery.pk)
    if row.state not in (DeliveryState.FAILED, DeliveryState.UNKNOWN, DeliveryState.STOPPED):
        return False
    if row.state == DeliveryState.UNKNOWN:
        row.maybe_twice_at = now
    row.state, row.due_at, row.leased_until, row.tries = DeliveryState.QUEUED, now, None, 0
    row.fault, row.handed_at, row.dead_at = "", None, None
    if row.channel == "sms":
        row.mail_id, row.gateway_id, row.created_at = texting.new_ref(), "", now
    row.save()
    record("delivery.resent", ticket, by=by, message=row.message, at=now, recipient=row.recipient, **_by(row))
    due.queued(Delivery)
    return True


def _by(delivery: Delivery) -> dict[str, Any]:
    """What the history needs to name it: a mail unless it says otherwise."""
    return {} if delivery.channel == "email" else {"channel": delivery.channel}


def has_way_out(inbox: Inbox) -> bool:
    """Whether mail of this inbox can be sent at all: by its own account or by the installation's server."""
    account = Account.objects.filter(inbox=inbox).exclude(smtp_host="").exists()
    return account or bool(settings.EMAIL_HOST)
