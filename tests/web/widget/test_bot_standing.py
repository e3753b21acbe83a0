""" "Where is my request?" asked of the bot: told to him whose it is and who has proved it, to nobody else."""

from __future__ import annotations

import pytest

from pelekan.knowledge.bot.models import BotAnswer
from pelekan.knowledge.trail.models import Question
from pelekan.tickets import actions
from pelekan.tickets.models import Conversation
from tests.knowledge.bot.shop import bot
from tests.web.portal.desk import FOREIGN, ticket_of
from tests.web.widget.conftest import signed
from tests.web.widget.test_bot import said


def chat_of(one, text):
    answer = one.send(text)
    assert answer.status_code in (200, 201), answer.content
    return Conversation.objects.latest("pk")


@pytest.fixture
def proved(browser, shop, world):
    """Mina's browser, whose site has signed that she is she."""
    bot(shop)
    one = browser()
    mail = world.customers["mina"].identities.get(kind="email").address
    one.hello(begin=True, identity=signed(shop, id="u-7", email=mail, name="Mina"))
    return one


def test_he_hears_how_his_open_requests_stand_and_nothing_of_anothers(proved, world, settings):
    ticket = ticket_of(world, "mina", "torn", "Torn tent")
    solved = ticket_of(world, "mina", "old", "Old matter")
    actions.solve(solved, by=world.agents["sara"])
    foreign = ticket_of(world, "yusuf", FOREIGN, FOREIGN)
    chat = chat_of(proved, "Where is my order?")
    text = said(proved, chat)[-1]["text"]
    assert f"No. {ticket.number}" in text and "Torn tent" in text and "Waiting for us" in text
    assert f"{settings.BASE_URL}/portal/requests/{ticket.number}/" in text and "Old matter" not in text
    assert BotAnswer.objects.get().article is None
    proved.send(f"request {solved.number}", conversation=chat.pk)
    assert "Old matter" in said(proved, chat)[-1]["text"]
    proved.send(f"request {foreign.number}", conversation=chat.pk)
    assert FOREIGN not in str(said(proved, chat))
    actions.solve(ticket, by=world.agents["sara"])
    proved.send("وضعیت درخواست من", conversation=chat.pk)
    assert "/portal/" in said(proved, chat)[-1]["text"] and "Torn" not in said(proved, chat)[-1]["text"]


def test_who_has_proved_nothing_is_offered_to_sign_in(browser, shop, world, settings):
    bot(shop)
    ticket = ticket_of(world, "mina", "torn", "Torn tent")
    one = browser()
    chat = chat_of(one, f"Where is my request {ticket.number}?")
    last = said(one, chat)[-1]
    assert last["bot"]["kind"] == "sign_in" and f"{settings.BASE_URL}/portal/" in last["text"]
    assert "Torn" not in str(said(one, chat)) and chat.state == "bot"
    assert Question.objects.get().found == 1, "no article is missing for that"
