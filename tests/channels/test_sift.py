"""Machines are known by their marks; people are never taken for machines."""

from __future__ import annotations

import pytest

from pelekan.channels.email.parse import parse
from pelekan.channels.sift import may_answer, sift


def mail(extra="", subject="My order", sender="sara@example.com", body="Hello, where is it?"):
    return parse(
        f"From: {sender}\r\nTo: support@example.org\r\nSubject: {subject}\r\n{extra}\r\n{body}".encode()
    )


@pytest.mark.parametrize(
    ("extra", "kind"),
    [
        ("Auto-Submitted: auto-replied\r\n", "auto_reply"),
        ("Auto-Submitted: auto-generated (x)\r\n", "auto_reply"),
        ("Auto-Submitted: no\r\n", "person"),
        ("X-Autoreply: yes\r\n", "auto_reply"),
        ("X-Autorespond: yes\r\n", "auto_reply"),
        ("Precedence: auto_reply\r\n", "auto_reply"),
        ("Precedence: bulk\r\n", "list"),
        ("Precedence: list\r\n", "list"),
        ("Precedence: junk\r\n", "list"),
        ("List-Id: <x.example>\r\n", "list"),
        ("X-Auto-Response-Suppress: All\r\n", "person"),
        ("X-Loop: other@example.com\r\n", "person"),
        ("Return-Path: <>\r\n", "person"),
    ],
)
def test_ml_01_and_02_all_known_marks(extra, kind):
    parsed = mail(extra)
    verdict = sift(parsed)
    assert verdict.kind == kind
    assert may_answer(parsed, verdict) == (extra == "Auto-Submitted: no\r\n")


def test_plain_mail_may_be_answered():
    assert may_answer(mail(), sift(mail()))


@pytest.mark.parametrize(
    "sender",
    ["no-reply@shop.example", "mailer-daemon@x.example", "bounce+1@x.example", "postmaster@x.example", ""],
)
def test_nobody_answers_these_addresses(sender):
    parsed = mail(sender=sender)
    assert not may_answer(parsed, sift(parsed))


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: x",
        "Out of Office: x",
        "AutoReply",
        "Abwesenheitsnotiz: x",
        "Réponse automatique : x",
        "پاسخ خودکار: x",
        "رد تلقائي: x",
    ],
)
def test_absence_notes_without_headers(subject):
    assert sift(mail(subject=subject)).kind == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Out of office hours support?", "Are you open at night?"),
        ("Automatic reply is broken", "I get no automatic reply."),
        ("I am on vacation", "I am on vacation and my order did not arrive. Please send it to my office."),
        ("پاسخ خودکار نمی‌رسد", "من در مرخصی هستم، لطفاً به همکارم پاسخ بدهید."),
        ("رد تلقائي لا يصل", "أنا في إجازة وأريد استرداد المبلغ."),
        (
            "Undelivered order",
            "The parcel could not be delivered, it was returned to sender. User unknown, they said.",
        ),
        ("Mail delivery failed", "When I write to you I read: mailbox is full. What can I do?"),
        ("Returned mail", "550 5.1.1 user unknown: this is what your server tells my customers."),
        ("DMARC report", "Can you read our DMARC report?"),
    ],
)
def test_people_who_write_about_machines(subject, body):
    for extra in ("", "In-Reply-To: <a@example.org>\r\n"):
        assert sift(mail(extra, subject=subject, body=body)).kind == "person"


def test_ml_06_our_own_mail_comes_back():
    assert sift(mail(sender="Support@example.org"), own_addresses=["support@example.org"]).kind == "loop"
    assert (
        sift(mail("Message-ID: <x@y.example>\r\n"), is_own_id=lambda ident: ident == "<x@y.example>").kind
        == "loop"
    )
    assert sift(mail("X-Loop: support@example.org\r\n"), own_addresses=["support@example.org"]).kind == "loop"
    assert sift(mail("Received: x\r\n" * 80)).kind == "loop"


def test_ml_03_bounce_names_each_recipient():
    report = (
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        "Final-Recipient: rfc822; a@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n"
        "Final-Recipient: rfc822; b@example.com\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
        "Final-Recipient: rfc822; c@example.com\r\nAction: delivered\r\nStatus: 2.0.0\r\n\r\n--b--"
    )
    parsed = mail(
        "Return-Path: <>\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n",
        body=report,
    )
    verdict = sift(parsed)
    assert verdict.kind == "bounce" and not may_answer(parsed, verdict)
    assert verdict.to_json()["bounce"] == [
        {"recipient": "a@example.com", "status": "5.1.1", "reason": "userunknown"},
        {"recipient": "b@example.com", "status": "5.2.2", "reason": "mailboxfull"},
    ]


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.7.26 This mail is unauthenticated: SPF did not pass, DMARC", "authfailure"),
        ("550 5.7.25 The IP address sending this message does not have a PTR record", "requireptr"),
        ("554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org", "blocked"),
        ("554 5.7.1 Message rejected as spam", "spamdetected"),
        ("552 5.3.4 Message size exceeds fixed limit", "mesgtoobig"),
        ("554 5.7.1 Relay access denied", "norelaying"),
        ("550 5.2.1 The email account is disabled", "suspend"),
        ("550 5.1.2 Host unknown (Name server: no such domain)", "hostunknown"),
        ("452 4.2.2 The recipient's inbox is out of storage space", "mailboxfull"),
        ("451 4.4.1 Connection timed out", "expired"),
        ("554 5.4.6 Too many hops", "networkerror"),
        ("550 5.1.1 No such user here", "userunknown"),
    ],
)
def test_reasons(answer, reason):
    body = f"This message was created automatically by mail delivery software.\r\n\r\n  a@example.com\r\n    {answer}\r\n"
    verdict = sift(
        mail(
            "Return-Path: <>\r\n", subject="Mail delivery failed", sender="mailer-daemon@x.example", body=body
        )
    )
    assert [(b.recipient, b.reason) for b in verdict.bounces] == [("a@example.com", reason)]
