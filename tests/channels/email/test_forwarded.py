"""Whose mail it is that somebody forwards."""

from __future__ import annotations

import pytest

from pelekan.channels.email.forwarded import original_sender
from pelekan.channels.email.parse import parse


def forwarded(subject: str, body: str) -> str | None:
    head = f"From: Omid <omid@example.com>\nSubject: {subject}\nContent-Type: text/plain; charset=utf-8\n\n"
    found = original_sender(parse((head + body).replace("\n", "\r\n").encode()))
    return f"{found.name} <{found.address}>" if found else None


GMAIL = """\
Please look.

---------- Forwarded message ---------
From: Emma Clarke <emma.clarke@example.net>
Date: Sun, Nov 22, 2026 at 8:00 AM
Subject: Charged twice
To: <omid@example.com>

I was charged twice.
"""
OUTLOOK = """\
See below

From: Emma Clarke [mailto:emma.clarke@example.net]
Sent: Sunday, November 22, 2026 8:00 AM
To: Omid
Subject: Charged twice

I was charged twice.
"""
APPLE = """\
Begin forwarded message:

From: Emma Clarke <emma.clarke@example.net>
Subject: Charged twice
Date: 22 November 2026 at 08:00:00 GMT

I was charged twice.
"""
PERSIAN = """\
لطفاً ببینید.

---------- پیام بازارسال شده ----------
از: Emma Clarke <emma.clarke@example.net>
تاریخ: یکشنبه ۱ آذر ۱۴۰۵
موضوع: دو بار کسر شد

پول دو بار کسر شد.
"""
ARABIC = """\
---------- الرسالة المحولة ---------
من: Emma Clarke <emma.clarke@example.net>
التاريخ: الأحد، ٢٢ نوفمبر
الموضوع: خصم مرتين

خُصم المبلغ مرتين.
"""


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Fwd: Charged twice", GMAIL),
        ("FW: Charged twice", OUTLOOK),
        ("Fwd: Charged twice", APPLE),
        ("دو بار", PERSIAN),
        ("إعادة توجيه: خصم", ARABIC),
    ],
)
def test_the_original_sender_is_found(subject: str, body: str) -> None:
    assert forwarded(subject, body) == "Emma Clarke <emma.clarke@example.net>"


def test_an_attached_mail_names_its_sender() -> None:
    raw = (
        b"From: omid@example.com\r\nSubject: Fwd: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n"
        b"\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n"
        b"From: Emma <emma.clarke@example.net>\r\nSubject: y\r\n\r\nText\r\n--b--\r\n"
    )
    found = original_sender(parse(raw))
    assert found and found.address == "emma.clarke@example.net"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Re: Charged twice", OUTLOOK),  # an answer quotes with the same heads
        ("Fwd: Charged twice", "Nothing but words. From: here to there"),
        ("Fwd: mine", GMAIL.replace("emma.clarke@example.net", "omid@example.com")),
        ("Interest: rates", "From: Emma <emma.clarke@example.net>\nSubject: x"),
    ],
)
def test_ordinary_mail_has_no_other_sender(subject: str, body: str) -> None:
    assert forwarded(subject, body) is None
