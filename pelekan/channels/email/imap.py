"""One poll of a mailbox by IMAP: look, copy, remember how far. Nothing on the server is marked, moved or deleted.

How far: (UIDVALIDITY, UID) for each folder, moved only after the mail is safely stored; what is fetched twice is the
same bytes and so the same arrival. Every hour a folder is counted: what the server has and we don't is fetched again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from pelekan.channels import accounts, intake, tally
from pelekan.channels.email import wire
from pelekan.channels.email.wire import Imap, WireFault
from pelekan.channels.faults import fault
from pelekan.channels.models import Account, Fetched, Folder
from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock

LEASE = timedelta(minutes=10)
MOST = 200  # mails of one poll and folder; the rest follows at once in the next
STEP = 20  # mails between two moves of the cursor
GIVE_UP_ON_ONE = 3  # failed polls at the same mail before it is listed as one that can't be fetched


@dataclass(frozen=True, slots=True)
class Polled:
    """How a poll ended: whether there is more to fetch, and what is wrong with one folder of several."""

    more: bool = False
    fault: WireFault | None = None


@dataclass(frozen=True, slots=True)
class _Listed:
    """What the server says of a mail before it is fetched."""

    uid: int
    size: int
    received_at: datetime


def fetch_new(account: Account) -> Polled:
    """Fetch what is new in every folder. A folder that isn't there keeps nobody from the others. Raises WireFault
    and what the mail libraries raise."""
    client = accounts.imap_of(account)
    try:
        more, missing = False, None
        folders = accounts.folders_of(account)
        for folder in folders:
            try:
                more = _fetch(client, folder) or more
            except WireFault as found:
                if found.word != "no_folder" or len(folders) == 1:
                    raise
                missing = found
        return Polled(more, missing)
    finally:
        wire.close(client)


def _fetch(client: Imap, folder: Folder) -> bool:
    """Whether there is more than this poll took."""
    chosen = _choose(client, folder)
    epoch = int(chosen[b"UIDVALIDITY"])
    if epoch != folder.uid_validity:
        return _new_epoch(client, folder, epoch, int(chosen.get(b"UIDNEXT", 0)))
    uids = _uids_after(client, folder.last_uid)
    _take(client, folder, uids[:MOST])
    if len(uids) > MOST:
        return True
    return tally.is_due(folder) and _count(client, folder)


def _choose(client: Imap, folder: Folder) -> dict[bytes, int]:
    try:
        return client.select_folder(folder.name, readonly=True)
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:
        if "NONEXISTENT" in str(error).upper() or "EXIST" in str(error).upper():
            raise WireFault("no_folder", folder=folder.name) from None
        raise


def _uids_after(client: Imap, last: int) -> list[int]:
    # "n:*" always names the newest mail, even one below n
    return sorted(uid for uid in client.search(["UID", f"{last + 1}:*"]) if uid > last)


# A new epoch


def _new_epoch(client: Imap, folder: Folder, epoch: int, next_uid: int) -> bool:
    """The first connection, or the server has numbered its mails anew: the cursor means nothing any more.

    Renumbered mails are fetched again as far back as ours reach; known bytes make no second arrival.
    """
    first = folder.uid_validity == 0
    newest = next_uid - 1 if next_uid else max(client.search(["ALL"]), default=0)
    if first and folder.account.begin == "now":
        _set_epoch(folder, epoch, newest, first_uid=newest, started_at=clock())
        return False
    if first or folder.started_at is None:
        _set_epoch(folder, epoch, 0, first_uid=0)
        return True
    since = folder.started_at - timedelta(minutes=5)
    listed = list(
        _listed(client, sorted(client.search(["SINCE", (since - timedelta(days=1)).date()])), folder)
    )
    ours = [mail for mail in listed if mail.received_at >= since]
    for mail in ours:
        _store(client, folder, mail, epoch)
    border = min((mail.uid for mail in ours), default=newest + 1) - 1
    taken = {mail.uid for mail in ours}
    older = [uid for uid in _uids_after(client, border) if uid <= newest and uid not in taken]
    rows = [Fetched(folder=folder, epoch=epoch, uid=str(uid)) for uid in older]
    Fetched.objects.bulk_create(rows, batch_size=500, ignore_conflicts=True)
    _set_epoch(folder, epoch, newest, first_uid=border)
    Fetched.objects.filter(folder=folder).exclude(epoch=epoch).delete()
    return True


def _set_epoch(folder: Folder, epoch: int, last: int, **values: object) -> None:
    values |= {"uid_validity": epoch, "last_uid": last}
    Folder.objects.filter(pk=folder.pk).update(**values)
    for name, value in values.items():
        setattr(folder, name, value)


# New mail


def _take(client: Imap, folder: Folder, uids: list[int]) -> None:
    since_moved = 0
    last = folder.last_uid
    try:
        for mail in _listed(client, uids, folder):
            _store(client, folder, mail, folder.uid_validity)
            last = mail.uid
            since_moved += 1
            if since_moved >= STEP:
                _move_cursor(folder, last)
                since_moved = 0
        last = max([last, *uids])  # those that vanished meanwhile; the next count asks for them again
    finally:
        if last > folder.last_uid:
            _move_cursor(folder, last)


def _move_cursor(folder: Folder, uid: int) -> None:
    """Only ever forward and only in the same epoch: a second fetcher may have been faster."""
    fp("fetch.before_cursor")
    Folder.objects.filter(pk=folder.pk, uid_validity=folder.uid_validity, last_uid__lt=uid).update(
        last_uid=uid
    )
    folder.last_uid = max(uid, folder.last_uid)
    fp("fetch.after_cursor")
    keep_lease(folder)


def keep_lease(folder: Folder) -> None:
    """We are still at it."""
    if folder.account.leased_until is not None:
        due.renew(folder.account, clock(), LEASE)


def _listed(client: Imap, uids: list[int], folder: Folder) -> Iterator[_Listed]:
    for start in range(0, len(uids), 100):
        keep_lease(folder)
        batch = uids[start : start + 100]
        told = client.fetch(batch, ["RFC822.SIZE", "INTERNALDATE"])
        for uid in batch:
            if uid in told:
                received = told[uid].get(b"INTERNALDATE") or clock()
                received = received if received.tzinfo else received.replace(tzinfo=UTC)
                yield _Listed(uid, int(told[uid].get(b"RFC822.SIZE") or 0), received)


def _store(client: Imap, folder: Folder, mail: _Listed, epoch: int) -> None:
    """One mail, bytes first. PEEK: fetching marks nothing as read."""
    account = folder.account
    inbox, received = account.inbox, min(mail.received_at, clock())
    source = intake.Source(folder, epoch, str(mail.uid))
    limit = settings.CONFIG.max_mail_mb
    if mail.size > limit * 1024 * 1024:
        heads = client.fetch([mail.uid], ["BODY.PEEK[HEADER]"]).get(mail.uid, {}).get(b"BODY[HEADER]") or b""
        why = fault("too_large", size=round(mail.size / 1024 / 1024, 1), limit=limit)
        intake.list_unfetched(inbox, heads, mail.size, why, received_at=received, source=source)
        return
    try:
        raw = client.fetch([mail.uid], ["BODY.PEEK[]"]).get(mail.uid, {}).get(b"BODY[]")
    except IMAPClientAbortError:
        raise
    except IMAPClientError as error:  # the server can't give this one: after a few tries the others go on
        if account.failures < GIVE_UP_ON_ONE:
            raise
        why = fault("not_understood", host=account.imap_host, detail=str(error))
        mark = f"{epoch}:{mail.uid}".encode()
        intake.list_unfetched(inbox, mark, mail.size, why, received_at=received, source=source)
        return
    if raw is not None:  # None: deleted since it was listed
        fp("fetch.before_store")
        intake.store(inbox, raw, received_at=received, source=source)
        note_newest(account, received)


def note_newest(account: Account, received: datetime) -> None:
    """How old the newest mail was when it was fetched, unsaved: what `fetch` writes down at the end of the poll."""
    if account.newest_at is not None and received <= account.newest_at:
        return
    account.newest_at = received
    if account.checked_at is not None:  # the first time, mail of years may lie there
        account.lag = max(clock() - received, timedelta())


# Counting


def _count(client: Imap, folder: Folder) -> bool:
    """Compare with the server, fetch what is missing, and keep the figures. Whether there is more to fetch."""
    listed, hidden = _in_range(client, folder)
    _try_refused(client, folder, listed)
    missing = _unknown(folder, listed)
    for mail in _listed(client, missing[:MOST], folder):
        _store(client, folder, mail, folder.uid_validity)
    if len(missing) > MOST:
        return True
    if missing or hidden:  # some may have been deleted just now: look again before anybody is told
        listed, hidden = _in_range(client, folder)
        missing = _unknown(folder, listed)
    tally.note(folder, server=len(listed) + hidden, missing=len(missing) + hidden)
    room = wire.room(client)
    folder.account.filled = min(round(room[0] * 100 / room[1]), 32767) if room else None
    return False


def _try_refused(client: Imap, folder: Folder, listed: set[int]) -> None:
    """Mails that the server could not give, and so were only listed: perhaps it can by now."""
    for row in tally.listed(folder, STEP):
        uid = int(row.uid)
        try:
            raw = client.fetch([uid], ["BODY.PEEK[]"]).get(uid, {}).get(b"BODY[]") if uid in listed else None
        except IMAPClientAbortError:
            raise
        except IMAPClientError:
            continue
        if raw is not None:
            intake.fetched_after_all(row, raw)


def _unknown(folder: Folder, listed: set[int]) -> list[int]:
    known = tally.known(folder)
    return sorted(uid for uid in listed if str(uid) not in known)


def _in_range(client: Imap, folder: Folder) -> tuple[set[int], int]:
    """The UIDs of ours that the server lists, and how many mails it counts but doesn't list. Mails that came since
    the last poll are left to the next."""
    exists = int(_choose(client, folder).get(b"EXISTS", 0))
    found = set(client.search(["ALL"]))
    if len(found) < exists:  # its index forgot some; what it says one by one is another way to ask
        found |= _by_position(client, exists)
    ours = {uid for uid in found if folder.first_uid < uid <= folder.last_uid}
    return ours, max(0, exists - len(found))


def _by_position(client: Imap, exists: int) -> set[int]:
    found: set[int] = set()
    client.use_uid = False
    try:
        for start in range(1, exists + 1, 1000):
            rows = client.fetch(range(start, min(start + 1000, exists + 1)), ["UID"])
            found.update(int(row[b"UID"]) for row in rows.values() if b"UID" in row)
    finally:
        client.use_uid = True
    return found
