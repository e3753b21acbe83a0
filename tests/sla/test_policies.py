"""Which promise holds, from when on, and what ends it."""

from __future__ import annotations

import json

import pytest

from pelekan.demo.world import World
from pelekan.sla import presets
from pelekan.sla.models import Timer
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.models import Event, Ticket
from tests.sla.clocks import MORNING, URGENT, again, ask, at, enable, minutes, policy, timer


def test_a_change_of_priority_changes_the_target_and_keeps_the_old_one(world: World) -> None:
    enable(
        {"policies": [policy("urgent", URGENT, 30), policy("all", {"always": True}, 240)], "default": None}
    )
    ticket = ask(world)
    assert timer(ticket, "first_response").policy == "all"
    ticket = actions.assess(ticket, impact=3, urgency=3, by=world.agents["sara"], now=MORNING + minutes(60))
    clock = timer(ticket, "first_response")
    assert (clock.policy, clock.target_minutes) == ("urgent", 30)
    assert clock.breached_at == MORNING + minutes(60), "nobody could know it earlier"
    (old,) = clock.history
    assert (old["policy"], old["minutes"], old["due_at"]) == (
        "all",
        240,
        (MORNING + minutes(240)).isoformat(),
    )
    (event,) = Event.objects.filter(ticket=ticket, name="timer.replanned")
    assert (event.data["minutes_before"], event.data["minutes"]) == (240, 30)
    decisions = [one.outcome["policy"] for one in ticket.decisions.filter(kind="sla").order_by("pk")]
    assert decisions == ["all", "urgent"]
    actions.assess(ticket, impact=1, urgency=1, by=world.agents["sara"], now=MORNING + minutes(70))
    calm = timer(ticket, "first_response")
    assert (calm.policy, calm.breached_at, calm.breach_at) == ("all", None, MORNING + minutes(240))
    assert again(ticket).alarm == 0


def test_sl_09_the_order_decides_and_a_blank_condition_never(world: World) -> None:
    with pytest.raises(rulebooks.CannotKeep):
        enable({"policies": [policy("blank", {}, 30)], "default": None})
    with pytest.raises(rulebooks.CannotKeep):
        enable({"policies": [policy("blank", {"all": []}, 30)], "default": None})
    both = [policy("first", {"always": True}, 30), policy("second", {"always": True}, 60)]
    enable({"policies": both, "default": "second"})
    assert timer(ask(world), "first_response").policy == "first"
    narrow = [policy("urgent", URGENT, 30), policy("rest", URGENT, 60)]
    enable({"policies": narrow, "default": "rest"})
    assert timer(ask(world, customer_id=world.customers["mina"].pk), "first_response").policy == "rest"
    enable({"policies": narrow, "default": None})
    ticket = ask(world, customer_id=world.customers["kaveh"].pk)
    assert not Timer.objects.filter(ticket=ticket).exists()


def test_acceptance_runs_until_someone_takes_it(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket = ask(world)
    sara, dara = world.agents["sara"], world.agents["dara"]
    actions.escalate(ticket, world.teams["payments"], by=sara, because="the bank", now=MORNING + minutes(10))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(40)
    actions.take(ticket, by=dara, now=MORNING + minutes(20))
    assert timer(ticket, "acceptance").state == "met"


def test_what_comes_back_to_who_sent_it_waits_for_nobody(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket, sara, dara = ask(world), world.agents["sara"], world.agents["dara"]
    actions.escalate(ticket, world.teams["payments"], by=sara, because="bank", now=MORNING + minutes(10))
    actions.send_back(ticket, by=dara, because="which order?", now=MORNING + minutes(15))
    assert timer(ticket, "acceptance").state == "cancelled"
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 1


def test_within_a_team_a_colleague_accepts_too(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket, sara, omid = ask(world), world.agents["sara"], world.agents["omid"]
    actions.entrust(ticket, omid, by=sara, now=MORNING + minutes(10))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(40)
    actions.accept(ticket, by=omid, now=MORNING + minutes(20))
    assert timer(ticket, "acceptance").state == "met"
    actions.hand_over(ticket, sara, by=omid, because="end of shift", now=MORNING + minutes(25))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(55)
    actions.send_back(ticket, by=sara, because="no time", now=MORNING + minutes(30))
    assert timer(ticket, "acceptance").state == "cancelled"
    assert (again(ticket).assignee, again(ticket).handed_at) == (omid, None)
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 2
    actions.assign(ticket, sara, by=sara, now=MORNING + minutes(35))  # what one takes, one has accepted
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 2


def test_joined_tickets_leave_their_clocks(preset: World) -> None:
    one, other = ask(preset), ask(preset, now=at(1), subject="Another")
    actions.join(other, one, by=preset.agents["sara"], now=at(1.5))
    assert not Timer.objects.filter(ticket=other, state__in=["running", "paused"]).exists()
    assert timer(one, "first_response").state == "running"
    actions.unjoin(other, by=preset.agents["sara"], now=at(2))
    assert {row.state for row in Timer.objects.filter(ticket=other, ended_at=None)} == {"running"}
    assert timer(other, "resolution").breach_at is not None


def test_the_urgent_overcharge_stands_above_the_holiday_question(preset: World) -> None:
    holiday = ask(preset, now=MORNING, subject="Are you open on the holiday?")
    actions.assess(holiday, impact=1, urgency=1, by=preset.agents["sara"], now=MORNING)
    charged = ask(preset, now=MORNING + minutes(50), customer_id=preset.customers["mina"].pk)
    actions.assess(charged, impact=3, urgency=3, by=preset.agents["sara"], now=MORNING + minutes(51))
    assert [row.pk for row in Ticket.objects.order_by("rank_at")] == [charged.pk, holiday.pk]


def test_every_document_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(presets.document_348())) == presets.document_348()
