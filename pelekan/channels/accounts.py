"""The mailbox behind an inbox: saving it with sealed passwords, and opening it. Trying it out: `trying`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.conf import settings
from django.utils.translation import gettext as _

from pelekan.channels import consent
from pelekan.channels.email import wire, wire_pop
from pelekan.channels.email.wire import WireFault
from pelekan.channels.faults import BadValue, fault, in_words
from pelekan.channels.models import Account, Folder
from pelekan.lib import due
from pelekan.lib.secrets import open_sealed, seal
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox

FIELDS = (
    "protocol", "sign_in", "keep_days", "imap_host", "imap_port", "imap_security", "imap_user", "begin",
    "smtp_host", "smtp_port", "smtp_security", "smtp_user", "authserv_id", "per_minute", "per_hour",
)  # fmt: skip
SEALED = ("imap_password", "smtp_password")
SIGN_IN = ("password", "consent")
PROTOCOLS = ("imap", "pop3")
INBOX = "INBOX"
MOST_FOLDERS = 20
Client = TypeVar("Client", wire.Imap, wire.Smtp)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@action
def save(inbox: Inbox, values: Mapping[str, Any], *, by: Agent) -> Account:
    """Set the account of `inbox` from the fields in `values`; what is not named stays. An empty password keeps the
    former one. `folders` and `junk_folders` hold a name a line. Fetching begins at once. Raises BadValue."""
    account = Account.objects.filter(inbox=inbox).first() or Account(inbox=inbox)
    place = (account.protocol, account.imap_host, account.imap_user)
    fill(account, values)
    folders = folders_typed(values)
    for name in SEALED:
        if given := str(values.get(name) or ""):
            setattr(account, name, seal(given, settings.SECRET_KEY))
    account.due_at = clock() if account.imap_host else None
    account.failures, account.failed_at, account.fault = 0, None, ""
    account.save()
    if (account.protocol, account.imap_host, account.imap_user) != place:
        account.folders.all().delete()  # another mailbox: its numbers are its own
    if folders is not None:
        _set_folders(account, folders)
    record("account.saved", by=by, topics=["desk"], inbox=inbox.pk)
    due.queued(Account)
    return account


def fill(account: Account, values: Mapping[str, Any]) -> None:
    """Put the typed values on `account`, unsaved and without its passwords. Raises BadValue."""
    for name in FIELDS:
        if name not in values:
            continue
        text = "" if values[name] is None else str(values[name]).strip()
        if _CONTROL.search(text):
            raise BadValue(name, _("This holds characters that can't be typed."))
        if name.endswith("_port"):
            if not text.isdigit() or not 0 < int(text) < 65536:
                raise BadValue(name, _("A port is a number from 1 to 65535."))
            setattr(account, name, int(text))
        elif name.endswith("_security") and text not in wire.SECURITY:
            raise BadValue(name, _("Choose TLS, STARTTLS or none."))
        elif name == "protocol" and text not in PROTOCOLS:
            raise BadValue(name, _("Choose IMAP or POP3."))
        elif name == "sign_in" and text not in SIGN_IN:
            raise BadValue(name, _("Choose a password or consent."))
        elif name == "keep_days":
            if text and (not text.isdigit() or not 0 < int(text) <= 3650):
                raise BadValue(name, _("Give a number of days from 1 to 3650, or nothing."))
            account.keep_days = int(text) if text else None
        elif name.startswith("per_"):
            if text and (not text.isdigit() or not 0 < int(text) <= 1_000_000):
                raise BadValue(name, _("Give a number of mails, or nothing for no limit."))
            setattr(account, name, int(text) if text else None)
        elif name == "begin" and text not in ("now", "all"):
            raise BadValue(name, _("Choose new mail only, or all mail."))
        else:
            setattr(account, name, text)
    if account.protocol == "pop3" and account.imap_port in (143, 993):
        raise BadValue("imap_port", _("That is a port of IMAP. POP3 usually has 995, with STARTTLS 110."))
    if account.protocol == "pop3" and account.sign_in == "consent":
        raise BadValue(
            "protocol", _("With consent a mailbox is read by IMAP. Choose that, or sign in with a password.")
        )
    for kind in ("imap", "smtp"):
        host, port = getattr(account, f"{kind}_host"), getattr(account, f"{kind}_port")
        if host and getattr(account, f"{kind}_security") == "none" and not wire.may_be_plain(host, port):
            raise BadValue(f"{kind}_security", in_words(fault("plain_refused", host=host)))


# Folders


def folders_typed(values: Mapping[str, Any]) -> dict[str, bool] | None:
    """The folders that a form names, each with whether what lies in it is suspicious; None when it names none at
    all. Raises BadValue."""
    if "folders" not in values and "junk_folders" not in values:
        return None
    found: dict[str, bool] = {}
    for field, suspicious in (("folders", False), ("junk_folders", True)):
        for line in str(values.get(field) or "").splitlines():
            name = line.strip()
            if name.upper() == INBOX:
                name = INBOX  # the only name that servers write in any case
            if _CONTROL.search(name) or len(name) > 200:
                raise BadValue(field, _("This holds characters that can't be typed."))
            if name and found.setdefault(name, suspicious) != suspicious:
                raise BadValue(
                    field, _("The folder %(name)s stands in both lists.") % {"name": isolate(name)}
                )
    if len(found) > MOST_FOLDERS:
        text = _("At most %(count)s folders of a mailbox are read.") % {"count": MOST_FOLDERS}
        raise BadValue("folders", text)
    return found if not all(found.values()) else {INBOX: False, **found}


def _set_folders(account: Account, wanted: Mapping[str, bool]) -> None:
    """What stays keeps its place in the mailbox."""
    account.folders.exclude(name__in=wanted).delete()
    for name, suspicious in wanted.items():
        account.folders.update_or_create(name=name, defaults={"suspicious": suspicious})


def folders_of(account: Account) -> list[Folder]:
    """The folders that are read, the main one first; of a mailbox without any its inbox."""
    rows = list(account.folders.order_by("suspicious", "pk"))
    if not rows:
        rows = [account.folders.get_or_create(name=INBOX)[0]]
    for row in rows:
        row.account = account
    return rows


# The ways to the servers


def imap_of(account: Account) -> wire.Imap:
    """The mailbox, opened and signed in. Raises WireFault."""
    place = account.imap_host, account.imap_port, account.imap_security, account.imap_user
    if account.sign_in == "consent":
        return _with_token(account, lambda token: wire.imap(*place, token=token))
    password = open_sealed(account.imap_password, settings.SECRET_KEY) if account.imap_password else ""
    return wire.imap(*place, password)


def _with_token(account: Account, open_it: Callable[[str], Client]) -> Client:
    """A token that the server doesn't like any more may have been ended early: another one is got, once."""
    try:
        return open_it(consent.access_token(account))
    except WireFault as refused:
        if refused.word != "token_refused":
            raise
    return open_it(consent.access_token(account, fresh=True))


def pop_of(account: Account) -> wire_pop.Pop:
    """The mailbox, opened and signed in. Raises WireFault."""
    password = open_sealed(account.imap_password, settings.SECRET_KEY) if account.imap_password else ""
    return wire_pop.pop(
        account.imap_host, account.imap_port, account.imap_security, account.imap_user, password
    )


def smtp_of(account: Account) -> wire.Smtp:
    """The account's way out, signed in. Raises WireFault, and smtplib's exceptions for temporary answers."""
    place = account.smtp_host, account.smtp_port, account.smtp_security
    if account.sign_in == "consent":
        user = account.smtp_user or account.imap_user
        return _with_token(account, lambda token: wire.smtp(*place, user, token=token))
    password = open_sealed(account.smtp_password, settings.SECRET_KEY) if account.smtp_password else ""
    return wire.smtp(*place, account.smtp_user, password)
