"""Running targets under other service levels: in the background, in batches, without a storm of mails."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.sla import presets, reading
from pelekan.sla.models import BusinessHours, Replan, Timer
from pelekan.sla.timers import replan
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.actions import receive
from pelekan.tickets.models import Bell, Call, Event, Ticket
from tests.sla.clocks import MORNING, again, ask, at, enable, policy, run, timer
from tests.tickets.test_actions import mail


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    rulebooks.forget()
    yield
    rulebooks.forget()


def plan_all(now: Any) -> int:
    """Work through what is to be planned anew; how many batches it took."""
    number = 0
    while rows := due.claim(Replan, now, 1, replan.JOB.lease):
        for row in rows:
            replan.batch(row, now)
            number += 1
    return number


def both(urgent: int, rest: int) -> dict[str, Any]:
    high = {"field": "priority", "is": "at_least", "value": 4}
    return {
        "policies": [policy("urgent", high, urgent), policy("rest", {"always": True}, rest)],
        "default": None,
    }


def test_what_runs_comes_under_the_new_levels(world: World) -> None:
    enable(both(60, 240))
    plan_all(MORNING)
    tickets = [ask(world, text=f"Question {number}") for number in range(3)]
    actions.assess(tickets[0], impact=3, urgency=3, by=world.agents["sara"], now=MORNING)
    enable(both(30, 480), now=at(1))
    assert reading.replanning()["running"], "people see that it is on its way"
    assert timer(tickets[1], "first_response").target_minutes == 240, "nobody waits for it"
    plan_all(at(1))
    urgent, rest = timer(tickets[0], "first_response"), timer(tickets[1], "first_response")
    assert (urgent.target_minutes, rest.target_minutes) == (30, 480)
    assert [old["minutes"] for old in rest.history] == [240]
    assert again(tickets[1]).next_due_at == rest.breach_at == MORNING + timedelta(minutes=480)
    assert urgent.breached_at == at(1) and again(tickets[0]).alarm == 2, "late from now on, not from before"
    told = reading.replanning()
    assert told is not None and (told["done"], told["total"], told["changed"], told["percent"]) == (
        3,
        3,
        3,
        100,
    )


def test_targets_of_older_tickets_follow_from_their_log(world: World) -> None:
    """Tickets from before there were any service levels: their waiting counts as it was."""
    sara = world.agents["sara"]
    ticket = ask(world)
    actions.reply(ticket, by=sara, text="Which order?", now=MORNING + timedelta(minutes=30))
    actions.wait(ticket, by=sara, now=MORNING + timedelta(minutes=30))
    talk = ticket.conversations.get()
    receive(mail(world, "This one", conversation_id=talk.pk), now=MORNING + timedelta(minutes=90))
    fresh = ask(world, text="Another")
    enable(presets.document_348(), now=MORNING + timedelta(minutes=120))
    plan_all(MORNING + timedelta(minutes=120))
    solution = timer(ticket, "resolution")
    assert (solution.state, solution.spent) == ("running", timedelta(minutes=60)), (
        "an hour of waiting does not count"
    )
    assert timer(ticket, "next_response").started_at == MORNING + timedelta(minutes=90)
    assert timer(fresh, "first_response").spent == timedelta(minutes=120)


def test_no_storm_when_levels_come_into_force(world: World) -> None:
    tickets = [ask(world, text=f"Question {number}") for number in range(4)]
    late = MORNING + timedelta(days=2)
    enable(presets.document_348(), now=late)
    plan_all(late)
    run(late)
    assert not Bell.objects.filter(kind="due").exists() and not Call.objects.exists()
    assert {again(one).alarm for one in tickets} == {3}
    assert {one["skipped"] for one in timer(tickets[0], "first_response").done.values()} == {"passed"}


def test_it_goes_on_where_it_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replan, "BATCH", 2)
    tickets = [ask(world, text=f"Question {number}") for number in range(5)]
    enable(both(30, 480))
    assert plan_all(MORNING) == 3
    assert Timer.objects.filter(target="first_response").count() == len(tickets)
    enable(both(30, 60), now=at(0.5))
    (row,) = due.claim(Replan, at(0.5), 1, replan.JOB.lease)
    replan.batch(row, at(0.5))
    assert Timer.objects.filter(target_minutes=60).count() == 2
    enable(both(30, 90), now=at(1))
    assert Replan.objects.filter(finished_at=None).count() == 1, "the newest does it all"
    plan_all(at(1))
    assert set(Timer.objects.values_list("target_minutes", flat=True)) == {90}


def test_a_target_that_is_no_more_ends(world: World) -> None:
    enable(both(30, 480))
    ticket = ask(world)
    enable({"policies": [], "default": None}, now=at(1))
    plan_all(at(1))
    assert timer(ticket, "first_response").state == "cancelled"
    assert (again(ticket).alarm, again(ticket).next_due_at) == (0, None)


def test_other_business_hours_move_what_is_due(world: World) -> None:
    hours = BusinessHours.objects.create(name="Mornings", zone="Asia/Tehran", week=[[["09:00", "12:00"]]] * 7)
    body = presets.document_348()
    body["policies"][0]["hours"] = hours.pk
    enable(body)
    ticket = ask(world)
    assert timer(ticket, "resolution").breach_at == MORNING + timedelta(days=2, hours=2)
    hours.week = [[["09:00", "18:00"]]] * 7
    hours.changed_at = at(1)
    hours.save()
    _changed(at(1), hours.pk)
    plan_all(at(1))
    assert timer(ticket, "resolution").breach_at == MORNING + timedelta(hours=8)
    assert timer(ticket, "resolution").history == [], "the target is the same"
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == MORNING + timedelta(hours=3)


def _changed(now: Any, pk: int) -> None:
    from pelekan.tickets.events import action, record

    action(lambda: record("hours.changed", at=now, hours=pk))()


def test_open_lists_hear_of_it_once_a_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """One poke for all tickets of a batch, to those who see their steps; none where nothing looks different."""
    monkeypatch.setattr(replan, "BATCH", 3)
    for number in range(5):
        ask(world, text=f"Question {number}")
    said = Event.objects.filter(name__startswith="timer")
    enable(both(30, 480), now=at(1))
    plan_all(at(1))
    topics = said.order_by("id").values_list("name", "topics")
    assert list(topics) == [("timers.replanned", f"desk tier:{world.tiers[1].pk}")] * 2
    said.delete()
    enable(both(30, 480), now=at(2))
    plan_all(at(2))
    assert set(said.values_list("topics", flat=True)) == {""}
