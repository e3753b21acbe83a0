"""A text on its way out: once, or the truth about it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest

from pelekan.channels import outbox
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery, Gateway
from pelekan.channels.sms import calls, send
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.bell import posting, reading
from pelekan.tickets.models import Bell, Event
from tests.channels.sms.gateway import TAKEN, Fake, sms_inbox, waiting, work_due


@pytest.mark.parametrize("kind", ["kavenegar", "twilio", "http"])
def test_each_gateway_takes_a_text(world: World, fake: Fake, kind: str) -> None:
    one = waiting(world, sms_inbox(world, fake, kind))
    work_due()
    one.refresh_from_db()
    assert one.state == "sent" and one.gateway_id and len(fake.heard) == 1
    assert Gateway.objects.get().fault == ""


@pytest.mark.parametrize(
    ("kind", "answer", "state", "word"),
    [
        (
            "kavenegar",
            (200, {"return": {"status": 403, "message": "کلید"}, "entries": None}),
            "failed",
            "sms_key",
        ),
        (
            "kavenegar",
            (418, {"return": {"status": 418, "message": "اعتبار"}, "entries": None}),
            "queued",
            "sms_credit",
        ),
        ("kavenegar", (200, b"<html>"), "unknown", "sms_not_understood"),
        ("twilio", (401, {"code": 20003, "message": "Authenticate"}), "failed", "sms_key"),
        ("twilio", (429, b""), "queued", "sms_later"),
        ("http", (500, b"oops"), "unknown", "sms_not_understood"),
        ("http", (200, {"ok": False, "error": "no such line"}), "failed", "sms_refused"),
        ("http", None, "unknown", "sms_unanswered"),
    ],
)
def test_how_a_try_ends(world: World, fake: Fake, kind: str, answer: object, state: str, word: str) -> None:
    one = waiting(world, sms_inbox(world, fake, kind))
    fake.answer(answer)  # type: ignore[arg-type]
    work_due()
    one.refresh_from_db()
    assert (one.state, word_of(one.fault)) == (state, word) and one.fault_text
    assert len(fake.heard) == 1
    if state == "unknown":
        assert Event.objects.filter(name="delivery.unknown").count() == 1
        assert (one.due_at is not None) == (kind == "kavenegar")
    if state == "queued":
        assert one.due_at is not None and one.due_at > clock() + timedelta(seconds=5)


def test_a_hanging_gateway_leaves_doubt(
    world: World, gateway: Gateway, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.3)
    one = waiting(world, gateway)
    fake.answer(1.0)
    work_due()
    one.refresh_from_db()
    assert one.state == "unknown"
    work_due()
    assert len(fake.heard) == 1  # never again by itself
    fake.answer(TAKEN["http"])
    assert outbox.resend(one, by=world.agents["sara"])
    work_due()
    one.refresh_from_db()
    assert one.state == "sent" and one.maybe_twice_at is not None


def test_nobody_there_is_tried_again_and_given_up_after_a_day(world: World, gateway: Gateway) -> None:
    one = waiting(world, gateway)
    Gateway.objects.update(base="http://127.0.0.1:1/")
    work_due()
    one.refresh_from_db()
    assert (one.state, word_of(one.fault)) == ("queued", "sms_unreachable")
    assert Gateway.objects.get().failures == 1
    Delivery.objects.update(created_at=clock() - timedelta(days=1, minutes=1))
    work_due(all_of_them=True)
    one.refresh_from_db()
    assert (one.state, word_of(one.fault)) == ("failed", "sms_gave_up")


def test_kavenegar_tells_what_became_of_a_lost_answer(world: World, fake: Fake) -> None:
    one = waiting(world, sms_inbox(world, fake, "kavenegar"))
    fake.answer(None)
    work_due()
    state = {"return": {"status": 200}, "entries": [{"messageid": 5, "status": 10, "statustext": ""}]}
    fake.answer((200, state))
    work_due(all_of_them=True)
    one.refresh_from_db()
    assert fake.heard[-1].path.endswith("/sms/statuslocalmessageid.json")
    assert fake.heard[-1].form == {"localid": one.mail_id}
    assert one.state == "arrived" and one.arrived_at is not None and one.due_at is None


def test_died_while_handing_over_is_not_sent_again(world: World, gateway: Gateway, fake: Fake) -> None:
    one = waiting(world, gateway)
    Delivery.objects.filter(pk=one.pk).update(state="sending", handed_at=clock())
    work_due()
    one.refresh_from_db()
    assert one.state == "unknown" and fake.heard == []


def test_the_key_stands_in_no_log_and_no_fault(
    world: World, fake: Fake, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    one = waiting(world, sms_inbox(world, fake, "kavenegar"))
    fake.answer((400, {"return": {"status": 422, "message": "bad call /v1/kave-key%2F7/ kave-key/7"}}))
    work_due()
    one.refresh_from_db()
    told = caplog.text + one.fault + Gateway.objects.get().secret + Gateway.objects.get().fault
    assert one.state == "failed" and "kave-key" not in told and "•••" in one.fault_text


def test_co_13_admins_hear_of_a_gateway_that_fails(world: World, fake: Fake) -> None:
    gateway = sms_inbox(world, fake, "twilio")
    waiting(world, gateway)
    fake.answer((401, {"code": 20003, "message": "Authenticate"}))
    work_due()
    assert Gateway.objects.get().failed_at is not None
    rung = Bell.objects.get(agent=world.agents["arash"])
    assert rung.kind == "fault" and Event.objects.filter(name="gateway.failed").count() == 1
    [line] = reading.lines(world.agents["arash"])[0]
    assert posting.address(line) == f"/desk/settings/inboxes/{gateway.inbox_id}/gateway/"
    send.note_health(gateway, "")
    send.note_health(gateway, "")
    assert Event.objects.filter(name="gateway.recovered").count() == 1 and Gateway.objects.get().fault == ""
