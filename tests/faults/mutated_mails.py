"""Mails that a fuzzer made of our own seeds, through the whole way in.

    python -m tests.faults.mutated_mails [MAILS]

Each is stored and taken in as the workers do it. Afterwards every mail is one arrival with the bytes that were sent,
done, quarantined or set aside, with at most one message; nothing waits, nothing raised. Every fiftieth comes twice.
"""

# ruff: noqa: I001 (Django is set up before the models are imported)
from __future__ import annotations

from tests.faults import alone

import base64
import hashlib
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from pelekan.channels import intake
from pelekan.channels.faults import word_of
from pelekan.channels.models import Arrival
from pelekan.demo.world import World, build
from pelekan.tickets.models import Message
from tests.faults.alone import Broken

_HEAD = "From: {who}\r\nTo: support@chakad.example\r\nSubject: {subject}\r\nMessage-ID: <{n}@seed.example>\r\nDate: Sun, 22 Nov 2026 08:00:00 +0330\r\nMIME-Version: 1.0\r\n"
_MIXED = 'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n'
_FILE = "Content-Type: application/pdf; name*0*=utf-8''%D9%81; name*1*=%D8%A7.pdf\r\nContent-Transfer-Encoding: base64\r\nContent-Disposition: attachment\r\n\r\n"
_HTML = '<html dir="rtl"><body><p>سلام، سفارش من نرسید.</p><blockquote>در تاریخ یکشنبه نوشت:<br>سلام</blockquote><img src="cid:a@b"></body></html>'
_REPORT = "Content-Type: multipart/report; report-type=delivery-status; boundary=r\r\n\r\n--r\r\n\r\nIt failed.\r\n--r\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.seed.example\r\n\r\nFinal-Recipient: rfc822; x@seed.example\r\nAction: failed\r\nStatus: 5.1.1\r\n--r\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <m.1.2.{n}@chakad.example>\r\n\r\nHi\r\n--r--\r\n"


def seeds() -> list[bytes]:
    """What people and machines send, in small."""
    people = ["Emma <emma@seed.example>", "=?utf-8?b?2YXbjNmG2Kc=?= <mina@seed.example>", "omar@seed.example"]
    bodies: list[tuple[str, bytes]] = [
        ("Content-Type: text/plain; charset=utf-8\r\n\r\n", "سلام، رمزم کار نمی‌کند.\r\n\r\nEmma".encode()),
        ("Content-Type: text/plain; charset=windows-1256\r\n\r\n", "مرحبا، لم يصل الطلب".encode("windows-1256")),
        ("Content-Type: text/html; charset=utf-8\r\n\r\n", _HTML.encode()),
        ("Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n", b"Caf=C3=A9 =\r\nis open=2E\r\n"),
        (_MIXED, b"\r\nsee the file\r\n--b{n}\r\n" + _FILE.encode() + base64.encodebytes(bytes(range(256)) * 4) + b"\r\n--b{n}--\r\n"),
        ('Content-Type: multipart/alternative; boundary="b{n}"\r\n\r\n--b{n}\r\nContent-Type: text/plain\r\n\r\nplain\r\n--b{n}\r\nContent-Type: text/html\r\n\r\n', b"<p>rich</p>\r\n--b{n}--\r\n"),
        (_REPORT, b""),
        ("Auto-Submitted: auto-replied\r\nContent-Type: text/plain\r\n\r\n", b"I am away.\r\n"),
        ("In-Reply-To: <0@seed.example>\r\nReferences: <0@seed.example>\r\nContent-Type: text/plain\r\n\r\n", b"Yes.\r\n\r\nOn Sunday, Support wrote:\r\n> Is it so?\r\n"),
        ("Content-Type: text/calendar; method=REQUEST\r\n\r\n", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nSUMMARY:Call\r\nDTSTART:20261122T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"),
        ("Content-Type: message/rfc822\r\n\r\n", b"From: inner@seed.example\r\nSubject: inner\r\n\r\nforwarded\r\n"),
    ]  # fmt: skip
    made = []
    for number, (head, body) in enumerate(bodies):
        for who in people:
            n = str(len(made))
            top = _HEAD.format(who=who, subject=f"=?utf-8?q?Seed_{number}?=", n=n)
            made.append((top + head.replace("{n}", n)).encode() + body.replace(b"{n}", n.encode()))
    return made


def _flip(raw: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 3, 20))):
        raw[dice.randrange(len(raw))] = dice.randrange(256)


def _cut(raw: bytearray, dice: random.Random) -> None:
    del raw[dice.randrange(len(raw)) :]


def _hole(raw: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(raw))
    del raw[start : start + dice.choice((1, 10, 200))]


def _repeat(raw: bytearray, dice: random.Random) -> None:
    start = dice.randrange(len(raw))
    piece = raw[start : start + dice.choice((2, 30, 300))]
    raw[start:start] = piece * dice.choice((2, 10, 200))


def _line(raw: bytearray, dice: random.Random) -> None:
    lines = raw.split(b"\r\n")
    one, other = dice.randrange(len(lines)), dice.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    raw[:] = b"\r\n".join(lines)


_ODD = (
    b"\0", b"\r", b"\n", b"\r\n\r\n", b"=?utf-8?b?", b"?=", b"--", b'"', b"<", b">", b"@", b";", b"\xff\xfe", b"\xed\xa0\x80", b"(" * 50, b"%00",
    b"Content-Type: multipart/mixed; boundary=\"\"\r\n", b"From: <>\r\n", b"Message-ID: <>\r\n", "\u202e\u200f\u2066".encode(), b" " * 2_000,
)  # fmt: skip


def _odd(raw: bytearray, dice: random.Random) -> None:
    for _ in range(dice.choice((1, 2, 8))):
        at = dice.randrange(len(raw) + 1)
        raw[at:at] = dice.choice(_ODD)


def _splice(raw: bytearray, dice: random.Random) -> None:
    other = dice.choice(_SEEDS)
    raw[dice.randrange(len(raw)) :] = other[dice.randrange(len(other)) :]


_SEEDS = seeds()
_WAYS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip,
    _cut,
    _hole,
    _repeat,
    _line,
    _odd,
    _splice,
)


def mutated(dice: random.Random) -> bytes:
    """A seed with one to four wounds."""
    raw = bytearray(dice.choice(_SEEDS))
    for _ in range(dice.randint(1, 4)):
        if raw:
            dice.choice(_WAYS)(raw, dice)
    return bytes(raw) or b"\r\n"


@dataclass
class Count:
    states: Counter[str] = field(default_factory=Counter)
    why: Counter[str] = field(default_factory=Counter)


def run(world: World, mails: int, seed: int = 1) -> Count:
    """So many mails. Raises Broken, and whatever the way in raises."""
    dice, inbox, count, known = random.Random(seed), world.inboxes["mail"], Count(), set()
    while len(known) < mails:
        raw = mutated(dice)
        known.add(fingerprint := hashlib.sha256(raw).hexdigest())
        for _ in range(2 if len(known) % 50 == 0 else 1):
            arrival = intake.take_now(intake.store(inbox, raw))
        if arrival.raw != raw or arrival.fingerprint != fingerprint:
            raise Broken(f"{arrival.pk}: other bytes than were sent")
        count.states[arrival.state] += 1
        count.why[arrival.why[:40]] += 1
        if word_of(arrival.why) in ("failed", "reader_died"):
            raise Broken(f"{arrival.pk} was too much for the reader: {arrival.why}\n{raw!r}")
        if arrival.state == "waiting" or (arrival.state == "done") != bool(arrival.message_id):
            raise Broken(f"{arrival.pk} is {arrival.state}, message {arrival.message_id}")
    if Arrival.objects.count() != len(known):
        raise Broken(f"{len(known)} mails, {Arrival.objects.count()} arrivals")
    told = list(Message.objects.filter(kind="incoming").values_list("meta__arrival", flat=True))
    if len(told) != len(set(told)):
        raise Broken("one mail made two messages")
    return count


if __name__ == "__main__":
    alone.prepare()
    ended = run(build(), alone.count(20_000))
    print(
        f"{ended.states.total()} mails: {dict(ended.states)}; 0 lost, 0 doubled, all bytes equal, nothing raised"
    )
    print(dict(ended.why.most_common(8)))
