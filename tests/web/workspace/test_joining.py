"""Joining, undoing it and splitting off, as agents meet it on the page."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.tickets import actions
from pelekan.tickets.models import Message, Ticket
from pelekan.web.workspace.moved import joined_words


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def page(client: Any, ticket: Ticket) -> str:
    """The ticket without what stands beside it, where other tickets' subjects are."""
    part = client.get(f"/desk/tickets/{ticket.pk}/", HTTP_HX_REQUEST="true").content.decode()
    return str(part.partition('id="beside-part"')[0])


def post(client: Any, ticket: Ticket, act: str, **form: Any) -> Any:
    return client.post(f"/desk/tickets/{ticket.pk}/{act}/", form)


def led_to(response: Any) -> str:
    return str(json.loads(response["HX-Trigger"])["desk-open"]["url"])


@pytest.fixture
def numbered(write, world: World) -> Any:
    def do(text: str, **more: Any) -> Ticket:
        return actions.register(write(text, **more), by=world.agents["sara"])

    return do


def test_a_hint_becomes_a_join_and_back(at_desk, numbered) -> None:
    first = numbered("پول کم شد")
    second = numbered("پاسخ من", may_belong_to_id=first.pk)
    sara = at_desk("sara")
    assert f"/desk/tickets/{second.pk}/join/" in page(sara, second)
    joined = post(sara, second, "join", into=first.pk)
    assert joined.status_code == 204 and led_to(joined) == f"/desk/tickets/{first.pk}/"
    assert json.loads(joined["HX-Trigger"])["toast"]["undo"] == f"/desk/tickets/{second.pk}/unjoin/"

    there, here = page(sara, first), page(sara, second)
    assert there.count('id="message-') == first.messages.count() == 4, "a receipt went with each number"
    assert "came-from" in there and f"/desk/tickets/{first.pk}/unjoin/" in there
    assert (
        "پاسخ من" not in here and f"/desk/tickets/{second.pk}/unjoin/" in here and 'id="composer"' not in here
    )
    assert "desk_take" not in here and "/solve/" not in here

    back = post(sara, first, "unjoin", source=second.pk)
    assert led_to(back) == f"/desk/tickets/{first.pk}/"
    assert "پاسخ من" in page(sara, second) and "came-from" not in page(sara, first)
    assert f"/desk/tickets/{first.pk}/unjoin/" not in page(sara, first), "nothing is left to undo"
    again = post(sara, second, "unjoin")
    assert again.status_code == 422 and "banner" in again.content.decode()


def test_the_hint_can_be_refused(at_desk, numbered) -> None:
    first = numbered("پول کم شد")
    second = numbered("پاسخ من", may_belong_to_id=first.pk)
    sara = at_desk("sara")
    assert post(sara, second, "not-this").status_code == 200
    assert "/not-this/" not in page(sara, second) and fresh(second).status == second.status


@pytest.mark.parametrize("typed", ["#1001", "۱۰۰۱", " 1001 "])
def test_a_number_is_typed(at_desk, numbered, typed: str) -> None:
    first, second = numbered("یک"), numbered("دو")
    assert first.number == 1001
    assert post(at_desk("sara"), second, "join", number=typed).status_code == 204
    assert fresh(second).joined_into == first


@pytest.mark.parametrize("typed", ["", "9999", "abc", "1" * 40])
def test_a_number_that_leads_nowhere_is_said(at_desk, numbered, typed: str) -> None:
    second = numbered("دو")
    assert post(at_desk("sara"), second, "join", number=typed).status_code == 422
    assert fresh(second).joined_into is None


def test_az_05_a_foreign_ticket_on_either_side(at_desk, numbered, world: World) -> None:
    own, foreign = numbered("یک"), numbered("محرمانه")
    actions.escalate(foreign, world.teams["payments"], by=world.agents["nika"], because="محرمانه")
    sara = at_desk("sara")
    assert post(sara, own, "join", into=foreign.pk).status_code == 404
    assert post(sara, own, "join", source=foreign.pk).status_code == 404
    assert post(sara, foreign, "join", into=own.pk).status_code == 404
    assert post(sara, own, "join", number=foreign.number).status_code == 422
    middle = numbered("سه")
    actions.join(middle, foreign, by=world.agents["nika"])
    assert post(sara, own, "join", into=middle.pk).status_code == 404, "its end is foreign"
    assert post(sara, middle, "unjoin").status_code == 404
    assert not Ticket.objects.filter(joined_into=foreign).exclude(pk=middle.pk).exists()
    assert "محرمانه" not in sara.get(f"/desk/tickets/{own.pk}/dialogs/join/").content.decode()


def test_the_dialog_proposes_the_customers_open_tickets(at_desk, numbered) -> None:
    one, two, other = (
        numbered("یک", subject="اول"),
        numbered("دو"),
        numbered("سه", customer="emma", subject="چیزی نامربوط"),
    )
    dialog = at_desk("sara").get(f"/desk/tickets/{two.pk}/dialogs/join/").content.decode()
    assert (
        f'value="{one.pk}"' in dialog and two.subject + "</b>" not in dialog and other.subject not in dialog
    )


def test_a_message_is_split_off_and_joined_back(at_desk, numbered, write) -> None:
    first = numbered("پول کم شد")
    wrong = write("این چیز دیگری است", into=first).messages.latest("pk")
    sara = at_desk("sara")
    split = post(sara, first, f"messages/{wrong.pk}/split")
    new = Message.objects.get(pk=wrong.pk).ticket
    assert led_to(split) == f"/desk/tickets/{new.pk}/" and new.number == 1002
    assert "این چیز دیگری است" not in page(sara, first) and "این چیز دیگری است" in page(sara, new)
    for where, form in ((first, {"source": new.pk}), (new, {"into": first.pk})):
        assert f"/desk/tickets/{where.pk}/join/" in page(sara, where)
        assert post(sara, where, "join", **form).status_code in (204, 422)
    assert Message.objects.get(pk=wrong.pk).ticket == first and fresh(new).joined_into == first
    assert post(sara, new, f"messages/{wrong.pk}/split").status_code == 404


def test_the_only_message_stays(at_desk, numbered) -> None:
    ticket = numbered("پول کم شد")
    only = ticket.messages.get(kind="incoming")
    assert post(at_desk("sara"), ticket, f"messages/{only.pk}/split").status_code == 422
    assert fresh(ticket).messages.filter(pk=only.pk).exists()


def test_an_answer_after_a_join_is_no_surprise(at_desk, numbered) -> None:
    """Older messages came after newer ones: what stands on the screen counts, not the last id on it."""
    old, new = numbered("کهنه"), numbered("نو")
    actions.join(old, new, by=None)
    sara = at_desk("sara")
    shown = page(sara, new)
    saw = int(shown.split('data-last-message="')[1].split('"')[0])
    assert saw == new.messages.latest("pk").pk
    form = {"kind": "reply", "html": "<p>جواب</p>", "client_id": "x", "saw_id": saw}
    assert sara.post(f"/desk/tickets/{new.pk}/send/", form).status_code == 200


def test_whom_one_answers_first_is_who_wrote_last(at_desk, numbered, world: World) -> None:
    mina, emma = numbered("از مینا"), numbered("from Emma", customer="emma")
    actions.join(emma, mina, by=world.agents["sara"])
    actions.note(mina, by=world.agents["sara"], text="یادداشت")
    ways = page(at_desk("sara"), mina).split('id="via"')[1].split("</select>")[0]
    first = ways.split("<option")[1]
    assert "emma.clarke@example.net" in first and "mina" not in first


def test_why_a_mail_was_joined_is_said() -> None:
    ways = [
        ("token", "address"),
        ("token", "body"),
        ("token", "message_id"),
        ("token", ""),
        ("references", "references"),
    ]
    said = [joined_words({"join": kind, "join_via": via}) for kind, via in ways]
    assert len(set(said)) == len(ways) and all(said)
    assert joined_words({"join": "hint"}) == joined_words({"join": "none"}) == joined_words({}) == ""


def test_what_was_begun_for_one_customer_does_not_go_to_another(at_desk, numbered) -> None:
    mina, emma = numbered("از مینا"), numbered("from Emma", customer="emma")
    sara, talk = at_desk("sara"), mina.conversations.get().pk
    draft = {"kind": "reply", "html": "<p>خانم صالحی</p>", "via": str(talk)}
    assert sara.post(f"/desk/tickets/{mina.pk}/draft/", draft).status_code == 204
    post(sara, emma, "join", into=mina.pk)
    chosen = page(sara, mina).split(" selected")[0].rpartition("<option")[2]
    assert f'value="{talk}"' in chosen


def test_an_answer_from_a_page_that_was_open_before_the_join_still_goes(
    at_desk, numbered, world: World
) -> None:
    into, source = numbered("یک"), numbered("دو")
    talk, sara = source.conversations.get(), at_desk("sara")
    actions.join(source, into, by=world.agents["nika"])
    form = {"kind": "reply", "html": "<p>جواب</p>", "client_id": "x", "via": str(talk.pk)}
    assert sara.post(f"/desk/tickets/{source.pk}/send/", form).status_code == 200
    assert into.messages.filter(text="جواب", conversation=talk).count() == 1
    form = {"kind": "note", "html": "<p>یادداشت</p>", "client_id": "y"}
    assert sara.post(f"/desk/tickets/{source.pk}/send/", form).status_code == 200
    assert into.messages.filter(kind="note").count() == 1
    other = {
        "kind": "reply",
        "html": "<p>x</p>",
        "client_id": "z",
        "via": str(into.conversations.earliest("pk").pk),
    }
    assert sara.post(f"/desk/tickets/{source.pk}/send/", other).status_code == 422


def test_a_pane_goes_along_with_its_chat(at_desk, numbered, write, world: World) -> None:
    into, chat = numbered("یک"), write("سلام", channel="chat")
    talk = chat.conversations.get()
    actions.accept_chat(talk, by=world.agents["sara"])
    actions.join(chat, into, by=world.agents["sara"])
    address = f"/desk/tickets/{chat.pk}/chat/?conversation={talk.pk}"
    pane = at_desk("sara").get(address).content.decode()
    assert f'data-pane-ticket="{into.pk}" data-conversation="{talk.pk}"' in pane and "سلام" in pane
    actions.escalate(into, world.teams["developers"], by=world.agents["nika"], because="x")
    assert at_desk("omid").get(address).status_code == 404
