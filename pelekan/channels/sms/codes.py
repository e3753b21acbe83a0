"""Sign-in codes by text message: to whom one may go, and handing it over.

Whoever asks for a code makes the desk pay for a text, so there are limits: of one number and of one network where it is
asked (`people.passcodes`, `web.portal.entrance`), of the whole desk in a day (`Gateway.codes_per_day`), and of the country:
numbers abroad get a code only where a customer has proved one before (what is called SMS pumping lives of far prefixes).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import phonenumbers
from django.db.models import Q

from pelekan.channels.models import Gateway
from pelekan.channels.sms import texting
from pelekan.channels.sms.calls import GATES, call, line_of, scrubbed
from pelekan.channels.sms.send import note_health, stored_fault
from pelekan.channels.sms.shapes import Text, Trouble
from pelekan.lib import due
from pelekan.lib.phones import takes_sms
from pelekan.lib.time import now as clock
from pelekan.people.letters import text_of
from pelekan.people.models import Identity, IdentityKind, Letter, LetterState

security = logging.getLogger("pelekan.security")

DAY = timedelta(days=1)


def gateway() -> Gateway | None:
    """What sends codes; None where nobody signs in by SMS."""
    rows = Gateway.objects.select_related("inbox").filter(inbox__archived_at=None, codes_per_day__gt=0)
    return rows.order_by("-for_others", "inbox_id").first()


def may_text(by: Gateway, number: str, now: datetime) -> bool:
    """Whether a code may go to this number (E.164) now. What is refused is told to nobody but the log."""
    if not takes_sms(number) or texting.is_stopped(number):
        return False
    if phonenumbers.region_code_for_number(phonenumbers.parse(number)) != by.region.upper():
        proved = Identity.objects.filter(kind=IdentityKind.PHONE, address=number).exclude(verified_at=None)
        if not proved.exists():
            security.warning("sign-in: no code by SMS to an unknown number abroad")
            return False
    if Letter.objects.filter(way="sms", created_at__gt=now - DAY).count() >= by.codes_per_day:
        security.warning("sign-in: the codes by SMS of this day are used up (%d)", by.codes_per_day)
        return False
    return True


def send(letter: Letter) -> datetime | None:
    """Hand one text over. Returns when to try again; None when it is sent or given up. A second copy of a code does no
    harm, but what may have gone out is not sent again all the same: it would cost twice."""
    now, by = clock(), gateway()
    if now >= (letter.expires_at or letter.created_at + DAY):
        due.settle(letter, state=LetterState.FAILED, fault=letter.fault or "too late", sealed="")
        return None
    if by is None:
        due.settle(letter, state=LetterState.FAILED, fault="sms_no_gateway", sealed="")
        return None
    line = None
    try:
        line = line_of(by)
        gate = GATES[by.kind]
        ask = gate.send(
            line, Text(letter.recipient, text_of(letter), f"{letter.pk}{letter.created_at:%y%m%d}")
        )
        gate.sent(line, call(ask, line))
    except Trouble as trouble:
        trouble.detail = scrubbed(trouble.detail, line) if line else trouble.detail
        stored = stored_fault(trouble, letter.recipient, by)
        note_health(by, stored)
        if trouble.again and not trouble.doubtful:
            again = now + min(due.pause(letter.tries), timedelta(minutes=1))
            due.settle(letter, again, fault=stored[:500])
            return again
        due.settle(letter, state=LetterState.FAILED, fault=stored[:500], sealed="")
        return None
    except ValueError as fault:  # the secret key has changed meanwhile
        due.settle(letter, state=LetterState.FAILED, fault=str(fault)[:500], sealed="")
        return None
    note_health(by, "")
    due.settle(letter, state=LetterState.SENT, sent_at=clock(), fault="", sealed="")
    return None


JOB = due.Job(
    Letter, send, where=Q(way="sms"), lease=timedelta(minutes=2), at_once=1, threads=2, part="sms-codes"
)
