"""Delivery reports: they belong to the message that failed and are shown on it, never a ticket of their own."""

from __future__ import annotations

import re
from datetime import datetime

from pelekan.channels import marks
from pelekan.channels.email.bounces import Bounce
from pelekan.channels.email.headers import message_ids
from pelekan.channels.email.parse import Parsed
from pelekan.channels.faults import fault
from pelekan.channels.joining import id_key
from pelekan.channels.models import Delivery, DeliveryState, Reference
from pelekan.channels.sift import Verdict
from pelekan.lib.addresses import normal_address
from pelekan.tickets.events import action, lock_home, record
from pelekan.tickets.models import Message

_ID_LINE = re.compile(
    r"(?im)^(?:message-id|in-reply-to|references|x-original-message-id):[ \t]*(.+(?:\n[ \t].+)*)"
)
_LATE = re.compile(rb"(?im)^action:[ \t]*delayed")
_NO_FAILURE = ("delivered",)
_COMPLAINT = "feedback"


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
        came_back(message, bounce, late=late, now=now)
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


@action
def came_back(message: Message, bounce: Bounce, *, late: bool = False, now: datetime) -> None:
    """One line of a report on `message`: told on its ticket, and marked on the address where it says something of it."""
    if bounce.reason in _NO_FAILURE:
        return
    rows = Delivery.objects.filter(message=message, channel="email")
    delivery = rows.filter(recipient=_stored(bounce.recipient)).first() or (
        rows.first() if rows.count() == 1 else None
    )
    if delivery is None:
        return
    ticket, to = lock_home(message), delivery.recipient
    detail = f"{bounce.status} {bounce.reason}".strip()
    stored = fault("bounced", recipient=bounce.recipient or to, detail=detail)
    if late:  # the servers go on trying
        if delivery.state != DeliveryState.FAILED:
            record("delivery.delayed", ticket, message=message, at=now, recipient=to, fault=stored)
        return
    marks.mark(delivery, bounce.reason, bounce.status, now=now)
    if bounce.reason == _COMPLAINT:  # it arrived, and was not welcome
        record("delivery.complained", ticket, message=message, at=now, recipient=to)
    elif delivery.state != DeliveryState.FAILED:
        delivery.state, delivery.fault, delivery.due_at = DeliveryState.FAILED, stored, None
        delivery.dead_at = now
        delivery.save(update_fields=["state", "fault", "due_at", "dead_at"])
        record("delivery.failed", ticket, message=message, at=now, recipient=to, fault=stored)


def _stored(address: str) -> str:
    try:
        return normal_address(address)
    except ValueError:
        return ""
