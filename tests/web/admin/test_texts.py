"""Opening an SMS inbox in the settings: wizard, trying, health."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.test import Client

from pelekan.channels.faults import fault
from pelekan.channels.models import Gateway
from pelekan.demo.world import World
from pelekan.tickets.models import Inbox
from tests.channels.sms.gateway import NUMBER, TAKEN, Fake, running, text
from tests.channels.sms.gateway import VALUES as GATEWAYS


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running() as one:
        yield one


@pytest.fixture
def admin(world: World) -> Client:
    client = Client()
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    return client


def form(fake: Fake, kind: str, **values: object) -> dict[str, object]:
    given = {
        **GATEWAYS[kind],
        "kind": kind,
        "base": fake.base,
        "region": "IR",
        "most_parts": "۵",
        "per_hour": "10",
        "codes_per_day": "200",
    }
    return {**given, "quiet_from": "22:00", "quiet_to": "8:00", **values}


def test_wizard_from_new_to_working(world: World, admin: Client, fake: Fake) -> None:
    made = admin.post(
        "/desk/settings/inboxes/new/sms/",
        {"name": "پیامک", "team": world.teams["front"].pk, "language": "fa", "acknowledge": "on"},
    )
    inbox = Inbox.objects.get(channel="sms")
    page = f"/desk/settings/inboxes/{inbox.pk}/gateway/"
    assert made.status_code == 302 and made["Location"] == page and inbox.acknowledge
    assert admin.get(page).status_code == 200
    fake.answer((200, {"return": {"status": 403, "message": "x"}}))
    tried = admin.post(page + "try/", form(fake, "kavenegar", test_to="۰۹۱۲۰۰۰۰۰۰۱"))
    assert "banner--breach" in tried.content.decode() and not Gateway.objects.exists()
    fake.answer((200, {"return": {"status": 200}, "entries": {"remaincredit": 7}}), TAKEN["kavenegar"])
    tried = admin.post(page + "try/", form(fake, "kavenegar", test_to="۰۹۱۲۰۰۰۰۰۰۱", test_body="سلام"))
    assert tried.content.decode().count("banner--success") == 2 and fake.heard[-1].form["message"] == "سلام"
    assert admin.post(page, form(fake, "kavenegar")).status_code == 302
    gateway = Gateway.objects.get()
    assert (gateway.quiet_to, gateway.most_parts, gateway.due_at is not None) == ("08:00", 5, True)
    shown = admin.get(page).content.decode()
    assert "kave-key" not in shown and f"/hooks/sms/{inbox.key}/" in shown
    assert admin.post(page, form(fake, "kavenegar", secret="")).status_code == 302  # the former key stays
    assert admin.post(page, form(fake, "http", body="{")).status_code == 422
    assert admin.post(page, form(fake, "http", base="http://10.0.0.1/")).status_code == 422


def test_health_is_shown(world: World, admin: Client, fake: Fake) -> None:
    inbox = Inbox.objects.create(channel="sms", name="Texts", key="t", team=world.teams["front"])
    assert f"/desk/settings/inboxes/{inbox.pk}/gateway/" in admin.get("/desk/settings/").content.decode()
    admin.post(f"/desk/settings/inboxes/{inbox.pk}/gateway/", form(fake, "http"))
    gateway = Gateway.objects.get()
    text(gateway, "Buy now", sender="MyBank", gateway_id="1")
    assert "MyBank" in admin.get(f"/desk/settings/inboxes/{inbox.pk}/gateway/").content.decode()
    Gateway.objects.update(
        fault=fault("sms_credit", detail="all spent"), failures=1, failed_at=gateway.inbox.created_at
    )
    assert (
        f'href="/desk/settings/inboxes/{inbox.pk}/gateway/"' in admin.get("/desk/list/mine/").content.decode()
    )
    for page in ("/desk/settings/", "/desk/settings/inboxes/", f"/desk/settings/inboxes/{inbox.pk}/gateway/"):
        told = admin.get(page).content.decode()
        assert "all spent" in told or "badge--breach" in told


def test_customer_page_shows_who_wants_nothing(world: World, admin: Client, fake: Fake) -> None:
    inbox = Inbox.objects.create(channel="sms", name="Texts", key="t", team=world.teams["front"])
    admin.post(f"/desk/settings/inboxes/{inbox.pk}/gateway/", form(fake, "http"))
    gateway = Gateway.objects.get()
    ticket = text(gateway, "Question", gateway_id="1").message.ticket
    before = admin.get(f"/desk/customers/{ticket.customer_id}/").content.decode()
    text(gateway, "لغو", gateway_id="2")
    after = admin.get(f"/desk/customers/{ticket.customer_id}/").content.decode()
    assert "badge--warning" not in before and "badge--warning" in after
    assert NUMBER in admin.get(f"/desk/tickets/{ticket.pk}/").content.decode()
