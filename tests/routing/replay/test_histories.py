"""Replay with the documents of then is the record: histories made by dice, kept as JSON and read again. 2,000 in every run;
the long one is `HISTORIES=10000 bin/test --sqlite tests/routing/replay/test_histories.py`."""

from __future__ import annotations

import json
import os
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from pelekan.routing.assigning import assignment_from
from pelekan.routing.replay.judges import Setup, judges
from pelekan.routing.replay.retrace import Moment, retrace
from pelekan.routing.rules import routing_from
from pelekan.sla import policies
from pelekan.tickets import grids
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.words import folded

AT = datetime(2026, 11, 1, 8, tzinfo=UTC)
HISTORIES = int(os.environ.get("HISTORIES", "2000"))
TEXTS = ("بانك پول را کسر کرد", "how do I renew", "تم الدفع مرتين", "password", "")
KINDS = ("priority", "routing", "assignment", "sla")
LEVELS = {1: 1, 2: 2, 3: 2, 4: 3}


def test_replay_of_the_rules_in_force_is_the_record() -> None:
    dice = random.Random(20_261_122)
    decided: set[str] = set()
    setup = Setup()
    for number in range(HISTORIES):
        if number % 50 == 0:  # reading documents is most of the work
            setup = any_setup(dice)
        past = history(dice, setup)
        for moment in past:
            if moment.kind == "routing" and moment.outcome["rule"]:
                decided.add("routed")
            if moment.kind == "assignment" and moment.outcome["agent"]:
                decided.add("given")
            if moment.kind == "sla" and moment.outcome["policy"]:
                decided.add("promised")
        path = retrace(past, judges(setup, setup), setup.see)
        assert not path.changed and not any(step.differs for step in path.steps), number
    assert decided == {"routed", "given", "promised"}


def test_other_documents_do_decide_otherwise() -> None:
    """The dice above would see it."""
    dice = random.Random(7)
    differing = 0
    for _ in range(200):
        then, now = any_setup(dice), any_setup(dice)
        path = retrace(history(dice, then), judges(now, then), now.see)
        differing += any(step.differs for step in path.steps)
    assert differing > 100


def history(dice: random.Random, setup: Setup) -> list[Moment]:
    """What the desk decided about one ticket, as it is kept; people meddle in between."""
    facts = any_facts(dice)
    judge = judges(setup, setup)
    found = []
    for number in range(dice.randrange(1, 9)):
        if number and dice.random() < 0.3:  # somebody's own choice
            facts |= dice.choice(
                [
                    {"priority": dice.randrange(1, 5)},
                    {"category": [1]},
                    {"tags": ["vip"]},
                    {"status": "waiting"},
                ]
            )
        kind = KINDS[number % 4]
        facts["event"] = "ticket.created" if number < 4 else "ticket.registered"
        facts["by_hand"] = {"team": dice.random() < 0.1}
        kept = json.loads(json.dumps(facts))
        outcome = judge[kind].decide(facts)
        at = AT + timedelta(minutes=number)
        found.append(Moment(kind, at, kept, json.loads(json.dumps(outcome)), id=number))
        facts |= judge[kind].effects(outcome, facts)
    return found


def any_facts(dice: random.Random) -> dict[str, Any]:
    text = folded(dice.choice(TEXTS))
    team = dice.randrange(1, 5)
    return {
        "channel": dice.choice(["chat", "email"]), "inbox": dice.randrange(1, 3), "language": dice.choice(["fa", "en"]),
        "status": "new", "team": team, "tier": LEVELS[team], "assignee": None, "registered": False,
        "priority": 2, "impact": 2, "urgency": 2, "category": dice.choice([[], [3, 2, 1]]), "kind": None, "tags": [],
        "subject": text, "text": text, "customer": dice.randrange(1, 9), "organization": None,
        "importance": dice.randrange(4), "now": AT.isoformat(), "age": AT.isoformat(), "idle": AT.isoformat(),
        "waiting": AT.isoformat(), "solved_for": None, "about": None, "words": [], "asked": [], "given": {},
        "repeat": dice.randrange(3), "before": [], "need": dice.choice([None, [1, 2]]), "refused": [], "gone": [],
        "candidates": [
            {
                "agent": agent, "online": dice.random() < 0.8, "on_shift": dice.random() < 0.8, "languages": ["fa"],
                "skills": {"1": dice.randrange(1, 4)} if dice.random() < 0.5 else {}, "tickets": dice.randrange(12),
                "urgent": 0, "capacity": 10, "chats": dice.randrange(3), "last_at": None, "before": dice.random() < 0.2,
            } for agent in range(1, dice.randrange(2, 6))
        ],
    }  # fmt: skip


def any_setup(dice: random.Random) -> Setup:
    rules = [
        {
            "id": f"r{number}", "name": "r", "on": dice.choice([["created"], ["registered"], ["created", "registered"]]),
            "when": any_condition(dice), "do": any_acts(dice),
        } for number in range(dice.randrange(6))
    ]  # fmt: skip
    ways = {str(team): {"way": dice.choice(["queue", "round_robin", "least_busy"])} for team in LEVELS}
    target = {"within_minutes": 60, "clock": "elapsed", "pause": [], "steps": []}
    promised = [
        {
            "id": f"p{number}", "name": "p", "when": any_condition(dice, lasting=True), "hours": None,
            "targets": {"resolution": target},
        } for number in range(dice.randrange(4))
    ]  # fmt: skip
    lift = {"most": dice.randrange(2), "per": {"2": 1, "3": 1}}
    base = dice.randrange(0, 2)
    cells = {f"{i}-{u}": max(1, min(4, i + u - 2 + base)) for i in (1, 2, 3) for u in (1, 2, 3)}
    degrees: list[dict[str, Any]] = [{"name": {}, "text": {}}] * 3
    grid = {
        "id": "g", "name": {"en": "g"}, "when": {}, "cells": cells, "importance": lift, "impact": degrees, "urgency": degrees,
    }  # fmt: skip
    return Setup(
        grids.read({"grids": [grid]}), routing_from({"rules": rules}), assignment_from({"teams": ways}),
        policies.parse({"policies": promised, "default": None}), LEVELS, {1: [1]},
        {1: (1,), 2: (2, 3), 3: (4,)}, {"category:3": 3},
    )  # fmt: skip


def any_acts(dice: random.Random) -> list[dict[str, Any]]:
    return dice.choice([
        [{"act": "team", "team": dice.randrange(1, 5)}], [{"act": "tier", "tier": dice.randrange(1, 4)}],
        [{"act": "assess", "impact": 3, "urgency": 3}, {"act": "tag", "tag": "Urgent"}], [{"act": "stay"}],
        [{"act": "category", "category": 1}, {"act": "register"}],
    ])  # fmt: skip


def any_condition(dice: random.Random, *, lasting: bool = False) -> dict[str, Any]:
    tests: list[dict[str, Any]] = [
        {"always": True}, {"field": "priority", "is": "at_least", "value": dice.randrange(1, 5)},
        {"field": "team", "is": "one_of", "value": [dice.randrange(1, 5)]}, {"field": "category", "is": "unknown"},
        {"field": "importance", "is": "at_most", "value": dice.randrange(4)},
        {"field": "tags", "is": "one_of", "value": ["urgent"]}, {"field": "subject", "is": "has_any", "value": ["بانک"]},
        {"field": "tier", "is": "none_of", "value": [dice.randrange(1, 4)]},
    ]  # fmt: skip
    if not lasting:
        tests.append({"field": "text", "is": "has_any", "value": ["renew", "دفع"]})
    members = dice.sample(tests, dice.randrange(1, 3))
    made = dice.choice([{"all": members}, {"any": members}, {"not": {"all": members}}])
    assert ast.parse(made)
    return made
