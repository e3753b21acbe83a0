"""Many at once: nobody gets more than he has room for, no ticket is without a team, and a person's choice stays."""

from __future__ import annotations

import os
import random
import threading
from collections.abc import Callable, Iterable
from datetime import timedelta

import pytest
from django.db import connection

from pelekan.demo.world import World, build
from pelekan.people.models import Agent, Presence
from pelekan.routing import giving
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import assess, assign, escalate, release, solve, take
from pelekan.tickets.models import ChatState, Conversation, Ticket
from tests.conftest import NOON
from tests.routing.test_engine import chat, in_force, mail, move, rule
from tests.routing.test_giving import gives, there

TRIES = int(os.environ.get("RACE_TRIES", "60"))
"""1,000 when it is asked for; see docs/routing.md."""


def at_once(works: Iterable[Callable[[], object]]) -> None:
    """Do all of it beside each other; whatever any of them raises."""
    faults: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if faults:
        raise faults[0]


def sound() -> None:
    """Every ticket has a team, and one open stay where it is open work."""
    for ticket in Ticket.objects.select_related("team"):
        assert ticket.team_id and ticket.team.archived_at is None
        assert not ticket.is_open or ticket.stays.get(left_at=None).team_id == ticket.team_id


@pytest.mark.django_db(transaction=True)
def test_capacity_holds_at_once() -> None:
    world = build(NOON)
    rulebooks.forget()
    there(world, "sara", "omid", capacity=5)
    Agent.objects.filter(pk=world.agents["laila"].pk).update(presence=Presence.OFFLINE)
    gives(world, "front")

    def arrive(number: int) -> Callable[[], object]:
        return lambda: [mail(world, seconds=10 * number + one) for one in range(4)]

    at_once(arrive(number) for number in range(5))
    for key in ("sara", "omid"):
        assert Ticket.objects.filter(assignee=world.agents[key], status="open").count() == 5
    assert Ticket.objects.filter(assignee=None).count() == 10
    sound()


@pytest.mark.django_db(transaction=True)
def test_capacity_for_chats_holds_at_once() -> None:
    world = build(NOON)
    rulebooks.forget()
    for key, capacity in (("sara", 3), ("omid", 2)):
        Agent.objects.filter(pk=world.agents[key].pk).update(
            presence=Presence.ONLINE,
            seen_at=NOON + timedelta(hours=8),
            auto_accept=True,
            chat_capacity=capacity,
        )
    at_once(
        [
            lambda number=number: [chat(world, seconds=4 * number + one) for one in range(2)]
            for number in range(5)
        ]
    )
    for key, capacity in (("sara", 3), ("omid", 2)):
        assert (
            Conversation.objects.filter(agent=world.agents[key], state=ChatState.ACTIVE).count() == capacity
        )
    assert Conversation.objects.filter(state=ChatState.WAITING).count() == 5
    sound()


@pytest.mark.django_db(transaction=True)
def test_cc_04_manual_wins_over_automatic() -> None:
    """While the desk gives a ticket out, or a rule moves it, a person takes it or gives it to someone."""
    world = build(NOON)
    rulebooks.forget()
    sara, nika, laila = (world.agents[key] for key in ("sara", "nika", "laila"))
    in_force(world, "routing", rule("all", move(world, "payments"), on=("assessed",)))
    tickets = [mail(world, seconds=number) for number in range(TRIES)]
    gives(world, "front")
    there(world, "omid", capacity=2 * TRIES)
    now = NOON + timedelta(hours=1)
    wanted: dict[int, int] = {}

    def desk() -> None:
        for number, ticket in enumerate(tickets):
            if number % 3 == 0:
                assess(ticket, impact=1, urgency=1, by=None, now=now)  # the rule listens to that
            giving.give_one(ticket.pk, now)

    def people() -> None:
        for number, ticket in enumerate(tickets):
            if number % 2:
                take(ticket, by=sara, now=now)
            else:
                assign(ticket, laila, by=nika, now=now, despite="x")
            wanted[ticket.pk] = sara.pk if number % 2 else laila.pk

    at_once([desk, people])
    found = dict(Ticket.objects.values_list("pk", "assignee"))
    assert found == wanted


@pytest.mark.django_db(transaction=True)
def test_nothing_is_ever_ownerless() -> None:
    world: World = build(NOON)
    rulebooks.forget()
    there(world, "sara", "omid", "dara", capacity=3)
    gives(world, "front", "payments")
    in_force(world, "routing", rule("some", move(world, "payments"),
                                    when={"field": "text", "is": "has_any", "value": ["بانک"]}))  # fmt: skip
    tickets = [mail(world, seconds=number) for number in range(6)]
    now = NOON + timedelta(minutes=5)

    def hand(seed: int) -> Callable[[], object]:
        dice = random.Random(seed)

        def work() -> None:
            for _ in range(8):
                ticket, what = dice.choice(tickets), dice.randrange(4)
                try:
                    if what == 0:
                        release(ticket, by=dice.choice([None, world.agents["sara"]]), now=now)
                    elif what == 1:
                        team = world.teams[dice.choice(["front", "payments", "technical"])]
                        escalate(ticket, team, by=world.agents["nika"], because="x", despite="x", now=now)
                    elif what == 2:
                        take(ticket, by=world.agents["omid"], now=now)
                    else:
                        solve(ticket, by=world.agents["sara"], now=now)
                except Exception as fault:
                    if type(fault).__name__ != "NotPossible":
                        raise

        return work

    at_once(hand(seed) for seed in range(4))
    sound()
