"""What gateways are asked and what they call, and the keeping of their accounts."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.conf import settings
from django.test import Client

from pelekan.channels.faults import word_of
from pelekan.channels.models import Delivery, Gateway, IncomingText
from pelekan.channels.sms import accounts, fetch, twilio
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from tests.channels.sms.gateway import NUMBER, TAKEN, Fake, sms_inbox, waiting, work_due

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
