"""Handing text messages to a gateway, and seeing what became of them.

A phone can't tell a second copy from a new message, so what may have gone out is never sent again by itself: it is
"unknown" until the gateway says what became of it, or a person sends it again.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import F, Q
from django.urls import reverse

from pelekan.channels.faults import fault, word_of
from pelekan.channels.handing import UNSENT, End, begin, later, mark_handed, settle
from pelekan.channels.models import Delivery, DeliveryState, Gateway
from pelekan.channels.sms import texting
from pelekan.channels.sms.calls import GATES, call, line_of, scrubbed
from pelekan.channels.sms.parts import parts
from pelekan.channels.sms.shapes import Line, Seen, Text, Trouble
from pelekan.config import THIS_MACHINE
from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity, IdentityKind
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Conversation

log = logging.getLogger("pelekan.sms")

PATIENCE = timedelta(days=1)  # later than that a text message confuses more than it tells
LEASE = timedelta(minutes=3)
FIRST_LOOK = timedelta(seconds=30)
LOOKED_FOR = timedelta(days=2)  # gateways forget
HOUR = timedelta(hours=1)
SOON = timedelta(seconds=2)

JOB = due.Job(
    Delivery,
    lambda delivery: work(delivery),
    where=Q(channel="sms"),
    lease=LEASE,
    at_once=1,
    threads=2,
    part="sms",
)


def work(delivery: Delivery) -> Any:
    """Send what waits, look after what was sent."""
    return send(delivery) if delivery.state in UNSENT else look(delivery)


def send(delivery: Delivery) -> Any:
    """Send a leased delivery. Returns when it falls due again."""
    gateway = Gateway.objects.select_related("inbox").filter(inbox=delivery.inbox_id).first()
    if end := _needless(delivery):
        settle([delivery], end)
        return None
    if delivery.state == DeliveryState.SENDING and delivery.handed_at is not None:
        return _done(delivery, gateway, _doubt())  # we died while it was being handed over
    if again := _must_wait(delivery, gateway):
        due.settle(delivery, again, tries=F("tries") - 1)
        return again
    begin([delivery])
    fp("sms.claimed")
    gateway_id, end, told = "", None, 0
    try:
        gateway_id, told = _hand_over(delivery, gateway)
        end = End(DeliveryState.SENT)
    except Trouble as trouble:
        end = _after(delivery, gateway, trouble)
    fp("sms.before_commit")
    return _done(delivery, gateway, end, gateway_id=gateway_id, parts=told)


def _needless(delivery: Delivery) -> End | None:
    """What need not, or must not, be sent any more."""
    if texting.is_stopped(delivery.recipient):
        return End(DeliveryState.STOPPED, fault("sms_stopped", recipient=isolate(delivery.recipient)))
    conversation = Conversation.objects.get(pk=delivery.conversation_id)
    if conversation.channel == "chat" and conversation.customer_read_id >= delivery.message_id:
        return End(DeliveryState.STOPPED, fault("read_meanwhile"))
    return None


def _must_wait(delivery: Delivery, gateway: Gateway | None) -> Any:
    """Until when: earlier texts of the conversation go first, and nobody gets more than the limit in an hour."""
    now = clock()
    rows = Delivery.objects.filter(channel="sms", recipient=delivery.recipient)
    earlier = rows.filter(conversation=delivery.conversation_id, pk__lt=delivery.pk, state__in=UNSENT)
    # what waits for the morning holds nothing up
    first = earlier.filter(Q(due_at__lte=now) | Q(tries__gt=0)).order_by("pk").first()
    if first is not None:
        return max(first.due_at or now, now) + SOON
    limit = gateway.per_hour if gateway else 0
    handed = (
        rows.filter(sent_at__gt=now - HOUR).order_by("-sent_at").values_list("sent_at", flat=True)[:limit]
    )
    times: list[datetime] = [at for at in handed if at is not None] if limit else []
    return times[-1] + HOUR if limit and len(times) >= limit else None


def _hand_over(delivery: Delivery, gateway: Gateway | None) -> tuple[str, int]:
    if gateway is None:
        raise Trouble("sms_no_gateway", delivery.inbox.name)
    gate, line = GATES[gateway.kind], line_of(gateway)
    body = texting.words_of(delivery)
    told = parts(body)
    ask = gate.send(line, Text(delivery.recipient, body, delivery.mail_id, _callback(delivery)))
    mark_handed([delivery])
    fp("sms.handed")
    try:
        answer = call(ask, line)
        fp("sms.taken")
        return gate.sent(line, answer).gateway_id[:80], told.count
    except Trouble as trouble:
        trouble.detail = scrubbed(trouble.detail, line)
        raise


def _callback(delivery: Delivery) -> str:
    """Where the gateway tells what became of it; "" on a machine that nobody can call: gateways refuse such addresses."""
    if urlsplit(settings.BASE_URL).hostname in THIS_MACHINE:
        return ""
    path = reverse("hook_sms_state", args=[delivery.inbox.key])
    return f"{settings.BASE_URL}{path}?ref={delivery.mail_id}"


def _after(delivery: Delivery, gateway: Gateway | None, trouble: Trouble) -> End:
    stored = stored_fault(trouble, delivery.recipient, gateway)
    if trouble.word == "sms_blocked":
        _mark_stopped(delivery.recipient)
    if trouble.doubtful:
        return _doubt(stored)
    if trouble.again:
        return later(delivery, stored, patience=PATIENCE, gave_up="sms_gave_up")
    return End(DeliveryState.FAILED, stored)


def _doubt(stored: str = "") -> End:
    return End(DeliveryState.UNKNOWN, stored or fault("sms_unanswered", detail=""), clock() + FIRST_LOOK)


def stored_fault(trouble: Trouble, recipient: str = "", gateway: Gateway | None = None) -> str:
    """A trouble as it is stored: with what its sentence may name."""
    return fault(
        trouble.word,
        detail=trouble.detail,
        host=trouble.detail,
        recipient=isolate(recipient),
        sender=isolate(gateway.sender) if gateway else "",
    )


def _done(delivery: Delivery, gateway: Gateway | None, end: End, **more: Any) -> Any:
    looks = gateway is not None and gateway.kind in ("kavenegar", "twilio")
    if end.state == DeliveryState.SENT and looks:
        end = End(end.state, end.fault, clock() + FIRST_LOOK)
        more["tries"] = 0  # from now on they count the looks
    elif end.state == DeliveryState.UNKNOWN and not (looks and gateway and gateway.kind == "kavenegar"):
        end = End(end.state, end.fault)  # nobody can be asked
    if not more.get("gateway_id"):
        more.pop("gateway_id", None)
    settle([delivery], end, **more)
    if gateway is not None and (end.fault or end.state == DeliveryState.SENT):
        note_health(gateway, end.fault)
    fp("sms.committed")
    return end.again


_OF_THE_ACCOUNT = (
    "sms_key", "sms_credit", "sms_sender", "sms_secret", "sms_unreachable", "sms_not_understood", "host_refused",
    "sms_header", "sms_trial", "sms_later",
)  # fmt: skip
_MAY_PASS = ("sms_unreachable", "sms_not_understood", "sms_later")
ALARM_AFTER = 3


@action
def note_health(gateway: Gateway, stored: str) -> None:
    """Whether the account itself works; one bad number says nothing about that. Admins are told once: at once of what
    only a person can mend, else at the third time."""
    now = clock()
    row = Gateway.objects.get(pk=gateway.pk)
    if not stored:
        if row.failed_at is not None:
            record("gateway.recovered", at=now, topics=["desk"], inbox=row.inbox_id)
        values: dict[str, Any] = {"checked_at": now, "failures": 0, "failed_at": None, "fault": ""}
    elif (word := word_of(stored)) in _OF_THE_ACCOUNT:
        failures, told = row.failures + 1, row.failed_at
        if told is None and (word not in _MAY_PASS or failures >= ALARM_AFTER):
            told = now
            record(
                "gateway.failed", at=now, topics=["desk"], inbox=row.inbox_id, gateway=row.pk, fault=stored
            )
        values = {"failures": failures, "failed_at": told, "fault": stored}
    else:
        return
    Gateway.objects.filter(pk=row.pk).update(**values)


# What became of it


def look(delivery: Delivery) -> Any:
    """Ask the gateway what became of a text. Returns when to ask again."""
    gateway = Gateway.objects.select_related("inbox").filter(inbox=delivery.inbox_id).first()
    now = clock()
    if gateway is None or now - (delivery.sent_at or delivery.created_at) > LOOKED_FOR:
        due.settle(delivery, None)
        return None
    again = now + max(due.pause(delivery.tries), FIRST_LOOK)
    try:
        line = line_of(gateway)
        ask = GATES[gateway.kind].look(line, delivery.gateway_id, delivery.mail_id)
        seen = GATES[gateway.kind].looked(line, call(ask, line)) if ask else None
    except Trouble as trouble:
        log.info("text %s: the gateway could not be asked: %s", delivery.pk, trouble.word)
        due.settle(delivery, again)
        return again
    if seen is None or (seen.state == "sent" and delivery.state == DeliveryState.SENT):
        due.settle(delivery, again if ask else None)
        return again if ask else None
    if seen.state == "lost":
        return _lost(delivery, again)
    end = _end_of(seen, delivery, line)
    end = End(end.state, end.fault, again) if end.state == DeliveryState.SENT else end
    settle([delivery], end, **({"arrived_at": now} if seen.state == "arrived" else {}))
    if seen.word == "sms_blocked":
        _mark_stopped(delivery.recipient)
    return end.again


def _lost(delivery: Delivery, again: Any) -> Any:
    """The gateway never had it. Only what is in doubt is sent again, and only after a while: it may still be on the
    way inside the gateway."""
    if delivery.state == DeliveryState.UNKNOWN and delivery.tries >= 3:
        settle([delivery], End(DeliveryState.QUEUED, "", clock()), tries=0)
        return clock()
    due.settle(delivery, again)
    return again


def _end_of(seen: Seen, delivery: Delivery, line: Line) -> End:
    if seen.state == "failed":
        detail = scrubbed(seen.detail, line)
        return End(
            DeliveryState.FAILED,
            fault(
                seen.word, detail=detail, recipient=isolate(delivery.recipient), sender=isolate(line.sender)
            ),
        )
    return End(DeliveryState.ARRIVED if seen.state == "arrived" else DeliveryState.SENT)


_RANK = {"queued": 0, "sending": 0, "unknown": 1, "sent": 2, "failed": 3, "stopped": 3, "arrived": 4}


@action
def note_state(delivery: Delivery, seen: Seen, gateway_id: str) -> bool:
    """What the gateway tells by itself, in whatever order: a state never goes back. False when it says nothing new."""
    row = Delivery.objects.select_related("message").get(pk=delivery.pk)
    line = Line()
    end = _end_of(seen, row, line)
    if _RANK[end.state] <= _RANK[row.state]:
        if gateway_id and not row.gateway_id:
            Delivery.objects.filter(pk=row.pk).update(gateway_id=gateway_id[:80])
        return False
    now = clock()
    row.state, row.fault = end.state, end.fault
    row.gateway_id = gateway_id[:80] or row.gateway_id
    row.sent_at = row.sent_at or now
    row.arrived_at = now if seen.state == "arrived" else None
    row.due_at, row.leased_until, row.handed_at = None, None, None
    row.dead_at = now if end.state == DeliveryState.FAILED else None
    row.save()
    ticket = row.message.ticket
    if end.state == DeliveryState.FAILED:
        record(
            "delivery.failed",
            ticket,
            message=row.message,
            at=now,
            recipient=row.recipient,
            fault=end.fault,
            channel="sms",
        )
    else:
        record("delivery.changed", at=now, topics=[f"ticket:{ticket.pk}"], state=str(end.state))
    if seen.word == "sms_blocked":
        _mark_stopped(row.recipient)
    return True


def _mark_stopped(number: str) -> None:
    """The gateway says that this number takes nothing from us: we need not try again."""
    Identity.objects.filter(kind=IdentityKind.PHONE, address=number, stopped_at=None).update(
        stopped_at=clock()
    )
