"""One poll of a mailbox by POP3 (RFC 1939): which mails are new is told by their UIDL, kept with what was stored.

Mails stay on the server, or are deleted there a number of days after they came in, and only what lies here whole.
"""

from __future__ import annotations

import email
import email.policy
import poplib
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db.models import F
from django.db.models.functions import Length

from pelekan.channels import accounts, intake, tally
from pelekan.channels.email import wire
from pelekan.channels.email.imap import GIVE_UP_ON_ONE, MOST, STEP, Polled, keep_lease, note_newest
from pelekan.channels.email.wire import WireFault
from pelekan.channels.email.wire_pop import Pop, hang_up
from pelekan.channels.faults import fault
from pelekan.channels.models import Account, Fetched, Folder
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock

EPOCH = 1  # UIDLs hold for ever
HEAD = 64 * 1024


def fetch_new(account: Account) -> Polled:
    """Fetch what is new, and delete on the server what may go. Raises WireFault and what poplib raises."""
    folder = accounts.folders_of(account)[0]
    client = accounts.pop_of(account)
    try:
        listed = _ids(client)
        if folder.uid_validity != EPOCH:
            _begin(folder, listed)
        known = tally.known(folder)
        new = [uid for uid in listed if uid not in known]
        sizes = client.sizes() if new else {}
        for done, uid in enumerate(new[:MOST]):
            if done % 20 == 0:
                keep_lease(folder)
            _store(client, folder, uid, listed[uid], sizes.get(listed[uid], 0))
        if len(new) <= MOST:
            _delete_old(client, folder, listed)
            if tally.is_due(folder):
                _try_refused(client, folder, listed)
                _note(folder, listed)
        client.quit()  # only now the server deletes
        return Polled(more=len(new) > MOST)
    finally:
        hang_up(client)


def _ids(client: Pop) -> dict[str, int]:
    try:
        return client.ids()
    except poplib.error_proto as error:
        if "EOF" in str(error):
            raise
        raise WireFault("no_uidl", host=client.host) from None


def _begin(folder: Folder, listed: dict[str, int]) -> None:
    """The first connection: what lies there already is ours or isn't, as the account says."""
    if folder.account.begin == "now":
        older = [Fetched(folder=folder, epoch=EPOCH, uid=uid) for uid in listed]
        Fetched.objects.bulk_create(older, batch_size=500, ignore_conflicts=True)
    Folder.objects.filter(pk=folder.pk).update(uid_validity=EPOCH)
    folder.uid_validity = EPOCH


def _store(client: Pop, folder: Folder, uid: str, number: int, size: int) -> None:
    account, limit = folder.account, settings.CONFIG.max_mail_mb
    source = intake.Source(folder, EPOCH, uid)
    try:
        if size > limit * 1024 * 1024:
            why = fault("too_large", size=round(size / 1024 / 1024, 1), limit=limit)
            intake.list_unfetched(account.inbox, client.head(number), size, why, source=source)
            return
        raw = client.whole(number, 2 * limit * 1024 * 1024)
    except poplib.error_proto as error:  # after a few tries the others go on without this one
        found = wire.in_wire_words(error, account.imap_host, account.imap_port)
        if found.word == "dropped" or account.failures < GIVE_UP_ON_ONE:
            raise
        why = fault("not_understood", host=account.imap_host, detail=str(error))
        intake.list_unfetched(account.inbox, f"{EPOCH}:{uid}".encode(), size, why, source=source)
        return
    fp("fetch.before_store")
    arrival = intake.store(account.inbox, raw, received_at=received(raw), source=source)
    note_newest(account, arrival.received_at)


def received(raw: bytes) -> datetime | None:
    """When the server got a mail, by the line that it put on top; None when it can't be told."""
    head = email.message_from_bytes(raw[:HEAD], policy=email.policy.compat32)
    line = str(head.get("Received", "")).rpartition(";")[2]
    try:
        at = parsedate_to_datetime(line.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return min(at if at.tzinfo else at.replace(tzinfo=UTC), clock())


def _delete_old(client: Pop, folder: Folder, listed: dict[str, int]) -> None:
    """What lies here byte for byte, and came in long enough ago. A mail that was too large for us stays."""
    days = folder.account.keep_days
    if days is None:
        return
    rows = Fetched.objects.filter(folder=folder, epoch=EPOCH, arrival__size=Length("arrival__stored__data"))
    old = rows.filter(arrival__received_at__lt=clock() - timedelta(days=days))
    for uid in old.values_list("uid", flat=True):
        if uid in listed:
            client.dele(listed[uid])


def _try_refused(client: Pop, folder: Folder, listed: dict[str, int]) -> None:
    """Mails that were only listed: perhaps they can be had by now."""
    for row in tally.listed(folder, STEP):
        if row.uid not in listed:
            continue
        try:
            raw = client.whole(listed[row.uid], 2 * settings.CONFIG.max_mail_mb * 1024 * 1024)
        except poplib.error_proto as error:
            if "EOF" in str(error):
                raise
            continue
        intake.fetched_after_all(row, raw)


def _note(folder: Folder, listed: dict[str, int]) -> None:
    rows = Fetched.objects.filter(folder=folder, epoch=EPOCH)
    done = dict(rows.annotate(whose=F("arrival")).values_list("uid", "whose"))
    ours = [uid for uid in listed if done.get(uid, 0) is not None]
    tally.note(folder, server=len(ours), missing=sum(uid not in done for uid in ours))
