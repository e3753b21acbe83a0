"""Answering, moving, registering: what each POST does, and what it says when it cannot."""

from __future__ import annotations

import pytest

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.tickets.actions import accept_chat, assign, receive, take
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Draft, Event, Message, Participant, ReadMark, SavedReply, Ticket
from tests.conftest import NOON


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def test_cc_07_a_reply_sent_twice_is_one_reply(at_desk, write) -> None:
    ticket = write()
    client, form = (
        at_desk("sara"),
        {"kind": "reply", "html": "<p>سلام</p>", "client_id": "abc", "then": "solve"},
    )
    first, second = (client.post(f"/desk/tickets/{ticket.pk}/send/", form) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert ticket.messages.filter(kind="outgoing", automatic=False).count() == 1
    assert fresh(ticket).status == "solved"


def test_a_note_stays_inside_and_marks_stay(at_desk, write) -> None:
    ticket = write()
    at_desk("sara").post(f"/desk/tickets/{ticket.pk}/send/", {"kind": "note", "html": "<p>فقط <b>ما</b></p>"})
    note = ticket.messages.get(kind="note")
    assert (note.text, note.html) == ("فقط ما", "<p>فقط <b>ما</b></p>")
    assert not ticket.messages.public().filter(pk=note.pk).exists()


def test_a_newer_message_stops_the_answer_until_one_looked(at_desk, write) -> None:
    ticket = write()
    seen = ticket.messages.latest("id").pk
    newer = write("یک چیز دیگر", into=ticket)
    client = at_desk("sara")
    form = {"kind": "reply", "html": "<p>جواب</p>", "client_id": "x", "saw_id": seen}
    response = client.post(f"/desk/tickets/{ticket.pk}/send/", form)
    assert response.status_code == 409
    assert response.headers["X-Last-Message"] == str(newer.messages.latest("id").pk)
    assert not ticket.messages.filter(text="جواب").exists()
    assert client.post(f"/desk/tickets/{ticket.pk}/send/", {**form, "anyway": "1"}).status_code == 200
    assert ticket.messages.filter(text="جواب").count() == 1


def test_nothing_to_send_is_said(at_desk, write) -> None:
    ticket = write()
    for html in ("", "<p><br></p>", "   "):
        response = at_desk("sara").post(f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": html})
        assert response.status_code == 422
        assert "nothing to send" in response.content.decode() or "banner" in response.content.decode()


def test_a_draft_waits_for_its_writer_and_nobody_else(at_desk, write) -> None:
    ticket = write()
    sara = at_desk("sara")
    form = {"kind": "reply", "html": "<p>نیمه‌کاره<script>1</script></p>", "saw_id": "7"}
    assert sara.post(f"/desk/tickets/{ticket.pk}/draft/", form).status_code == 204
    draft = Draft.objects.get()
    assert (draft.html, draft.saw_id) == ("<p>نیمه‌کاره</p>", 7)
    assert "نیمه‌کاره" in at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "نیمه‌کاره" not in at_desk("omid").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    sara.post(f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": "<p>تمام</p>"})
    assert not Draft.objects.exists()


def test_saved_replies_come_in_the_customers_language_and_are_counted(at_desk) -> None:
    client = at_desk("sara")
    for language, word in (("ar", "لتجديد"), ("en", "To renew"), ("fa", "برای تمدید")):
        replies = client.get(f"/desk/saved/?language={language}").json()["replies"]
        renew = next(one for one in replies if one["shortcut"] == "renew")
        assert renew["text"].startswith(word)
        assert renew["language"] == language
    client.post(f"/desk/saved/{renew['id']}/used/")
    assert SavedReply.objects.get(pk=renew["id"]).used == 1
    assert client.get("/desk/saved/?language=fa").json()["replies"][0]["shortcut"] == "renew"


@pytest.mark.parametrize(
    ("act", "form", "status"),
    [
        ("take", {}, "open"), ("wait", {}, "waiting"), ("hold", {"until": "days-1"}, "on_hold"),
        ("solve", {}, "solved"), ("close", {}, "closed"),
    ],
)  # fmt: skip
def test_simple_acts(at_desk, write, act: str, form: dict, status: str) -> None:
    ticket = write()
    response = at_desk("sara").post(f"/desk/tickets/{ticket.pk}/{act}/", form)
    assert response.status_code == 200
    assert 'id="head"' in response.content.decode()
    assert fresh(ticket).status == status


def test_hold_until_a_day_of_my_own_calendar(at_desk, write) -> None:
    ticket = write()
    sara = at_desk("sara")
    said = sara.post(f"/desk/tickets/{ticket.pk}/hold/", {"until": "date", "date": "۱۴۹۹/۱۳/۴۰"})
    assert said.status_code == 422
    past = sara.post(f"/desk/tickets/{ticket.pk}/hold/", {"until": "date", "date": "۱۳۹۹/۰۱/۰۱"})
    assert past.status_code == 422
    assert fresh(ticket).status == "new"


def test_a_reason_is_required_to_move(at_desk, write, world: World) -> None:
    ticket = write()
    client, payments = at_desk("nika"), world.teams["payments"]
    assert client.post(f"/desk/tickets/{ticket.pk}/escalate/", {"team": payments.pk}).status_code == 422
    form = {"team": payments.pk, "why": "بانک پول را کسر کرده"}
    assert client.post(f"/desk/tickets/{ticket.pk}/escalate/", form).status_code == 200
    assert fresh(ticket).team_id == payments.pk
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "بانک پول را کسر کرده" in page


def test_an_act_that_no_longer_fits_says_so(at_desk, write) -> None:
    ticket = write()
    client = at_desk("sara")
    client.post(f"/desk/tickets/{ticket.pk}/close/")
    before = Event.objects.count()
    assert client.post(f"/desk/tickets/{ticket.pk}/solve/").status_code == 422
    assert Event.objects.count() == before


def test_taking_what_a_colleague_has_names_him(at_desk, write, world: World) -> None:
    ticket = write()
    take(ticket, by=world.agents["omid"], now=NOON)
    response = at_desk("sara").post(f"/desk/tickets/{ticket.pk}/take/")
    assert response.status_code == 422
    assert "امید رستگار" in response.content.decode()
    assert fresh(ticket).assignee == world.agents["omid"]


def test_a_ticket_that_climbed_out_of_sight_is_gone_politely(at_desk, write, world: World) -> None:
    ticket = write()
    form = {"team": world.teams["payments"].pk, "why": "پرداخت"}
    response = at_desk("sara").post(f"/desk/tickets/{ticket.pk}/escalate/", form)
    assert response.status_code == 200
    assert response.headers["HX-Retarget"] == "#ticket"


def test_one_click_registers_a_chat_and_the_talk_goes_on(at_desk, write, world: World) -> None:
    ticket = write("سلام، وقت بخیر", channel="chat", subject="")
    write("بانک پول را کسر کرد ولی پنل چیزی نشان نمی‌دهد", into=ticket)
    sara = world.agents["sara"]
    accept_chat(ticket.conversations.get(), by=sara, now=NOON)
    client = at_desk("sara")
    dialog = client.get(f"/desk/tickets/{ticket.pk}/register/").content.decode()
    assert "خطای بانک" in dialog
    response = client.post(f"/desk/tickets/{ticket.pk}/register/", {"quick": "1"})
    assert response.status_code == 200
    ticket = fresh(ticket)
    assert ticket.number
    assert ticket.team == world.teams["payments"]
    assert (ticket.impact, ticket.urgency, ticket.priority) == (3, 3, 4)
    assert ticket.subject.startswith("بانک پول")
    assert ticket.category == world.categories["bank"]
    # the specialists have the ticket, and the front line stays in the chat until it ends
    assert ticket.assignee is None
    answer = client.post(f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": "<p>ثبت شد</p>"})
    assert answer.status_code == 200
    assert fresh(ticket).assignee is None
    assert client.get(f"/desk/tickets/{ticket.pk}/").status_code == 200
    client.post(f"/desk/tickets/{ticket.pk}/end-chat/")
    assert client.get(f"/desk/tickets/{ticket.pk}/").status_code == 404
    assert at_desk("dara").get(f"/desk/tickets/{ticket.pk}/").status_code == 200


def test_registering_with_other_values_and_only_once(at_desk, write, world: World) -> None:
    ticket = write(channel="chat")
    client = at_desk("nika")
    form = {
        "subject": "تمدید", "category": world.categories["howto"].pk, "team": world.teams["front"].pk, "impact": 1,
        "urgency": 2, "why": "",
    }  # fmt: skip
    assert client.post(f"/desk/tickets/{ticket.pk}/register/", {**form, "subject": " "}).status_code == 422
    for _ in range(2):
        assert client.post(f"/desk/tickets/{ticket.pk}/register/", form).status_code == 200
    ticket = fresh(ticket)
    assert (ticket.subject, ticket.priority, ticket.team) == ("تمدید", 2, world.teams["front"])
    assert Event.objects.filter(name="ticket.registered", ticket=ticket).count() == 1


def test_of_two_who_accept_the_second_learns_whose_it_is(at_desk, write, world: World) -> None:
    ticket = write(channel="chat")
    assert at_desk("omid").post(f"/desk/tickets/{ticket.pk}/accept/").status_code == 200
    response = at_desk("sara").post(f"/desk/tickets/{ticket.pk}/accept/")
    assert response.status_code == 422
    assert "امید رستگار" in response.content.decode()


def test_describing_the_ticket(at_desk, write, world: World) -> None:
    ticket = write()
    client = at_desk("sara")
    at = f"/desk/tickets/{ticket.pk}"
    client.post(f"{at}/rename/", {"subject": "پول کسر شد و سفارش نیست"})
    client.post(f"{at}/categorise/", {"category": world.categories["bank"].pk})
    client.post(f"{at}/assess/", {"impact": "3", "urgency": "3"})
    client.post(f"{at}/tag/", {"name": "#بانک ملت"})
    client.post(f"{at}/customer/", {"name": "مینا صالحی‌پور", "language": "fa"})
    client.post(f"{at}/customer/notes/", {"notes": "مشتری قدیمی"})
    ticket = fresh(ticket)
    assert (ticket.subject, ticket.priority) == ("پول کسر شد و سفارش نیست", 4)
    page = client.get(f"{at}/").content.decode()
    for shown in ("خطای بانک", "بانک ملت", "مینا صالحی‌پور", "مشتری قدیمی"):
        assert shown in page
    client.post(f"{at}/untag/", {"tag": ticket.tags.get().pk})
    assert not ticket.tags.exists()


def test_a_held_message_is_released_by_an_agent(at_desk, write) -> None:
    ticket = write(held=True)
    message = ticket.messages.get(kind="incoming")
    client = at_desk("sara")
    assert f"/messages/{message.pk}/release/" in client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    client.post(f"/desk/tickets/{ticket.pk}/messages/{message.pk}/release/")
    assert Message.objects.get(pk=message.pk).held_at is None


def test_a_stranger_who_was_held_back_may_be_answered_too(at_desk, write, world: World) -> None:
    ticket = write()
    write("من همکار مینا هستم", into=ticket, held=True)
    held = ticket.messages.latest("id")
    held.customer, held.meta = world.customers["emma"], {"from": {"address": "Friend@Example.com"}}
    held.save()
    stranger = Participant.objects.create(conversation=held.conversation, address="friend@example.com")
    client = at_desk("sara")
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "&#34;answer&#34;: &#34;1&#34;" in page
    client.post(f"/desk/tickets/{ticket.pk}/messages/{held.pk}/release/", {"answer": "1"})
    stranger.refresh_from_db()
    assert stranger.confirmed_at and Message.objects.get(pk=held.pk).held_at is None


def test_the_customers_own_held_message_offers_one_button(at_desk, write) -> None:
    page = at_desk("sara").get(f"/desk/tickets/{write(held=True).pk}/").content.decode()
    assert "/release/" in page and "&#34;answer&#34;" not in page


def test_links_in_mails_are_ended_and_that_is_told(at_desk, write, world: World) -> None:
    ticket = write()
    client = at_desk("sara")
    raw = signin.guest_link(ticket.pk, world.customers["mina"], now=clock()).rsplit("/", 2)[1]
    assert (
        f'hx-post="/desk/tickets/{ticket.pk}/end-links/"'
        in client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    )
    assert client.post(f"/desk/tickets/{ticket.pk}/end-links/").status_code == 200
    assert signin.guest(raw, now=clock()) is None
    assert Event.objects.get(name="ticket.links_ended").agent == world.agents["sara"]
    assert client.post(f"/desk/tickets/{ticket.pk}/end-links/").status_code == 422, "nothing is left to end"


def test_reading_moves_the_mark_and_only_by_post(at_desk, write, world: World) -> None:
    ticket = write()
    last = ticket.messages.latest("id")
    client = at_desk("sara")
    assert "row--unread" in client.get("/desk/list/all/").content.decode()
    client.get(f"/desk/tickets/{ticket.pk}/")
    assert not ReadMark.objects.exists()
    client.post(f"/desk/tickets/{ticket.pk}/read/", {"message": last.pk})
    assert "row--unread" not in client.get("/desk/list/all/").content.decode()


def test_the_composer_opens_mail_where_there_is_an_address(at_desk, write, world: World) -> None:
    ticket = write(channel="portal")
    via = f"mail-{world.inboxes['mail'].pk}"
    form = {"kind": "reply", "html": "<p>با ایمیل</p>", "via": via}
    assert at_desk("sara").post(f"/desk/tickets/{ticket.pk}/send/", form).status_code == 200
    message = ticket.messages.get(text="با ایمیل")
    assert message.channel == "email"
    assert message.conversation.participants.get().address == "mina.salehi@example.com"


def test_only_new_lines_come_after_an_event(at_desk, write, world: World) -> None:
    ticket = write()
    last = Event.objects.filter(ticket=ticket).latest("id").pk
    receive(
        Incoming(
            world.inboxes["mail"].pk, "email", world.customers["mina"].pk, "تازه است",
            conversation_id=ticket.conversations.get().pk,
        ),
        now=NOON,
    )  # fmt: skip
    response = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/lines/?after={last}")
    page = response.content.decode()
    assert "تازه است" in page
    assert "پرداخت انجام شد" not in page
    assert response.headers["X-New"] == "1"
    assert int(response.headers["X-Last-Event"]) > last


def test_a_long_timeline_is_windowed(at_desk, write, world: World) -> None:
    ticket = write("پیام ۰", channel="chat")
    for number in range(1, 60):
        write(f"پیام {number}", into=ticket)
    client = at_desk("sara")
    page = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert page.count("data-message=") == 40
    assert "پیام 59" in page
    before = page.split("?before=")[1].split('"')[0]
    earlier = client.get(f"/desk/tickets/{ticket.pk}/lines/?before={before}").content.decode()
    assert earlier.count("data-message=") == 20
    assert "data-earlier" not in earlier
    assign(ticket, world.agents["sara"], by=world.agents["sara"], now=NOON)
