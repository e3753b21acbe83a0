"""Our own mails in Persian, Arabic and English, as the main programs write them; and thousands of damaged ones."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelekan.channels.email.compose import compose
from pelekan.channels.email.parse import parse, to_json
from pelekan.channels.sift import may_answer, sift

from .test_compose import MAIL

CORPUS = Path(__file__).parents[2] / "corpus" / "mail"
EXPECTED = json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_mail(name):
    wanted = EXPECTED[name]
    parsed = parse((CORPUS / f"{name}.eml").read_bytes())
    verdict = sift(parsed)
    got = {
        "sender": parsed.from_address,
        "name": parsed.from_name,
        "subject": parsed.subject,
        "reply": parsed.reply_text,
        "language": parsed.language,
        "attachments": [part.name for part in parsed.attachments],
        "inline": [part.name for part in parsed.attachments if part.inline],
        "bounce": [[b.recipient, b.status, b.reason] for b in verdict.bounces][:1],
        "warnings": list(parsed.warnings),
    }
    got["bounce"] = got["bounce"][0] if got["bounce"] else []
    assert verdict.kind == wanted.get("kind", "person")
    assert {key: got[key] for key in wanted if key != "kind"} == {
        key: wanted[key] for key in wanted if key != "kind"
    }
    assert may_answer(parsed, verdict) == (verdict.kind == "person")
    assert parsed.direction == ("rtl" if parsed.language in ("fa", "ar") else "ltr")


def test_every_file_is_expected():
    assert {path.stem for path in CORPUS.glob("*.eml")} == set(EXPECTED)


SEEDS = [path.read_bytes() for path in sorted(CORPUS.glob("*.eml"))] + [compose(MAIL)]
POISON = [
    b"\x00", b"\xff\xfe", b"\r", b"\n\n", b"--x", b"=?utf-8?b?", b"?=", b"<" * 50, b'"' * 3, b"(" * 60, b"Content-Type: multipart/mixed; boundary=x\r\n",
    b"charset=utf-16", b"charset=idna", b"base64", b"; name*0*=x'", b">" * 80, b"&#" * 30, b"begin 644 a\n", b"\x1b$B", b"From: ", b"Date: Mon, 99 Foo 99999 99:99 +9999\r\n",
]  # fmt: skip


def mutate(raw: bytes, chance: random.Random) -> bytes:
    data = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        at, size = chance.randrange(len(data) + 1), chance.choice([1, 2, 10, 100, 1_000])
        kind = chance.randrange(5)
        if kind == 0:
            del data[at : at + size]
        elif kind == 1:
            data[at:at] = chance.choice(POISON) * chance.choice([1, 1, 1, 20])
        elif kind == 2:
            data[at : at + 1] = bytes([chance.randrange(256)])
        elif kind == 3:
            data[at:at] = data[chance.randrange(len(data) + 1) :][:size]
        else:
            other = chance.choice(SEEDS)
            data[at:] = other[chance.randrange(len(other)) :]
        if not data:
            data = bytearray(b"x")
    return bytes(data)


def check(raw: bytes) -> None:
    parsed = parse(raw)
    assert "unreadable" not in parsed.warnings
    told = json.dumps(to_json(parsed, "x"), ensure_ascii=False)
    assert "\\u0000" not in told
    told.encode("utf-8")  # no lone surrogates
    for value in (
        parsed.subject,
        parsed.from_name,
        parsed.from_address,
        parsed.message_id,
        *(p.name for p in parsed.attachments),
    ):
        assert "\n" not in value and "\r" not in value


def test_damaged_mails_never_raise():
    chance = random.Random(20261122)
    for _ in range(1_500):
        check(mutate(chance.choice(SEEDS), chance))


@settings(max_examples=150)
@given(st.binary(max_size=2_000))
def test_any_bytes_never_raise(raw):
    check(raw)


@settings(max_examples=150)
@given(
    st.lists(
        st.sampled_from(
            [
                *POISON,
                b"text ",
                b"\r\n",
                b"Content-Type: text/html\r\n",
                b"--x\r\n",
                b"--x--\r\n",
                b"\r\n\r\n",
            ]
        ),
        max_size=60,
    )
)
def test_any_heap_of_mail_pieces_never_raises(pieces):
    check(b"".join(pieces))
