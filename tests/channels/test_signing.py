"""Outgoing mail carries a signature of its domain, once the world can check it."""

from __future__ import annotations

from collections.abc import Iterator

import dkim
import pytest
from django.test import Client

from pelekan.channels.email import signing
from pelekan.channels.models import SigningKey
from pelekan.demo.world import World
from pelekan.tickets.actions import reply
from tests import servers
from tests.channels.mails import raw_mail, send_due, through, ticket_of
from tests.channels.zone import Zone, served

pytestmark = pytest.mark.django_db(transaction=True)

DOMAIN = "chakad.example"


@pytest.fixture
def zone(monkeypatch: pytest.MonkeyPatch) -> Iterator[Zone]:
    with served(monkeypatch) as one:
        yield one


def published(key: SigningKey, zone: Zone) -> None:
    name, value = signing.record_of(key)
    zone[name] = value


def is_signed(raw: bytes, zone: Zone) -> bool:
    return bool(
        dkim.verify(raw, dnsfunc=lambda name, timeout=5: zone.get(name.decode().rstrip("."), "").encode())
    )


@pytest.mark.server
def test_mail_is_signed_once_the_record_was_seen(world: World, smtp: servers.SmtpServer, zone: Zone) -> None:
    through(world, smtp.port)
    ticket, sara = ticket_of(world, raw_mail()), world.agents["sara"]
    key = signing.make_key(DOMAIN, by=world.agents["arash"])
    reply(ticket, by=sara, text="پاسخ نخست")
    send_due()
    assert all(b"DKIM-Signature" not in letter.data for letter in smtp.letters)
    published(key, zone)
    assert signing.check(key, by=world.agents["arash"]) == ""
    reply(ticket, by=sara, text="پاسخ دوم")
    send_due()
    raw = smtp.letters[-1].data
    assert is_signed(raw, zone)
    assert not is_signed(raw.replace(b"Subject:", b"Subject: x", 1), zone)
    assert not is_signed(b"From: other@example.org\r\n" + raw, zone)  # nobody can add a second sender


def test_the_check_says_what_is_wrong(world: World, zone: Zone) -> None:
    arash = world.agents["arash"]
    key = signing.make_key(DOMAIN, by=arash)
    assert signing.check(key, by=arash) == "missing"
    zone[signing.record_of(key)[0]] = "v=DKIM1; p=another"
    assert signing.check(key, by=arash) == "other"
    zone.socket.close()
    signing.SECONDS, before = 0.3, signing.SECONDS
    try:
        assert signing.check(key, by=arash) == "unreachable"
    finally:
        signing.SECONDS = before
    assert SigningKey.objects.get().seen_at is None


def test_a_new_key_has_a_new_name_and_the_private_half_is_sealed(world: World) -> None:
    first = signing.record_of(signing.make_key(DOMAIN, by=world.agents["arash"]))[0]
    again = signing.make_key(DOMAIN, by=world.agents["arash"])
    assert signing.record_of(again)[0] != first and SigningKey.objects.count() == 1
    assert "PRIVATE" not in again.private


def test_the_page_makes_shows_checks_and_ends_it(world: World, client: Client, zone: Zone) -> None:
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    page = "/desk/settings/mail/signing/"
    assert DOMAIN in client.get(page).content.decode()
    assert client.post(f"{page}make/", {"domain": "bank.example"}).status_code == 404
    client.post(f"{page}make/", {"domain": DOMAIN})
    key = SigningKey.objects.get()
    assert signing.record_of(key)[0] in client.get(page).content.decode()
    client.post(f"{page}{key.pk}/check/")
    assert SigningKey.objects.get().seen_at is None
    published(key, zone)
    client.post(f"{page}{key.pk}/check/")
    assert SigningKey.objects.get().seen_at is not None
    client.post(f"{page}{key.pk}/end/")
    assert not SigningKey.objects.exists()
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    assert client.get(page).status_code == 403
