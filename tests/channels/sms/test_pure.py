"""Parts, wishes, quiet hours and what gateways are asked and say: values in, values out."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.channels.sms import generic, kavenegar, twilio
from pelekan.channels.sms.parts import Parts, parts
from pelekan.channels.sms.quiet import quiet_until
from pelekan.channels.sms.shapes import Answer, Arrived, Line, Seen, Text, Trouble
from pelekan.channels.sms.words import wish


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", Parts("gsm", 0, 1, 160)),
        ("a" * 160, Parts("gsm", 160, 1, 0)),
        ("a" * 161, Parts("gsm", 161, 2, 145)),
        ("a" * 306, Parts("gsm", 306, 2, 0)),
        ("a" * 307, Parts("gsm", 307, 3, 152)),
        ("€" * 80, Parts("gsm", 160, 1, 0)),
        ("{[~^|\\]}", Parts("gsm", 16, 1, 144)),
        ("سلام", Parts("unicode", 4, 1, 66)),
        ("س" * 70, Parts("unicode", 70, 1, 0)),
        ("س" * 71, Parts("unicode", 71, 2, 63)),
        ("س" * 135, Parts("unicode", 135, 3, 66)),
        ("ç", Parts("unicode", 1, 1, 69)),  # small c cedilla is not in the alphabet, the capital is
        ("🙂", Parts("unicode", 2, 1, 68)),
        ("a" * 152 + "€" + "a" * 10, Parts("gsm", 164, 2, 141)),  # the pair goes over whole
        ("س" * 66 + "🙂" + "س" * 10, Parts("unicode", 78, 2, 55)),
    ],
)
def test_parts(text: str, told: Parts) -> None:
    assert parts(text) == told


@given(st.text(max_size=400))
def test_one_more_letter_never_takes_fewer_parts(text: str) -> None:
    told = parts(text)
    assert told.count >= 1 and 0 <= told.left <= 160
    assert parts(text + "س").count >= told.count or told.encoding == "unicode"


@pytest.mark.parametrize(
    "text", ["STOP", " stop. ", "Stop!", "لغو", "لغو۱۱", "«لغو»", "إلغاء", "الغاء", "UNSUBSCRIBE"]
)
def test_co_09_stop(text: str) -> None:
    assert wish(text) == "stop"


def test_co_09_start_and_ordinary_words() -> None:
    assert [wish(word) for word in ("START", "شروع", "ابدأ")] == ["start"] * 3
    assert [
        wish(word) for word in ("", "Please stop the renewal", "HELP", "سفارش را لغو کنید", "stop " * 40)
    ] == [""] * 5


def test_quiet_hours() -> None:
    tehran = ZoneInfo("Asia/Tehran")

    def over(clock: str, begins: str = "22:00", ends: str = "08:00") -> str:
        at = datetime.fromisoformat(f"2026-11-22T{clock}").replace(tzinfo=tehran).astimezone(UTC)
        found = quiet_until(at, tehran, begins, ends)
        return found.astimezone(tehran).strftime("%d %H:%M") if found else ""

    assert [over(at) for at in ("21:59", "22:00", "23:30", "00:10", "07:59", "08:00")] == [
        "", "23 08:00", "23 08:00", "22 08:00", "22 08:00", "",
    ]  # fmt: skip
    assert over("13:30", "13:00", "15:00") == "22 15:00" and over("15:00", "13:00", "15:00") == ""
    assert over("03:00", "", "") == over("03:00", "08:00", "08:00") == ""


# Kavenegar

KEY = Line(secret="4B/key", sender="10004346")
TEXT = Text("+989120000001", "سلام & خوش آمدید", "123456789012345", "https://desk.example/status")


def said(status: int, message: str = "", entries: object = None, http: int = 200) -> Answer:
    return Answer(
        http, json.dumps({"return": {"status": status, "message": message}, "entries": entries}).encode()
    )


def test_kavenegar_sending() -> None:
    ask = kavenegar.send(KEY, TEXT)
    assert (ask.method, ask.url) == ("POST", "https://api.kavenegar.com/v1/4B%2Fkey/sms/send.json")
    assert parse_qs(ask.content.decode()) == {
        "receptor": ["00989120000001"], "message": [TEXT.body], "localid": [TEXT.ref], "sender": ["10004346"],
    }  # fmt: skip
    assert "4B" not in repr(ask) + repr(KEY)
    done = said(
        200, "تایید شد", [{"messageid": 8792343, "status": 1, "statustext": "در صف ارسال", "cost": 120}]
    )
    assert kavenegar.sent(KEY, done).gateway_id == "8792343"


@pytest.mark.parametrize(
    ("status", "http", "word", "again"),
    [
        (403, 200, "sms_key", False),  # a logical error under HTTP 200
        (403, 403, "sms_key", False), (418, 418, "sms_credit", True), (412, 412, "sms_sender", False),
        (411, 411, "sms_number", False), (409, 409, "sms_later", True), (451, 200, "sms_later", True),
        (422, 422, "sms_refused", False),
    ],
)  # fmt: skip
def test_kavenegar_refusals(status: int, http: int, word: str, again: bool) -> None:
    with pytest.raises(Trouble) as trouble:
        kavenegar.sent(KEY, said(status, "نه", http=http))
    assert (trouble.value.word, trouble.value.again, trouble.value.doubtful) == (word, again, False)


@pytest.mark.parametrize(
    "body", [b"<html>502</html>", b"", b"[]", b"{}", b'{"return":{"status":"x"}}', b"[" * 99999]
)
def test_kavenegar_garbage_leaves_doubt(body: bytes) -> None:
    with pytest.raises(Trouble) as trouble:
        kavenegar.sent(KEY, Answer(200, body))
    assert trouble.value.word == "sms_not_understood" and trouble.value.doubtful


def test_kavenegar_states_and_incoming() -> None:
    def state(code: object) -> Seen | None:
        return kavenegar.looked(KEY, said(200, "", [{"messageid": 1, "status": code, "statustext": "x"}]))

    assert [found.state if (found := state(code)) else None for code in (1, 5, 10, 6, 11, 14, 100, "?")] == [
        "sent", "sent", "arrived", "failed", "failed", "failed", "lost", None,
    ]  # fmt: skip
    assert kavenegar.look(KEY, "", "77").url.endswith("/sms/statuslocalmessageid.json")  # type: ignore[union-attr]
    rows = [
        {"messageid": 5, "message": "سلام", "sender": "09120000001", "receptor": "3000", "date": 1789000000},
        {"x": 1},
        3,
    ]
    [one] = kavenegar.fetched(KEY, said(200, "", rows))
    assert (one.gateway_id, one.sender, one.text, one.sent_at is not None) == (
        "5",
        "09120000001",
        "سلام",
        True,
    )
    assert kavenegar.fetched(KEY, said(200, "", None)) == []
    assert kavenegar.checked(KEY, said(200, "", {"remaincredit": 1500})) == "1500"


# Twilio

TW = Line(user="AC1", secret="token", sender="+15005550006")


def test_twilio_sending() -> None:
    ask = twilio.send(TW, TEXT)
    assert ask.url == "https://api.twilio.com/2010-04-01/Accounts/AC1/Messages.json"
    assert ask.headers["Authorization"] == "Basic QUMxOnRva2Vu"
    assert parse_qs(ask.content.decode()) == {
        "To": ["+989120000001"], "Body": [TEXT.body], "From": ["+15005550006"], "StatusCallback": [TEXT.callback],
    }  # fmt: skip
    service = twilio.send(Line(user="AC1", secret="t", sender="MG12"), TEXT)
    assert parse_qs(service.content.decode())["MessagingServiceSid"] == ["MG12"]
    assert twilio.sent(TW, Answer(201, b'{"sid":"SM1","status":"queued"}')).gateway_id == "SM1"


@pytest.mark.parametrize(
    ("http", "body", "word", "again", "doubtful"),
    [
        (401, b'{"code":20003,"message":"Authenticate"}', "sms_key", False, False),
        (400, b'{"code":21211,"message":"Invalid To"}', "sms_number", False, False),
        (400, b'{"code":21606,"message":"From"}', "sms_sender", False, False),
        (400, b'{"code":21610,"message":"Unsubscribed"}', "sms_blocked", False, False),
        (429, b'{"code":20429,"message":"Too many"}', "sms_later", True, False),
        (503, b"busy", "sms_later", True, False),
        (500, b'{"code":0}', "sms_not_understood", False, True),
        (502, b"<html>", "sms_not_understood", False, True),
        (201, b"[]", "sms_not_understood", False, True),
        (400, b'{"message":"odd"}', "sms_refused", False, False),
    ],
)
def test_twilio_refusals(http: int, body: bytes, word: str, again: bool, doubtful: bool) -> None:
    with pytest.raises(Trouble) as trouble:
        twilio.sent(TW, Answer(http, body))
    assert (trouble.value.word, trouble.value.again, trouble.value.doubtful) == (word, again, doubtful)


def test_twilio_signature_is_the_documented_one() -> None:
    """The example of Twilio's page on webhook security."""
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    form = {"CallSid": ["CA1234567890ABCDE"], "Caller": ["+14158675309"], "Digits": ["1234"], "From": ["+14158675309"], "To": ["+18005551212"]}  # fmt: skip
    assert twilio.signature(url, form, "12345") == "RSOYDt4T1cUTdK1PDd93/VVr8B8="
    good = twilio.signature(url, form, "12345")
    assert twilio.is_signed(good, url, form, "12345")
    assert twilio.is_signed(good, url.replace("mycompany.com", "mycompany.com:443"), form, "12345")
    assert not twilio.is_signed(good, url, {**form, "Digits": ["9"]}, "12345")
    assert not twilio.is_signed(good, url + "0", form, "12345")
    assert not twilio.is_signed("", url, form, "12345") and not twilio.is_signed(good, url, form, "")


def test_twilio_states_and_incoming() -> None:
    states = [
        twilio.state_of({"MessageStatus": word})
        for word in ("queued", "sent", "delivered", "undelivered", "?")
    ]
    assert [one.state if one else None for one in states] == ["sent", "sent", "arrived", "failed", None]
    failed = twilio.state_of({"MessageStatus": "failed", "ErrorCode": "21610"})
    assert failed and failed.word == "sms_blocked"
    form = {"MessageSid": "SM9", "From": "+989120000001", "To": "+1500", "Body": "سلام", "NumMedia": "2"}
    assert twilio.arrived(form) == Arrived("SM9", "+989120000001", "+1500", "سلام", pictures=2)
    assert twilio.arrived({"From": "+98"}) is None


# Any other

OPTIONS = {
    "method": "POST", "kind": "json", "headers": "X-Key: {secret}\nX-Bad",
    "body": '{"to": "{to_national}", "text": "{text}", "line": "{from}"}', "ok_path": "status", "ok_value": "1", "id_path": "ids.0",
    "error_path": "why",
}  # fmt: skip


def test_generic_writes_each_placeholder_as_its_place_demands() -> None:
    line = Line("https://sms.example/send?u={user}", "a&b", "s3", "3000", "IR", OPTIONS)
    ask = generic.send(line, Text("+989120000001", 'a"b\n{secret} {{7*7}} ${x}', "5"))
    assert ask.url == "https://sms.example/send?u=a%26b"
    assert json.loads(ask.content) == {
        "to": "09120000001",
        "text": 'a"b\n{secret} {{7*7}} ${x}',
        "line": "3000",
    }
    assert ask.headers["X-Key"] == "s3" and "X-Bad" not in ask.headers
    form = Line("https://x.example", "", "", "", "IR", {"kind": "form", "body": "n={to}&t={text}"})
    assert generic.send(form, TEXT).content.decode().startswith("n=%2B989120000001&t=%D8%B3")


def test_generic_success_is_a_status_or_a_value() -> None:
    line = Line(options=OPTIONS)
    assert generic.sent(line, Answer(200, b'{"status": 1, "ids": [77]}')).gateway_id == "77"
    with pytest.raises(Trouble, match="sms_refused") as trouble:
        generic.sent(line, Answer(200, b'{"status": 0, "why": "no credit"}'))
    assert trouble.value.detail == "no credit"
    assert generic.sent(Line(), Answer(204, b"")).gateway_id == ""
    for status, word, doubtful in ((401, "sms_key", False), (500, "sms_not_understood", True), (429, "sms_later", False), (404, "sms_refused", False)):  # fmt: skip
        with pytest.raises(Trouble, match=word) as trouble:
            generic.sent(Line(), Answer(status, b""))
        assert trouble.value.doubtful == doubtful


def test_generic_templates_are_judged_when_they_are_kept() -> None:
    assert generic.faults_of(OPTIONS, "https://x.example") == {"headers": "header"}
    assert generic.faults_of({**OPTIONS, "headers": ""}, "https://x.example/{nobody}") == {
        "base": "unknown nobody"
    }
    assert generic.faults_of({"body": '{"t": {text}'}, "https://x.example")["body"] == "json"
    assert generic.faults_of({"kind": "form", "body": "t={text}"}, "https://x.example") == {"body": "no_to"}
    assert generic.faults_of({"method": "GET"}, "https://x.example/?n={to}") == {"base": "no_text"}


def test_generic_incoming_fields() -> None:
    assert generic.arrived(Line(), {"from": "0912", "message": "x", "messageid": 5}) == Arrived(
        "5", "0912", "", "x"
    )
    mapped = Line(options={"incoming": {"sender": "data.phone", "text": "data.body.0"}})
    assert generic.arrived(mapped, {"data": {"phone": "0912", "body": ["hi"]}}) == Arrived(
        "", "0912", "", "hi"
    )
    assert generic.arrived(Line(), {"message": "x"}) is None and generic.arrived(Line(), [1]) is None
