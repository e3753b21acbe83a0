"""Is it really solved? The widget's two buttons."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.channels import telling
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.tickets import actions, shaping
from pelekan.tickets.models import Conversation, Ticket


@pytest.fixture
def asked(browser, world: World):  # type: ignore[no-untyped-def]
    """A visitor whose registered chat was solved, and who was asked the day after."""
    shaping.save_desk(by=None, name="Chakad", language="fa")
    shaping.save_follow_up(24, by=world.agents["arash"])
    desk.forget()
    one, sara = browser(), world.agents["sara"]
    chat = one.chat()
    actions.accept_chat(chat, by=sara)
    ticket = actions.register(chat.ticket, by=sara)
    actions.reply(ticket, by=sara, text="Done")
    actions.end_chat(Conversation.objects.get(pk=chat.pk), by=sara)
    ticket = actions.solve(ticket, by=sara)
    telling.say_due(Ticket.objects.get(pk=ticket.pk), clock() + timedelta(days=3))
    return one, chat, ticket


def question(one, chat: Conversation) -> dict:  # type: ignore[no-untyped-def,type-arg]
    return one.call("messages", conversation=chat.pk).json()["messages"][-1]


def answer(one, chat: Conversation, message: int, said: str):  # type: ignore[no-untyped-def]
    return one.call("solved", {"conversation": chat.pk, "message": message, "answer": said})


def test_yes_closes_it_and_the_question_is_over(asked) -> None:  # type: ignore[no-untyped-def]
    one, chat, ticket = asked
    shape = question(one, chat)
    assert shape["verify"] == {"stands": True, "yes": "Yes, it is solved", "no": "No, not yet"}
    assert answer(one, chat, shape["id"], "yes").json()["said"] == "yes"
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert question(one, chat)["verify"]["stands"] is False
    again = answer(one, chat, shape["id"], "no").json()
    assert again["said"] == "over" and "moved on" in again["text"]


def test_no_opens_it_again_with_his_words(asked) -> None:  # type: ignore[no-untyped-def]
    one, chat, ticket = asked
    shape = question(one, chat)
    assert answer(one, chat, shape["id"], "no").json()["said"] == "no"
    ticket.refresh_from_db()
    assert ticket.status == "open" and "No, it is not solved yet." in one.texts(chat)


def test_only_he_and_only_what_asks(asked, browser) -> None:  # type: ignore[no-untyped-def]
    one, chat, ticket = asked
    shape = question(one, chat)
    other = browser(address="192.0.2.8")
    other.chat("Me too")
    assert answer(other, chat, shape["id"], "yes").status_code == 404
    first = one.call("messages", conversation=chat.pk).json()["messages"][0]["id"]
    assert answer(one, chat, first, "yes").status_code == 404
    assert answer(one, chat, shape["id"], "maybe").status_code == 404
    ticket.refresh_from_db()
    assert ticket.status == "solved"
