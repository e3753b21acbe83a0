"""Trying a mailbox out before it is kept: what works, what doesn't and what to do, in plain words and soon.

Nothing is saved, marked or sent. Each server gets `PATIENCE` seconds altogether, however it behaves.
"""

from __future__ import annotations

import poplib
import smtplib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

from pelekan.channels import accounts
from pelekan.channels.accounts import INBOX
from pelekan.channels.email import wire, wire_pop
from pelekan.channels.email.patience import within
from pelekan.channels.email.wire import WireFault
from pelekan.channels.faults import BadValue, fault, in_words
from pelekan.channels.models import Account
from pelekan.lib.secrets import seal
from pelekan.lib.text import isolate
from pelekan.tickets.models import Inbox

PATIENCE = 20.0  # seconds for each server
LEAST_ROOM = 1024  # KB in a mailbox; with less it is as good as full
NEARLY = 0.9
MOST_NAMED = 12  # folders that a fault names


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that the try showed. `part`: imap or smtp; `text` is for the admin."""

    part: str
    ok: bool
    text: str


def try_account(values: Mapping[str, Any], inbox: Inbox | None = None) -> list[Finding]:
    """Sign in to both servers with the values of the form, change nothing, and say in plain words what works and
    what doesn't. Empty passwords are those stored for `inbox`."""
    account = Account.objects.filter(inbox=inbox).first() if inbox else None
    account = account or Account()
    try:
        accounts.fill(account, values)
        folders = accounts.folders_typed(values) or {INBOX: False}
    except BadValue as error:
        part = "smtp" if error.field.startswith("smtp") else "imap"
        return [Finding(part, False, error.text)]
    for name in accounts.SEALED:
        if given := str(values.get(name) or ""):
            setattr(account, name, seal(given, settings.SECRET_KEY))
    findings: list[Finding] = []
    if account.imap_host and account.protocol == "pop3":
        findings += _patiently("imap", account.imap_host, account.imap_port, lambda: _try_pop(account))
    elif account.imap_host:
        findings += _patiently(
            "imap", account.imap_host, account.imap_port, lambda: _try_imap(account, folders)
        )
    if account.smtp_host:
        address = inbox.address if inbox else ""
        findings += _patiently(
            "smtp", account.smtp_host, account.smtp_port, lambda: _try_smtp(account, address)
        )
    return findings or [Finding("imap", False, in_words(fault("not_set")))]


def _patiently(part: str, host: str, port: int, look: Callable[[], list[Finding]]) -> list[Finding]:
    """What `look` finds. Whatever stops it becomes a finding too."""
    with within(PATIENCE) as limit:
        try:
            return look()
        except ValueError as error:  # a password that can't be opened, or a name that can't be sent
            return [Finding(part, False, str(error))]
        except Exception as error:  # imaplib, poplib, smtplib, ssl and sockets each have their own
            found = wire.in_wire_words(error, host, port)
            if limit.over and found.word in ("dropped", "timeout", "no_tls", "not_understood"):
                found = WireFault("timeout", host=host)
            return [Finding(part, False, in_words(found.stored))]


# Reading


def _try_imap(account: Account, folders: Iterable[str]) -> list[Finding]:
    client = accounts.imap_of(account)
    try:
        found = [_try_folder(client, name) for name in folders]
        found += _room(client, account.imap_host)
        if not client.has_capability("IDLE"):
            found.append(
                Finding("imap", True, _("It can't announce new mail, so it is looked at every minute."))
            )
        return found
    finally:
        wire.close(client)


def _try_pop(account: Account) -> list[Finding]:
    client = accounts.pop_of(account)
    try:
        text = _("The mailbox opens. It holds %(count)s mails.") % {"count": len(client.ids())}
    except poplib.error_proto as error:
        if wire.in_wire_words(error, account.imap_host, account.imap_port).word == "dropped":
            raise
        return [Finding("imap", False, in_words(fault("no_uidl", host=account.imap_host)))]
    finally:
        wire_pop.hang_up(client)
    return [
        Finding("imap", True, text),
        Finding("imap", True, _("It can't announce new mail, so it is looked at every minute.")),
    ]


def _try_folder(client: wire.Imap, name: str) -> Finding:
    try:
        count = int(client.select_folder(name, readonly=True).get(b"EXISTS", 0))
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        return Finding("imap", False, _no_folder(client, name))
    if name == INBOX:
        return Finding("imap", True, _("The mailbox opens. It holds %(count)s mails.") % {"count": count})
    values = {"name": isolate(name), "count": count}
    return Finding("imap", True, _("The folder %(name)s holds %(count)s mails.") % values)


def _no_folder(client: wire.Imap, name: str) -> str:
    """That it isn't there, and what is."""
    there = [str(found) for _flags, _sign, found in client.list_folders()]
    if not there:
        return in_words(fault("no_folder", folder=name))
    names = ", ".join(isolate(one) for one in there[:MOST_NAMED])
    return _("There is no folder %(folder)s in this mailbox. It has: %(names)s.") % {
        "folder": isolate(name),
        "names": names,
    }


def _room(client: wire.Imap, host: str) -> list[Finding]:
    """Whether mail still fits in, where the server tells."""
    room = wire.room(client)
    if room is None:
        return []
    used, limit = room
    megabytes = {"used": round(used / 1024, 1), "limit": round(limit / 1024, 1)}
    if limit - used < LEAST_ROOM:
        return [Finding("imap", False, in_words(fault("mailbox_full", host=host, **megabytes)))]
    if used > limit * NEARLY:
        text = _("The mailbox is nearly full: %(used)s of %(limit)s MB are taken. Make room there soon.")
        return [Finding("imap", True, text % megabytes)]
    return []


# Sending


def _try_smtp(account: Account, address: str) -> list[Finding]:
    """Sign in, and ask whether mail of the inbox would be taken; none is sent."""
    host = account.smtp_host
    client = accounts.smtp_of(account)
    try:
        if address and (refused := _asked(client, host, address)):
            return [Finding("smtp", False, refused)]
        return [Finding("smtp", True, _("Mail can be sent through %(host)s.") % {"host": host})]
    finally:
        client.close()


def _asked(client: wire.Smtp, host: str, address: str) -> str:
    """What keeps a mail of `address` from being taken; "" for nothing. A mere "not now" is none."""
    for word, ask in (("sender_refused", client.mail), ("recipient_refused", client.rcpt)):
        code, told = ask(address)
        if code >= 500:
            detail = wire.told(smtplib.SMTPResponseException(code, told))
            return in_words(fault(word, host=host, address=address, detail=detail))
    client.rset()
    return ""
