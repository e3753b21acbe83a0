"""The board shows who talks with the bot; a colleague reads along and steps in, and the bot goes quiet."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.knowledge.bot import talking
from pelekan.knowledge.bot.models import BotAnswer, Talk
from pelekan.lib.time import now
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation, Message
from tests.knowledge.bot.shop import RENEW, article, bot
from tests.web.admin.test_health import english


def line(world, who: str, text: str, into: int | None = None) -> Conversation:
    message = actions.receive(
        Incoming(
            inbox_id=world.inboxes["shop"].pk, channel="chat", customer_id=world.customers[who].pk, text=text, language="en",
            by_bot=True, conversation_id=into,
        ),
        now=now() - timedelta(minutes=1),
    )  # fmt: skip
    talking.speak(message.conversation_id)
    return Conversation.objects.get(pk=message.conversation_id)


@pytest.fixture
def chats(world):
    article("Renew a subscription", RENEW)
    bot(world.inboxes["shop"])
    return {
        "emma": line(world, "emma", "How do I renew my subscription?"),
        "mina": line(world, "mina", "Do penguins wear trousers?"),
    }


def test_agents_read_along_and_step_in_and_the_bot_goes_quiet(world, chats):
    sara = english(world, "sara")
    queue = sara.get("/desk/chats/queue/").content.decode()
    assert queue.index("penguins") < queue.index("How do I renew")  # whom it could not help comes first
    assert "The bot did not know" in queue and "Has an answer" in queue
    ticket = chats["emma"].ticket_id
    assert f'data-bots="{chats["mina"].ticket_id} {ticket}"' in queue
    pane = sara.get(f"/desk/tickets/{ticket}/chat/").content.decode()
    assert (
        "Renew a subscription" in pane
        and f'data-accept="{ticket}"' in pane
        and "you step in for the bot" in pane
    )
    assert Talk.objects.get(conversation=chats["emma"]).outcome == ""  # reading along changes nothing
    assert sara.post(f"/desk/tickets/{ticket}/accept/").status_code == 200
    chats["emma"].refresh_from_db()
    assert chats["emma"].state == "active" and chats["emma"].agent.user.email.startswith("sara")
    count = Message.objects.filter(ticket=ticket, automatic=True).count()
    line(world, "emma", "And how do I renew it for a year?", chats["emma"].pk)
    assert Message.objects.filter(ticket=ticket, automatic=True).count() == count
    board = sara.get("/desk/chats/").content.decode()
    assert f'data-bots="{chats["mina"].ticket_id}"' in board and f'id="pane-{ticket}"' in board
    assert "With the bot" not in sara.get(f"/desk/tickets/{ticket}/chat/").content.decode()


def test_who_may_not_see_the_ticket_does_not_see_the_talk(world, chats):
    dana = next(
        agent for agent in Agent.objects.select_related("user") if not agent.sees_all and agent.tier_ids and chats["emma"].ticket.tier_id not in agent.tier_ids
    )  # fmt: skip
    from pelekan.people.models import Desk

    Desk.objects.filter(pk=1).update(visibility={dana.role: "hard"})
    who = dana.user.email.partition("@")[0]
    assert "penguins" not in english(world, who).get("/desk/chats/queue/").content.decode()


def test_a_wrong_answer_is_marked_with_one_click_and_the_mark_taken_back(world, chats):
    sara, ticket = english(world, "sara"), chats["emma"].ticket_id
    answer = BotAnswer.objects.get(talk__conversation=chats["emma"])
    address = f"/desk/tickets/{ticket}/messages/{answer.message_id}/wrong/"
    page = sara.get(f"/desk/tickets/{ticket}/").content.decode()
    assert address in page and "Wrong answer" in page
    marked = sara.post(address).content.decode()
    answer.refresh_from_db()
    assert (
        answer.wrong_at
        and answer.wrong_by == world.agents["sara"]
        and "says that this answer is wrong" in marked
    )
    back = sara.post(address, {"no": "1"}).content.decode()
    answer.refresh_from_db()
    assert answer.wrong_at is None and "Wrong answer" in back
