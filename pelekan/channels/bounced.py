"""Delivery reports: they belong to the message that failed and are shown on it, never a ticket of their own."""

from __future__ import annotations

import re
from datetime import datetime

from pelekan.channels.email.bounces import Bounce
from pelekan.channels.email.headers import message_ids
from pelekan.channels.email.parse import Parsed
from pelekan.channels.faults import fault
from pelekan.channels.joining import id_key
from pelekan.channels.models import Delivery, DeliveryState, Reference
from pelekan.channels.sift import Verdict
from pelekan.lib.addresses import normal_address
from pelekan.tickets.events import lock, record
from pelekan.tickets.models import Message

_ID_LINE = re.compile(
    r"(?im)^(?:message-id|in-reply-to|references|x-original-message-id):[ \t]*(.+(?:\n[ \t].+)*)"
)
_LATE = re.compile(rb"(?im)^action:[ \t]*delayed")
_NO_FAILURE = ("delivered",)


def note_bounces(parsed: Parsed, verdict: Verdict, *, now: datetime) -> Message | None:
    """Put the report on the message that it is about and return that; None when we know no such message.

    Only a Message-ID of ours proves what it is about: it can't be guessed, so nobody can report a mail undelivered
    that he has never seen.
    """
    ours = Reference.objects.filter(mail_id__in=[id_key(one) for one in _ids(parsed)], ours=True)
    known = ours.select_related("message").exclude(message=None).order_by("-id").first()
    if known is None or known.message is None:
        return None
    message = known.message
    late = any(_LATE.search(part.data[:60_000]) for part in parsed.attachments)
    for bounce in verdict.bounces:
        _note(message, bounce, late, now)
    return message


def _ids(parsed: Parsed) -> list[str]:
    """Every Message-ID in the report and in what it encloses."""
    found = [parsed.in_reply_to, *parsed.references]
    texts = [
        part.data[:100_000].decode("utf-8", "replace").replace("\r\n", "\n")
        for part in parsed.attachments
        if part.type.startswith("message/") or "rfc822" in part.type
    ]
    for text in [*texts, parsed.text[:100_000]]:
        for line in _ID_LINE.findall(text)[:20]:
            found += message_ids(line.replace("\n", " "))
    return [one for one in dict.fromkeys(found) if one][:200]


def _note(message: Message, bounce: Bounce, late: bool, now: datetime) -> None:
    if bounce.reason in _NO_FAILURE:
        return
    rows = Delivery.objects.filter(message=message)
    delivery = rows.filter(recipient=_stored(bounce.recipient)).first() or (
        rows.first() if rows.count() == 1 else None
    )
    if delivery is None or delivery.state == DeliveryState.FAILED:
        return
    detail = f"{bounce.status} {bounce.reason}".strip()
    stored = fault("bounced", recipient=bounce.recipient or delivery.recipient, detail=detail)
    ticket = lock(message.ticket_id)
    if late:  # the servers go on trying
        record(
            "delivery.delayed", ticket, message=message, at=now, recipient=delivery.recipient, fault=stored
        )
        return
    delivery.state, delivery.fault, delivery.due_at = DeliveryState.FAILED, stored, None
    delivery.dead_at = now
    delivery.save(update_fields=["state", "fault", "due_at", "dead_at"])
    record("delivery.failed", ticket, message=message, at=now, recipient=delivery.recipient, fault=stored)


def _stored(address: str) -> str:
    try:
        return normal_address(address)
    except ValueError:
        return ""
