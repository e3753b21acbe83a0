"""Documents of rules: what they refuse, and that the first match alone decides."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.routing.acts import BadRules
from pelekan.routing.rules import Daily, able, automations_from, decide, matching, routing_from, steps

BANK = {"field": "text", "is": "has_any", "value": ["بانک"]}


def rule(number: int = 1, **other: Any) -> dict[str, Any]:
    return {
        "id": f"r{number}", "name": f"Rule {number}", "on": ["created"], "when": {"always": True},
        "do": [{"act": "team", "team": number}], **other,
    }  # fmt: skip


def faults(body: Any, read: Any = routing_from) -> list[tuple[str, str]]:
    with pytest.raises(BadRules) as refused:
        read(body)
    return [(fault.where, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        ({"when": {}}, "rules.0.when", "condition_blank"),
        ({"when": {"all": [{"any": []}]}}, "rules.0.when.0", "condition_blank"),
        ({"when": {"all": [BANK, {"field": "mood", "is": "yes"}]}}, "rules.0.when.1", "condition_no_such_field"),
        ({"on": []}, "rules.0.on", "no_event"),
        ({"on": ["message.sent"]}, "rules.0.on", "unknown_event"),
        ({"do": []}, "rules.0.do", "no_acts"),
        ({"do": [{"act": "delete"}]}, "rules.0.do.0", "unknown_act"),
        ({"do": [{"act": "team", "team": "3"}]}, "rules.0.do.0.team", "no_choice"),
        ({"do": [{"act": "team", "team": 3}, {"act": "tier", "tier": 2}]}, "rules.0.do.1", "set_twice"),
        ({"do": [{"act": "tag", "tag": " # "}]}, "rules.0.do.0.tag", "no_tag"),
        ({"do": [{"act": "tell", "whom": "everybody"}]}, "rules.0.do.0.whom", "no_whom"),
        ({"do": [{"act": "solve", "loudly": True}]}, "rules.0.do.0.loudly", "unknown_value"),
        ({"name": " "}, "rules.0.name", "no_name"),
        ({"id": "a b"}, "rules.0.id", "no_id"),
        ({"of": 1}, "rules.0.of", "unknown_value"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_where_it_is(change: dict[str, Any], where: str, code: str) -> None:
    assert faults({"rules": [rule(1) | change]}) == [(where, code)]


def test_everything_wrong_is_said_at_once() -> None:
    assert len(faults({"rules": [rule(1, name="", on=[]), rule(1, do=[])]})) == 4  # the id twice as well


@pytest.mark.parametrize(
    ("on", "code"),
    [
        ({"after_hours": 0, "since": "created_at"}, "no_hours"),
        ({"after_hours": 1, "since": "birth"}, "no_since"),
        ({"after_hours": 0.1, "since": "last_at", "again": True}, "too_often"),
        ({"at": "24:00", "days": [0], "zone": "Asia/Tehran"}, "no_time"),
        ({"at": "09:00", "days": [7], "zone": "Asia/Tehran"}, "no_day"),
        ({"at": "09:00", "days": [0], "zone": "Mars/Base"}, "no_zone"),
    ],
)
def test_times_that_never_come(on: dict[str, Any], code: str) -> None:
    body = {"rules": [rule(1, on=on, do=[{"act": "solve"}])]}
    assert [found for _, found in faults(body, automations_from)] == [code]


def test_hours_of_the_day_follow_their_zone() -> None:
    from datetime import time

    nine = Daily(time(9), (0, 1, 2, 5, 6), "Asia/Tehran")  # not on Thursday and Friday
    wednesday = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
    assert nine.next_after(wednesday) == datetime(2026, 11, 28, 5, 30, tzinfo=UTC)
    assert nine.next_after(datetime(2026, 11, 28, 5, 30, tzinfo=UTC)) == datetime(
        2026, 11, 29, 5, 30, tzinfo=UTC
    )


def test_the_first_match_decides_and_the_rest_is_skipped() -> None:
    document = routing_from(
        {"rules": [
            rule(1, when=BANK),
            rule(2, off=True),
            rule(3, on=["registered"]),
            rule(4),
            rule(5),
        ]}
    )  # fmt: skip
    facts = {"event": "ticket.created", "text": " سلام "}
    routed = decide(document, facts)
    assert (routed.place, routed.total) == (4, 5)
    assert [line["verdict"] for line in steps(document, facts)] == [
        "no",
        "off",
        "other_event",
        "matched",
        "skipped",
    ]


def test_a_rule_that_names_what_is_gone_is_passed() -> None:
    document = routing_from({"rules": [rule(1), rule(2)]})
    facts = {"event": "ticket.created", "gone": ["team:1"]}
    routed = decide(document, facts)
    assert routed.place == 2
    assert [(one.id, gone) for one, gone in routed.passed] == [("r1", ("team:1",))]
    assert [line["verdict"] for line in steps(document, facts)] == ["gone", "matched"]


def test_what_a_person_chose_stays() -> None:
    document = routing_from({"rules": [rule(1, do=[{"act": "team", "team": 1}, {"act": "agent", "agent": 5},
                                                   {"act": "tag", "tag": "bank"}])]})  # fmt: skip
    routed = decide(document, {"event": "ticket.created", "by_hand": {"agent": True}})
    assert [do.act for do in routed.do] == ["tag"]
    assert [(one.do.act, one.why) for one in routed.held] == [("team", "by_hand"), ("agent", "by_hand")]


def test_all_automations_that_match_run_and_do_what_they_can() -> None:
    document = automations_from(
        {"rules": [
            rule(1, on=["message.received"], do=[{"act": "tag", "tag": "a"}, {"act": "reply", "reply": 9}]),
            rule(2, on=["message.received"], when={"not": {"always": True}}, do=[{"act": "solve"}]),
            rule(3, on=["message.received", "ticket.solved"], do=[{"act": "close"}]),
        ]}
    )  # fmt: skip
    found = matching(document, {"event": "message.received"})
    assert [one.id for one in found] == ["r1", "r3"]
    do, held = able(found[0], {"gone": ["reply:9"]})
    assert [one.act for one in do] == ["tag"] and [one.why for one in held] == ["gone"]


conditions = st.recursive(
    st.sampled_from(
        [
            {"always": True},
            {"field": "channel", "is": "one_of", "value": ["chat"]},
            {"field": "priority", "is": "at_least", "value": 3},
            {"field": "registered", "is": "yes"},
            BANK,
        ]
    ),
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"all": found}),
        st.lists(inner, min_size=1, max_size=3).map(lambda found: {"any": found}),
        inner.map(lambda found: {"not": found}),
    ),
    max_leaves=6,
)
events = st.lists(st.sampled_from(["created", "registered", "message"]), min_size=1, max_size=3, unique=True)
facts_ = st.fixed_dictionaries(
    {
        "event": st.sampled_from(["ticket.created", "ticket.registered", "message.received"]),
        "channel": st.sampled_from(["chat", "email"]),
        "priority": st.integers(1, 4),
        "registered": st.booleans(),
        "text": st.sampled_from([" سلام ", " بانک پول را برداشت "]),
        "gone": st.lists(st.sampled_from(["team:1", "team:2", "team:3"]), unique=True),
        "by_hand": st.fixed_dictionaries({"team": st.booleans(), "agent": st.booleans()}),
    }
)


@given(st.lists(st.tuples(conditions, events, st.booleans()), max_size=8), facts_)
def test_the_first_match_is_unique(made: list[Any], facts: dict[str, Any]) -> None:
    document = routing_from(
        {"rules": [rule(n, when=when, on=on, off=off) for n, (when, on, off) in enumerate(made, 1)]}
    )
    routed, told = decide(document, facts), steps(document, facts)
    matched = [line["place"] for line in told if line["verdict"] == "matched"]
    assert matched == ([routed.place] if routed.rule else [])
    assert all(line["verdict"] == "skipped" for line in told[routed.place :] if routed.rule)
    assert decide(document, dict(facts)) == routed  # the same again, whoever asks
    # whatever comes after the match changes nothing
    if routed.rule:
        shorter = routing_from({"rules": [rule(n, when=w, on=o, off=f) for n, (w, o, f) in
                                          enumerate(made[: routed.place], 1)]})  # fmt: skip
        assert decide(shorter, facts).outcome == routed.outcome
