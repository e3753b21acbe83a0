"""What the linter says is true, and the oddities that it is made for are found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pelekan.demo.world import World
from pelekan.people.models import Team
from pelekan.routing import lint, lint_words, trace
from pelekan.routing.implying import contradict, implies, never
from pelekan.tickets.actions import escalate
from pelekan.tickets.conditions import ast
from tests.conftest import NOON
from tests.routing.test_engine import BANK, in_force, mail, move, rule

tests = st.one_of(
    st.builds(lambda ask, value: {"field": "channel", "is": ask, "value": value},
              st.sampled_from(["one_of", "none_of"]),
              st.lists(st.sampled_from(["chat", "email", "sms"]), min_size=1, max_size=2, unique=True)),
    st.builds(lambda ask, value: {"field": "priority", "is": ask, "value": value},
              st.sampled_from(["at_least", "at_most", "equals"]), st.integers(1, 4)),
    st.builds(lambda ask, value: {"field": "tags", "is": ask, "value": value},
              st.sampled_from(["one_of", "none_of", "all_of"]),
              st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=2, unique=True)),
    st.builds(lambda ask, value: {"field": "text", "is": ask, "value": value},
              st.sampled_from(["has_any", "has_all", "has_none"]),
              st.lists(st.sampled_from(["بانک", "پول", "bank"]), min_size=1, max_size=2, unique=True)),
    st.sampled_from([{"field": name, "is": ask} for name, asks in
                     (("registered", ("yes", "no")), ("tags", ("known", "unknown")),
                      ("assignee", ("known", "unknown"))) for ask in asks]),
    st.just({"field": "assignee", "is": "one_of", "value": [1, 2]}),
    st.just({"always": True}),
)  # fmt: skip
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"any": found}),
        inner.map(lambda found: {"not": found}),
    ),
    max_leaves=5,
).map(ast.parse)
facts = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(["chat", "email", "sms"]), "priority": st.integers(1, 4),
        "tags": st.lists(st.sampled_from(["a", "b", "c"]), unique=True), "registered": st.booleans(),
        "assignee": st.sampled_from([None, 1, 2, 3]),
        "text": st.sampled_from(["", " بانک ", " پول bank ", " بانک پول bank "]),
    }
)  # fmt: skip


@settings(max_examples=400)
@given(conditions, conditions, st.lists(facts, min_size=4, max_size=8))
def test_what_is_claimed_of_two_conditions_is_true(a: Any, b: Any, seen: list[dict[str, Any]]) -> None:
    says, excludes, empty = implies(a, b), contradict(a, b), never(a)
    for one in seen:
        first, second = ast.holds(a, one), ast.holds(b, one)
        assert not (says and first and not second)
        assert not (excludes and first and second)
        assert not (empty and first)


def when(field: str, ask: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "is": ask} | ({} if value is None else {"value": value})


@pytest.mark.parametrize(
    ("a", "b", "true"),
    [
        (when("priority", "at_least", 3), when("priority", "at_least", 2), True),
        (when("priority", "at_least", 2), when("priority", "at_least", 3), False),
        ({"all": [BANK, when("channel", "one_of", ["chat"])]}, BANK, True),
        (BANK, {"any": [when("registered", "yes"), BANK]}, True),
        (when("channel", "one_of", ["chat"]), when("channel", "none_of", ["email"]), True),
        (when("tags", "one_of", ["a"]), when("tags", "none_of", ["b"]), False),
        (when("channel", "one_of", ["chat"]), {"not": when("channel", "one_of", ["email"])}, True),
    ],
)
def test_implies(a: Any, b: Any, true: bool) -> None:
    assert implies(ast.parse(a), ast.parse(b)) is true


def codes(kind: str, *rules: dict[str, Any]) -> list[tuple[str, str]]:
    read = lint.routing_from if kind == "routing" else lint.automations_from
    return [(one.rule, one.code) for one in lint.of_document(kind, read({"rules": list(rules)}))]


STAY = {"act": "stay"}


def test_unreachable_rules() -> None:
    all_chats = rule("all", STAY, when=when("channel", "one_of", ["chat", "sms"]), on=("created", "message"))
    chats = rule("chats", STAY, when={"all": [BANK, when("channel", "one_of", ["chat"])]})
    assert codes("routing", all_chats, chats) == [("chats", "unreachable")]
    assert codes("routing", chats, all_chats) == []
    assert codes("routing", all_chats, {**chats, "on": ["created", "registered"]}) == []  # not asked there
    assert codes("routing", {**all_chats, "off": True}, chats) == []
    odd = rule("odd", STAY, when={"all": [when("registered", "yes"), when("registered", "no")]})
    assert codes("routing", odd) == [("odd", "never_holds")]


def test_conflicts_and_loops() -> None:
    on = rule("on", {"act": "tag", "tag": "VIP"}, on=["message.received", "ticket.untagged"])
    off = rule("off", {"act": "untag", "tag": "#vip"}, on=["message.received"])
    assert codes("automations", on, off) == [("off", "conflict")]
    assert codes("automations", on, {**off, "when": {"not": {"always": True}}}) == [("off", "never_holds")]
    back = rule("back", {"act": "untag", "tag": "vip"}, on=["ticket.tagged"])
    assert codes("automations", on, back) == [("on", "loop")]
    again = rule("again", {"act": "tag", "tag": "x"}, on=["ticket.tagged"])  # on already: nothing happens
    assert codes("automations", again) == []
    assert codes("automations", rule("n", {"act": "note", "text": "x"}, on=["message.noted"])) == [
        ("n", "loop")
    ]


def test_what_rules_did_is_looked_at(world: World) -> None:
    bank = rule("bank", move(world, "payments"), when=BANK)
    never_ = rule("never", move(world, "technical"), when=when("channel", "one_of", ["phone"]))
    in_force(world, "routing", bank, never_)
    for number in range(5):
        ticket = mail(world, seconds=number)
        if number < 2:
            escalate(ticket, world.teams["front"], by=world.agents["dara"], because="نه",
                     now=NOON + timedelta(minutes=30))  # fmt: skip
    body = {"rules": [bank, never_]}
    assert lint.findings("routing", body, now=NOON + timedelta(hours=2)) == [
        lint.Finding("bank", "undone", count=2, total=5)
    ]
    assert lint.Finding("never", "never_fired") in lint.findings(
        "routing", body, now=NOON + timedelta(days=90)
    )
    Team.objects.filter(pk=world.teams["payments"].pk).update(archived_at=NOON)
    (gone, *_rest) = lint.findings("routing", body, now=NOON + timedelta(hours=2))
    names = trace.names_of([gone.value])
    assert (gone.rule, gone.code) == ("bank", "gone") and "پرداخت" in lint_words.said(gone, {}, names)


def test_teams_that_give_to_nobody(world: World) -> None:
    body = {"teams": {str(world.teams["developers"].pk): {"way": "least_busy"}}}
    assert lint.findings("assignment", body, now=NOON) == []
    world.teams["developers"].agents.clear()
    assert [one.code for one in lint.findings("assignment", body, now=NOON)] == ["team_empty"]


def test_every_finding_can_be_said() -> None:
    for code in (
        "unreachable",
        "never_holds",
        "gone",
        "conflict",
        "loop",
        "looped",
        "never_fired",
        "undone",
        "x",
    ):
        said = lint_words.said(lint.Finding("r", code, ("a",), "tag:vip", 1, 2), {"a": "A"}, {})
        assert said and "%(" not in said
