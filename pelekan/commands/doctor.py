"""`pelekan doctor`: what is wrong and how to mend it. Exit 1 when something is wrong, 0 when all is well or only
worth a look."""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import shutil
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pelekan import checks
from pelekan.commands import instance
from pelekan.config import Config

OK, LOOK, WRONG = "ok", "look", "wrong"
SIGNS = {OK: "✓", LOOK: "!", WRONG: "✗"}

LEAST_SPACE = 1 << 30  # bytes free; below a tenth of it nothing can be stored soon
LATE = timedelta(minutes=5)
OLDEST_CLOCK = datetime(2026, 1, 1, tzinfo=UTC)
VENDOR = ("htmx.min.js", "idiomorph.js", "squire.js", "purify.js", "vazirmatn-arabic.woff2")


@dataclass
class Finding:
    """`level` is ok, look or wrong; `mend` says what to do."""

    level: str
    name: str
    text: str
    mend: str = ""


Findings = Iterator[Finding]


def doctor_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="one JSON object with all findings")
    parser.set_defaults(run=doctor)


def doctor(args: argparse.Namespace) -> int:
    found = list(examine(instance.found()))
    wrong = sum(finding.level == WRONG for finding in found)
    if args.json:
        print(
            json.dumps(
                {"well": not wrong, "findings": [asdict(one) for one in found]}, ensure_ascii=False, indent=1
            )
        )
    else:
        for finding in found:
            print(f"{SIGNS[finding.level]} {finding.name}: {finding.text}")
            if finding.mend:
                print(f"    → {finding.mend}")
        print(f"\n{wrong} wrong." if wrong else "\nAll is well.")
    return 1 if wrong else 0


def examine(config: Config) -> Findings:
    """Everything, from the configuration outwards. What needs the database is left out while it can't be used."""
    unsafe = checks.unsafe(config)
    for sentence in unsafe:
        yield Finding(WRONG, "configuration", sentence, "Change pelekan.toml and start again.")
    if not unsafe:
        yield Finding(OK, "configuration", f"{config.path}")
    for look in (_secrecy, _proxy, _data, _space, _clock, _browser_files, _translations):
        yield from look(config)
    if unsafe:
        return
    instance.start(config, ready=False)
    if unready := checks.unready():
        for sentence in unready:
            yield Finding(WRONG, "database", sentence)
        return
    yield Finding(OK, "database", "reachable, and fits this release")
    for ask in (_people, _letters, _workers, _waiting, _accounts, _gateways, _doors, _senders, _quarantine):
        yield from ask()


# Without the database


def _secrecy(config: Config) -> Findings:
    path = config.path
    if path and os.name == "posix" and path.stat().st_mode & 0o077:
        yield Finding(LOOK, "secrets", f"{path} can be read by others on this machine.", f"chmod 600 {path}")


def _proxy(config: Config) -> Findings:
    if config.base_url.startswith("https:") and not config.trusted_proxies:
        yield Finding(
            LOOK, "proxy", "`trusted_proxies` is empty, so everybody seems to come from the proxy's address.",
            'Add trusted_proxies = ["127.0.0.1"] (the address of the proxy that speaks TLS) to pelekan.toml.',
        )  # fmt: skip


def _data(config: Config) -> Findings:
    try:
        config.data.mkdir(parents=True, exist_ok=True, mode=0o700)
        probe = config.data / f".probe-{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()
    except OSError as fault:
        yield Finding(
            WRONG, "data folder", f"{config.data} can't be written: {fault.strerror}.",
            "Give the folder to the user that Pelekan runs as.",
        )  # fmt: skip
    else:
        yield Finding(OK, "data folder", str(config.data))


def _space(config: Config) -> Findings:
    places = {config.data}
    if sqlite := checks.sqlite_file(config):
        places.add(sqlite.parent)
    for place in sorted(place for place in places if place.is_dir()):
        free = shutil.disk_usage(place).free
        text = f"{free / (1 << 30):.1f} GiB free for {place}"
        if free >= LEAST_SPACE:
            yield Finding(OK, "disk", text)
        else:
            level = WRONG if free < LEAST_SPACE // 10 else LOOK
            yield Finding(
                level, "disk", text, "Make room: without it neither mail nor files can be taken in."
            )


def _clock(config: Config) -> Findings:
    from pelekan.lib.time import now

    if now() < OLDEST_CLOCK:
        yield Finding(
            WRONG, "clock", f"This machine believes that it is {now():%Y-%m-%d}.", "Set it (timedatectl)."
        )
        return
    newest = max((file.stat().st_mtime for file in config.data.glob("beats/*.json")), default=0)
    ahead = datetime.fromtimestamp(newest, UTC) - now()
    if ahead > timedelta(minutes=2):
        yield Finding(
            WRONG,
            "clock",
            f"It went back by {ahead}: what is due waits so much longer.",
            "Set it (timedatectl).",
        )
    else:
        yield Finding(OK, "clock", f"{now():%Y-%m-%d %H:%M} UTC")


def _browser_files(config: Config) -> Findings:
    package = _package()
    missing = [name for name in VENDOR if not (package / "web" / "static" / "vendor" / name).is_file()]
    if missing:
        yield Finding(
            WRONG, "browser packages", f"missing: {', '.join(missing)}",
            "In a checkout run bin/setup; otherwise install Pelekan again with pip.",
        )  # fmt: skip
    else:
        yield Finding(OK, "browser packages", "all there")


def _translations(config: Config) -> Findings:
    missing = [
        code
        for code in ("fa", "ar", "en")
        if not (_package() / "locale" / code / "LC_MESSAGES" / "django.mo").is_file()
    ]
    if missing:
        yield Finding(
            WRONG, "translations", f"not compiled: {', '.join(missing)}",
            "In a checkout run bin/setup; otherwise install Pelekan again with pip.",
        )  # fmt: skip
    else:
        yield Finding(OK, "translations", "compiled")


def _package() -> Path:
    spec = importlib.util.find_spec("pelekan")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).parent


# From the database


def _letters() -> Findings:
    from pelekan.channels import letters
    from pelekan.lib.time import now

    if sentence := letters.missing():
        yield Finding(LOOK, "mail of the desk", sentence[0], sentence[1])
    elif number := letters.stuck(now()):
        yield Finding(
            LOOK, "mail of the desk", f"{number} letters (codes, invitations, resets) failed or wait too long: {letters.last_fault()}",
            "See that `smtp` in pelekan.toml, or the SMTP server of the e-mail inbox, is right.",
        )  # fmt: skip
    else:
        yield Finding(OK, "mail of the desk", "codes, invitations and resets can be mailed")


def _people() -> Findings:
    from pelekan.people.models import Agent, Role

    if Agent.objects.filter(role=Role.ADMIN, disabled_at=None, user__is_active=True).exists():
        yield Finding(OK, "admins", "somebody can change the settings")
    else:
        yield Finding(
            WRONG, "admins", "No active admin: nobody can change the settings.", "Restore a backup."
        )


def _workers() -> Findings:
    from pelekan.lib.labour import STALE, last_beat
    from pelekan.lib.time import now
    from pelekan.work import beats

    last = last_beat(beats())
    if last is None:
        yield Finding(
            LOOK,
            "workers",
            "none at work: mail is neither fetched nor sent.",
            "Start `pelekan serve` (or `work`).",
        )
    elif now() - last > STALE:
        yield Finding(
            WRONG, "workers", f"no sign of life since {last:%Y-%m-%d %H:%M} UTC.",
            "Look at the log, and start `pelekan serve` (or `work`) again.",
        )  # fmt: skip
    else:
        yield Finding(OK, "workers", "at work")
    from pelekan.channels import pulse

    pulse.forget()
    for hang in pulse.pulse().stuck:
        yield Finding(
            WRONG, "workers", f"{hang.job} hangs in {hang.place} since {hang.since:%Y-%m-%d %H:%M} UTC (row {hang.row or '-'}).",
            "Restart that process; what it had in hand is taken up again. The log says what it was about.",
        )  # fmt: skip


def _waiting() -> Findings:
    from pelekan.lib import due
    from pelekan.lib.time import now
    from pelekan.work import JOBS

    for job in JOBS:
        late = due.overdue(job.model, now(), job.where_at(now()))
        if late > LATE:
            waiting = job.model._meta.verbose_name_plural
            yield Finding(
                WRONG, "work", f"{waiting} have waited for {str(late).split('.')[0]}.",
                "Are the workers at work (see above)? Otherwise the log says what holds them up.",
            )  # fmt: skip


def _accounts() -> Findings:
    from pelekan.channels import tally
    from pelekan.channels.models import Account

    for account in Account.objects.filter(inbox__archived_at=None).select_related("inbox"):
        if account.fault:
            since = f" since {account.failed_at:%Y-%m-%d %H:%M} UTC" if account.failed_at else ""
            yield Finding(
                WRONG, "mailbox", f"{account.inbox.name} fails{since}: {account.fault}",
                "Mend it in the settings of the inbox and press “Test connection”.",
            )  # fmt: skip
        else:
            yield Finding(OK, "mailbox", account.inbox.name)
    for folder in tally.missing():
        yield Finding(
            WRONG, "mailbox", f"{folder.account.inbox.name}, folder {folder.name}: {folder.missing} mails lie on the server but can't be fetched.",
            "It is tried again every five minutes. Open the folder with a mail program; if they can't be opened there either, "
            "ask the operator of the mail server to repair the folder.",
        )  # fmt: skip


def _gateways() -> Findings:
    from django.conf import settings

    from pelekan.channels.models import Gateway
    from pelekan.lib.secrets import open_sealed
    from pelekan.tickets.models import Inbox

    for inbox in Inbox.objects.filter(channel="sms", archived_at=None, gateway=None):
        yield Finding(
            LOOK, "sms", f"{inbox.name} has no gateway.", "Connect one in the settings of the inbox."
        )
    for gateway in Gateway.objects.filter(inbox__archived_at=None).select_related("inbox"):
        try:
            if gateway.secret:
                open_sealed(gateway.secret, settings.SECRET_KEY)
        except ValueError:
            yield Finding(
                WRONG, "sms", f"The key of {gateway.inbox.name} can't be opened.",
                "Put the former secret_key back, or enter the gateway's key anew.",
            )  # fmt: skip
            continue
        if gateway.fault:
            since = f" since {gateway.failed_at:%Y-%m-%d %H:%M} UTC" if gateway.failed_at else ""
            yield Finding(
                WRONG, "sms", f"{gateway.inbox.name} ({gateway.kind}) fails{since}: {gateway.fault_text}",
                "Mend it in the settings of the inbox and press “Test”.",
            )  # fmt: skip
        else:
            yield Finding(OK, "sms", f"{gateway.inbox.name} ({gateway.kind})")


def _doors() -> Findings:
    """Whether somebody answers at each door for mail servers that the configuration asks for."""
    from django.conf import settings

    for protocol in ("smtp", "lmtp"):
        place = getattr(settings.CONFIG, f"listen_{protocol}")
        if not place:
            continue
        host, _, port = place.rpartition(":")
        try:
            with socket.create_connection((host.strip("[]"), int(port)), 3) as link:
                greeting = link.recv(3)
        except OSError:
            greeting = b""
        if greeting == b"220":
            yield Finding(OK, "mail door", f"{protocol.upper()} at {place}")
        else:
            yield Finding(
                WRONG, "mail door", f"Nobody answers at {place}, where mail servers hand over mail by {protocol.upper()}.",
                "Start `pelekan serve`; if it runs, its log says what holds it up.",
            )  # fmt: skip


def _senders() -> Findings:
    """Whether forged senders can be told from true ones: by a trusted mail server, or by our own check."""
    from django.conf import settings

    from pelekan.channels.email import proof
    from pelekan.channels.models import Account
    from pelekan.tickets.models import Inbox

    inboxes = Inbox.objects.filter(channel="email", archived_at=None).exclude(address="")
    accounts = Account.objects.filter(inbox__in=inboxes).exclude(authserv_id="")
    trusting = bool(settings.CONFIG.authserv_id) or accounts.count() == len(inboxes)
    if not inboxes:
        return
    if settings.CONFIG.check_senders and proof.reachable(inboxes[0].address):
        yield Finding(OK, "senders", "the senders of mail are checked (DKIM, DMARC)")
    elif trusting:
        yield Finding(OK, "senders", "the senders of mail are checked by your mail server")
    elif settings.CONFIG.check_senders:
        yield Finding(
            LOOK, "senders", "The DNS does not answer, so nobody checks whether the sender of a mail is genuine.",
            "Give this machine a name server, or name the mail server whose Authentication-Results count (authserv_id).",
        )  # fmt: skip
    else:
        yield Finding(
            LOOK, "senders", "Nobody checks whether the sender of a mail is genuine.",
            "Remove `check_senders = false` from pelekan.toml, or name the mail server whose Authentication-Results count (authserv_id).",
        )  # fmt: skip


def _quarantine() -> Findings:
    from pelekan.channels.models import Arrival, ArrivalState, Delivery, IncomingText

    quarantined = Arrival.objects.filter(state=ArrivalState.QUARANTINED).count()
    if quarantined:
        yield Finding(
            LOOK, "mail", f"{quarantined} mails lie in quarantine.", "Look at them in the settings."
        )
    texts = IncomingText.objects.filter(state=ArrivalState.QUARANTINED).count()
    if texts:
        yield Finding(
            LOOK,
            "sms",
            f"{texts} text messages could not be taken in.",
            "Look at them on the page of their gateway.",
        )
    failed = Delivery.objects.filter(dead_at__isnull=False).count()
    if failed:
        yield Finding(
            LOOK, "mail", f"{failed} mails or texts could not be sent, or may not have been.",
            "Settings → Mail → Not sent says why, and sends them again or sets them aside.",
        )  # fmt: skip
