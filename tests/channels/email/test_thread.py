"""Joining a conversation needs proof; everything else is a hint."""

from __future__ import annotations

import pytest

from pelekan.channels.email.authenticity import authenticity
from pelekan.channels.email.parse import parse
from pelekan.channels.email.thread import (
    is_own_id,
    join,
    message_id,
    own_id,
    read_token,
    reply_address,
    reply_token,
    token_line,
)

KEY = "0" * 50
TOKEN = reply_token(42, KEY)
OURS = message_id(42, "d7", "example.org", KEY)
PEOPLE = {"42": ["sara@example.com"], "7": ["ali@example.com"]}
KNOWN = {"<c1@example.com>": ("42", ["sara@example.com"]), "<x7@example.com>": ("7", [])}


def mail(sender="sara@example.com", to="support@example.org", subject="x", extra="", body="Hello"):
    head = f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: <n1@example.com>\r\n{extra}\r\n"
    return parse((head + body).encode())


def joined(parsed, authentic=None):
    return join(parsed, KNOWN, KEY, participants=lambda ident: PEOPLE.get(ident, ()), authentic=authentic)


def test_token_in_the_address():
    got = joined(mail(to=reply_address("support@example.org", TOKEN)))
    assert (got.kind, got.conversation_id, got.via, got.confirmed, got.forged) == (
        "token",
        "42",
        "address",
        True,
        False,
    )
    assert joined(mail(to=reply_address("support@example.org", TOKEN).upper())).kind == "token"
    assert joined(mail(extra=f"Delivered-To: {TOKEN}@reply.example.org\r\n")).kind == "token"


def test_token_in_the_body_line():
    got = joined(mail(body=f"Yes\r\n\r\n> {token_line(TOKEN)}\r\n"))
    assert (got.kind, got.via, got.conversation_id) == ("token", "body", "42")


def test_token_in_our_message_id():
    got = joined(mail(extra=f"References: <z@example.com> {OURS}\r\n"))
    assert (got.kind, got.via, got.conversation_id, got.confirmed) == ("token", "message_id", "42", True)


def test_references_of_an_authentic_participant():
    parsed = mail(extra="In-Reply-To: <c1@example.com>\r\n")
    assert joined(parsed, True).kind == "references"
    assert joined(parsed, None).kind == joined(parsed, False).kind == "hint"


def test_mt_01_cc_hijack():
    parsed = mail(to=reply_address("support@example.org", TOKEN), extra="Cc: evil@x.example\r\n")
    assert not joined(parsed, False).confirmed
    assert joined(mail(extra=f"In-Reply-To: {OURS}\r\n"), False).kind == "hint"


@pytest.mark.parametrize("subject", ["Re: [#1234]", "Re: #۱۲۳۴", "پاسخ: (#١٢٣٤)"])
def test_mt_03_number_in_the_subject(subject):
    got = joined(mail("stranger@x.example", subject=subject), True)
    assert (got.kind, got.conversation_id, got.numbers) == ("hint", "", (1234,))


def test_mt_04_known_references_of_a_stranger():
    for ident in ("<c1@example.com>", OURS):
        got = joined(mail("stranger@x.example", extra=f"References: {ident}\r\n"), True)
        assert (got.kind, got.conversation_id) == ("hint", "42")


def test_mt_05_forged_agent_reply_id():
    forged = OURS.replace(".d7.", ".d8.")
    assert own_id(forged, KEY) == "" and not is_own_id(forged, KEY) and is_own_id(OURS, KEY)
    got = joined(mail(extra=f"In-Reply-To: {forged}\r\n"), True)
    assert (got.kind, got.forged) == ("none", True)


@pytest.mark.parametrize(
    "token",
    [
        TOKEN[:-1], TOKEN[:13], TOKEN[:20], TOKEN + "a", TOKEN + TOKEN.partition("-")[2], TOKEN.replace("42", "43"),
        "t.42-", "t.42", TOKEN[2:], "42", reply_token(42, "1" * 50),
    ],
)  # fmt: skip
def test_mt_06_mac_of_other_length(token):
    assert not read_token(token, KEY)
    for parsed in (mail(to=f"support+{token}@example.org"), mail(body=f"[{token}]")):
        assert joined(parsed, True).kind == "none"


def test_mt_12_right_token_new_address():
    got = joined(mail("private@x.example", to=reply_address("support@example.org", TOKEN)), True)
    assert (got.kind, got.conversation_id, got.confirmed) == ("token", "42", False)


def test_a_mail_with_two_senders_is_nobodys():
    parsed = parse(f"From: sara@example.com\r\nFrom: evil@x.example\r\nIn-Reply-To: {OURS}\r\n\r\nx".encode())
    assert joined(parsed, True).kind == "hint"


def test_strangers_never_join_whatever_they_copy():
    heads = [
        f"{name}: {value}\r\n"
        for name in ("References", "In-Reply-To", "Subject", "X-Pelekan-Ticket")
        for value in (OURS, *KNOWN, "42")
    ]
    for head in heads:
        for authentic in (True, None, False):
            assert joined(mail("stranger@x.example", extra=head), authentic).kind in ("hint", "none")


AR = "Authentication-Results: mx.example.org"


def judged(extra: str, sender="sara@example.com", ids=("mx.example.org",)):
    told = authenticity(parse(f"{extra}From: {sender}\r\n\r\nx".encode()), ids)
    return told.authentic if told else None


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ("dmarc=pass (p=reject) header.from=example.com", True),
        ("dmarc=fail header.from=example.com; spf=pass smtp.mailfrom=example.com", False),
        ("dkim=pass header.d=example.com", True),
        ("dkim=pass header.d=mail.example.com; dmarc=none", True),
        ("dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example", None),
        ("dmarc=pass header.from=evil.example", None),
        ("spf=pass smtp.mailfrom=bounce@example.com", True),
        ("spf=softfail smtp.mailfrom=bounce@example.com", None),
        ("spf=pass smtp.mailfrom=com", None),
        ("dkim=pass header.d=other.example.com", True),
        ("none", None),
    ],
)
def test_verdicts_of_a_trusted_server(results, expected):
    assert judged(f"Received: by mx.example.org\r\n{AR};\r\n {results}\r\n") is expected


def test_nobody_is_aligned_by_what_anybody_may_register_below():
    for sender, signer in (
        ("a@shop.co.uk", "co.uk"),
        ("a@one.github.io", "two.github.io"),
        ("a@co.uk", "x.co.uk"),
    ):
        assert judged(f"{AR}; dkim=pass header.d={signer}\r\n", sender) is None


def test_mt_09_forged_authentication_results():
    assert judged("Authentication-Results: other.example; dmarc=pass\r\n") is None
    assert judged(f"{AR}; dmarc=fail\r\nReceived: by mx\r\n{AR}; dmarc=pass\r\n") is False
    assert judged("Received: by a\r\n" * 4 + f"{AR}; dmarc=pass\r\n") is None
    assert judged(f"{AR} (x; mx) ; dmarc=pass\r\n", ids=()) is None
    assert judged("Authentication-Results: evil.example (mx.example.org); dmarc=pass\r\n") is None
    assert judged(f"{AR}; dmarc=pass\r\nFrom: boss@example.com\r\n") is False
