"""(e) A mail from its bytes to the ticket, beside a bare parse and the same rows written bare:

    python bench/ingest.py [--database postgresql://…]

Ours: `intake.store` (the bytes, committed), `due.claim` and `intake.take` (read in a process of its own, sifted, joined, a ticket with
its message, the index, the receipt queued; committed). The floor: the same bytes through Python's own `email` in this
process, and the rows of one real mail (every INSERT, UPDATE and DELETE, with new ids) through the driver in two
transactions that are as durable. Both in turn, one at a time, as one worker does it. Goal ≤ 3 ×.
"""

from __future__ import annotations

import argparse
import email
import email.policy
import hashlib
import itertools
import statistics
import time
from collections.abc import Callable
from typing import Any

import office
from create import _models, _name_ids, _spread
from server import bare

ROUNDS, WARM = 300, 30
border: list[bool] = []  # not empty: the bytes of the mail lie in the database
TEXT = "سلام، مبلغ از حساب من کم شد ولی سفارش ثبت نشد. شماره سفارش را پیوست کرده‌ام، لطفاً بررسی کنید.\r\n"
QUOTE = "".join(f"> line {n} of what was written before, as mail programs quote it\r\n" for n in range(40))


def mail(number: int) -> bytes:
    """What people send: both parts, a quote, 8 KB or so; a new request of a known customer."""
    html = f"<div dir=rtl><p>{TEXT * 4}</p></div><blockquote>{QUOTE.replace('>', '&gt;')}</blockquote>"
    return (
        "From: =?utf-8?b?2YXbjNmG2Kc=?= <mina.salehi@example.com>\r\nTo: support@chakad.example\r\n"
        f"Subject: Paid, but no order {number}\r\nMessage-ID: <{number}@example.com>\r\nDate: Sun, 22 Nov 2026 08:00:00 +0330\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{TEXT * 4}\r\n{QUOTE}\r\n"
        f"--b\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{html}\r\n--b--\r\n"
    ).encode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    office.make(args.database)
    office.fill(args.tickets)
    ours = _ours()
    for number in range(3):
        ours(mail(number))
    _spread()
    floor, told = _recorded(ours, mail(3))
    times: dict[Callable[[bytes], None], list[float]] = {ours: [], floor: []}
    for turn in range(WARM + args.rounds):
        for place, do in enumerate(times):
            raw = mail(10 + 2 * turn + place)
            began = time.perf_counter()
            do(raw)
            if turn >= WARM:
                times[do].append((time.perf_counter() - began) * 1000)
    _check()
    made, least = (statistics.median(found) for found in times.values())
    figure = f"{1000 / made:.0f} mails/s ({made:.1f} ms, floor {least:.1f}): {made / least:.1f} ×"
    office.tell(f"(e) a mail taken in, one worker ({told})", figure, "≤ 3 ×")


def _ours() -> Callable[[bytes], None]:
    from pelekan.channels import intake
    from pelekan.channels.models import Arrival
    from pelekan.lib import due
    from pelekan.lib.time import now as clock
    from pelekan.tickets.models import Inbox

    inbox = Inbox.objects.filter(channel="email").first()
    assert inbox is not None

    def take(raw: bytes) -> None:
        intake.store(inbox, raw)
        border.append(True)
        [mine] = due.claim(Arrival, clock(), limit=1, where=intake.JOB.where)
        intake.take(mine)

    return take


def _check() -> None:
    """Every mail became a message."""
    from pelekan.channels.models import Arrival

    assert not Arrival.objects.exclude(state="done", message__isnull=False).exists()


def _recorded(ours: Callable[[bytes], None], raw: bytes) -> tuple[Callable[[bytes], None], str]:
    """The floor, made of what one real mail writes."""
    from django.db import connection, transaction

    from pelekan.tickets.models import Ticket

    reads, seen, ids, half = 0, [], [], 0

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal reads, half
        result = execute(sql, params, many, context)
        word = sql.split(None, 1)[0].upper()
        if word in ("INSERT", "UPDATE", "DELETE"):
            values = list(params or [])
            seen.append([bare(sql, values), values])
            ids.append("next" if "RETURNING" in sql else None)
            half += not border
        else:
            reads += word == "SELECT"
        return result

    before = {
        model: model.objects.order_by("-pk").values_list("pk", flat=True).first() for model in _models()
    }
    border.clear()
    with connection.execute_wrapper(note):
        ours(raw)
    _name_ids(seen, ids, before)
    steps = [(sql, values, made) for (sql, values), made in zip(seen, ids, strict=True)]
    number = Ticket.objects.order_by("-pk").values_list("number", flat=True).first()
    fingerprint, fresh = hashlib.sha256(raw).hexdigest(), itertools.count(3_000_000_000)

    def write(part: list[Any], new: dict[Any, Any], mail_bytes: bytes) -> None:
        with transaction.atomic():
            cursor = connection.connection.cursor()
            for sql, values, made in part:
                cursor.execute(sql, [_replaced(value, new, raw, mail_bytes) for value in values])
                if cursor.description:
                    found = cursor.fetchone()
                    if made is not None and found:
                        new[made] = found[0]
            cursor.close()

    def floor(mail_bytes: bytes) -> None:
        new: dict[Any, Any] = {fingerprint: hashlib.sha256(mail_bytes).hexdigest(), number: next(fresh)}
        write(steps[:half], new, mail_bytes)
        _parse(mail_bytes)
        write(steps[half:], new, mail_bytes)

    return floor, f"{reads} reads, {len(steps)} writes"


def _replaced(value: Any, new: dict[Any, Any], raw: bytes, mail_bytes: bytes) -> Any:
    if isinstance(value, bytes | memoryview) and bytes(value) == raw:
        return mail_bytes
    return new.get(value, value) if isinstance(value, int | str) else value


def _parse(raw: bytes) -> None:
    """What a program without a care would read of it."""
    parsed = email.message_from_bytes(raw, policy=email.policy.default)
    for name in ("From", "To", "Subject", "Date", "Message-ID"):
        str(parsed[name])
    for kind in ("plain", "html"):
        part = parsed.get_body((kind,))  # type: ignore[attr-defined]
        if part is not None:
            part.get_content()


if __name__ == "__main__":
    main()
