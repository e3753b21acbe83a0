"""From history to a number with reasons: by properties and by example."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.tickets.frustration import document, learning
from pelekan.tickets.frustration.document import BadDocument, parse, preset
from pelekan.tickets.frustration.feeling import Sound
from pelekan.tickets.frustration.score import mark, shares
from pelekan.tickets.frustration.signals import (
    SIGNALS,
    Counts,
    State,
    after_agent,
    after_customer,
    kept_as,
    state_from,
    values,
)

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
RULES = document.usual()
NUMBERS = st.fixed_dictionaries({name: st.floats(0, 200, allow_nan=False) for name in SIGNALS})


def test_a_first_question_is_calm() -> None:
    state = after_customer(
        State(), Sound(), folded="how do i renew my subscription", channel="chat", waited=0
    )
    found = mark(values(state, Counts(created_at=AT), AT), RULES)
    assert (found.score, found.level, found.reasons, found.act) == (0, "", (), None)


def test_tennis_is_frustrating_and_says_why() -> None:
    state = State()
    for turn in range(5):
        state = after_agent(state, asks=True, waited=0)
        state = after_customer(
            state, Sound(0.3, 0.2), folded=f"i told you already {turn}", channel="email", waited=0
        )
    found = mark(values(state, Counts(5, 1, 0, AT - timedelta(days=3)), AT), RULES)
    assert found.level == "act" and found.act and found.act.propose == "call"
    assert [reason.signal for reason in found.reasons] == ["round_trips", "asked_again", "feeling"]
    assert found.reasons[0].value == 5


def test_asking_twice_proposes_to_ask_at_once() -> None:
    state = State(asked=3)
    found = mark(values(state, Counts(2, created_at=AT), AT), RULES)
    assert found.act and found.act.propose == "ask_at_once"


def test_silence_hours_stand_still_when_solved() -> None:
    counts = Counts(created_at=AT, waiting_since=None, done_at=AT + timedelta(hours=5))
    assert values(State(), counts, AT + timedelta(days=90))["hours"] == 5
    open_ = Counts(created_at=AT, waiting_since=AT + timedelta(hours=1))
    assert values(State(), open_, AT + timedelta(hours=10))["silence"] == 9


def test_the_same_words_again_and_again_into_silence() -> None:
    state = State()
    for waited in (0, 3, 9):
        state = after_customer(
            state, Sound(), folded="where is my order please", channel="email", waited=waited
        )
    assert (state.repeated, state.nudges, state.longest) == (2, 2, 9)
    assert state_from(kept_as(state)) == state
    assert after_customer(state, Sound(), folded="it has arrived now", channel="chat", waited=0).channels == 1


@given(NUMBERS, st.sampled_from(SIGNALS), st.floats(0, 100))
def test_worse_is_never_better(numbers: dict[str, float], name: str, more: float) -> None:
    before = mark(numbers, RULES)
    after = mark({**numbers, name: numbers[name] + more}, RULES)
    assert 0 <= before.score <= after.score <= 100
    assert len(after.reasons) <= 3 and all(one.points >= 0 for one in after.reasons)


def test_presets_are_documents() -> None:
    for name in document.PRESETS:
        document.check(preset(name))
        assert set(parse(preset(name)).weights) == set(SIGNALS)
    history = parse(preset("history"))
    assert mark({"feeling": 1.0, "shouting": 1.0}, history).score == 0


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weights": {"round_trips": 101}}, "weights.round_trips"),
        ({"weights": {"smell": 3}}, "weights"),
        ({"thresholds": {"watch": 80, "act": 40}}, "thresholds.watch"),
        ({"acts": [{"from": 70, "propose": "shout"}]}, "acts.0"),
        ({"acts": [{"from": "x", "propose": "call"}]}, "acts.0"),
        ({"forgotten": {"silent": -1}}, "forgotten.silent"),
        ({"learned": {"bias": None}}, "learned.bias"),
    ],
)
def test_bad_documents_are_refused(change: dict, where: str) -> None:
    with pytest.raises(BadDocument) as caught:
        document.check({**preset("balanced"), **change})
    assert caught.value.where == where


def _rated(number: int) -> tuple[list[learning.Row], list[bool]]:
    """Tickets whose ratings follow round trips and reopenings, with noise, and nothing else."""
    dice = random.Random(5)
    rows, bad = [], []
    for _ in range(number):
        row = [dice.random() if dice.random() < 0.5 else 0.0 for _name in SIGNALS]
        odds = -3 + 4 * row[SIGNALS.index("round_trips")] + 3 * row[SIGNALS.index("reopened")]
        rows.append(tuple(row))
        bad.append(dice.random() < 1 / (1 + 2.718**-odds))
    return rows, bad


def test_weights_are_learned_from_ratings() -> None:
    rows, bad = _rated(500)
    fitted = learning.fit(rows, bad)
    named = dict(zip(SIGNALS, fitted.weights, strict=True))
    strongest = sorted(named, key=lambda name: -named[name])
    assert strongest[:2] == ["round_trips", "reopened"] and min(named.values()) >= 0
    watch, act = learning.measured(rows, bad, (40, 70))
    assert act.precision > sum(bad) / len(bad) * 1.4 and watch.recall > act.recall > 0.1
    body = {**preset("balanced"), "learned": learning.learned(fitted, (watch, act), len(rows))}
    document.check(body)
    rules = parse(body)
    calm, tense = mark(dict.fromkeys(SIGNALS, 0), rules), mark({"round_trips": 6, "reopened": 2}, rules)
    assert calm.score == 0 and tense.score > 70 and tense.reasons[0].signal == "round_trips"


def test_few_ratings_teach_nothing() -> None:
    assert not learning.enough([True] * 30)
    assert not learning.enough([False] * 200)
    assert learning.enough([True] * 20 + [False] * 50)


def test_shares_stay_between_none_and_all() -> None:
    assert set(shares({}).values()) == {0.0}
    assert set(shares(dict.fromkeys(SIGNALS, 1e9)).values()) == {1.0}
