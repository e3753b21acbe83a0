"""Drafts tried on what really happened: moves, promises, traces; and the rules in force check themselves."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.people.models import Team
from pelekan.routing.models import Diverted, Replay
from pelekan.routing.replay import work
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Decision, Event, Rulebook, Ticket
from tests.conftest import NOON

LATER = NOON + timedelta(days=1)


def rule(name: str, when: dict[str, Any], team: Team) -> dict[str, Any]:
    return {
        "id": name,
        "name": name,
        "on": ["created"],
        "when": when,
        "do": [{"act": "team", "team": team.pk}],
    }


def in_force(world: World, kind: str, body: dict[str, Any]) -> Rulebook:
    by = world.agents["arash"]
    return rulebooks.enable(rulebooks.keep(kind, body, by=by, now=NOON), by=by, now=NOON)


def draft(world: World, kind: str, body: dict[str, Any]) -> dict[str, Rulebook]:
    return {kind: rulebooks.keep(kind, body, by=world.agents["arash"], now=NOON)}


def comes(world: World, text: str, minutes: int = 1, customer: str = "mina") -> Ticket:
    inbox = world.inboxes["portal"]
    incoming = Incoming(inbox.pk, "portal", world.customers[customer].pk, text, language="fa")
    return Ticket.objects.get(pk=actions.receive(incoming, now=NOON + timedelta(minutes=minutes)).ticket_id)


def tried(world: World, drafts: dict[str, Rulebook], monkeypatch: pytest.MonkeyPatch) -> Replay:
    monkeypatch.setattr(work, "clock", lambda: LATER)
    made = work.start(drafts, NOON, LATER, by=world.agents["arash"], now=LATER)
    for _ in range(50):
        rows = due.claim(Replay, LATER)
        if not rows:
            break
        work.JOB.do(rows[0])
    made.refresh_from_db()
    assert made.state == "done", made.fault
    return made


BANK = {"field": "text", "is": "has_any", "value": ["بانک"]}
ALL = {"always": True}


def test_a_draft_of_rules_is_tried_on_what_came(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    front, payments, technical = (world.teams[key] for key in ("front", "payments", "technical"))
    in_force(world, "routing", {"rules": [rule("bank", BANK, payments)]})
    bank, other = comes(world, "بانك پول را کسر کرد"), comes(world, "چطور تمدید کنم؟", 2)
    assert (bank.team_id, other.team_id) == (payments.pk, front.pk)
    made = tried(
        world,
        draft(world, "routing", {"rules": [rule("bank", BANK, technical), rule("rest", ALL, front)]}),
        monkeypatch,
    )
    assert made.tally["moves"] == {"teams": {f"{payments.pk}>{technical.pk}": 1}}
    (line,) = Diverted.objects.filter(replay=made)
    assert line.ticket_id == bank.pk and line.changes == {"team": [payments.pk, technical.pk]}
    assert Ticket.objects.get(pk=bank.pk).team_id == payments.pk  # trying changes nothing
    assert made.tally["load"][str(technical.pk)][:2] == [0, 1]


def test_the_first_rules_of_a_desk_are_tried_on_what_was_never_asked(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments = world.teams["payments"]
    bank = comes(world, "بانك پول را کسر کرد")
    comes(world, "چطور تمدید کنم؟", 2)
    actions.escalate(
        bank, world.teams["technical"], by=world.agents["sara"], because="?", now=NOON + timedelta(hours=1)
    )
    made = tried(world, draft(world, "routing", {"rules": [rule("bank", BANK, payments)]}), monkeypatch)
    assert made.tally["moves"]["teams"] == {f"{world.teams['front'].pk}>{payments.pk}": 1}
    assert made.tally["rebuilt"] == 2


def test_another_staircase_changes_what_asks_for_the_step(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    front, payments = world.teams["front"], world.teams["payments"]
    first = {"field": "tier", "is": "one_of", "value": [1]}
    in_force(world, "routing", {"rules": [rule("first", first, payments)]})
    comes(world, "چطور تمدید کنم؟")
    made = tried(world, draft(world, "staircase", {"teams": {str(front.pk): 2}}), monkeypatch)
    assert made.tally["moves"]["teams"] == {f"{payments.pk}>{front.pk}": 1}


def test_a_staircase_that_is_put_in_force_moves_its_teams(world: World) -> None:
    payments = world.teams["payments"]
    (stairs,) = draft(world, "staircase", {"teams": {str(payments.pk): 3}}).values()
    rulebooks.enable(stairs, by=world.agents["arash"])
    assert Team.objects.get(pk=payments.pk).tier.level == 3
    with pytest.raises(rulebooks.CannotKeep):
        draft(world, "staircase", {"teams": {str(payments.pk): 9}})


def test_other_targets_are_measured_on_the_clocks_that_ran(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = comes(world, "چطور تمدید کنم؟")
    actions.reply(ticket, by=world.agents["sara"], text="…", now=NOON + timedelta(hours=2))

    def within(minutes: int) -> dict[str, Any]:
        target = {"within_minutes": minutes, "clock": "elapsed", "pause": [], "steps": []}
        policy = {
            "id": "all",
            "name": "all",
            "when": ALL,
            "hours": None,
            "targets": {"first_response": target},
        }
        return {"policies": [policy], "default": None}

    late = tried(world, draft(world, "sla", within(60)), monkeypatch)
    assert late.tally["breaches"]["first_response"] == [0, 0, 1, 1]
    fine = tried(world, draft(world, "sla", within(180)), monkeypatch)
    assert fine.tally["breaches"]["first_response"] == [0, 0, 1, 0]


def test_the_rules_in_force_reproduce_what_was_recorded(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    payments, technical = world.teams["payments"], world.teams["technical"]
    in_force(world, "routing", {"rules": [rule("bank", BANK, payments)]})
    old = comes(world, "بانك پول را کسر کرد")
    check = tried(world, {}, monkeypatch)
    assert check.tally["differing"] == {} and check.tally["moments"] >= 2
    in_force(world, "routing", {"rules": [rule("bank", BANK, technical)]})
    comes(world, "بانك پول را کسر کرد", 3)
    check = tried(world, {}, monkeypatch)
    assert check.tally["differing"] == {"version": 1}
    assert [line.ticket_id for line in Diverted.objects.filter(replay=check)] == [old.pk]
    Decision.objects.filter(kind="routing").update(outcome={"rule": "other", "do": [], "held": []})
    check = tried(world, {}, monkeypatch)
    assert check.tally["differing"] == {"unexplained": 2}


def test_it_goes_on_where_it_was_and_finds_nothing_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(world, "routing", {"rules": [rule("bank", BANK, world.teams["payments"])]})
    for number in range(7):
        comes(world, "بانك پول را کسر کرد", number)
    monkeypatch.setattr(work, "AT_ONCE", 2)
    monkeypatch.setattr(work, "clock", lambda: LATER)
    drafts = draft(world, "routing", {"rules": [rule("bank", BANK, world.teams["technical"])]})
    made = work.start(drafts, NOON, LATER, by=world.agents["arash"], now=LATER)
    (row,) = due.claim(Replay, LATER)
    work.JOB.do(row)
    with pytest.raises(due.LeaseLost):  # a worker that was given up comes back with the same tickets
        work.JOB.do(row)
    for _ in range(10):
        for again in due.claim(Replay, LATER):
            work.JOB.do(again)
    made.refresh_from_db()
    assert (made.state, made.done, made.tally["tickets"], made.tally["changed"]) == ("done", 7, 7, 7)
    assert Diverted.objects.filter(replay=made).count() == 7


def test_s12_only_admins_try_rules(world: World) -> None:
    with pytest.raises(PermissionError):
        work.start({}, NOON, LATER, by=world.agents["nika"], now=LATER)
    assert not Event.objects.filter(name="replay.started").exists()
