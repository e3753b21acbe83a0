"""Text messages through the desk: in, joined, answered, told, stopped; each gateway against a server of documented answers."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from pelekan.channels import outbox
from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery, Gateway, IncomingText
from pelekan.channels.sms import accounts, arriving, calls, fetch, send, texting, twilio
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import Identity, Token
from pelekan.tickets.actions import receive, register, reply, solve
from pelekan.tickets.bell import posting, reading
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Ticket
from tests.channels.sms.gateway import NUMBER, TAKEN, Fake, running, sms_inbox, text, work_due
from tests.office_hours import keep

LINK = re.compile(r"https?://\S+/s/([a-z2-7]{15})")


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running() as one:
        yield one


@pytest.fixture
def gateway(world: World, fake: Fake) -> Gateway:
    return sms_inbox(world, fake)


def said(fake: Fake) -> list[str]:
    import json

    return [json.loads(one.body)["text"] for one in fake.heard]


def test_journey_in_receipt_portal_answer_out(world: World, gateway: Gateway, fake: Fake) -> None:
    row = text(gateway, "سلام، پول از حسابم کم شد ولی اشتراک فعال نشد.", gateway_id="m1")
    ticket = Ticket.objects.get()
    assert (ticket.channel, ticket.number, ticket.language) == ("sms", 1001, "fa")
    assert row.message.ticket == ticket and ticket.customer.identities.get().address == NUMBER
    assert Identity.objects.get(address=NUMBER).verified_at is None  # a sender can be forged
    work_due()
    [receipt] = said(fake)
    assert "۱۰۰۱" in receipt and NUMBER not in receipt
    link = LINK.search(receipt)
    assert link and len(link[1]) * 5 >= 64
    assert not Token.objects.filter(digest=link[1]).exists() and link[1] not in str(Token.objects.get().data)
    browser = Client()
    opened = browser.get(urlsplit(link[0]).path)
    assert opened.status_code == 302 and link[1] not in opened["Location"]
    page = browser.get(opened["Location"]).content.decode()
    assert "پول از حسابم کم شد" in page
    browser.post(opened["Location"] + "answer/", {"text": "شماره پیگیری ۱۲۳ است", "client_id": "c1"})
    assert ticket.messages.filter(kind="incoming").count() == 2
    message = reply(ticket, by=world.agents["sara"], text="بررسی شد، اشتراک شما فعال است.")
    assert message.channel == "sms"
    work_due()
    assert said(fake)[1:] == ["بررسی شد، اشتراک شما فعال است."]
    delivery = message.deliveries.get()
    assert (delivery.state, delivery.gateway_id, delivery.parts, delivery.recipient) == (
        "sent",
        "g-1",
        1,
        NUMBER,
    )
    # the customer answers: the same ticket
    assert text(gateway, "ممنون", gateway_id="m2").message.ticket == ticket


def test_joins_what_is_open_and_begins_anew_after_that(world: World, gateway: Gateway) -> None:
    ticket = text(gateway, "First", gateway_id="1").message.ticket
    assert text(gateway, "Second", sender="09120000001", gateway_id="2").message.ticket == ticket
    assert text(gateway, "Other", sender="۰۹۱۲۰۰۰۰۰۰۲", gateway_id="3").message.ticket != ticket
    solve(ticket, by=world.agents["sara"])
    assert text(gateway, "It is back", gateway_id="4").message.ticket == ticket
    solve(ticket, by=world.agents["sara"])
    Ticket.objects.filter(pk=ticket.pk).update(solved_at=clock() - timedelta(days=3))
    assert text(gateway, "Something else", gateway_id="5").message.ticket != ticket


def test_co_06_same_text_twice(world: World, gateway: Gateway) -> None:
    assert text(gateway, "Once", gateway_id="m1").message is not None
    assert arriving.store(gateway, [arriving.Arrived("m1", NUMBER, "", "Once")]) == []
    assert Ticket.objects.count() == 1 and Ticket.objects.get().messages.filter(kind="incoming").count() == 1
    # a gateway without ids: the same words at once are one text
    assert text(gateway, "No id").pk == text(gateway, "No id").pk


def test_a_name_as_sender_makes_no_ticket(world: World, gateway: Gateway) -> None:
    row = text(gateway, "Your bank wishes you a nice day", sender="MyBank", gateway_id="1")
    assert (row.state, word_of(row.why), Ticket.objects.count()) == ("dismissed", "sms_nobody", 0)


def test_co_09_stop_is_respected_and_start_ends_it(world: World, gateway: Gateway, fake: Fake) -> None:
    ticket = text(gateway, "Where is my parcel?", gateway_id="1").message.ticket
    assert text(gateway, "STOP", gateway_id="2").message is None
    assert Delivery.objects.get().state == "stopped"  # the receipt that waited
    message = reply(ticket, by=world.agents["sara"], text="On its way.")
    work_due()
    stopped = message.deliveries.get()
    assert fake.heard == [] and stopped.state == "stopped" and NUMBER in stopped.fault_text
    assert Event.objects.filter(name="texts.stopped", ticket=ticket).exists()
    text(gateway, "start", gateway_id="3")
    assert outbox.resend(stopped, by=world.agents["sara"])
    work_due()
    assert said(fake) == ["On its way."] and ticket.messages.filter(kind="incoming").count() == 1


def test_co_09_start_of_whom_nothing_was_stopped_is_a_request(world: World, gateway: Gateway) -> None:
    assert text(gateway, "اشتراک", gateway_id="1").message.ticket.number == 1001


def test_quiet_hours(world: World, gateway: Gateway, fake: Fake, monkeypatch: pytest.MonkeyPatch) -> None:
    zone = clock() - timedelta(hours=1), clock() + timedelta(hours=2)
    accounts.save(gateway.inbox, {"quiet_from": f"{zone[0]:%H}:00", "quiet_to": f"{zone[1]:%H}:00"}, by=None)
    keep(gateway.inbox, zone="UTC")
    ticket = text(gateway, "At night", gateway_id="1").message.ticket
    receipt = Delivery.objects.get()
    assert receipt.due_at is not None and receipt.due_at > clock() + timedelta(minutes=50)
    now = reply(ticket, by=world.agents["sara"], text="At once").deliveries.get()
    morning = reply(
        ticket, by=world.agents["sara"], text="Later", meta={"sms": texting.MORNING}
    ).deliveries.get()
    assert now.due_at <= clock() and morning.due_at == receipt.due_at
    work_due()
    assert said(fake) == ["At once"]  # what waits for the morning holds nothing up


def test_limit_of_one_number(world: World, gateway: Gateway, fake: Fake) -> None:
    Gateway.objects.update(per_hour=2)
    ticket = text(gateway, "Hello", gateway_id="1").message.ticket
    for words in ("One", "Two", "Three"):
        reply(ticket, by=world.agents["sara"], text=words)
    for _ in range(5):
        work_due()
        Delivery.objects.filter(due_at__lt=clock() + timedelta(minutes=5)).update(due_at=clock())
    assert len(fake.heard) == 2
    assert Delivery.objects.filter(state="queued", due_at__gt=clock() + timedelta(minutes=50)).count() == 2


def test_only_a_number_is_known(world: World, gateway: Gateway, fake: Fake) -> None:
    """A request of another channel: number and link by SMS, if an inbox is set to; and word of an answer, once."""
    caller = customer_for("phone", NUMBER, language="ar")

    def call() -> Ticket:
        one = Incoming(
            inbox_id=world.inboxes["portal"].pk,
            channel="phone",
            customer_id=caller.pk,
            text="اتصل بي",
            language="ar",
        )
        return Ticket.objects.get(pk=receive(one).ticket_id)

    call()
    assert not Delivery.objects.exists()
    accounts.save(gateway.inbox, {"for_others": True}, by=None)
    ticket = call()
    reply(ticket, by=world.agents["sara"], text="سر")
    reply(ticket, by=world.agents["sara"], text="سر آخر")
    work_due(all_of_them=True)
    work_due(all_of_them=True)
    assert len(fake.heard) == 2 and all(LINK.search(one) for one in said(fake)) and "سر" not in said(fake)[1]
    assert "1002" in said(fake)[0] or "١٠٠٢" in said(fake)[0]


def test_a_typed_number_gets_no_link_that_opens(world: World, gateway: Gateway, fake: Fake) -> None:
    accounts.save(gateway.inbox, {"for_others": True}, by=None)
    visitor = customer_for("visitor", "v1", language="en")
    claim(visitor, "phone", NUMBER)
    one = receive(
        Incoming(
            inbox_id=world.inboxes["shop"].pk,
            channel="chat",
            customer_id=visitor.pk,
            text="Hi",
            language="en",
        )
    )
    register(one.ticket, by=world.agents["sara"])
    work_due(all_of_them=True)
    assert len(fake.heard) == 1 and not LINK.search(said(fake)[0]) and "/portal/" in said(fake)[0]


def test_what_a_fault_set_aside_is_taken_in_after_it_is_mended(
    world: World, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(arriving, "normal_phone", lambda *told: 1 / 0)
        row = text(gateway, "Lost?", gateway_id="1")
        for _ in range(arriving.MOST_TRIES):
            IncomingText.objects.update(due_at=clock(), leased_until=None)
            [mine] = due.claim(IncomingText, clock())
            again = arriving.take(mine)
            if mine.leased_until is not None:
                due.settle(mine, again)
    row.refresh_from_db()
    assert (row.state, word_of(row.why)) == ("quarantined", "failed") and not Ticket.objects.exists()
    admin = Client()
    admin.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    page = f"/desk/settings/inboxes/{gateway.inbox_id}/gateway/"
    assert f"{page}texts/{row.pk}/retry/" in admin.get(page).content.decode()
    admin.post(f"{page}texts/{row.pk}/retry/")
    [mine] = due.claim(IncomingText, clock())
    arriving.take(mine)
    assert Ticket.objects.get().messages.filter(kind="incoming").get().text == "Lost?"


# Sending: once, or the truth


def waiting(world: World, gateway: Gateway, words: str = "Answer") -> Delivery:
    ticket = text(gateway, "Question", gateway_id="1").message.ticket
    Delivery.objects.all().delete()
    return reply(ticket, by=world.agents["sara"], text=words).deliveries.get()


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


# Asking for what came in


def test_kavenegar_is_asked_for_texts_and_a_crash_loses_none(world: World, fake: Fake) -> None:
    sms_inbox(world, fake, "kavenegar")
    rows = [
        {
            "messageid": 5,
            "message": "سلام",
            "sender": "09120000001",
            "receptor": "10004346",
            "date": 1789000000,
        }
    ]
    fake.answer((200, {"return": {"status": 200}, "entries": rows}))

    def poll() -> None:
        Gateway.objects.update(due_at=clock(), leased_until=None)
        [mine] = due.claim(Gateway, clock())
        fetch.poll(mine)

    poll()
    poll()
    assert IncomingText.objects.get().sender == "09120000001"
    assert [one.form["isread"] for one in fake.heard] == ["0", "0"]
    Gateway.objects.update(asked_at=clock())  # as a crash leaves it
    poll()
    assert [one.form["isread"] for one in fake.heard[2:]] == [
        "0",
        "1",
    ] and Gateway.objects.get().asked_at is None
    fake.answer((403, {"return": {"status": 403, "message": "x"}}))
    poll()
    failed = Gateway.objects.get()
    assert failed.failures == 1 and word_of(failed.fault) == "sms_key" and failed.due_at > clock()


# What gateways call


def signed(gateway: Gateway, path: str, form: dict[str, str], token: str = "twilio-token") -> object:
    mark = twilio.signature(settings.BASE_URL + path, {name: [value] for name, value in form.items()}, token)
    return Client().post(path, form, headers={"X-Twilio-Signature": mark})


def test_co_05_without_valid_signature(world: World, fake: Fake) -> None:
    gateway = sms_inbox(world, fake, "twilio")
    path = f"/hooks/sms/{gateway.inbox.key}/"
    form = {"MessageSid": "SM1", "From": NUMBER, "To": "+1500", "Body": "سلام"}
    assert signed(gateway, path, form, "wrong").status_code == 403  # type: ignore[attr-defined]
    mark = twilio.signature(
        "https://elsewhere.example" + path, {k: [v] for k, v in form.items()}, "twilio-token"
    )
    assert Client().post(path, form, headers={"X-Twilio-Signature": mark}).status_code == 403
    assert (
        Client().post(path, form).status_code == 403 and Client().get("/hooks/sms/nobody/").status_code == 403
    )
    assert (
        Client().post(f"/hooks/sms/{gateway.inbox.key}/{accounts.hook_secret(gateway)}/", form).status_code
        == 403
    )
    assert not IncomingText.objects.exists()
    good = signed(gateway, path, form)
    assert good.status_code == 200 and b"<Response>" in good.content  # type: ignore[attr-defined]
    signed(gateway, path, form)  # a replay
    assert IncomingText.objects.count() == 1


def test_co_06_states_out_of_order(world: World, fake: Fake) -> None:
    gateway = sms_inbox(world, fake, "twilio")
    one = waiting(world, gateway)
    work_due()
    callback = urlsplit(parse_qs(fake.heard[0].body.decode())["StatusCallback"][0])
    path = f"{callback.path}?{callback.query}"

    def tell(status: str, sid: str = "SM1", **more: str) -> str:
        assert signed(gateway, path, {"MessageSid": sid, "MessageStatus": status, **more}).status_code == 204  # type: ignore[attr-defined]
        one.refresh_from_db()
        return one.state

    assert [tell(word) for word in ("delivered", "sent", "queued", "failed")] == ["arrived"] * 4
    assert tell("undelivered", sid="SM-other") == "arrived"
    Delivery.objects.update(state="unknown", gateway_id="")
    assert tell("undelivered", ErrorCode="30003") == "failed"


def test_any_gateway_bears_the_secret(world: World, gateway: Gateway) -> None:
    secret = accounts.hook_secret(gateway)
    path = f"/hooks/sms/{gateway.inbox.key}/"
    body = {"from": "09120000001", "message": "سلام", "messageid": 7}
    assert Client().post(path + "wrong/", body, content_type="application/json").status_code == 403
    assert Client().post(path + secret + "/", body, content_type="application/json").status_code == 200
    assert Client().post(path, body, headers={"X-Pelekan-Secret": secret}).status_code == 200
    assert Client().get(path + secret + "/", {**body, "messageid": "8"}).status_code == 200
    assert Client().post(path + secret + "/", {"message": "x"}).status_code == 400
    assert Client().post(path + secret + "/", b"{", content_type="application/json").status_code == 400
    assert [row.gateway_id for row in IncomingText.objects.order_by("pk")] == ["7", "8"]


def test_guessing_short_links_is_limited(world: World) -> None:
    from pelekan.web.portal.guests import WRONG_LINKS

    WRONG_LINKS.clear()
    answers = [Client().get(f"/s/{number:a>15}").status_code for number in range(65)]
    assert answers == [404] * 60 + [429] * 5
    WRONG_LINKS.clear()


# Keeping an account


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind": "pigeon"}, "kind"), ({"region": "XX"}, "region"), ({"sender": "a name that is too long"}, "sender"),
        ({"quiet_from": "25:00"}, "quiet_from"), ({"quiet_from": "22:00", "quiet_to": ""}, "quiet_to"),
        ({"base": "http://169.254.169.254/x"}, "base"), ({"base": ""}, "base"), ({"body": "{"}, "body"),
        ({"body": '{"t": "{text} {nobody}"}'}, "body"), ({"headers": "no header"}, "headers"),
        ({"kind": "twilio", "user": "x"}, "user"),
    ],
)  # fmt: skip
def test_wh_09_what_cannot_be(world: World, gateway: Gateway, values: dict[str, str], field: str) -> None:
    with pytest.raises(accounts.BadValue) as refused:
        accounts.save(gateway.inbox, values, by=None)
    assert refused.value.field == field and refused.value.text


def test_trying_says_it_in_plain_words(world: World, fake: Fake) -> None:
    gateway = sms_inbox(world, fake, "kavenegar")
    fake.answer((200, {"return": {"status": 200}, "entries": {"remaincredit": 900}}), TAKEN["kavenegar"])
    found = accounts.try_gateway({}, gateway.inbox, to="۰۹۱۲۰۰۰۰۰۰۱", body="آزمایش")
    assert [one.ok for one in found] == [True, True] and "900" in found[0].text and NUMBER in found[1].text
    assert fake.heard[-1].form["message"] == "آزمایش"
    for status, word in ((403, "key"), (418, "credit"), (412, "10004346")):
        fake.answer((200, {"return": {"status": status, "message": "x"}}))
        [one] = accounts.try_gateway({}, gateway.inbox)
        assert not one.ok and word in one.text
    [bad] = accounts.try_gateway({}, gateway.inbox, to="12")
    assert not bad.ok and Gateway.objects.count() == 1
