"""Fetching mail by IMAP: look, copy, remember how far. Nothing on the server is marked, moved or deleted.

How far: (UIDVALIDITY, UID) on the account, moved only after the mail is safely stored; what is fetched twice is the
same bytes and so the same arrival. Each poll is one connection; `idle` says when to poll before the minute is over.
"""

from __future__ import annotations

import copy
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Q
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from pelekan.channels import accounts, intake
from pelekan.channels.email import wire
from pelekan.channels.email.wire import Imap, WireFault
from pelekan.channels.faults import fault
from pelekan.channels.models import Account
from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, record

log = logging.getLogger("pelekan.mail")

EVERY = timedelta(seconds=60)
MOST = 200  # mails of one poll; the rest follows at once in the next
STEP = 20  # mails between two moves of the cursor
ALARM_AFTER = 3  # failed polls before people are told of what may pass by itself
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 1, 2, 5, 10, 15))
GIVE_UP_ON_ONE = 3  # failed polls at the same mail before it is listed as one that can't be fetched

JOB = due.Job(
    Account,
    lambda account: poll(account),
    where=Q(inbox__archived_at=None) & ~Q(imap_host=""),
    lease=timedelta(minutes=10),
    at_once=1,
    threads=2,
)


def poll(account: Account) -> datetime | None:
    """Fetch what is new. Returns when to look again; whatever went wrong stands on the account afterwards."""
    try:
        with_more = _fetch_new(account)
    except Exception as error:  # imaplib, ssl and sockets each have their own; the next account must go on
        found = wire.in_wire_words(error, account.imap_host, account.imap_port)
        if found.word == "not_understood":
            log.exception("fetching for %s failed", account.pk)
        return _went_wrong(account, found)
    return _went_well(account, with_more)


@action
def _went_well(account: Account, with_more: bool) -> datetime:
    now = clock()
    if account.failures >= ALARM_AFTER or account.failed_at:
        record("account.recovered", at=now, topics=["desk"], inbox=account.inbox_id)
    again = now if with_more else now + EVERY
    due.settle(copy.copy(account), again, checked_at=now, failures=0, failed_at=None, fault="")
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
    if told is None and (found.is_hopeless or failures >= ALARM_AFTER):
        told = now
        record("account.failed", at=now, topics=["desk"], inbox=account.inbox_id, fault=found.stored)
    log.warning("mail of inbox %s can't be fetched (%s times): %s", account.inbox_id, failures, found.word)
    due.settle(copy.copy(account), now + pause, failures=failures, failed_at=told, fault=found.stored)
    return now + pause


# One poll


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int
    received_at: datetime


def _fetch_new(account: Account) -> bool:
    """Whether there is more than this poll took."""
    client = accounts.imap_of(account)
    try:
        chosen = _choose(client, account)
        epoch = int(chosen[b"UIDVALIDITY"])
        if epoch != account.uid_validity:
            return _new_epoch(client, account, epoch, int(chosen.get(b"UIDNEXT", 0)))
        uids = _uids_after(client, account.last_uid)
        _take(client, account, uids[:MOST])
        return len(uids) > MOST
    finally:
        wire.close(client)


def _choose(client: Imap, account: Account) -> dict[bytes, int]:
    try:
        return client.select_folder(account.folder, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        if "NONEXISTENT" in str(error).upper() or "EXIST" in str(error).upper():
            raise WireFault("no_folder", folder=account.folder) from None
        raise


def _uids_after(client: Imap, last: int) -> list[int]:
    # "n:*" always names the newest mail, even one below n
    return sorted(uid for uid in client.search(["UID", f"{last + 1}:*"]) if uid > last)


def _new_epoch(client: Imap, account: Account, epoch: int, next_uid: int) -> bool:
    """The first connection, or the server has numbered its mails anew: the cursor means nothing any more.

    Renumbered mails are fetched again as far back as ours reach; known bytes make no second arrival.
    """
    first = account.uid_validity == 0
    newest = next_uid - 1 if next_uid else max(client.search(["ALL"]), default=0)
    if first and account.begin == "now":
        _set_epoch(account, epoch, newest, started_at=clock())
        return False
    if first or account.started_at is None:
        _set_epoch(account, epoch, 0)
        return True
    since = (account.started_at - timedelta(days=1)).date()
    listed = _listed(client, sorted(client.search(["SINCE", since])))
    for mail in listed:
        if mail.received_at >= account.started_at - timedelta(minutes=5):
            _store(client, account, mail)
    _set_epoch(account, epoch, newest)
    return True


def _set_epoch(account: Account, epoch: int, last: int, **values: datetime) -> None:
    Account.objects.filter(pk=account.pk).update(uid_validity=epoch, last_uid=last, **values)
    account.uid_validity, account.last_uid = epoch, last


def _take(client: Imap, account: Account, uids: list[int]) -> None:
    since_moved = 0
    last = account.last_uid
    try:
        for mail in _listed(client, uids):
            _store(client, account, mail)
            last = mail.uid
            since_moved += 1
            if since_moved >= STEP:
                _move_cursor(account, last)
                since_moved = 0
        last = max([last, *uids])  # those that vanished meanwhile
    finally:
        if last > account.last_uid:
            _move_cursor(account, last)


def _move_cursor(account: Account, uid: int) -> None:
    """Only ever forward and only in the same epoch: a second fetcher may have been faster."""
    fp("fetch.before_cursor")
    Account.objects.filter(pk=account.pk, uid_validity=account.uid_validity, last_uid__lt=uid).update(
        last_uid=uid
    )
    account.last_uid = max(uid, account.last_uid)
    fp("fetch.after_cursor")
    if account.leased_until is not None:
        due.renew(account, clock(), JOB.lease)


def _listed(client: Imap, uids: list[int]) -> Iterator[_Listed]:
    for start in range(0, len(uids), 100):
        batch = uids[start : start + 100]
        told = client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in batch:
            if uid in told:
                received = told[uid].get(b"INTERNALDATE") or clock()
                received = received if received.tzinfo else received.replace(tzinfo=UTC)
                yield _Listed(uid, int(told[uid].get(b"RFC822.SIZE") or 0), received)


def _store(client: Imap, account: Account, mail: _Listed) -> None:
    """One mail, bytes first. PEEK: fetching marks nothing as read."""
    inbox, received = account.inbox, min(mail.received_at, clock())
    limit = settings.CONFIG.max_mail_mb
    if mail.size > limit * 1024 * 1024:
        heads = client.fetch([mail.uid], ["BODY.PEEK[HEADER]"]).get(mail.uid, {}).get(b"BODY[HEADER]") or b""
        why = fault("too_large", size=round(mail.size / 1024 / 1024, 1), limit=limit)
        intake.list_unfetched(inbox, heads, mail.size, why, received_at=received)
        return
    try:
        raw = client.fetch([mail.uid], ["BODY.PEEK[]"]).get(mail.uid, {}).get(b"BODY[]")
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:  # the server can't give this one: after a few tries the others go on
        if account.failures < GIVE_UP_ON_ONE:
            raise
        why = fault("not_understood", host=account.imap_host, detail=str(error))
        mark = f"{account.uid_validity}:{mail.uid}".encode()
        intake.list_unfetched(inbox, mark, mail.size, why, received_at=received)
        return
    if raw is not None:  # None: deleted since it was listed
        fp("fetch.before_store")
        intake.store(inbox, raw, received_at=received)


def hurry(account_id: int) -> None:
    """Poll this account now: its server says that something has come."""
    Account.objects.filter(pk=account_id).exclude(due_at=None).update(due_at=clock())
    due.wake(Account)


def alarmed() -> int:
    """How many accounts people must look at."""
    return Account.objects.filter(failed_at__isnull=False, inbox__archived_at=None).count()
