"""Mails as customers send them, and the desk's work done at once, for tests."""

from __future__ import annotations

import contextlib
from datetime import datetime, timedelta

from django.conf import settings

from pelekan.channels import intake
from pelekan.channels.email import send, thread
from pelekan.channels.models import Account, Arrival, Delivery
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.secrets import seal
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Conversation, Message, Ticket

EMMA = "Emma Clarke <emma.clarke@example.net>"
PASS = "mx.chakad.example; dmarc=pass header.from=example.net"
FAIL = "mx.chakad.example; dmarc=fail header.from=example.net"


def raw_mail(
    text: str = "I was charged twice.",
    *,
    sender: str = EMMA,
    to: str = "support@chakad.example",
    subject: str = "Charged twice",
    mail_id: str = "<one@example.net>",
    charset: str = "utf-8",
    **headers: str,
) -> bytes:
    """One mail; further headers by keyword, `_` for `-`. An empty value leaves the header out."""
    lines = {
        "From": sender, "To": to, "Subject": subject, "Message-ID": mail_id,
        "Date": "Sun, 22 Nov 2026 08:00:00 +0000",
        "MIME-Version": "1.0", "Content-Type": f"text/plain; charset={charset}", "Content-Transfer-Encoding": "8bit",
    }  # fmt: skip
    lines |= {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items() if value)
    return head.encode() + b"\r\n" + text.replace("\n", "\r\n").encode(charset) + b"\r\n"


def arrive(world: World, raw: bytes, at: datetime | None = None) -> Arrival:
    """Store and take in one mail of the support inbox."""
    return intake.take_now(intake.store(world.inboxes["mail"], raw, received_at=at))


def taken(world: World, raw: bytes) -> Message:
    """The message that one mail becomes."""
    message = arrive(world, raw).message
    assert message is not None
    return message


def ticket_of(world: World, raw: bytes) -> Ticket:
    return Ticket.objects.get(pk=taken(world, raw).ticket_id)


def account(world: World, **values: object) -> Account:
    """The support inbox's account; ports and hosts by keyword, passwords in clear."""
    for name in ("imap_password", "smtp_password"):
        if name in values:
            values[name] = seal(str(values[name]), settings.SECRET_KEY)
    made, _ = Account.objects.update_or_create(inbox=world.inboxes["mail"], defaults=values)
    return made


def through(world: World, port: int) -> Account:
    """Mail of the support inbox goes out through the SMTP server at `port`."""
    return account(
        world, smtp_host="127.0.0.1", smtp_port=port, smtp_security="none", authserv_id="mx.chakad.example"
    )


def send_due(after: timedelta = timedelta()) -> None:
    """Send what is due `after` from now on, one by one as the workers would."""
    until = clock() + after
    seen: set[int] = set()
    while rows := due.claim(Delivery, until, limit=1, lease=send.LEASE, where=send.JOB.where, without=seen):
        seen.add(rows[0].pk)
        with contextlib.suppress(due.LeaseLost):
            send.send(rows[0])


def token_of(conversation: Conversation) -> str:
    return thread.token_line(thread.reply_token(conversation.pk, settings.SECRET_KEY))


def answered(world: World, **headers: str) -> tuple[Message, str]:
    """Emma's ticket, answered once: her message and the Message-ID of the answer."""
    first = taken(world, raw_mail(**headers))
    sent = reply(first.ticket, by=world.agents["sara"], text="We look into it.")
    return first, Delivery.objects.filter(message=sent).get().mail_id
