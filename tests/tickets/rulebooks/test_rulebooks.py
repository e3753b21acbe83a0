"""Versions of a rule set: drafts, one in force, scheduled ones, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.text import isolate
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.bell import posting, reading
from pelekan.tickets.bell import rules as bell_rules
from pelekan.tickets.events import action
from pelekan.tickets.grids import default_body
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Decision, Event, Rulebook
from pelekan.tickets.rulebooks import deciding, keeping
from tests.conftest import NOON


def rules(number: int) -> dict[str, Any]:
    rule = {
        "id": f"r{number}",
        "name": "R",
        "on": ["created"],
        "when": {"always": True},
        "do": [{"act": "stay"}],
    }
    return {"rules": [rule]}


def test_one_version_is_in_force_and_every_one_stays(world: World) -> None:
    arash = world.agents["arash"]
    first = rulebooks.enable(rulebooks.keep("routing", rules(1), by=arash, now=NOON), by=arash, now=NOON)
    second = rulebooks.keep("routing", rules(2), by=arash, note="two")
    assert rulebooks.in_force()["routing"].body == rules(1)
    rulebooks.enable(second, by=arash)
    assert rulebooks.in_force()["routing"].body == rules(2)
    first.refresh_from_db()
    assert first.state == "past" and [book.number for book in Rulebook.objects.filter(kind="routing")] == [
        2,
        1,
    ]
    back = rulebooks.revert(first, by=arash)
    assert (back.number, back.body, back.came_from_id) == (3, rules(1), first.pk)
    with pytest.raises(ValueError):
        rulebooks.keep("routing", rules(9), by=arash, draft=back)  # what was in force is never changed
    said = Event.objects.filter(name="rulebook.enabled").values_list(
        "data__number", "data__before", "agent_id"
    )
    assert [row[0] for row in said] == [1, 2, 3] and said[1][1] == first.pk and said[2][2] == arash.pk


def test_s12_only_admins_change_rules(world: World) -> None:
    draft = rulebooks.keep("routing", {"rules": []}, by=world.agents["arash"])
    for key in ("nika", "sara"):
        for attempt in (
            lambda by: rulebooks.keep("routing", {}, by=by),
            lambda by: rulebooks.enable(draft, by=by),
            lambda by: rulebooks.schedule(draft, NOON, by=by),
            lambda by: rulebooks.discard(draft, by=by),
            lambda by: rulebooks.revert(draft, by=by),
        ):
            with pytest.raises(PermissionError):
                attempt(world.agents[key])


def test_a_scheduled_version_comes_into_force_at_its_moment(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arash = world.agents["arash"]
    draft = rulebooks.keep("sla", {"policies": []}, by=arash, now=NOON)
    rulebooks.schedule(draft, NOON + timedelta(hours=2), by=arash, now=NOON)
    assert not due.claim(Rulebook, NOON + timedelta(hours=1))
    later = NOON + timedelta(hours=5)  # the desk was down at the moment itself
    monkeypatch.setattr(keeping, "clock", lambda: later)
    (row,) = due.claim(Rulebook, later)
    keeping.JOB.do(row)
    draft.refresh_from_db()
    assert draft.state == "active" and draft.enabled_at == NOON + timedelta(hours=2)


def _check(body: Mapping[str, Any]) -> list[rulebooks.Fault]:
    return [rulebooks.Fault(("rules", 0), "Not so.")] if body.get("bad") else []


def test_a_bad_document_is_neither_kept_nor_put_in_force(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arash = world.agents["arash"]
    monkeypatch.setitem(rulebooks.CHECKS, "routing", f"{__name__}._check")
    monkeypatch.setattr(keeping, "import_string", lambda path: _check)
    with pytest.raises(rulebooks.CannotKeep) as refused:
        rulebooks.keep("routing", {"bad": True}, by=arash)
    assert refused.value.faults[0].where == ("rules", 0)
    draft = rulebooks.keep("routing", {"bad": False}, by=arash)
    Rulebook.objects.filter(pk=draft.pk).update(body={"bad": True})  # what it names is gone since
    with pytest.raises(rulebooks.CannotKeep):
        rulebooks.enable(draft, by=arash)
    assert "routing" not in rulebooks.in_force()


def test_a_scheduled_draft_that_is_refused_rings_for_the_admins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    arash, sara = world.agents["arash"], world.agents["sara"]
    gone = {"rules": [{**rules(1)["rules"][0], "on": ["gone"]}]}
    draft = rulebooks.keep("routing", rules(1), by=arash, now=NOON)
    rulebooks.schedule(draft, NOON + timedelta(hours=2), by=arash, now=NOON)
    Rulebook.objects.filter(pk=draft.pk).update(body=gone)
    later = NOON + timedelta(hours=2)
    monkeypatch.setattr(keeping, "clock", lambda: later)
    (row,) = due.claim(Rulebook, later)
    keeping.JOB.do(row)
    (line,), _more = reading.lines(arash)
    (fault,) = Event.objects.get(name="rulebook.refused").data["faults"]
    assert (
        line.kind == "refused" and isolate(fault) in line.text and posting.address(line).endswith("/rules/")
    )
    assert "mail" in bell_rules.ways("refused", {}) and reading.unread(sara) == 0
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_what_is_in_force_costs_a_change_one_small_statement(world: World) -> None:
    arash = world.agents["arash"]
    for kind, body in (("routing", {"rules": []}), ("sla", {"rules": []}), ("priority", default_body())):
        rulebooks.enable(rulebooks.keep(kind, body, by=arash), by=arash)
    rulebooks.in_force()

    @action
    def twice() -> None:
        rulebooks.in_force()
        rulebooks.in_force()

    with CaptureQueriesContext(
        connection,
    ) as asked:
        twice()
    assert len([one for one in asked if "rulebook" in one["sql"]]) == 1


def test_a_draft_that_is_read_before_it_changes_is_not_remembered(world: World) -> None:
    arash = world.agents["arash"]
    draft = rulebooks.keep("routing", rules(1), by=arash)
    assert rulebooks.books.book(draft.pk).body == rules(1)
    rulebooks.enable(rulebooks.keep("routing", rules(2), by=arash, draft=draft), by=arash)
    assert rulebooks.in_force()["routing"].body == rules(2)


def test_old_decisions_are_forgotten_some_at_a_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    line = actions.receive(
        Incoming(world.inboxes["portal"].pk, "portal", world.customers["mina"].pk, "?"), now=NOON
    )
    Decision.objects.all().delete()
    for days in (500, 450, 420, 399):
        at = NOON - timedelta(days=days)
        rulebooks.decide(line.ticket, "routing", book=None, facts={}, outcome={}, now=at)
    monkeypatch.setattr(deciding, "AT_ONCE", 2)
    assert [deciding.forget_old(NOON) for _ in range(3)] == [2, 1, 0]
    assert [row.at for row in Decision.objects.all()] == [NOON - timedelta(days=399)]
