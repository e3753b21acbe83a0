"""Who gets a chat, as a table; and that it comes by itself only to those who are there and have room."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.people.models import Agent
from pelekan.routing.choose import Hand, least_busy
from pelekan.tickets.actions import end_chat, receive, set_auto_accept, set_presence
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Conversation
from tests.conftest import NOON

EARLY, LATE = NOON - timedelta(hours=1), NOON


@pytest.mark.parametrize(
    ("hands", "chosen"),
    [
        ([], None),
        ([Hand(1, 4, 4)], None),
        ([Hand(1, 0, 0)], None),
        ([Hand(1, 2, 4), Hand(2, 1, 4)], 2),
        ([Hand(1, 1, 4, LATE), Hand(2, 1, 4, EARLY)], 2),
        ([Hand(1, 1, 4, EARLY), Hand(2, 1, 4, None)], 2),
        ([Hand(2, 1, 4), Hand(1, 1, 4)], 1),
        ([Hand(1, 0, 0), Hand(2, 3, 4)], 2),
    ],
)
def test_least_busy(hands: list[Hand], chosen: int | None) -> None:
    assert least_busy(hands) == chosen


def chat(world: World, after: int = 0) -> Conversation:
    message = receive(
        Incoming(world.inboxes["shop"].pk, "chat", world.customers["mina"].pk, f"سلام {after}"),
        now=NOON + timedelta(seconds=after),
    )
    return message.conversation


def there(world: World, name: str, *, capacity: int = 2) -> Agent:
    agent = world.agents[name]
    Agent.objects.filter(pk=agent.pk).update(chat_capacity=capacity, auto_accept=True)
    agent.refresh_from_db()
    set_presence(agent, "online", now=NOON)
    return agent


def test_chats_come_by_themselves_until_all_are_full(world: World) -> None:
    sara, omid = there(world, "sara"), there(world, "omid", capacity=1)
    begun = [chat(world, number) for number in range(4)]
    held = [Conversation.objects.get(pk=one.pk).agent_id for one in begun]
    assert sorted(held[:3]) == sorted([sara.pk, sara.pk, omid.pk])
    assert held[0] != held[1]  # the least busy one
    assert held[3] is None
    end_chat(begun[held.index(omid.pk)], by=omid, now=NOON + timedelta(seconds=9))
    assert Conversation.objects.get(pk=begun[3].pk).agent_id == omid.pk


@pytest.mark.parametrize("why_not", ["away", "switched off", "page closed", "another team"])
def test_nobody_gets_a_chat_unasked(world: World, why_not: str) -> None:
    agent = there(world, "dara" if why_not == "another team" else "sara")
    if why_not == "away":
        set_presence(agent, "away", now=NOON)
    elif why_not == "switched off":
        set_auto_accept(agent, False, now=NOON)
    elif why_not == "page closed":
        Agent.objects.filter(pk=agent.pk).update(seen_at=NOON - timedelta(minutes=10))
    begun = chat(world)
    assert Conversation.objects.get(pk=begun.pk).state == "waiting"


def test_coming_on_line_takes_who_waits_longest(world: World) -> None:
    begun = [chat(world, number) for number in range(3)]
    sara = there(world, "sara", capacity=2)
    states = [Conversation.objects.get(pk=one.pk).agent_id for one in begun]
    assert states == [sara.pk, sara.pk, None]
