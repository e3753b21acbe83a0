"""Tickets are given to those who are there, can do it and have room; nobody loses one, and nobody is overrun."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.people.models import Agent, AgentSkill, Presence, Skill
from pelekan.routing import giving, trace
from pelekan.routing.assigning import assignment_from, choose
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import assign, escalate, release, set_causes, set_presence, solve, take
from pelekan.tickets.models import Bell, Category, Ticket
from pelekan.tickets.rulebooks.models import Decision
from tests.conftest import NOON
from tests.routing.test_engine import chat, in_force, mail, move, rule

WAY = {"way": "least_busy", "languages": False, "sticky": False}


def gives(world: World, *teams: str, **more: Any) -> None:
    body = {"teams": {str(world.teams[key].pk): {**WAY, **more} for key in teams}}
    rulebooks.enable(
        rulebooks.keep("assignment", body, by=world.agents["arash"], now=NOON), by=world.agents["arash"]
    )


def there(world: World, *keys: str, capacity: int = 20) -> None:
    for key in keys:
        Agent.objects.filter(pk=world.agents[key].pk).update(
            presence=Presence.ONLINE, seen_at=NOON + timedelta(hours=8), ticket_capacity=capacity
        )


def test_whoever_has_least_gets_it(world: World) -> None:
    there(world, "sara", "omid")
    gives(world, "front")
    got = [mail(world, seconds=number).assignee for number in range(4)]
    assert sorted(one.pk for one in got) == sorted([world.agents["sara"].pk, world.agents["omid"].pk] * 2)
    ticket = Ticket.objects.latest("id")
    assert ticket.status == "open"
    assert ticket.events.get(name="ticket.assigned").because == "given: least_busy"
    assert ticket.events.get(name="ticket.assigned").agent is None


def test_what_was_written_down_chooses_the_same_again(world: World) -> None:
    there(world, "sara", "omid", capacity=2)
    gives(world, "front", way="round_robin")
    for number in range(6):
        mail(world, seconds=number)
    decisions = Decision.objects.filter(kind="assignment")
    assert decisions.count() == 6
    for one in decisions:
        assert choose(assignment_from(one.book.body), one.facts).outcome == one.outcome


def test_nobody_beyond_his_capacity_and_managers_are_told(world: World) -> None:
    there(world, "sara", capacity=2)
    gives(world, "front")
    tickets = [mail(world, seconds=number) for number in range(4)]
    assert [one.assignee_id for one in tickets] == [world.agents["sara"].pk] * 2 + [None] * 2
    assert tickets[3].team == world.teams["front"]
    assert Bell.objects.filter(agent=world.agents["nika"], kind="nobody").count() == 2
    solve(tickets[0], by=world.agents["sara"], now=NOON + timedelta(minutes=1))
    assert (
        Ticket.objects.filter(assignee=world.agents["sara"]).count() == 3
    )  # the solved one, and two at work
    assert Ticket.objects.get(pk=tickets[2].pk).assignee == world.agents["sara"], "the longer wait goes first"


def test_who_comes_gets_what_waits(world: World) -> None:
    gives(world, "front")
    ticket = mail(world)
    assert ticket.assignee is None
    set_presence(world.agents["omid"], "online", now=NOON + timedelta(minutes=1))
    ticket.refresh_from_db()
    assert ticket.assignee == world.agents["omid"]


def test_hours_that_begin_are_no_event(world: World) -> None:
    there(world, "sara")
    week = [[["13:00", "17:00"]]] * 7
    Agent.objects.filter(pk=world.agents["sara"].pk).update(
        shift={"zone": "Asia/Tehran", "week": week, "closed": [], "special": {}}
    )
    gives(world, "front")
    ticket = mail(world)  # noon in Tehran
    giving.serve_all(NOON + timedelta(minutes=30))
    ticket.refresh_from_db()
    assert ticket.assignee is None
    before = Decision.objects.count()
    giving.serve_all(NOON + timedelta(minutes=31))
    assert Decision.objects.count() == before, "looking again is no decision"
    giving.serve_all(NOON + timedelta(hours=2))
    ticket.refresh_from_db()
    assert ticket.assignee == world.agents["sara"]


def test_the_skill_that_its_category_needs(world: World) -> None:
    there(world, "sara", "omid")
    refunds = Skill.objects.create(name="استرداد")
    Category.objects.filter(pk=world.categories["bank"].pk).update(skill=refunds, skill_level=2)
    AgentSkill.objects.create(agent=world.agents["omid"], skill=refunds, level=2)
    gives(world, "front")
    got = [mail(world, seconds=n, category_id=world.categories["gateway"].pk).assignee for n in range(2)]
    assert got == [world.agents["omid"]] * 2, "asked for by the category above"
    AgentSkill.objects.update(level=1)
    assert mail(world, seconds=5, category_id=world.categories["gateway"].pk).assignee is None


def test_the_skills_that_further_causes_need(world: World) -> None:
    there(world, "sara", "omid")
    bank, kurdish = Skill.objects.create(name="بانک"), Skill.objects.create(name="کردی")
    Category.objects.filter(pk=world.categories["bank"].pk).update(skill=bank, skill_level=2)
    cause = Category.objects.create(name="زبان", skill=kurdish, skill_level=1)
    for key, skill in (("sara", bank), ("omid", bank), ("omid", kurdish)):
        AgentSkill.objects.create(agent=world.agents[key], skill=skill, level=2)
    ticket = mail(world, category_id=world.categories["bank"].pk)
    set_causes(ticket, [cause], by=None, now=NOON)
    gives(world, "front")
    giving.give_one(ticket.pk, NOON + timedelta(minutes=1))
    ticket.refresh_from_db()
    assert ticket.assignee == world.agents["omid"]
    one = Decision.objects.get(kind="assignment")
    assert one.facts["needs"] == [[bank.pk, 2], [kurdish.pk, 1]]
    assert choose(assignment_from(one.book.body), one.facts).outcome == one.outcome
    without = {
        **one.facts,
        "candidates": [c for c in one.facts["candidates"] if c["agent"] != ticket.assignee_id],
    }
    assert choose(assignment_from(one.book.body), without).agent is None
    assert trace.of(ticket.pk)[-1]["needs"] == one.facts["needs"]


def test_whoever_knows_the_customer(world: World) -> None:
    there(world, "sara", "omid")
    gives(world, "front", sticky=True)
    first = mail(world)
    assign(first, world.agents["omid"], by=world.agents["nika"], now=NOON)
    second = mail(world, seconds=60)
    assert second.assignee == world.agents["omid"]
    assert "knows_customer" in second.events.get(name="ticket.assigned").because


def test_routed_first_and_given_there(world: World) -> None:
    there(world, "sara", "dara")
    gives(world, "front", "payments")
    in_force(world, "routing", rule("bank", move(world, "payments"), on=("registered",)))
    ticket = mail(world)
    assert (ticket.team, ticket.assignee) == (world.teams["payments"], world.agents["dara"])
    assert ticket.events.filter(name="ticket.assigned").count() == 1


def test_put_back_by_a_person_it_waits_taken_by_the_desk_another_gets_it(world: World) -> None:
    there(world, "sara", "omid")
    gives(world, "front")
    ticket = mail(world)
    owner = ticket.assignee
    ticket = release(ticket, by=None, now=NOON)
    assert ticket.assignee is not None and ticket.assignee != owner
    ticket = release(ticket, by=ticket.assignee, now=NOON)
    giving.serve_all(NOON)
    ticket.refresh_from_db()
    assert ticket.assignee is None


def test_escalated_it_is_given_in_the_new_team(world: World) -> None:
    there(world, "dara")
    gives(world, "payments")
    ticket = escalate(mail(world), world.teams["payments"], by=world.agents["sara"], because="بانک", now=NOON)
    assert ticket.assignee == world.agents["dara"]
    assert ticket.team == world.teams["payments"]


def test_a_waiting_chat_goes_its_own_way(world: World) -> None:
    there(world, "sara")
    gives(world, "front")
    assert Ticket.objects.get(pk=chat(world).ticket_id).assignee is None


@pytest.mark.parametrize("first", ["person", "desk"])
def test_cc_04_a_person_wins(world: World, first: str) -> None:
    there(world, "omid")
    sara = world.agents["sara"]
    if first == "desk":
        gives(world, "front")
        ticket = mail(world)
        assert ticket.assignee == world.agents["omid"]
        ticket = take(ticket, by=sara, now=NOON)
    else:
        ticket = take(mail(world), by=sara, now=NOON)
        gives(world, "front")
        giving.serve_all(NOON)
        ticket.refresh_from_db()
    assert ticket.assignee == sara
