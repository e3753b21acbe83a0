"""★ Decisions taken again: what follows from what, where people's own choices count, and sums that add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pelekan.routing.replay.retrace import Judge, Moment, Retraced, differences, retrace
from pelekan.routing.replay.tally import Measured, Tally

AT = datetime(2026, 11, 1, tzinfo=UTC)
PUT = lambda outcome, facts: dict(outcome)  # noqa: E731


def moment(kind: str, facts: dict[str, Any], outcome: dict[str, Any], minutes: int = 0) -> Moment:
    return Moment(kind, AT + timedelta(minutes=minutes), facts, outcome)


ROUTING = Judge(lambda facts: {"team": 5 if facts["priority"] == 4 else 3}, PUT, PUT)
RAISED = Judge(lambda facts: {"priority": 4}, PUT, PUT)


def test_what_is_decided_otherwise_is_seen_by_what_comes_after() -> None:
    past = [
        moment("priority", {"priority": 2, "team": 1}, {"priority": 2}),
        moment("routing", {"priority": 2, "team": 1}, {"team": 3}),
    ]
    path = retrace(past, {"priority": RAISED, "routing": ROUTING})
    assert differences(path) == {"priority": (2, 4), "team": (3, 5)} and path.changed
    assert [step.differs for step in path.steps] == [True, True]


def test_what_a_person_chose_meanwhile_counts() -> None:
    past = [
        moment("priority", {"priority": 2, "team": 1}, {"priority": 2}),
        moment("routing", {"priority": 1, "team": 1}, {"team": 3}, minutes=9),  # someone set it low by hand
    ]
    path = retrace(past, {"priority": RAISED, "routing": ROUTING})
    assert differences(path) == {"priority": (2, 4)}  # the team was chosen by what the person had said


def test_what_was_not_recorded_is_said_to_be_unknown() -> None:
    blind = Judge(
        lambda facts: {"assignee": 9}, PUT, PUT, lambda recorded, facts: recorded["team"] != facts["team"]
    )
    past = [
        moment("routing", {"priority": 4, "team": 1}, {"team": 3}),
        moment("assignment", {"team": 3, "assignee": None}, {"assignee": 7}),
    ]
    path = retrace(past, {"routing": ROUTING, "assignment": blind})
    assert path.unknown == 1 and path.after["team"] == 5


OUTCOMES = st.fixed_dictionaries({"team": st.integers(1, 4), "priority": st.integers(1, 4)})


@given(st.lists(OUTCOMES, min_size=1, max_size=6), st.dictionaries(st.integers(1, 4), st.integers(1, 4)))
def test_rules_that_decide_as_recorded_change_nothing(
    outcomes: list[dict[str, int]], by_team: dict[int, int]
) -> None:
    """Replay with the rules of then is the record, whatever people did in between."""
    judge = Judge(lambda facts: {"team": by_team.get(facts["team"], 1)}, PUT, PUT)
    past = [moment("routing", facts, dict(judge.decide(facts)), n) for n, facts in enumerate(outcomes)]
    path = retrace(past, {"routing": judge})
    assert not path.changed and not any(step.differs for step in path.steps)


def test_sums_add_up_and_survive_being_kept() -> None:
    tally = Tally()
    tally.add(
        Retraced({"team": 3, "tier": 1}, {"team": 5, "tier": 2}, ()),
        2.5,
        [Measured("resolution", True, False)],
    )
    tally = Tally.of(tally.json)
    tally.add(Retraced({"team": 3}, {"team": 3}, ()), 1, [Measured("resolution", None, True)])
    assert tally.moves["teams"] == {"3>5": 1} and tally.moves["tiers"] == {"1>2": 1}
    assert tally.load == {"3": [2, 1, 3.5, 1.0], "5": [0, 1, 0.0, 2.5]}
    assert tally.breaches == {"resolution": [1, 1, 2, 1]} and (tally.tickets, tally.changed) == (2, 1)
