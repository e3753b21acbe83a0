"""`pelekan mail`: read a mail file without any installation; take a mail from a mail server's pipe."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any, NoReturn

from pelekan.commands.instance import Stop

TRY_AGAIN, BAD_DATA, BAD_USAGE = 75, 65, 64  # sysexits.h, which mail servers obey


def mail_arguments(parser: argparse.ArgumentParser) -> None:
    acts = parser.add_subparsers(dest="act", metavar="parse|deliver", required=True)
    reading = acts.add_parser("parse", help="show what is read from mail files; needs no installation")
    reading.add_argument(
        "files", nargs="+", metavar="FILE", help="a message as it came, `-` for standard input"
    )
    reading.add_argument("--json", action="store_true", help="everything, one JSON object a line")
    reading.set_defaults(run=parse)
    taking = acts.add_parser("deliver", help="take one message from standard input into an inbox")
    taking.add_argument("--inbox", required=True, metavar="NAME", help="name, key or address of the inbox")
    taking.set_defaults(run=deliver)
    taking.error = _bad_usage  # type: ignore[method-assign]


def _bad_usage(message: str) -> NoReturn:
    print(f"pelekan mail deliver: {message}", file=sys.stderr)
    raise SystemExit(BAD_USAGE)


def parse(args: argparse.Namespace) -> int:
    from pelekan.channels.email.parse import parse as read
    from pelekan.channels.email.parse import to_json

    failed = 0
    for name in args.files:
        try:
            raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        except OSError as fault:
            print(f"pelekan: {name}: {fault.strerror}", file=sys.stderr)
            failed = 1
            continue
        parsed = read(raw)
        if args.json:
            print(json.dumps(to_json(parsed, name), ensure_ascii=False))
        else:
            _show(name, parsed)
    return failed


def _show(name: str, parsed: Any) -> None:
    print(f"── {name}")
    sender = f"{parsed.from_name} <{parsed.from_address}>".strip()
    for label, value in (
        ("from", sender),
        ("to", ", ".join(one.address for one in parsed.to)),
        ("subject", parsed.subject),
        ("date", parsed.date.isoformat() if parsed.date else "not readable"),
        ("id", parsed.message_id),
        ("language", parsed.language),
        ("files", ", ".join(part.name for part in parsed.attachments)),
        ("warnings", ", ".join(parsed.warnings)),
    ):
        if value:
            print(f"{label:9} {_plain(value)}")
    print(f"\n{_plain(parsed.reply_text, keep_lines=True)}\n")


def _plain(text: str, keep_lines: bool = False) -> str:
    """Text of strangers on a terminal: no control characters."""
    return "".join(
        char if char.isprintable() or (keep_lines and char in "\n\t") or char == "\u200c" else "\ufffd"
        for char in text
    )


def deliver(args: argparse.Namespace) -> int:
    """0 once the bytes lie in the database; 75 for whatever time may mend, so that the mail server keeps the mail."""
    try:
        return _deliver(args.inbox, sys.stdin.buffer.read())
    except Stop as stop:
        code = TRY_AGAIN if stop.code == 1 else stop.code
        print(f"pelekan mail deliver: {stop}", file=sys.stderr)
        return code
    except Exception as fault:
        print(
            f"pelekan mail deliver: not stored, try again: {type(fault).__name__}: {fault}", file=sys.stderr
        )
        return TRY_AGAIN


def _deliver(name: str, raw: bytes) -> int:
    if not raw.strip():
        raise Stop("Standard input held no message.", BAD_DATA)
    from pelekan.commands import instance

    config = instance.start()
    if len(raw) > config.max_mail_mb * 1024 * 1024:
        raise Stop(
            f"The message is larger than {config.max_mail_mb} MB (`max_mail_mb` in pelekan.toml).", BAD_DATA
        )
    from django.db.models import Q

    from pelekan.channels import intake
    from pelekan.tickets.models import Channel, Inbox

    inboxes = Inbox.objects.filter(channel=Channel.EMAIL, archived_at=None)
    inbox = inboxes.filter(Q(name=name) | Q(key=name) | Q(address__iexact=name)).first()
    if inbox is None:
        known = ", ".join(inboxes.values_list("key", flat=True)) or "none"
        raise Stop(f"There is no mail inbox {name!r}; known are: {known}.")
    intake.store(inbox, raw)
    return 0
