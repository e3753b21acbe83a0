"""Mail inside other things, and meetings that it invites to."""

from __future__ import annotations

import base64
import datetime
import struct
import zlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from pelekan.channels.email.parse import parse

HEAD = (
    b"From: Sara <sara@example.com>\r\nSubject: Card\r\nMessage-ID: <a@example.com>\r\nMIME-Version: 1.0\r\n"
)


def wrapped(kind: str, data: bytes, more: str = "") -> bytes:
    return (
        HEAD + f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n{more}\r\n".encode()
        + base64.encodebytes(data).replace(b"\n", b"\r\n")
    )  # fmt: skip


# S/MIME


def signed(inner: bytes) -> bytes:
    """`inner` inside a CMS signature, as Outlook and Apple Mail send it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sara@example.com")])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(7).not_valid_before(datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)).not_valid_after(datetime.datetime(2036, 1, 1, tzinfo=datetime.UTC))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    builder = pkcs7.PKCS7SignatureBuilder().set_data(inner).add_signer(made, key, hashes.SHA256())
    return builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])


INNER = (
    b"Content-Type: multipart/mixed; boundary=i\r\nSubject: forged inside\r\n\r\n--i\r\nContent-Type: text/plain; "
    b"charset=utf-8\r\n\r\n"
    + "کارتم را نگرفتم".encode()
    + b"\r\n--i\r\nContent-Type: text/plain; name=log.txt\r\n"
    b"Content-Disposition: attachment\r\n\r\nthe log\r\n--i--\r\n"
)


@pytest.mark.parametrize(
    "kind", ["application/pkcs7-mime; smime-type=signed-data", "application/x-pkcs7-mime"]
)
def test_text_and_files_hidden_in_a_signature(kind: str) -> None:
    got = parse(wrapped(kind + "; name=smime.p7m", signed(INNER)))
    assert got.reply_text.strip() == "کارتم را نگرفتم" and got.direction == "rtl"
    assert [part.name for part in got.attachments] == ["log.txt"]
    assert got.subject == "Card"  # the heads inside are not the mail's
    assert "signature_unchecked" in got.warnings and "encrypted" not in got.warnings


def test_signed_twice_and_a_detached_signature() -> None:
    once = b"Content-Type: application/pkcs7-mime\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    twice = signed(once + base64.encodebytes(signed(INNER)))
    assert "کارتم" in parse(wrapped("application/pkcs7-mime", twice)).text
    beside = (
        HEAD + b"Content-Type: multipart/signed; boundary=s\r\n\r\n--s\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        b"--s\r\nContent-Type: application/pkcs7-signature; name=smime.p7s\r\n\r\nxx\r\n--s--\r\n"
    )  # fmt: skip
    got = parse(beside)
    assert got.text.strip() == "Hello" and "signature_unchecked" in got.warnings


def test_encrypted_or_damaged_stays_a_file() -> None:
    for data in (b"", b"\x30\x80\x06\x09", b"nothing", signed(INNER)[:200]):
        got = parse(wrapped("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", data))
        assert [part.name for part in got.attachments] == ["smime.p7m"] and "encrypted" in got.warnings


# PGP


def test_text_signed_in_the_clear() -> None:
    body = (
        b"-----BEGIN PGP SIGNED MESSAGE-----\r\nHash: SHA256\r\n\r\nHello\r\n- - a list\r\n"
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\niQEz\r\n=abcd\r\n-----END PGP SIGNATURE-----\r\n"
    )
    got = parse(HEAD + b"\r\n" + body)
    assert got.text.strip() == "Hello\n- a list" and "signature_unchecked" in got.warnings
    assert "BEGIN PGP" in parse(HEAD + b"\r\n" + body[:60]).text  # not whole: left as it is


# winmail.dat


def tnef(*attributes: tuple[int, int, bytes]) -> bytes:
    """MS-OXTNEF: signature, key, then (level, id, data) with their checksums."""
    out = struct.pack("<IH", 0x223E9F78, 1)
    for level, number, data in attributes:
        out += struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)
    return out


VERSION = (1, 0x00089006, struct.pack("<I", 0x00010000))
CODEPAGE = (1, 0x00069007, struct.pack("<II", 1252, 0))
BODY = (1, 0x0002800C, b"The text in Outlook's wrapping\0")
FILE = [(2, 0x00069002, b"\0" * 14), (2, 0x00018010, b"price list.txt\0"), (2, 0x0006800F, b"42 euro")]


def test_winmail_dat_is_opened() -> None:
    got = parse(wrapped("application/ms-tnef; name=winmail.dat", tnef(VERSION, CODEPAGE, BODY, *FILE)))
    assert got.text.strip() == "The text in Outlook's wrapping"
    assert [(part.name, part.data, part.type) for part in got.attachments] == [
        ("price list.txt", b"42 euro", "text/plain")
    ]


@pytest.mark.parametrize("data", [b"", b"\x78\x9f\x3e\x22", tnef(VERSION)[:12], zlib.compress(b"x" * 99)])
def test_a_damaged_winmail_dat_stays_a_file(data: bytes) -> None:
    names = [part.name for part in parse(wrapped("application/ms-tnef; name=winmail.dat", data)).attachments]
    assert names in (["winmail.dat"], [])


# Invitations


def ics(*lines: str, method: str = "REQUEST") -> bytes:
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:x", f"METHOD:{method}", "BEGIN:VEVENT", "UID:1"]
    return "\r\n".join([*head, *lines, "END:VEVENT", "END:VCALENDAR", ""]).encode()


def test_an_invitation_in_the_writers_zone() -> None:
    data = ics(
        "SUMMARY:جلسهٔ پشتیبانی", "DTSTART;TZID=Asia/Tehran:20261122T103000", "DURATION:PT45M",
        "LOCATION:اتاق ۳", "ORGANIZER;CN=Sara:mailto:sara@example.com", "RRULE:FREQ=WEEKLY",
    )  # fmt: skip
    (one,) = parse(wrapped("text/calendar; method=REQUEST; charset=utf-8", data)).invitations
    assert (one.method, one.summary, one.place) == ("request", "جلسهٔ پشتیبانی", "اتاق ۳")
    assert (one.starts, one.ends) == ("2026-11-22T07:00:00+00:00", "2026-11-22T07:45:00+00:00")
    assert (one.organizer, one.repeats, one.floating) == ("Sara", True, False)


def test_whole_days_floating_hours_and_answers() -> None:
    days = ics("SUMMARY:Fair", "DTSTART;VALUE=DATE:20261201", "DTEND;VALUE=DATE:20261204")
    (one,) = parse(wrapped("text/calendar", days)).invitations
    assert (one.starts, one.ends, one.whole_days) == ("2026-12-01", "2026-12-03", True)
    (one,) = parse(wrapped("text/calendar", ics("DTSTART:20261201T090000"))).invitations
    assert (one.floating, one.starts, one.summary) == (True, "2026-12-01T09:00:00+00:00", "")
    reply = ics("DTSTART:20261201T090000Z", "ATTENDEE;PARTSTAT=DECLINED:mailto:a@example.com", method="REPLY")
    (one,) = parse(wrapped("text/calendar", reply)).invitations
    assert (one.method, one.answer) == ("reply", "declined")


@pytest.mark.parametrize(
    "data", [b"", b"BEGIN:VCALENDAR", ics("SUMMARY:no start"), ics("DTSTART:tomorrow"), b"\0" * 600_000]
)
def test_a_damaged_invitation_stays_a_file(data: bytes) -> None:
    got = parse(wrapped("text/calendar; name=invite.ics", data))
    assert got.invitations == () and [part.name for part in got.attachments] == ["invite.ics"]
