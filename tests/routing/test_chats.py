"""Who gets a chat, as a table; and that it comes by itself only to those who are there and have room."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.demo.world import World
from pelekan.people.models import Agent, AgentSkill, Skill
from pelekan.routing import trace
from pelekan.routing.assigning import Given, assignment_from, choose
from pelekan.tickets.actions import end_chat, receive, set_auto_accept, set_presence
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, Conversation
from pelekan.tickets.rulebooks.models import Decision
from tests.conftest import NOON

EARLY, LATE = NOON - timedelta(hours=1), NOON


def one(
    agent: int, chats: int = 0, capacity: int = 4, last_at: datetime | None = None, **more: Any
) -> dict[str, Any]:
    last = last_at.isoformat() if last_at else None
    return {"agent": agent, "online": True, "languages": ["fa"], "skills": {}, "chats": chats, "capacity": capacity,
            "last_at": last, **more}  # fmt: skip


def asked(*candidates: dict[str, Any], way: Any = None, **facts: Any) -> Given:
    document = assignment_from({"teams": {"3": way} if way else {}})
    return choose(
        document, {"chat": True, "team": 3, "language": "fa", "need": None, "candidates": candidates, **facts}
    )


@pytest.mark.parametrize(
    ("hands", "chosen"),
    [
        ([], None),
        ([one(1, 4, 4)], None),
        ([one(1, 0, 0)], None),
        ([one(1, 2, 4), one(2, 1, 4)], 2),
        ([one(1, 1, 4, LATE), one(2, 1, 4, EARLY)], 2),
        ([one(1, 1, 4, EARLY), one(2, 1, 4, None)], 2),
        ([one(2, 1, 4), one(1, 1, 4)], 1),
        ([one(1, 0, 0), one(2, 3, 4)], 2),
        ([one(1, 0, languages=["en"]), one(2, 3)], 2),
        ([one(1, 0, languages=["en"]), one(2, 4)], 1),  # who speaks it is full: nobody waits for him
        ([one(1, 0, languages=["en"]), one(2, online=False)], 1),
    ],
)
def test_least_busy_who_speaks_the_language(hands: list[dict[str, Any]], chosen: int | None) -> None:
    assert asked(*hands).agent == chosen


def test_the_skill_is_needed_unless_the_team_does_not_ask_for_it() -> None:
    bank = {"need": [7, 2]}
    assert asked(one(1), one(2, 3, skills={"7": 2}), **bank).agent == 2
    assert asked(one(1, skills={"7": 3}), one(2, skills={"7": 2}), **bank).agent == 2, "the expert stays free"
    assert asked(one(1), one(2, skills={"7": 1}), **bank).agent is None
    assert asked(one(1), way={"way": "queue", "skills": False}, **bank).agent == 1
    assert asked(one(1, languages=["en"]), one(2, 1), way={"way": "queue", "languages": False}).agent == 1
    assert asked(one(1, skills={"7": 2}), needs=[[7, 2], [8, 1]], **bank).agent is None


people = st.lists(
    st.builds(
        one, st.integers(1, 50), st.integers(0, 5), st.integers(0, 5), online=st.booleans(),
        languages=st.lists(st.sampled_from(["fa", "ar", "en"]), unique=True),
        skills=st.dictionaries(st.sampled_from(["7", "8"]), st.integers(1, 3)),
    ),
    max_size=6, unique_by=lambda found: found["agent"],
)  # fmt: skip


@given(people, st.sampled_from([None, [7, 2], [8, 1]]), st.data())
def test_no_chat_beyond_capacity_or_skill(found: list[Any], need: Any, data: Any) -> None:
    given_ = asked(*found, need=need)
    can = [who for who in found if who["online"] and who["chats"] < who["capacity"]]
    can = [who for who in can if need is None or who["skills"].get(str(need[0]), 0) >= need[1]]
    assert (given_.agent is None) == (not can)
    if given_.agent is not None:
        chosen = next(who for who in can if who["agent"] == given_.agent)
        assert "fa" in chosen["languages"] or not any("fa" in who["languages"] for who in can)
        assert given_.because
    assert asked(*data.draw(st.permutations(found)), need=need) == given_


def chat(world: World, after: int = 0, **more: Any) -> Conversation:
    message = receive(
        Incoming(world.inboxes["shop"].pk, "chat", world.customers["mina"].pk, f"سلام {after}", **more),
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


def test_by_language_and_skill_and_written_down(world: World) -> None:
    sara, omid = there(world, "sara"), there(world, "omid")
    Agent.objects.filter(pk=sara.pk).update(languages=["en"])
    first = Conversation.objects.get(pk=chat(world).pk)
    assert first.agent_id == omid.pk, "he speaks it, though both are free"
    bank = Skill.objects.create(name="بانک")
    AgentSkill.objects.create(agent=sara, skill=bank, level=2)
    Category.objects.filter(pk=world.categories["bank"].pk).update(skill=bank, skill_level=2)
    second = Conversation.objects.get(pk=chat(world, 1, category_id=world.categories["bank"].pk).pk)
    assert second.agent_id == sara.pk, "he can't do it"
    for one_ in Decision.objects.filter(kind="assignment"):
        assert (
            one_.facts["chat"] and choose(assignment_from({"teams": {}}), one_.facts).outcome == one_.outcome
        )
    told = trace.of(second.ticket_id)[-1]
    assert (told["way"], told["agent"]["name"], told["because"]) == (
        "chat",
        sara.name,
        ["skilled", "only_one"],
    )
    assert {who["agent"]: who["barred"] for who in told["candidates"]} == {sara.pk: "", omid.pk: "skill"}


def test_nobody_fits_it_waits_and_what_fits_is_not_kept_waiting(world: World) -> None:
    sara = there(world, "sara", capacity=1)
    begun = [chat(world, number) for number in range(3)]
    bank = Skill.objects.create(name="بانک")
    Category.objects.filter(pk=world.categories["bank"].pk).update(skill=bank, skill_level=2)
    begun[1].ticket.category = world.categories["bank"]
    begun[1].ticket.save()
    end_chat(begun[0], by=sara, now=NOON + timedelta(seconds=9))
    held = [Conversation.objects.get(pk=one_.pk).agent_id for one_ in begun]
    assert held == [sara.pk, None, sara.pk]
    assert Decision.objects.filter(ticket=begun[1].ticket_id, kind="assignment").count() == 1, (
        "looking again is no decision"
    )
