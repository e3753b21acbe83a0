"""Handing mail to an SMTP server: each delivery once, and the truth about how it ended.

A delivery is marked just before the final dot of DATA, the one moment after which nobody can take it back. What ends
in between is "unknown": after a crash it is sent again with the same Message-ID and marked so, after a silent server
only a person sends it again.
"""

from __future__ import annotations

import copy
import logging
import re
import smtplib
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import F, Q

from pelekan.channels import accounts, marks, pace
from pelekan.channels.email import lines, signing, wire
from pelekan.channels.email.bounces import reason_of
from pelekan.channels.email.compose import CannotCompose, Outgoing, compose, needs_smtputf8
from pelekan.channels.email.letter import FileFault, letter
from pelekan.channels.faults import fault
from pelekan.channels.handing import UNSENT, End, begin, later, mark_handed, settle
from pelekan.channels.models import Delivery, DeliveryState
from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, record

log = logging.getLogger("pelekan.mail")

PATIENCE = timedelta(days=3)
DATA_SECONDS = 240.0  # for the text to go over, and again for the server to say that it has it
LEASE = timedelta(minutes=20)  # longer than all time limits of one handing over together

JOB = due.Job(
    Delivery,
    lambda delivery: _of_many(delivery),
    where=Q(channel="email", state__in=UNSENT),
    lease=LEASE,
    at_once=1,
    threads=2,
    ready=pace.ready,
    order=("rank", "due_at", "pk"),
    rest=lambda: lines.end(),
)


class NotThere(smtplib.SMTPResponseException):
    """The recipient's server does not take this address, for now (4xx) or at all (5xx)."""


class Unanswered(Exception):
    """The server has the whole text and did not say what it did with it."""


def _of_many(delivery: Delivery) -> datetime | None:
    """A worker sends many: the line to the server stays open until there is nothing more."""
    lines.keep()
    return send(delivery)


def send(delivery: Delivery) -> datetime | None:
    """Send a leased delivery, with what the same chat still has for the same recipient. Returns when to try again."""
    _know(delivery)
    if _is_needless(delivery):
        settle([delivery], End(DeliveryState.STOPPED, fault("read_meanwhile")))
        return None
    if (earlier := _earlier(delivery)) is not None:
        again = max(earlier.due_at or clock(), clock()) + timedelta(seconds=2)
        due.settle(delivery, again, tries=F("tries") - 1)
        return again
    way = pace.way_of(delivery.inbox_id)
    if way.limits and _must_wait(delivery, way):
        delivery.leased_until = None  # given back
        return delivery.due_at
    together = [delivery, *_rest_of_chat(delivery)]
    begin(together)
    fp("send.claimed")
    end = _try(together, way)
    fp("send.before_commit")
    _settle(together, end, way)
    delivery.leased_until = None  # settled
    fp("send.committed")
    return end.again


@action
def _must_wait(delivery: Delivery, way: pace.Way) -> bool:
    """Whether its server takes no more now. It stays due; nobody takes it before there is room."""
    now = clock()
    if pace.take(way, now=now) is None:
        return False
    due.settle(copy.copy(delivery), delivery.due_at, tries=F("tries") - 1)
    if not delivery.rank:  # who wrote it sees why it is not gone
        ticket = delivery.message.ticket_id
        record("delivery.changed", at=now, topics=[f"ticket:{ticket}"], state=DeliveryState.QUEUED)
    return True


@action
def _settle(together: list[Delivery], end: End, way: pace.Way) -> None:
    if end.too_fast:  # no fault of this mail: it has as many tries left as before
        end = replace(end, again=pace.back_off(way, now=clock()))
        settle(together, end, tries=F("tries") - 1)
    else:
        settle(together, end)
    if end.refusal:
        marks.mark(together[0], *end.refusal)


def _know(delivery: Delivery) -> None:
    """Bring along in one question what the mail is made of."""
    for whole in _WHOLE(delivery.pk):
        message = whole.message
        message.conversation = whole.conversation
        delivery.message, delivery.conversation, delivery.inbox = message, whole.conversation, whole.inbox


_WHOLE = PreparedModels(
    lambda pk: Delivery.objects.filter(pk=pk).select_related(
        "inbox",
        "conversation__customer__user",
        "conversation__joined_from",
        "message__ticket",
        "message__agent__user",
    )
)


def _is_needless(delivery: Delivery) -> bool:
    """What the visitor has read in the chat needs no mail."""
    conversation = delivery.conversation
    if conversation.channel != "chat" or delivery.handed_at is not None:
        return False
    return conversation.customer_read_id >= delivery.message_id


def _earlier(delivery: Delivery) -> Delivery | None:
    """What this recipient must get first: mails of one conversation go out in their order."""
    return _EARLIER.one(delivery.conversation_id, delivery.recipient, delivery.pk)


_EARLIER = PreparedModels(
    lambda conversation, recipient, pk: Delivery.objects.filter(
        conversation=conversation, recipient=recipient, pk__lt=pk, state__in=UNSENT
    ).order_by("pk")[:1]
)


def _rest_of_chat(delivery: Delivery) -> list[Delivery]:
    """Later lines of the same chat to the same person: one mail says them all."""
    conversation = delivery.conversation
    if conversation.channel != "chat" or delivery.handed_at is not None:
        return []
    now = clock()
    rest = Q(
        conversation=conversation.pk,
        recipient=delivery.recipient,
        state=DeliveryState.QUEUED,
        handed_at=None,
        pk__gt=delivery.pk,
        message_id__gt=conversation.customer_read_id,
        message__automatic=delivery.message.automatic,
    )
    free = Delivery.objects.filter(rest, leased_until=None)
    Delivery.objects.filter(pk__in=list(free.values_list("pk", flat=True)[:50]), leased_until=None).update(
        due_at=now
    )
    return due.claim(Delivery, now, limit=50, lease=LEASE, where=rest)


# One try


def _try(together: list[Delivery], way: pace.Way) -> End:
    delivery = together[0]
    try:
        mail = letter(delivery, [one.message for one in together])
        raw = signing.signed(compose(mail), mail.sender.address)
    except FileFault as error:
        return End(DeliveryState.FAILED, fault(error.word, name=error.name))
    except CannotCompose as error:
        return End(DeliveryState.FAILED, fault("refused", detail=str(error)))
    try:
        client = lines.take(way.line, lambda: _connect(delivery, way))
        try:
            _hand_over(client, together, mail, raw)
            fp("send.taken")
        except BaseException:
            lines.hang_up(client)
            raise
        lines.give(client)
        return End(DeliveryState.SENT)
    except Unanswered:
        return End(DeliveryState.UNKNOWN, fault("unanswered"))
    except NotThere as error:
        return replace(_answered(delivery, error.smtp_code, error.smtp_error), refusal=_refusal(error))
    except smtplib.SMTPResponseException as error:
        return _answered(delivery, error.smtp_code, error.smtp_error)
    except wire.WireFault as error:
        return _later(delivery, error.stored)
    except (OSError, smtplib.SMTPException) as error:
        return _later(delivery, wire.in_wire_words(error, _host(way), 0).stored)
    except (DatabaseError, InterfaceError, due.LeaseLost):
        raise
    except Exception as error:
        log.exception("delivery %s could not be made", delivery.pk)
        return End(DeliveryState.FAILED, fault("broken", detail=type(error).__name__))


def _connect(delivery: Delivery, way: pace.Way) -> wire.Smtp:
    if way.account is not None:
        return accounts.smtp_of(way.account)
    if not settings.EMAIL_HOST:
        raise wire.WireFault("no_smtp", address=delivery.inbox.address)
    security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
    user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
    return wire.smtp(settings.EMAIL_HOST, settings.EMAIL_PORT, security, user, password)


def _host(way: pace.Way) -> str:
    return way.account.smtp_host if way.account else settings.EMAIL_HOST


def _hand_over(client: wire.Smtp, together: list[Delivery], mail: Outgoing, raw: bytes) -> None:
    """One SMTP transaction with one recipient. Raises SMTPResponseException for what the server refuses."""
    delivery = together[0]
    client.ehlo_or_helo_if_needed()
    options = ["SMTPUTF8"] if needs_smtputf8(mail) and client.has_extn("smtputf8") else []
    if client.has_extn("size"):
        options.append(f"size={len(raw)}")
    client.command_encoding = "utf-8" if options[:1] == ["SMTPUTF8"] else "ascii"
    # RFC 3834: nothing may come back to what a machine wrote
    code, told = client.mail("" if mail.automatic else mail.sender.address, options)
    if mail.automatic and 500 <= code < 600:  # some servers want a sender from those who sign in
        client.rset()
        code, told = client.mail(mail.sender.address, options)
    _want(code, told, 250)
    code, told = client.rcpt(delivery.recipient)
    if code not in (250, 251):
        raise NotThere(code, told)
    code, told = client.docmd("DATA")
    _want(code, told, 354)
    fp("send.inside_data")
    assert client.sock is not None
    client.sock.settimeout(DATA_SECONDS)
    client.send(_stuffed(raw))
    mark_handed(together)
    fp("send.handed")
    client.send(b".\r\n")
    try:
        code, told = client.getreply()
    except (OSError, smtplib.SMTPException):
        raise Unanswered from None
    _want(code, told, 250)


def _want(code: int, told: bytes, *good: int) -> None:
    if code not in good:
        raise smtplib.SMTPResponseException(code, told)


def _stuffed(raw: bytes) -> bytes:
    """The text of DATA without the final dot: lines that begin with a dot get another (RFC 5321 4.5.2)."""
    stuffed = raw.replace(b"\r\n.", b"\r\n..")
    stuffed = b"." + stuffed if stuffed.startswith(b".") else stuffed
    return stuffed if stuffed.endswith(b"\r\n") else stuffed + b"\r\n"


# What follows


def _refusal(error: NotThere) -> tuple[str, str]:
    """What the server's answer to an address means: (reason, status)."""
    told = error.smtp_error
    text = f"{error.smtp_code} {told.decode('utf-8', 'replace') if isinstance(told, bytes) else told}"
    found = _STATUS.search(text)
    status = found[0] if found else f"{error.smtp_code // 100}.0.0"
    return reason_of(text, status, ""), status


_STATUS = re.compile(r"(?<![\d.])[45]\.\d{1,3}\.\d{1,3}(?![\d.])")


def _answered(delivery: Delivery, code: int, told: bytes | str) -> End:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else str(told)
    detail = f"{code} {text}".strip()
    if 500 <= code < 600:
        return End(DeliveryState.FAILED, fault("refused", detail=detail))
    if pace.is_too_fast(code, detail):
        return replace(_later(delivery, fault("too_fast", detail=detail)), too_fast=True)
    return _later(delivery, fault("refused_for_now", detail=detail))


def _later(delivery: Delivery, stored: str) -> End:
    return later(delivery, stored, patience=PATIENCE, gave_up="gave_up")
