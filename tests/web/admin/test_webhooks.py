"""Webhooks at the settings."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import webhooks
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Webhook, WebhookCall
from tests.channels.sms.gateway import Fake
from tests.tickets.webhooks.conftest import receiver, work  # noqa: F401

S = "/desk/settings/webhooks/"


def make(admin: Client, fake: Fake, **more: object) -> Webhook:
    values = {"name": "CRM", "address": f"{fake.base}/hook", "events": ["ticket.created"], **more}
    assert admin.post(f"{S}new/", values).status_code == 302
    return Webhook.objects.get(name=values["name"])


def test_made_changed_tried_and_listed(world: World, admin: Client, receiver: Fake) -> None:  # noqa: F811
    hook = make(admin, receiver)
    webhooks.forget()
    ticket = receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk,
            channel="email",
            customer_id=world.customers["emma"].pk,
            text="Help",
        )
    ).ticket
    receiver.answer((503, {"error": "resting <b>"}))
    work()
    page = admin.get(f"{S}{hook.pk}/").content.decode()
    assert "ticket.created" in page
    assert "resting &lt;b&gt;" in page
    assert f"/desk/tickets/{ticket.pk}/" in page
    receiver.answer((200, {"ok": True}))
    call = WebhookCall.objects.get()
    WebhookCall.objects.update(state="failed", due_at=None)
    Webhook.objects.update(rest_until=None)
    assert admin.post(f"{S}{hook.pk}/retry/", {"call": call.pk}).status_code == 302
    work()
    call.refresh_from_db()
    assert (call.state, call.status) == ("sent", 200)
    values = {"name": "CRM 2", "address": hook.address, "events": []}
    assert admin.post(f"{S}{hook.pk}/", values).status_code == 302
    hook.refresh_from_db()
    assert (hook.name, hook.events) == ("CRM 2", [])
    assert "CRM 2" in admin.get(S).content.decode()


def test_a_test_tells_what_came_back(world: World, admin: Client, receiver: Fake) -> None:  # noqa: F811
    hook = make(admin, receiver)
    admin.post(f"{S}{hook.pk}/test/")
    assert "200" in admin.get(f"{S}{hook.pk}/").content.decode()
    receiver.answer(None)
    admin.post(f"{S}{hook.pk}/test/")
    assert "banner--breach" in admin.get(f"{S}{hook.pk}/").content.decode()


def test_the_secret_is_shown_only_on_demand(world: World, admin: Client, receiver: Fake) -> None:  # noqa: F811
    hook = make(admin, receiver)
    assert "whsec_" not in admin.get(f"{S}{hook.pk}/").content.decode()
    shown = admin.post(f"{S}{hook.pk}/secret/").content.decode()
    renewed = admin.post(f"{S}{hook.pk}/secret/", {"renew": "yes"}).content.decode()
    assert "whsec_" in shown
    assert "whsec_" in renewed
    assert shown.split("whsec_")[1][:40] != renewed.split("whsec_")[1][:40]


def test_an_address_inside_is_refused_where_it_stands(world: World, admin: Client, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    answer = admin.post(f"{S}new/", {"name": "x", "address": "http://169.254.169.254/"})
    assert answer.status_code == 422
    assert "169.254.169.254" in answer.content.decode()
    assert not Webhook.objects.exists()


def test_stopped_started_and_removed(world: World, admin: Client, receiver: Fake) -> None:  # noqa: F811
    hook = make(admin, receiver)
    admin.post(f"{S}{hook.pk}/stop/")
    hook.refresh_from_db()
    assert hook.stopped_at is not None
    admin.post(f"{S}{hook.pk}/start/")
    hook.refresh_from_db()
    assert hook.stopped_at is None
    admin.post(f"{S}{hook.pk}/archive/")
    assert admin.get(f"{S}{hook.pk}/").status_code == 404
