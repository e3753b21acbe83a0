"""A target's clock against one that walks minute by minute, and what must hold whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pelekan.demo.world import WEEK
from pelekan.sla import clock
from pelekan.sla.clock import BUSINESS, CANCELLED, ELAPSED, MET, ON_HOLD, STARTED, WAITING, WORKING, Mark, run
from pelekan.sla.hours import Hours, hours_from, is_open
from pelekan.sla.policies import Target

START = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
OFFICE = hours_from({"zone": "Asia/Tehran", "week": WEEK})
MINUTE = timedelta(minutes=1)

spells = st.lists(st.tuples(st.integers(0, 900), st.sampled_from([WAITING, ON_HOLD, WORKING])), max_size=8)
pauses = st.frozensets(st.sampled_from([WAITING, ON_HOLD]))
offices = st.sampled_from([OFFICE, None])


def marks_of(spells: list[tuple[int, str]], last: str = "") -> list[Mark]:
    marks, at = [Mark(START, STARTED)], START
    for minutes, word in spells:
        at += minutes * MINUTE
        marks.append(Mark(at, word))
    return marks + ([Mark(at + 37 * MINUTE, last)] if last else [])


def walk(
    target: Target, marks: list[Mark], hours: Hours | None, until: datetime
) -> tuple[timedelta, datetime | None]:
    """Minute by minute: (time spent, when it was all of the target)."""
    spent, full, at = timedelta(0), None, START
    word, coming = STARTED, list(marks)
    while True:
        while coming and coming[0].at <= at:
            word = coming.pop(0).what
        if at >= until or word in (MET, CANCELLED):
            return spent, full
        runs = word not in target.pause and (hours is None or is_open(at, hours))
        at += MINUTE
        if runs:
            spent += MINUTE
            if spent == target.within:
                full = at


@given(spells, st.integers(1, 1500), pauses, offices, st.integers(0, 4000))
def test_as_a_walk_minute_by_minute(
    spells: list[tuple[int, str]], within: int, pause: frozenset[str], hours: Hours | None, length: int
) -> None:
    target = Target("resolution", within * MINUTE, BUSINESS, pause)
    marks, until = marks_of(spells), START + length * MINUTE
    marks = [one for one in marks if one.at <= until]
    spent, full = walk(target, marks, hours, until)
    read = run(target, marks, hours, until)
    assert read.spent == spent
    if full not in {one.at for one in marks}:  # what stops in the very minute is in time
        assert read.breached_at == full


@given(spells, st.integers(1, 3000), pauses, offices)
def test_sl_06_pausing_conserves_what_is_left(
    spells: list[tuple[int, str]], within: int, pause: frozenset[str], hours: Hours | None
) -> None:
    """However often it rests: what is spent and what is left make the target, and going on reaches the due moment exactly."""
    target = Target("resolution", within * MINUTE, BUSINESS, pause)
    marks = [*marks_of(spells), Mark(marks_of(spells)[-1].at, WORKING)]
    now = marks[-1].at
    read = run(target, marks, hours, now)
    assert sum((one.counted for one in read.segments), timedelta(0)) == read.spent
    if read.breached_at is None and read.due_at is not None:
        assert clock.between(now, read.due_at, hours) == target.within - read.spent
        there = run(target, marks, hours, read.due_at)
        assert there.breached_at == read.due_at and there.spent == target.within
        before = run(target, marks, hours, read.due_at - timedelta(microseconds=1))
        assert before.breached_at is None


@given(spells, st.integers(1, 3000), pauses, offices, st.sampled_from([MET, CANCELLED]))
def test_what_has_ended_stays_as_it_is(
    spells: list[tuple[int, str]], within: int, pause: frozenset[str], hours: Hours | None, last: str
) -> None:
    target = Target("first_response", within * MINUTE, BUSINESS, pause)
    marks = marks_of(spells, last)
    end = marks[-1].at
    at_once, later = run(target, marks, hours, end), run(target, marks, hours, end + timedelta(days=9))
    assert (at_once.state, at_once.spent, at_once.breached_at) == (
        later.state,
        later.spent,
        later.breached_at,
    )
    assert later.state == last


@given(spells, st.integers(1, 3000), st.integers(1, 3000), offices)
def test_steps_come_when_so_much_is_spent(
    spells: list[tuple[int, str]], within: int, amount: int, hours: Hours | None
) -> None:
    target = Target("resolution", within * MINUTE, BUSINESS)
    marks = [*marks_of(spells), Mark(marks_of(spells)[-1].at, WORKING)]
    read = run(target, marks, hours, marks[-1].at)
    at = clock.reached_at(read.segments, amount * MINUTE, target.clock, hours)
    assert at is not None
    there = run(target, [one for one in marks if one.at <= at], hours, at)
    assert there.spent == amount * MINUTE


def test_elapsed_time_knows_no_hours() -> None:
    target = Target("first_response", timedelta(hours=5), ELAPSED)
    read = run(target, [Mark(START, STARTED)], OFFICE, START)
    assert read.due_at == START + timedelta(hours=5)


def test_hours_that_never_come_break_nothing() -> None:
    never = hours_from({"zone": "UTC", "week": [[]] * 7})
    read = run(Target("resolution", MINUTE), [Mark(START, STARTED)], never, START + timedelta(days=400))
    assert (read.state, read.due_at, read.breached_at) == ("running", None, None)


def test_sl_13_marks_before_the_last_one_count_as_made_with_it() -> None:
    target = Target("resolution", timedelta(hours=9), ELAPSED)
    back = [Mark(START, STARTED), Mark(START + 60 * MINUTE, WAITING), Mark(START + 30 * MINUTE, WORKING)]
    read = run(target, back, None, START + 90 * MINUTE)
    assert read.spent == 90 * MINUTE


def test_marks_keep_their_json_form() -> None:
    for mark in marks_of([(3, WAITING)], MET):
        assert clock.mark_from(clock.stored(mark)) == mark
