"""Our own check of senders: DKIM and DMARC against a name server of the test."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dkim
import dns.resolver
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from django.conf import settings
from django.db import connection
from django.test import Client

from pelekan.channels.email import proof, reader
from pelekan.channels.email.authenticity import Authenticity
from pelekan.channels.email.parse import parse
from pelekan.channels.email.signatures import signatures
from pelekan.commands import doctor
from pelekan.demo.world import World
from pelekan.lib import published
from tests.channels.mails import PASS, account, arrive, raw_mail, taken
from tests.channels.zone import Zone, served

NOW = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
KEYS = {bits: rsa.generate_private_key(public_exponent=65537, key_size=bits) for bits in (1024, 2048)}


def pem(bits: int) -> bytes:
    return KEYS[bits].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )  # fmt: skip


def public(bits: int = 2048) -> str:
    der = KEYS[bits].public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    return base64.b64encode(der).decode()


def record(bits: int = 2048, **tags: str) -> str:
    return "; ".join(
        f"{name}={value}" for name, value in {"v": "DKIM1", "k": "rsa", "p": public(bits), **tags}.items()
    )


def signed(raw: bytes, domain: str = "example.net", bits: int = 2048, **values: object) -> bytes:
    head = dkim.sign(raw, b"one", domain.encode(), pem(bits), canonicalize=(b"relaxed", b"relaxed"), **values)  # type: ignore[arg-type]  # fmt: skip
    return bytes(head) + raw


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    monkeypatch.setitem(settings.CONFIG.__dict__, "check_senders", True)
    with served(monkeypatch) as one:
        one["one._domainkey.example.net"] = record()
        yield one


def judged(raw: bytes) -> Authenticity:
    return proof.judge(parse(raw), signatures(raw), NOW)


def test_a_signature_of_the_senders_domain_proves_him(zone: Zone) -> None:
    told = judged(signed(raw_mail()))
    assert (told.authentic, told.how, told.domain, told.by) == (True, "dkim", "example.net", "")
    assert zone.asked == {"one._domainkey.example.net": 1}  # the same name: how strict is not asked
    assert judged(signed(raw_mail("again"))).authentic is True and zone.asked.total() == 1  # remembered


def test_no_question_where_nothing_could_be_proved(zone: Zone) -> None:
    assert judged(raw_mail()).authentic is None
    assert judged(signed(raw_mail(), "evil.example")).authentic is None
    assert not zone.asked


def test_alignment(zone: Zone) -> None:
    zone["one._domainkey.mail.example.net"] = zone["one._domainkey.co.uk"] = record()
    assert judged(signed(raw_mail(), "mail.example.net")).authentic is True
    published.texts.forget()
    zone["_dmarc.example.net"] = "v=DMARC1; p=none; adkim=s"
    assert judged(signed(raw_mail(), "mail.example.net")).authentic is None
    assert judged(signed(raw_mail())).authentic is True
    assert judged(signed(raw_mail(sender="a@shop.co.uk"), "co.uk")).authentic is None


@pytest.mark.parametrize(
    "tags",
    [{"p": ""}, {"h": "sha1"}, {"s": "tlsrpt"}, {"t": "y"}, {"v": "DKIM2"}, {"k": "ed25519"}, {"p": "AAAA"}, {"p": public(1024)}],
)  # fmt: skip
def test_keys_that_count_for_nothing(zone: Zone, tags: dict[str, str]) -> None:
    zone["one._domainkey.example.net"] = record(**tags)
    assert judged(signed(raw_mail())).authentic is None


def test_weak_keys_and_expired_signatures(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    zone["one._domainkey.example.net"] = record(1024)
    raw = signed(raw_mail(), bits=1024)
    assert judged(raw).authentic is True
    monkeypatch.setattr(proof, "LEAST_BITS", 1025)
    assert judged(raw).authentic is None
    monkeypatch.setattr(proof, "LEAST_BITS", 1024)
    [one] = signatures(raw)
    parsed = parse(raw)
    for moment, told in ((NOW + timedelta(hours=1), True), (NOW - timedelta(hours=1), None)):
        late = type(one)(
            **{**{name: getattr(one, name) for name in one.__slots__}, "expires": int(moment.timestamp())}
        )
        assert proof.judge(parsed, [late], NOW).authentic is told


def test_ed25519(zone: Zone) -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    raw = signed(raw_mail())
    [one] = signatures(raw)
    value = base64.b64encode(key.sign(bytes.fromhex(one.digest))).decode()
    fields = {name: getattr(one, name) for name in one.__slots__}
    made = type(one)(**{**fields, "algorithm": "ed25519-sha256", "value": value})
    point = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    zone["one._domainkey.example.net"] = f"k=ed25519; p={base64.b64encode(point).decode()}"
    assert proof.judge(parse(raw), [made], NOW).authentic is True
    assert proof.judge(parse(raw), [one], NOW).authentic is None


FOREIGN = {"Return_Path": "<x@evil.example>"}


def mail(**headers: str) -> bytes:
    """As a mail server leaves it: the envelope's sender above the rest."""
    path = headers.pop("Return_Path", "")
    return (f"Return-Path: {path}\r\n".encode() if path else b"") + raw_mail(**headers)


@pytest.mark.parametrize(
    ("dmarc", "path", "told"),
    [
        ("v=DMARC1; p=reject", "<x@evil.example>", False),
        ("v=DMARC1; p=quarantine", "<x@evil.example>", False),
        ("v=DMARC1; p=none", "<x@evil.example>", None),
        ("v=DMARC1; p=reject; pct=20", "<x@evil.example>", None),
        ("v=DMARC1; p=reject; t=y", "<x@evil.example>", None),
        ("", "<x@evil.example>", None),
        ("v=DMARC1; p=reject", "<bounce@mail.example.net>", None),  # SPF could have passed
        ("v=DMARC1; p=reject", "<>", None),
        ("v=DMARC1; p=reject", "", None),
    ],
)
def test_forged_is_said_only_where_nothing_could_have_passed(
    zone: Zone, dmarc: str, path: str, told: bool | None
) -> None:
    if dmarc:
        zone["_dmarc.example.net"] = dmarc
    assert judged(mail(Return_Path=path)).authentic is told
    assert judged(signed(raw_mail(), "evil.example")).authentic is None
    broken = (
        mail(Return_Path=path) if not path else signed(mail(Return_Path=path)).replace(b"charged", b"changed")
    )
    assert judged(broken).authentic is told
    if path:
        assert judged(signed(mail(Return_Path=path))).authentic is True


def test_the_policy_of_the_organization_holds_below_it(zone: Zone) -> None:
    zone["_dmarc.example.net"] = "v=DMARC1; p=none; sp=reject"
    below = "a@shop.example.net"
    assert judged(mail(sender=below, **FOREIGN)).authentic is False
    assert judged(mail(**FOREIGN)).authentic is None


def test_nobody_is_proved_by_a_mail_of_two_senders(zone: Zone) -> None:
    raw = signed(raw_mail())
    assert judged(b"From: boss@example.net\r\n" + raw).authentic is None
    assert judged(raw.replace(b"emma.clarke@", b"emma.clerk@")).authentic is None


def test_no_order_of_the_fields_lets_words_in(zone: Zone) -> None:
    """A signature names fields, not their order: what is put between them must not be read as the text."""
    raw = signed(raw_mail())
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = re.split(rb"\r\n(?![ \t])", head)
    fields.sort(key=lambda one: not one.startswith(b"From"))
    assert judged(b"\r\n".join(fields) + b"\r\n\r\n" + body).authentic is True
    for words in (b"Pay here", b"Pay here\r\nto me\r\nat once\r\nplease", b" \r\nPay here", b"\r\n"):
        mixed = b"\r\n".join([fields[0], words, *fields[1:]]) + b"\r\n\r\n" + body
        assert judged(mixed).authentic is None, words


def test_a_silent_dns_is_no_proof_and_no_delay(zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "SECONDS", 0.3)
    zone["_dmarc.example.net"] = "v=DMARC1; p=reject"
    zone.silent |= {"one._domainkey.example.net"}
    raw = signed(mail(**FOREIGN))
    began = time.monotonic()
    assert judged(raw).authentic is None
    assert judged(raw).authentic is None  # not asked again for a while
    assert time.monotonic() - began < 3
    count = zone.asked.total()
    for domain in ("a.example", "b.example", "c.example"):
        zone.silent.add(f"_dmarc.{domain}")
        assert judged(mail(sender=f"x@{domain}", **FOREIGN)).authentic is None
    assert zone.asked.total() > count
    count = zone.asked.total()
    assert (
        judged(mail(sender="x@d.example", **FOREIGN)).authentic is None
    )  # a fault on this side: not asked at all
    assert zone.asked.total() == count


# In the house


def test_mt_01_a_known_customer_is_held_when_his_domain_disowns_the_mail(world: World, zone: Zone) -> None:
    zone["_dmarc.example.net"] = "v=DMARC1; p=reject"
    taken(world, signed(raw_mail()))
    forged = taken(world, mail(mail_id="<forged@evil.example>", **FOREIGN))
    assert forged.held_at is not None and "sender_not_authentic" in forged.meta["warnings"]
    assert forged.meta["authentic_by"] == {"how": "dmarc", "domain": "example.net", "server": ""}


def test_references_of_a_proved_participant_join(world: World, zone: Zone) -> None:
    first = taken(world, signed(raw_mail()))
    answer = raw_mail("One more thing", mail_id="<x@example.net>", References="<one@example.net>")
    again = taken(world, signed(answer))
    assert again.ticket_id == first.ticket_id and again.meta["join"] == "references"
    other = raw_mail("And one more", mail_id="<y@example.net>", References="<one@example.net>")
    assert taken(world, other).ticket_id != first.ticket_id


def test_the_word_of_a_trusted_server_comes_first(world: World, zone: Zone) -> None:
    account(world, authserv_id="mx.chakad.example")
    told = taken(world, signed(raw_mail(Authentication_Results=PASS))).meta
    assert told["authentic_by"] == {"how": "dmarc", "domain": "example.net", "server": "mx.chakad.example"}
    assert not zone.asked


def test_no_check_where_it_is_switched_off(world: World, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.CONFIG.__dict__, "check_senders", False)
    assert taken(world, signed(raw_mail())).meta["authentic"] is None and not zone.asked


@pytest.mark.django_db(transaction=True)
def test_no_transaction_waits_for_the_dns(world: World, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    asked = dns.resolver.Resolver.resolve

    def ask(*values: object, **more: object) -> object:
        seen.append(connection.in_atomic_block)
        return asked(*values, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", ask)
    assert taken(world, signed(raw_mail())).meta["authentic"] is True
    assert seen == [False]


def test_the_reader_hands_the_signatures_over(zone: Zone) -> None:
    raw = signed(raw_mail())
    assert reader.read(raw).signatures == signatures(raw)
    assert reader.read(raw_mail()).signatures == ()


def test_a_dns_fault_loses_no_mail(world: World, zone: Zone, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof, "SECONDS", 0.2)
    zone.silent.add("one._domainkey.example.net")
    found = arrive(world, signed(raw_mail()))
    assert found.state == "done" and found.message is not None and found.message.meta["authentic"] is None


def test_the_ticket_says_who_checked(world: World, zone: Zone, client: Client) -> None:
    message = taken(world, signed(raw_mail()))
    arash = world.agents["arash"].user
    arash.language = "en"
    arash.save()
    client.force_login(arash, backend="pelekan.people.backends.Backend")
    page = client.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    assert "Sender checked: DKIM of \u2068example.net\u2069 passed, by Pelekan." in page


def test_the_doctor_says_when_nobody_checks(
    world: World, zone: Zone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> tuple[str, str]:
        [one] = doctor._senders()
        return one.level, one.text

    assert said()[0] == "ok"
    published.texts.forget()
    monkeypatch.setattr(proof, "SECONDS", 0.2)
    zone.silent.add("_dmarc.chakad.example")
    assert said() == (
        "look",
        "The DNS does not answer, so nobody checks whether the sender of a mail is genuine.",
    )
    account(world, authserv_id="mx.chakad.example")
    assert said()[0] == "ok"
