"""What we send is strict, and we read back what we meant."""

from __future__ import annotations

import email
import email.policy
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pelekan.channels.email.addresses import Address
from pelekan.channels.email.compose import Attached, CannotCompose, Outgoing, Quoted, compose, needs_smtputf8
from pelekan.channels.email.looks import directed
from pelekan.channels.email.parse import parse
from pelekan.channels.email.thread import reply_address, reply_token, token_line

KEY = "k" * 50
TOKEN = reply_token(42, KEY)
SUBJECT = "پاسخ به درخواست شما دربارهٔ کارت بانکی و بازگشت وجه سفارش شمارهٔ ۴۸۲۱۳ در فروشگاه — Re: order"
MAIL = Outgoing(
    subject=SUBJECT,
    sender=Address("پشتیبانی، فروشگاه", "support@example.org"),
    to=(Address('Sara "S" O\'Neil, Ltd', "sara@example.com"),),
    cc=(Address("", "boss@example.com"),),
    reply_to=Address("", reply_address("support@example.org", TOKEN)),
    message_id="<m.42.1.abc@example.org>",
    in_reply_to="<a1@example.com>",
    references=("<a0@example.com>", "<a1@example.com>"),
    date=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    body_html='<p>سلام سارا،</p><p>Order 48213 was sent.</p><p>تصویر: <img src="cid:pic1"></p>',
    language="fa",
    attachments=(
        Attached("رسید پرداخت.pdf", "application/pdf", b"%PDF-1.4" * 50),
        Attached("pic.png", "image/png", b"\x89PNG", "pic1"),
    ),
    quoted=Quoted(
        "در تاریخ ۱ آذر، سارا نوشت:", "سفارشم نرسید.\nکجاست؟", "<p>سفارشم نرسید.<script>x</script></p>"
    ),
    footer="با احترام",
    reference_line=token_line(TOKEN),
)


def test_we_read_back_what_we_sent():
    got = parse(compose(MAIL))
    assert got.warnings == ("sender_differs",) or got.warnings == ()
    assert (got.subject, got.message_id, got.in_reply_to) == (
        SUBJECT,
        "<m.42.1.abc@example.org>",
        "<a1@example.com>",
    )
    assert got.references == ("<a0@example.com>", "<a1@example.com>")
    assert (got.from_name, got.from_address) == ("پشتیبانی، فروشگاه", "support@example.org")
    assert got.to == MAIL.to and got.cc == MAIL.cc
    assert got.reply_to[0].address == f"support+{TOKEN}@example.org"
    assert [(p.name, p.type, p.data, p.inline) for p in got.attachments] == [
        ("pic.png", "image/png", b"\x89PNG", True),
        ("رسید پرداخت.pdf", "application/pdf", b"%PDF-1.4" * 50, False),
    ]
    assert (
        got.reply_text.startswith("سلام سارا،")
        and "نوشت" not in got.reply_text
        and (got.language, got.direction) == ("fa", "rtl")
    )
    assert "script" not in got.html and token_line(TOKEN) in got.text and token_line(TOKEN) in got.html


def test_an_independent_parser_agrees():
    got = email.message_from_bytes(compose(MAIL), policy=email.policy.default)
    assert got.defects == [] and str(got["subject"]) == SUBJECT
    assert got["from"].addresses[0].display_name == "پشتیبانی، فروشگاه"
    assert got["to"].addresses[0].display_name == 'Sara "S" O\'Neil, Ltd'
    body = got.get_body(("html",))
    assert body is not None and "Order 48213" in body.get_content()
    assert [part.get_filename() for part in got.iter_attachments()] == ["رسید پرداخت.pdf"]


def test_lines_are_short_and_ascii():
    raw = compose(replace(MAIL, body_html=f"<p>{'x' * 5_000}</p>", subject="word " * 150))
    assert raw.isascii() and b"\r\n" in raw and b"\n" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 120
    head = compose(MAIL).partition(b"\r\n\r\n")[0]
    assert max(len(line) for line in head.split(b"\r\n") if b"=?" in line) <= 76


def test_persian_subject_is_cut_between_characters():
    head = compose(MAIL).decode().partition("\r\nDate:")[0]
    for word in head.split("=?utf-8?b?")[1:]:
        __import__("base64").b64decode(word.partition("?=")[0], validate=True).decode("utf-8")


@pytest.mark.parametrize(
    "poison",
    [
        "x\r\nBcc: evil@x.example",
        "x\nBcc: evil@x.example",
        "x\rBcc: e@x.example",
        "x\u2028Bcc: e@x.example",
        "x\x00\x0bBcc: y",
    ],
)
def test_mo_09_header_injection(poison):
    mail = replace(
        MAIL,
        subject=poison,
        sender=Address(poison, "support@example.org"),
        to=(Address(poison, "a@example.com"),),
        footer=poison,
    )
    mail = replace(
        mail,
        attachments=(Attached(poison + ".pdf", "application/pdf\r\nBcc: e", b"x"),),
        references=(poison,),
        language=poison,
    )
    raw = compose(mail)
    got = email.message_from_bytes(raw, policy=email.policy.default)
    assert got["bcc"] is None and [a.addr_spec for a in got["to"].addresses] == ["a@example.com"]
    assert b"\nBcc" not in raw.partition(b"\r\n\r\n")[0]
    for part in got.walk():
        assert part["bcc"] is None


@pytest.mark.parametrize(
    "address",
    [
        "a@example.com\r\nBcc: b@x.example",
        "a@example.com, b@x.example",
        "a b@example.com",
        "a@example.com>",
        "a",
        "",
        "@x",
        "a@",
        "a\x00@x.example",
    ],
)
def test_mo_09_an_address_is_one_address(address):
    for field in (
        {"sender": Address("", address)},
        {"to": (Address("", address),)},
        {"reply_to": Address("", address)},
    ):
        with pytest.raises(CannotCompose):
            compose(replace(MAIL, **field))


def test_mo_17_international_addresses():
    mail = replace(MAIL, to=(Address("", "info@مثال.example"),))
    assert b"info@xn--mgbh0fb.example" in compose(mail) and not needs_smtputf8(mail)
    assert needs_smtputf8(replace(MAIL, to=(Address("", "علی@example.org"),)))


def test_automatic_mail_says_so():
    raw = compose(replace(MAIL, automatic="auto-replied", unsubscribe_url="https://help.example.org/u/1"))
    got = parse(raw)
    assert got.header("auto-submitted") == "auto-replied" and got.header("x-auto-response-suppress") == "All"
    assert got.header("list-unsubscribe") == "<https://help.example.org/u/1>"
    assert got.header("list-unsubscribe-post") == "List-Unsubscribe=One-Click"
    assert not parse(compose(MAIL)).has("auto-submitted")


def test_the_same_values_make_the_same_bytes():
    assert compose(MAIL) == compose(MAIL)


def test_plain_text_alone():
    got = parse(
        compose(
            replace(
                MAIL,
                body_html="",
                body_text="سلام\n\nHello",
                attachments=(),
                quoted=None,
                footer="",
                reference_line="",
            )
        )
    )
    assert got.text.strip() == "سلام\n\nHello" and got.attachments == ()
    assert '<p dir="ltr" style="direction: ltr; text-align: left">Hello</p>' in got.html


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>سلام</p><p>Hello</p>", "rtl ltr"),
        ("<p>123</p>", "rtl"),
        ("<ul><li>Hello</li><li>سلام</li></ul>", "ltr ltr rtl"),
        ('<p dir="ltr">سلام</p>', "ltr"),
        ('<p dir="auto">Hello سلام</p>', "ltr"),
        ("<div><p></p>متن<p>Hello</p></div>", "rtl rtl ltr"),
    ],
)
def test_direction_of_each_block(html, expected):
    found = [piece.partition('"')[0] for piece in directed(html, "rtl").split(' dir="')[1:]]
    assert " ".join(found) == expected


def test_deep_html_does_not_recurse():
    assert len(directed("<div>" * 20_000 + "x", "rtl")) > 100_000
