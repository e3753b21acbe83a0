"""Calls to other programs: what they hear, how it is signed, what follows when they don't answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.hmac import HMAC
from django.conf import settings
from django.db import transaction

from pelekan.demo.world import World
from pelekan.lib import http
from pelekan.lib.secrets import open_sealed
from pelekan.lib.time import now as clock
from pelekan.tickets import actions, webhooks
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Ticket, Webhook, WebhookCall
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.webhooks import keeping, sending
from pelekan.tickets.webhooks.models import WebhookCallState
from tests.channels.sms.gateway import Fake
from tests.statements import costs
from tests.tickets.webhooks.conftest import work

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def ticket(world: World) -> Ticket:
    made = actions.receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk, channel="email", customer_id=world.customers["mina"].pk,
            text="پول کسر شد 💸\u2028و سفارش نیست", subject="پرداخت 💸\u2028ناموفق",
        )
    )  # fmt: skip
    return made.ticket


@pytest.fixture
def clockwork() -> Iterator[Any]:
    with time_machine.travel(datetime(2026, 11, 22, 9, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def verifies(said, secret: str, body: bytes | None = None) -> bool:
    """Whether one of the signatures is that of Standard Webhooks, reckoned by another library."""
    signed = f"{said.headers['webhook-id']}.{said.headers['webhook-timestamp']}.".encode() + (
        body or said.body
    )
    mac = HMAC(base64.b64decode(secret.removeprefix("whsec_")), hashes.SHA256())
    mac.update(signed)
    return "v1," + base64.b64encode(mac.finalize()).decode() in said.headers["webhook-signature"].split()


def test_what_happens_is_told_to_those_who_want_to_hear(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World
):
    actions.note(ticket, by=world.agents["dara"], text="between us: the bank is down")
    assert not WebhookCall.objects.exists()
    actions.solve(ticket, by=world.agents["dara"])
    (call,) = work()
    (said,) = receiver.heard
    told = json.loads(said.body)
    assert (said.method, said.path) == ("POST", "/hook?team=1")
    assert (
        (told["id"], told["event"])
        == (call.uid, "ticket.solved")
        == (said.headers["webhook-id"], "ticket.solved")
    )
    assert (told["ticket"]["id"], told["ticket"]["status"]) == (ticket.pk, "solved")
    assert told["ticket"]["url"].endswith(f"/desk/tickets/{ticket.pk}/")
    call.refresh_from_db()
    assert (call.state, call.status, call.due_at) == (WebhookCallState.SENT, 200, None)
    assert work() == []


def test_a_rule_calls_by_hand_and_a_stopped_one_hears_nothing(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World
):
    made = webhooks.call(hook.pk, ticket, name="sla.8h", because="SLA step “8 h”")
    assert made is not None
    work()
    assert (json.loads(receiver.heard[0].body)["event"], json.loads(receiver.heard[0].body)["because"]) == (
        "sla.8h",
        "SLA step “8 h”",
    )
    keeping.stop(hook, by=world.agents["arash"])
    assert webhooks.call(hook.pk, ticket, name="sla.8h") is None
    assert webhooks.call(999_999, ticket, name="sla.8h") is None
    actions.solve(ticket, by=world.agents["dara"])
    assert WebhookCall.objects.count() == 1


def test_what_is_undone_is_never_told(hook: Webhook, ticket: Ticket):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        webhooks.call(hook.pk, ticket, name="x")
        raise ZeroDivisionError
    assert not WebhookCall.objects.exists()


def test_nobody_listening_costs_nothing(world: World, ticket: Ticket):
    event = Event.objects.filter(ticket=ticket).latest("pk")
    costs(lambda: webhooks.follow(event), 0)


def test_mt_19_no_message_and_no_note_in_a_call(hook: Webhook, receiver: Fake, ticket: Ticket, world: World):
    actions.note(ticket, by=world.agents["dara"], text="the customer is difficult")
    webhooks.call(hook.pk, ticket, name="x", because="rule")
    work()
    told = receiver.heard[0].body.decode()
    assert "difficult" not in told
    assert "سفارش نیست" not in told


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/", "http://localhost/", "https://0.0.0.0/", "https://[::1]/", "https://[::]/", "https://10.1.2.3/",
        "https://172.16.0.1/", "https://192.168.1.1/", "http://169.254.169.254/latest/meta-data/", "https://[fe80::1]/",
        "https://[fc00::1]/",
    ],
)  # fmt: skip
def test_wh_01_internal_targets_are_refused_at_save_and_at_send(
    address: str, hook: Webhook, ticket: Ticket, world: World, monkeypatch
):
    monkeypatch.setitem(settings.CONFIG.__dict__, "private_hosts", ())
    with pytest.raises(CannotBe) as refused:
        keeping.save_webhook(None, by=world.agents["arash"], name="in", address=address)
    assert refused.value.field == "address"
    Webhook.objects.filter(pk=hook.pk).update(address=address)  # it got in somehow
    webhooks.call(hook.pk, ticket, name="x")
    (call,) = work()
    call.refresh_from_db()
    assert (call.state, call.fault.partition(" ")[0], call.status) == ("failed", "refused", None)


@pytest.mark.parametrize(
    "address",
    [
        "http://2130706433/", "http://0177.0.0.1/", "http://0x7f.1/", "http://127.1/", "http://localhost./",
        "https://[::ffff:169.254.169.254]/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/", "https://100.64.0.1/",
        "gopher://example.com/", "file:///etc/passwd", "https://user:pw@example.com/", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_wh_02_and_wh_05_other_notations_are_refused(address: str, world: World, monkeypatch):
    monkeypatch.setitem(settings.CONFIG.__dict__, "private_hosts", ())
    with pytest.raises(CannotBe):
        keeping.save_webhook(None, by=world.agents["arash"], name="in", address=address)
    assert not Webhook.objects.exists()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_wh_03_a_redirect_is_not_followed(status: int, hook: Webhook, receiver: Fake, ticket: Ticket):
    receiver.answer((status, {}))
    webhooks.call(hook.pk, ticket, name="x")
    (call,) = work()
    call.refresh_from_db()
    assert (call.state, call.fault, call.status, len(receiver.heard)) == ("failed", "redirect", status, 1)


def test_wh_04_the_address_that_was_checked_is_the_one_that_is_called(
    hook: Webhook, ticket: Ticket, monkeypatch
):
    answers = iter([["93.184.216.34"], ["127.0.0.1"]])
    monkeypatch.setitem(settings.CONFIG.__dict__, "private_hosts", ())
    monkeypatch.setattr(http, "_look_up", lambda name, port, seconds: next(answers))
    called = []

    def connect(self, address, port, timeout=None, **more):
        called.append(address)
        raise OSError("not from here")

    monkeypatch.setattr("httpcore.SyncBackend.connect_tcp", connect)
    Webhook.objects.filter(pk=hook.pk).update(address="https://rebinding.example/")
    webhooks.call(hook.pk, ticket, name="x")
    work()
    assert called == ["93.184.216.34"]


def test_plain_http_to_the_outside_is_refused(world: World, monkeypatch):
    monkeypatch.setattr(http, "_look_up", lambda name, port, seconds: ["93.184.216.34"])
    with pytest.raises(CannotBe, match="https"):
        keeping.save_webhook(None, by=world.agents["arash"], name="x", address="http://crm.example.com/")
    keeping.save_webhook(None, by=world.agents["arash"], name="x", address="https://crm.example.com/")


def test_wh_12_one_address_that_hangs_holds_up_no_other(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World
):
    other = keeping.save_webhook(
        None, by=world.agents["arash"], name="other", address=f"{receiver.base}/other"
    )
    receiver.answer(None, (200, {}))
    for _number in range(30):
        webhooks.call(hook.pk, ticket, name="slow")
    webhooks.call(other.pk, ticket, name="quick")
    first, second = work(rounds=5)  # the first hangs; all of its kind rest, the other's turn comes at once
    assert (first.event, second.event) == ("slow", "quick")
    hook.refresh_from_db()
    assert hook.rest_until > clock()
    assert len(work(later=timedelta(seconds=11), rounds=40)) == 30  # it answers again: all arrive
    assert not WebhookCall.objects.exclude(state="sent").exists()


def test_one_address_is_called_once_at_a_time_and_in_order(hook: Webhook, ticket: Ticket):
    from pelekan.lib import due

    for number in range(3):
        webhooks.call(hook.pk, ticket, name=f"n{number}")
    (held,) = due.claim(WebhookCall, clock(), limit=1, lease=sending.LEASE, ready=sending.ready)
    assert held.event == "n0"
    assert due.claim(WebhookCall, clock(), limit=1, lease=sending.LEASE, ready=sending.ready) == []


def test_wh_13_down_for_days_then_listed_and_sent_again_with_the_same_id(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World, clockwork
):
    start = datetime(2026, 11, 22, 9, tzinfo=UTC)
    clockwork.move_to(start)
    receiver.answer((500, {"error": "down"}))
    call = webhooks.call(hook.pk, ticket, name="x")
    pauses = []
    for hour in range(80):
        clockwork.move_to(start + timedelta(hours=hour))
        while work():
            call.refresh_from_db()
            pauses.append(call.due_at)
            if call.due_at is not None:
                clockwork.move_to(max(call.due_at, Webhook.objects.get().rest_until))
    call.refresh_from_db()
    assert (call.state, call.status, call.due_at) == ("failed", 500, None)
    assert 20 < call.tries < 45
    assert "down" in call.answer
    assert Event.objects.filter(name="webhook.failed").count() == 1
    assert Bell.objects.filter(agent=world.agents["arash"], kind="fault").count() == 1
    receiver.answer((200, {}))
    assert keeping.try_again([call], by=world.agents["arash"]) == 1
    work()
    call.refresh_from_db()
    assert call.state == "sent"
    ids = {said.headers["webhook-id"] for said in receiver.heard}
    stamps = [int(said.headers["webhook-timestamp"]) for said in receiver.heard]
    assert ids == {call.uid}
    assert stamps[-1] == int(clock().timestamp()) > stamps[0]
    assert len({said.body for said in receiver.heard}) == 1
    assert Event.objects.filter(name="webhook.recovered").count() == 1


def test_wh_14_gone_stops_it_and_retry_after_is_obeyed(
    hook: Webhook, receiver: Fake, ticket: Ticket, monkeypatch
):
    reply = http.Reply(429, {"retry-after": "120"}, b"", False)
    monkeypatch.setattr(http, "request", lambda *args, **more: reply)
    webhooks.call(hook.pk, ticket, name="x")
    work()
    hook.refresh_from_db()
    assert timedelta(seconds=110) < hook.rest_until - clock() <= timedelta(seconds=120)
    assert work(later=timedelta(seconds=60)) == []
    monkeypatch.undo()
    receiver.answer((410, {}))
    assert len(work(later=timedelta(seconds=130))) == 1
    hook.refresh_from_db()
    assert hook.stopped_at is not None
    assert webhooks.call(hook.pk, ticket, name="y") is None


def test_a_no_to_one_call_does_not_hold_up_the_next(hook: Webhook, receiver: Fake, ticket: Ticket):
    receiver.answer((422, {"error": "unknown ticket"}), (200, {}))
    webhooks.call(hook.pk, ticket, name="first")
    webhooks.call(hook.pk, ticket, name="second")
    work(rounds=2)
    assert list(WebhookCall.objects.order_by("pk").values_list("state", "status")) == [
        ("queued", 422),
        ("sent", 200),
    ]


def test_wh_16_the_signature_and_its_renewal(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World, clockwork
):
    secret = keeping.secret_of(hook, by=world.agents["arash"])
    assert secret.startswith("whsec_")
    assert secret not in hook.secret
    webhooks.call(hook.pk, ticket, name="x", because="قاعدهٔ «بانک» 🏦\u2028")
    work()
    said = receiver.heard[0]
    assert verifies(said, secret)
    assert not verifies(said, secret, said.body + b" ")
    assert "💸" in said.body.decode()
    renewed = keeping.renew_secret(hook, by=world.agents["arash"])
    hook.refresh_from_db()
    assert open_sealed(hook.secret, settings.SECRET_KEY) == renewed != secret
    webhooks.call(hook.pk, ticket, name="x")
    work()
    assert verifies(receiver.heard[1], secret)
    assert verifies(receiver.heard[1], renewed)
    clockwork.move_to(clock() + DAY + timedelta(minutes=1))
    webhooks.call(hook.pk, ticket, name="x")
    work()
    assert not verifies(receiver.heard[2], secret)
    assert verifies(receiver.heard[2], renewed)


def test_wh_17_who_dies_while_sending_sends_again_with_the_same_id(
    hook: Webhook, receiver: Fake, ticket: Ticket, monkeypatch
):
    webhooks.call(hook.pk, ticket, name="x")
    with monkeypatch.context() as dying:
        dying.setattr(sending, "_settle", lambda *args: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            work()
    assert work() == []  # leased still
    assert len(work(later=timedelta(minutes=2))) == 1
    assert len({said.headers["webhook-id"] for said in receiver.heard}) == 1
    assert len(receiver.heard) == 2


def test_a_test_is_sent_at_once_and_alarms_nobody(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World
):
    receiver.answer((500, {}), (200, {}))
    failed = keeping.send_test(hook, by=world.agents["arash"])
    assert (failed.state, failed.status, failed.due_at) == ("failed", 500, None)
    assert sending.fault_text(failed)
    sent = keeping.send_test(hook, by=world.agents["arash"])
    assert (sent.state, sent.status) == ("sent", 200)
    assert not Event.objects.filter(name="webhook.failed").exists()
    assert json.loads(receiver.heard[1].body)["event"] == "webhook.test"


def test_only_admins_and_only_events_that_there_are(hook: Webhook, world: World):
    with pytest.raises(PermissionError):
        keeping.save_webhook(hook, by=world.agents["sara"], name="x", address=hook.address)
    with pytest.raises(CannotBe) as refused:
        keeping.save_webhook(
            hook, by=world.agents["arash"], name="x", address=hook.address, events=["ticket.eaten"]
        )
    assert refused.value.field == "events"
    with pytest.raises(CannotBe):
        keeping.save_webhook(None, by=world.agents["arash"], name="crm", address=hook.address)


def test_in_04_placeholders_in_a_name_stay_as_they_are(hook: Webhook, receiver: Fake, ticket: Ticket):
    webhooks.call(hook.pk, ticket, name="{{7*7}}", because="{{settings.SECRET_KEY}} ${7*7} <%= 7*7 %>")
    work()
    told = json.loads(receiver.heard[0].body)
    assert (told["event"], told["because"]) == ("{{7*7}}", "{{settings.SECRET_KEY}} ${7*7} <%= 7*7 %>")


def test_an_archived_webhook_is_gone_with_what_waited(
    hook: Webhook, receiver: Fake, ticket: Ticket, world: World
):
    webhooks.call(hook.pk, ticket, name="x")
    keeping.archive(hook, by=world.agents["arash"])
    assert work(later=DAY) == []
    keeping.save_webhook(None, by=world.agents["arash"], name="CRM", address=hook.address)


def test_what_is_long_over_is_removed(hook: Webhook, receiver: Fake, ticket: Ticket):
    webhooks.call(hook.pk, ticket, name="x")
    work()
    sending.forget_old(clock() + timedelta(days=29))
    assert WebhookCall.objects.count() == 1
    sending.forget_old(clock() + timedelta(days=31))
    assert not WebhookCall.objects.exists()
