"""A line of chat is the hottest write of the desk: what it costs is pinned."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.tickets import actions
from tests.statements import costs


def test_a_line_in_a_chat(browser, world: World) -> None:
    """inbox, token, customer; customer held, the line's id, conversation, ticket held; message, ticket, conversation, event
    and search index written; which rules are in force, its mood; and for the answer the queue, or from when an agent is there who
    came and went."""
    one = browser()
    chat = one.chat()

    def send() -> None:
        assert one.send("One more", conversation=chat.pk).json()["conversation"]["id"] == chat.pk

    costs(send, 15)
    actions.accept_chat(chat, by=world.agents["sara"])
    costs(send, 15)


def test_reading_on(browser, world: World) -> None:
    """inbox, token, customer, conversation; messages, files, who came and went."""
    one = browser()
    chat = one.chat()
    actions.accept_chat(chat, by=world.agents["sara"])
    actions.reply(chat.ticket, by=world.agents["sara"], text="One moment")
    costs(lambda: one.call("messages", conversation=chat.pk, after=1), 7)
