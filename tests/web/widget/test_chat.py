"""A visitor writes, agents answer; outside hours a request; limits with a clear word."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from PIL import Image

from pelekan.channels.chat import limits, reception
from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Attachment, Conversation, Message, Ticket
from tests.conftest import NOON
from tests.office_hours import keep

from .conftest import new_id


def png(side: int = 40) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", (side, side), "teal").save(out, "PNG")
    out.seek(0)
    out.name = "صفحه.png"
    return out


def test_write_and_be_answered(browser, world):
    one = browser()
    context = {
        "page": "https://shop.example/cart?x=1",
        "title": "Cart",
        "referrer": "javascript:alert(1)",
        "browser": "Firefox",
    }
    answer = one.send("My card was charged", context=context).json()
    chat = Conversation.objects.get(pk=answer["conversation"]["id"])
    assert chat.state == "waiting" and chat.ticket.number is None
    assert chat.context["page"] == "https://shop.example/cart?x=1" and "referrer" not in chat.context
    sara = world.agents["sara"]
    actions.accept_chat(chat, by=sara)
    actions.reply(chat.ticket, by=sara, text="One moment")
    shape = one.call("messages", conversation=chat.pk, after=answer["message"]["id"]).json()
    assert [m["text"] for m in shape["messages"]] == ["One moment"]
    assert shape["messages"][0]["agent"]["name"] == "سارا موحد"
    assert "joined the chat" in shape["conversation"]["lines"][0]["text"]


def test_ch_14_the_same_line_twice_is_one_message(browser):
    one = browser()
    first = one.send("Once", id="same-line-1").json()
    second = one.send("Once", id="same-line-1")
    assert second.status_code == 201 and second.json()["message"]["id"] == first["message"]["id"]
    assert Message.objects.count() == 1 and Ticket.objects.count() == 1


def test_two_first_lines_make_one_chat(browser):
    one = browser()
    one.send("From one tab")
    one.send("From the other tab")
    assert Conversation.objects.count() == 1 and Message.objects.count() == 2


def test_a_line_after_the_end_begins_a_new_chat(browser, world):
    one = browser()
    chat = one.chat()
    actions.end_chat(chat, by=world.agents["sara"])
    answer = one.send("One more thing", conversation=chat.pk).json()
    assert answer["conversation"]["id"] != chat.pk and answer["live"]["ticket"]


def test_a_line_after_the_end_of_a_registered_chat_goes_to_its_ticket(browser, world):
    one = browser()
    chat = one.chat()
    actions.register(chat.ticket, by=world.agents["sara"], subject="Payment")
    actions.end_chat(chat, by=world.agents["sara"])
    assert one.send("Any news?", conversation=chat.pk).json()["conversation"]["id"] == chat.pk


def test_sl_07_the_greeting_counts_as_nothing(browser):
    one = browser()
    one.hello()
    ticket = one.chat().ticket
    assert ticket.first_answer_at is None and ticket.messages.count() == 1


def test_read_marks_both_ways_and_never_beyond_what_there_is(browser, world):
    one = browser()
    chat = one.chat()
    sara = world.agents["sara"]
    message = actions.reply(chat.ticket, by=sara, text="Good day")
    actions.mark_read(chat, chat.messages.first().pk, by=sara)
    assert one.hello()["requests"][0]["unread"]
    assert one.call("read", {"conversation": chat.pk, "message": 10**15}).status_code == 204
    chat.refresh_from_db()
    assert chat.customer_read_id == message.pk
    shape = one.hello()
    assert shape["conversation"]["read"] == chat.messages.first().pk and not shape["requests"][0]["unread"]


def test_the_page_he_is_on_follows_him(browser):
    one = browser()
    chat = one.chat()
    page = {"page": "https://shop.example/pay", "title": "Pay"}
    assert one.call("page", {"conversation": chat.pk, "context": page}).status_code == 204
    chat.refresh_from_db()
    assert chat.context["title"] == "Pay" and chat.context["pages"][-1]["page"] == page["page"]


def test_transfer_and_end_are_told(browser, world):
    one = browser()
    chat = one.chat()
    actions.accept_chat(chat, by=world.agents["sara"])
    actions.transfer_chat(chat, world.agents["omid"], by=world.agents["sara"], because="lunch")
    actions.end_chat(chat, by=world.agents["omid"])
    lines = [line["text"] for line in one.hello(conversation=chat.pk)["conversation"]["lines"]]
    assert len(lines) == 3 and "امید رستگار" in lines[1] and "lunch" not in "".join(lines)


# Files


def test_a_screenshot_is_sent_and_seen(browser, world):
    one = browser()
    one.hello(begin=True)
    kept = one.call("files", form={"file": png(900)})
    assert kept.status_code == 201 and kept.json()["picture"]
    token = kept.json()["id"]
    message = one.send("", files=[token]).json()["message"]
    assert message["files"][0]["name"] == "صفحه.png"
    small = one.call(f"files/{token}", small=1)
    assert small["Content-Type"] == "image/webp" and len(small.content) < 2000
    whole = one.call(f"files/{token}")
    assert (
        whole["Content-Disposition"].startswith("attachment") and whole["X-Content-Type-Options"] == "nosniff"
    )


def test_hx_21_uploads_are_bound_to_their_visitor(browser):
    one, other = browser(), browser()
    one.hello(begin=True)
    other.hello(begin=True)
    token = one.call("files", form={"file": png()}).json()["id"]
    assert other.send("mine now", files=[token]).status_code == 404
    assert not Message.objects.exists()
    assert one.send("mine", files=[token]).status_code == 201
    assert one.send("twice", files=[token]).status_code == 404


def test_hx_18_files_of_others_and_of_nobody_look_alike(browser, world):
    one, other = browser(), browser()
    one.hello(begin=True)
    token = one.call("files", form={"file": png()}).json()["id"]
    one.send("", files=[token])
    other.hello(begin=True)
    refused, missing = other.call(f"files/{token}"), other.call("files/none-of-this-name")
    assert refused.status_code == missing.status_code == 404 and refused.content == missing.content
    other.token = ""
    assert other.call(f"files/{token}").status_code == 401


def test_a_file_on_a_note_is_not_for_the_customer(browser, world):
    one = browser()
    chat = one.chat()
    note = actions.note(chat.ticket, by=world.agents["sara"], text="inside")
    Attachment.objects.create(
        message=note, token="t" * 32, name="x.txt", type="text/plain", size=1, sha256="", path=""
    )
    assert one.call("files/" + "t" * 32).status_code == 404


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("virus.png", b"MZ" + b"\0" * 200, "type"),
        ("page.txt", b"<html><script>alert(1)</script>", "type"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "type"),
        ("empty.txt", b"", "empty"),
        ("huge.txt", b"a" * (limits.LARGEST_FILE + 1), "size"),
    ],
)
def test_files_are_judged_by_their_bytes(browser, name, content, code):
    one = browser()
    one.hello(begin=True)
    file = BytesIO(content)
    file.name = name
    answer = one.call("files", form={"file": file})
    assert answer.status_code in (413, 422) and answer.json()["code"] == code and answer.json()["error"]
    assert not Attachment.objects.exists()


def test_hx_22_an_upload_that_was_never_sent_goes_after_a_day(browser):
    one = browser()
    one.hello(begin=True)
    old = one.call("files", form={"file": png()}).json()["id"]
    Attachment.objects.update(created_at=now() - timedelta(hours=25))
    one.call("files", form={"file": png()})
    assert not Attachment.objects.filter(token=old).exists() and Attachment.objects.count() == 1


# Limits


def test_ch_05_a_flood_is_stopped_with_a_clear_word(browser):
    one, other = browser(), browser()
    answers = [one.send(f"line {n}") for n in range(limits.MESSAGES.count + 1)]
    last = answers[-1]
    assert {a.status_code for a in answers[:-1]} == {201} and last.status_code == 429
    assert 1 <= int(last["Retry-After"]) <= 60 and "wait" in last.json()["error"]
    assert other.send("I am well").status_code == 201
    known = Message.objects.first().client_id
    assert one.send("line 0", id=known).status_code == 201  # what is there already is only acknowledged


def test_ch_05_large_messages_are_refused(browser):
    one = browser()
    assert one.send("x" * limits.LONGEST_TEXT).status_code == 201
    assert one.send("x" * (limits.LONGEST_TEXT + 1)).status_code == 413
    assert one.send("x" * 1_000_000).status_code == 413


def test_new_sessions_and_uploads_are_limited(browser, monkeypatch):
    monkeypatch.setattr(limits.SESSIONS_FROM_ADDRESS, "count", 2)
    monkeypatch.setattr(limits.UPLOADS, "count", 1)
    one = browser()
    one.hello(begin=True)
    browser().hello(begin=True)
    assert browser().call("hello", {"begin": True}).status_code == 429
    assert one.call("files", form={"file": png()}).status_code == 201
    assert one.call("files", form={"file": png()}).status_code == 429


@pytest.mark.parametrize(
    "body", ["[1]", "{", '"x"', '{"client_id": "a b c d e"}', '{"client_id": 5, "text": {}}']
)
def test_nonsense_is_refused_calmly(browser, body):
    one = browser()
    one.hello(begin=True)
    answer = one.client.post(
        "/widget/shop-widget/send",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {one.token}"},
    )
    assert answer.status_code == 400 and not Message.objects.exists()


# The desk's side: who is there, how long it takes


def test_the_wait_is_said_only_when_the_record_supports_it(browser, shop, world):
    one = browser()
    desk = one.hello()["desk"]
    assert desk["state"] == "now" and desk["wait"] == ""
    for number in range(reception.FEWEST):
        chat = browser().chat(f"chat {number}")
        chat.started_at = now() - timedelta(hours=1)
        chat.accepted_at, chat.state = chat.started_at + timedelta(seconds=100 + number), "ended"
        chat.save()
    reception.forget_waits()
    assert one.hello()["desk"]["wait"] == "Usually answered within 2 minutes."
    slow = browser().chat("waits")
    Conversation.objects.filter(pk=slow.pk).update(started_at=now() - timedelta(minutes=12))
    assert one.hello()["desk"]["wait"] == "Usually answered within 15 minutes."


def test_busy_when_all_have_their_hands_full(browser, shop, world):
    Agent.objects.filter(pk=world.agents["sara"].pk).update(chat_capacity=1)
    actions.accept_chat(browser().chat(), by=world.agents["sara"])
    assert browser().hello()["desk"]["state"] == "busy"


def test_nobody_online_and_whose_page_has_been_closed(browser, shop, world):
    sara = Agent.objects.filter(pk=world.agents["sara"].pk)
    sara.update(seen_at=now() - timedelta(minutes=1))
    assert browser().hello()["desk"]["state"] == "now"
    sara.update(seen_at=now() - timedelta(hours=1))
    assert browser().hello()["desk"]["state"] == "away"


def test_outside_hours_a_request_with_an_honest_promise(browser, shop, world):
    keep(shop)
    with time_machine.travel(NOON + timedelta(hours=8), tick=False):  # Sunday, 20:00 in Tehran
        one = browser()
        desk = one.hello()["desk"]
        assert desk["state"] == "closed" and desk["hours"] == "We open tomorrow at 09:00."
        request = {
            "client_id": new_id(),
            "subject": "Charged twice",
            "text": "Please look",
            "contact": {"name": "Someone", "email": "someone@example.org"},
        }
        one.hello(begin=True)
        answer = one.call("requests", request)
        assert answer.status_code == 201
        ticket = Ticket.objects.get(number=int(answer.json()["number"]))
        assert ticket.channel == "form" and ticket.registered_at and ticket.subject == "Charged twice"
        assert "tomorrow at 09:00" in answer.json()["promise"]
        # cc-07: the same request again is the same ticket
        assert one.call("requests", request).json()["number"] == answer.json()["number"]
        assert Ticket.objects.count() == 1


def test_a_request_needs_an_address(browser):
    one = browser()
    one.hello(begin=True)
    request = {"client_id": new_id(), "subject": "Hello", "text": "Hello"}
    assert one.call("requests", request).json()["code"] == "contact"
    wrong = one.call("requests", {**request, "contact": {"email": "no address"}})
    assert wrong.status_code == 422 and wrong.json()["code"] == "email"
    assert not Ticket.objects.exists()


def test_the_customer_registers_his_chat_himself(browser, world):
    one = browser()
    chat = one.chat("It still does not work")
    actions.reply(chat.ticket, by=world.agents["sara"], text="Try again")
    body = {"conversation": chat.pk, "subject": "Payment", "contact": {"email": "someone@example.org"}}
    answer = one.call("register", body)
    assert answer.status_code == 201
    ticket = Ticket.objects.get(pk=chat.ticket_id)
    assert answer.json()["number"] == str(ticket.number) and ticket.team == world.teams["payments"]
    assert one.call("register", body).json()["number"] == str(ticket.number)
    shape = one.hello(conversation=chat.pk)
    assert shape["conversation"]["number"] == str(ticket.number)
    assert shape["messages"][-1]["notice"] == "registered"


def test_unanswered_it_stays_where_it_waits(browser, world):
    one = browser()
    chat = one.chat()
    one.call("register", {"conversation": chat.pk, "subject": "x", "contact": {"phone": "+989123456789"}})
    assert Ticket.objects.get(pk=chat.ticket_id).team == world.teams["front"]


def test_the_agent_of_the_chat_stays_while_its_ticket_climbs(browser, world):
    one = browser()
    chat = one.chat()
    actions.accept_chat(chat, by=world.agents["sara"])
    actions.escalate(chat.ticket, world.teams["payments"], by=world.agents["sara"], because="bank")
    assert one.hello()["conversation"]["agent"]["name"] == "سارا موحد"
