"""Text messages that come in: stored first, then made a message of the customer's open conversation or a new ticket.

A webhook or a poll calls `store`; the workers call `take`. The gateway's id makes a second copy harmless.
"""

from __future__ import annotations

import copy
import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Q
from django.utils import translation
from django.utils.translation import ngettext

from pelekan.channels.faults import fault
from pelekan.channels.models import ArrivalState, Delivery, DeliveryState, Gateway, IncomingText
from pelekan.channels.sms.shapes import Arrived
from pelekan.channels.sms.texting import is_stopped
from pelekan.channels.sms.words import wish
from pelekan.config import LANGUAGES
from pelekan.lib import due
from pelekan.lib.language import language
from pelekan.lib.phones import normal_phone
from pelekan.lib.text import clean_controls, isolate, one_line
from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.people.models import Agent, Customer, Identity, IdentityKind
from pelekan.tickets.actions import receive
from pelekan.tickets.events import action, record
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Message, Participant, Ticket
from pelekan.tickets.states import Status

log = logging.getLogger("pelekan.sms")

JOINS_SOLVED = timedelta(days=2)
"""A text has no thread: so long after a solution it still belongs to that ticket ("thank you", "it is back")."""

FRESH = timedelta(hours=24)
"""An older text (from a full inbox, or after a long stop) gets no receipt."""

MOST_TRIES = 5
LONGEST = 10_000

JOB = due.Job(IncomingText, lambda row: take(row), where=Q(state=ArrivalState.WAITING), at_once=10)


@action
def store(gateway: Gateway, texts: Iterable[Arrived], *, now: datetime | None = None) -> list[IncomingText]:
    """Keep what the gateway gave, each once. Returns what is new."""
    now = now or clock()
    made = []
    for one in texts:
        row, is_new = IncomingText.objects.get_or_create(
            inbox_id=gateway.inbox_id,
            gateway_id=one.gateway_id[:80] or _mark(one, now),
            defaults={
                "sender": one_line(clean_controls(one.sender), 60),
                "recipient": one_line(clean_controls(one.recipient), 60),
                "text": clean_controls(one.text)[:LONGEST],
                "pictures": min(one.pictures, 100),
                "sent_at": one.sent_at,
                "received_at": now,
                "due_at": now,
            },
        )
        if is_new:
            made.append(row)
    if made:
        due.queued(IncomingText)
    return made


def _mark(one: Arrived, now: datetime) -> str:
    """For a gateway that gives no id: the same words of the same number within the same five minutes are one text."""
    told = "\n".join([one.sender, one.recipient, one.text, str(int(now.timestamp()) // 300)])
    return "mark-" + hashlib.sha256(told.encode("utf-8", "replace")).hexdigest()[:60]


def take(row: IncomingText) -> datetime | None:
    """Make of a leased text what it is. Returns when to try again."""
    try:
        _take(row)
    except (OperationalError, InterfaceError, due.LeaseLost):
        raise
    except Exception as error:
        log.exception("text %s can't be taken in", row.pk)
        if row.tries < MOST_TRIES:
            return clock() + due.pause(row.tries)
        due.settle(
            row, None, state=ArrivalState.QUARANTINED, why=fault("failed", detail=type(error).__name__)
        )
    return None


@action
def retry(row: IncomingText, *, by: Agent) -> bool:
    """Take in again what was set aside by a fault. False when it waits or is done already."""
    again = IncomingText.objects.filter(pk=row.pk, state=ArrivalState.QUARANTINED).update(
        state=ArrivalState.WAITING, due_at=clock(), leased_until=None, tries=0, why=""
    )
    if again:
        record("text.retried", by=by, topics=["desk"], inbox=row.inbox_id, text=row.pk)
        due.queued(IncomingText)
    return bool(again)


@action
def _take(row: IncomingText) -> None:
    row = copy.copy(row)  # when the database repeats this transaction, the caller's row must be as before
    gateway = Gateway.objects.select_related("inbox").get(inbox=row.inbox_id)
    try:
        number = normal_phone(row.sender, gateway.region)
    except ValueError:  # a bank's or an operator's name: nobody to answer
        due.settle(
            row, None, state=ArrivalState.DISMISSED, why=fault("sms_nobody", sender=isolate(row.sender))
        )
        return
    wanted = wish(row.text)
    if wanted == "start" and not is_stopped(number):
        wanted = ""  # nothing to begin again: a short request like any other
    message = None
    if wanted:
        heed(number, gateway, wanted, now=row.received_at)
    elif row.text.strip() or row.pictures:
        message = _receive(row, gateway, number)
    due.settle(row, None, state=ArrivalState.DONE, message=message)


def _receive(row: IncomingText, gateway: Gateway, number: str) -> Message:
    now, inbox = row.received_at, gateway.inbox
    guessed = language(row.text)
    customer = _whose(number, guessed if guessed in LANGUAGES else inbox.language, now)
    talk = _open_talk(gateway, customer, number, now)
    message = receive(
        Incoming(
            inbox_id=inbox.pk,
            channel="sms",
            customer_id=customer.pk,
            text=_text_of(row, customer.language),
            language=guessed if guessed in LANGUAGES else "",
            conversation_id=talk.pk if talk else None,
            client_id=f"sms-{row.pk}",
            meta={"from": {"name": "", "address": number}, "may_answer": clock() - now < FRESH},
        ),
        now=now,
    )
    # reactions run when this change is over, so the receipt finds its way
    Participant.objects.get_or_create(
        conversation_id=message.conversation_id, address=number, defaults={"confirmed_at": now}
    )
    return message


def _text_of(row: IncomingText, language: str) -> str:
    if not row.pictures:
        return row.text
    with translation.override(language):
        note = ngettext(
            "(%(count)s picture came with this text message; it can't be shown here.)",
            "(%(count)s pictures came with this text message; they can't be shown here.)",
            row.pictures,
        ) % {"count": row.pictures}
    return f"{row.text}\n{note}".strip()


def _whose(number: str, language: str, now: datetime) -> Customer:
    """The customer of this number. What a text claims to come from can be forged, so it proves nothing."""
    customer = customer_for(IdentityKind.PHONE, number, language=language, now=now)
    while customer.merged_into is not None:
        customer = customer.merged_into
    if (
        connection.features.has_select_for_update
    ):  # of two texts at once the second finds the first one's ticket
        Customer.objects.select_for_update().get(pk=customer.pk)
    return customer


def _open_talk(gateway: Gateway, customer: Customer, number: str, now: datetime) -> Conversation | None:
    """The customer's conversation with this number that still goes on."""
    talks = Conversation.objects.filter(
        channel="sms", inbox=gateway.inbox_id, customer=customer, participants__address=number
    )
    lately = Q(ticket__status=Status.SOLVED, ticket__solved_at__gt=now - JOINS_SOLVED)
    return talks.filter(lately | Q(ticket__in=Ticket.objects.open())).order_by("-last_at", "-pk").first()


# No more, and again


@action
def heed(number: str, gateway: Gateway, wanted: str, *, now: datetime) -> None:
    """Whoever has `number` wants no more text messages ("stop"), or wants them again ("start"). What waits for him is
    not sent; the tickets that are open with this number say why."""
    rows = Identity.objects.filter(kind=IdentityKind.PHONE, address=number)
    if wanted == "stop" and not rows.exists():
        customer_for(IdentityKind.PHONE, number, language=gateway.inbox.language, now=now)
    stops = wanted == "stop"
    changed = rows.filter(stopped_at__isnull=stops).update(stopped_at=now if stops else None)
    if not changed:
        return
    if stops:
        Delivery.objects.filter(
            channel="sms", recipient=number, state=DeliveryState.QUEUED, leased_until=None
        ).update(
            state=DeliveryState.STOPPED, due_at=None, fault=fault("sms_stopped", recipient=isolate(number))
        )
    name = "texts.stopped" if stops else "texts.started"
    for ticket in _tickets_with(number):
        record(name, ticket, by=ticket.customer, at=now, recipient=number)


def _tickets_with(number: str) -> list[Ticket]:
    own = Q(conversations__channel="sms", conversations__participants__address=number)
    held = Q(customer__identities__kind=IdentityKind.PHONE, customer__identities__address=number)
    rows = Ticket.objects.open().filter(own | held).select_related("customer").distinct()
    return list(rows.order_by("-last_at")[:20])
