"""Sends the desk's own mail: through the installation's server, else through the first mailbox that can send."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db.models import Q, QuerySet

from pelekan.channels import accounts, pace
from pelekan.channels.email import signing, thread, wire
from pelekan.channels.email.addresses import Address
from pelekan.channels.email.compose import CannotCompose, Outgoing, compose
from pelekan.channels.faults import in_words
from pelekan.channels.models import Account
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.letters import text_of
from pelekan.people.models import Letter, LetterState
from pelekan.tickets.bell import marks

TRIED_FOR = timedelta(days=2)


@dataclass(frozen=True)
class Way:
    """Through which server letters go: an inbox's account, or (None) the installation's own."""

    account: Account | None
    sender: Address

    def connect(self) -> wire.Smtp:
        if self.account is not None:
            return accounts.smtp_of(self.account)
        security = "tls" if settings.EMAIL_USE_SSL else "starttls" if settings.EMAIL_USE_TLS else "none"
        user, password = settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD
        return wire.smtp(settings.EMAIL_HOST, settings.EMAIL_PORT, security, user, password)


def way() -> Way | None:
    """How mail of the desk itself goes out; None while nothing is set up for it."""
    if settings.EMAIL_HOST:
        return Way(None, Address(desk.sign().name, parseaddr(settings.DEFAULT_FROM_EMAIL)[1]))
    account = (
        Account.objects.select_related("inbox")
        .filter(inbox__archived_at=None)
        .exclude(smtp_host="")
        .exclude(inbox__address="")
        .order_by("inbox_id")
        .first()
    )
    return Way(account, Address(desk.sign().name, account.inbox.address)) if account else None


def missing() -> tuple[str, str] | None:
    """What is wrong and how to mend it, for `pelekan doctor`; None when letters can go out."""
    if way() is not None:
        return None
    return (
        "No mail server is set: nobody gets sign-in codes, invitations or password resets.",
        'Add smtp = "smtp+tls://user:password@mail.example.com" to pelekan.toml, or give an inbox an SMTP server.',
    )


def stuck(now: datetime) -> int:
    """How many letters failed within a week, or have waited for ten minutes."""
    return _stuck(now).count()


def last_fault() -> str:
    """What went wrong with the newest letter that didn't go out."""
    newest = (
        Letter.objects.filter(way="email")
        .exclude(fault="")
        .exclude(state=LetterState.SENT)
        .order_by("-pk")
        .first()
    )
    return newest.fault if newest else ""


def _stuck(now: datetime) -> QuerySet[Letter]:
    failed = Q(state=LetterState.FAILED, created_at__gt=now - timedelta(days=7))
    waits = Q(state=LetterState.QUEUED, created_at__lt=now - timedelta(minutes=10))
    return Letter.objects.filter(failed | waits, way="email")


def send(letter: Letter) -> datetime | None:
    """Send one letter that is ours. Returns when to try again, None when it is sent or given up."""
    now = clock()
    late = letter.created_at + TRIED_FOR
    if now >= min(letter.expires_at or late, late):
        due.settle(letter, state=LetterState.FAILED, fault=letter.fault or "too late", sealed="")
        return None
    by = way()
    if by is None:
        return _later(letter, "no mail server is set", now)
    try:
        mail = compose(
            Outgoing(
                subject=letter.subject,
                sender=by.sender,
                to=(Address("", letter.recipient),),
                message_id=letter.mail_id,
                date=letter.created_at,
                body_text=text_of(letter),
                reply_to=Address(by.sender.name, letter.reply_to) if letter.reply_to else None,
                reference_line=thread.token_line(mark) if (mark := marks.of_id(letter.mail_id)) else "",
                language=letter.language,
                automatic="auto-generated",
                unsubscribe_url=letter.way_out,
            )
        )
    except (CannotCompose, ValueError) as fault:
        due.settle(letter, state=LetterState.FAILED, fault=str(fault)[:500], sealed="")
        return None
    pace.count(pace.Way(by.account), now=now)
    try:
        _hand_over(by, letter.recipient, signing.signed(mail, by.sender.address))
    except smtplib.SMTPRecipientsRefused as fault:
        code, told = next(iter(fault.recipients.values()))
        answer = f"{code} {told.decode('utf-8', 'replace') if isinstance(told, bytes) else told}"
        if code < 500:
            return _later(letter, answer, now)
        due.settle(letter, state=LetterState.FAILED, fault=answer[:500], sealed="")
        return None
    except wire.WireFault as fault:
        return _later(letter, in_words(fault.stored), now)
    except (OSError, smtplib.SMTPException) as fault:
        return _later(letter, f"{type(fault).__name__}: {fault}", now)
    due.settle(letter, state=LetterState.SENT, sent_at=clock(), fault="", sealed="")
    return None


JOB = due.Job(Letter, send, where=Q(way="email"), lease=timedelta(minutes=2), at_once=5)


def _later(letter: Letter, fault: str, now: datetime) -> datetime:
    again = now + min(due.pause(letter.tries), timedelta(minutes=5))
    due.settle(letter, again, fault=fault[:500])
    return again


def _hand_over(by: Way, recipient: str, mail: bytes) -> None:
    server = by.connect()
    try:
        server.sendmail(by.sender.address, [recipient], mail)
    finally:
        server.close()
