"""Fetching mail: when which mailbox is looked at, and what people hear of it. How is in `imap` and `pop`.

Each poll is one connection; `idle` says when to poll before the minute is over.
"""

from __future__ import annotations

import copy
import logging
from datetime import datetime, timedelta

from django.db import DatabaseError, InterfaceError
from django.db.models import Q

from pelekan.channels.email import imap, pop, wire
from pelekan.channels.email.imap import Polled
from pelekan.channels.email.wire import WireFault
from pelekan.channels.models import Account
from pelekan.lib import due
from pelekan.lib.files import is_full
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, record

log = logging.getLogger("pelekan.mail")

EVERY = timedelta(seconds=60)
ROOM_PAUSE = timedelta(seconds=30)
ALARM_AFTER = 3  # failed polls before people are told of what may pass by itself
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 2, 5, 10, 15))

JOB = due.Job(
    Account,
    lambda account: poll(account),
    where=Q(inbox__archived_at=None) & ~Q(imap_host=""),
    lease=imap.LEASE,
    at_once=1,
    threads=2,
)


def poll(account: Account) -> datetime | None:
    """Fetch what is new. Returns when to look again; whatever went wrong stands on the account afterwards."""
    try:
        polled = (pop if account.protocol == "pop3" else imap).fetch_new(account)
    except Exception as error:  # imaplib, ssl and sockets each have their own; the next account must go on
        if is_full(error):
            return _went_wrong(account, WireFault("no_room"))
        if isinstance(error, DatabaseError | InterfaceError):
            raise
        found = wire.in_wire_words(error, account.imap_host, account.imap_port)
        if found.word == "not_understood":
            log.exception("fetching for %s failed", account.pk)
        return _went_wrong(account, found)
    return _went_well(account, polled)


@action
def _went_well(account: Account, polled: Polled) -> datetime:
    """A folder that isn't there is told as well, but keeps nobody from the others."""
    now = clock()
    wrong = polled.fault.stored if polled.fault else ""
    told = account.failed_at
    if polled.fault is None:
        if told:
            record("account.recovered", at=now, topics=["desk"], inbox=account.inbox_id)
        told = None
    elif told is None:
        told = now
        record("account.failed", at=now, topics=["desk"], inbox=account.inbox_id, fault=wrong)
    again = now if polled.more else now + EVERY
    due.settle(
        copy.copy(account), again, checked_at=now, failures=0, failed_at=told, fault=wrong, behind=polled.more,
        newest_at=account.newest_at, lag=account.lag, filled=account.filled,
    )  # fmt: skip
    return again


@action
def _went_wrong(account: Account, found: WireFault) -> datetime:
    """The fault, where people see it; told once: at once when only a person can mend it, else at the third time.
    `failed_at` is the moment since which people know."""
    now = clock()
    failures = account.failures + 1
    pause = PAUSES[min(failures - 1, len(PAUSES) - 1)]
    if found.is_hopeless:
        pause = max(pause, timedelta(minutes=5))
    told = account.failed_at
    if found.word == "no_room":
        pause = ROOM_PAUSE
    if told is None and (found.is_hopeless or found.word == "no_room" or failures >= ALARM_AFTER):
        told = now
        record("account.failed", at=now, topics=["desk"], inbox=account.inbox_id, fault=found.stored)
    log.warning("mail of inbox %s can't be fetched (%s times): %s", account.inbox_id, failures, found.word)
    due.settle(copy.copy(account), now + pause, failures=failures, failed_at=told, fault=found.stored)
    return now + pause


def hurry(account_id: int) -> None:
    """Poll this account now: its server says that something has come."""
    Account.objects.filter(pk=account_id).exclude(due_at=None).update(due_at=clock())
    due.wake(Account)
