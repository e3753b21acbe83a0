"""Rows that fall due: taken by one, effect once, back after faults."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from pelekan.channels.models import Arrival
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.labour import Chore, Crew, last_beat

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def arrival(world: World, mark: str = "a", due_at: datetime | None = NOW, **values: Any) -> Arrival:
    return Arrival.objects.create(
        inbox=world.inboxes["mail"], fingerprint=mark, size=0, due_at=due_at, **values
    )


def test_only_what_is_due_and_free_is_taken_earliest_first(world: World) -> None:
    late = arrival(world, "late", NOW - MINUTE)
    just = arrival(world, "just", NOW)
    arrival(world, "later", NOW + MINUTE)
    arrival(world, "never", None)
    arrival(world, "held", NOW - MINUTE, leased_until=NOW + MINUTE)
    expired = arrival(world, "expired", NOW - 2 * MINUTE, leased_until=NOW - MINUTE, tries=1)
    taken = due.claim(Arrival, NOW)
    assert [row.pk for row in taken] == [expired.pk, late.pk, just.pk]
    assert [row.tries for row in taken] == [2, 1, 1]
    assert due.claim(Arrival, NOW) == []


def test_limit_and_condition(world: World) -> None:
    from django.db.models import Q

    for mark in "abc":
        arrival(world, mark)
    assert len(due.claim(Arrival, NOW, limit=2)) == 2
    assert due.claim(Arrival, NOW, where=Q(verdict="spam")) == []


def test_de_10_a_row_handed_out_twice_takes_effect_once(world: World) -> None:
    arrival(world)
    slow = due.claim(Arrival, NOW)[0]
    quick = due.claim(Arrival, NOW + timedelta(minutes=6))[0]  # the first lease ran out
    effects = []

    def finish(row: Arrival) -> None:
        with transaction.atomic():
            due.settle(row, state="done")
            effects.append(row)

    finish(quick)
    with pytest.raises(due.LeaseLost):
        finish(slow)
    with pytest.raises(due.LeaseLost):
        finish(quick)
    assert effects == [quick]
    assert not due.renew(slow, NOW)


def test_de_07_a_clock_that_ran_ahead_does_not_hold_rows(world: World) -> None:
    arrival(world)
    assert due.claim(Arrival, NOW + timedelta(days=2))
    assert due.claim(Arrival, NOW), "the lease lies two days ahead"


def test_de_07_a_clock_two_hours_back_does_not_hand_out_twice(world: World) -> None:
    arrival(world, due_at=NOW - timedelta(days=1))
    assert due.claim(Arrival, NOW)
    assert due.claim(Arrival, NOW - timedelta(hours=2)) == []


def test_a_fault_comes_back_after_a_growing_pause(world: World) -> None:
    arrival(world)

    def break_down(row: Arrival) -> datetime | None:
        raise ValueError("no such thing")

    crew = Crew([job := due.Job(Arrival, break_down)])
    with time_machine.travel(NOW, tick=False):
        crew._work_on(job)
    row = Arrival.objects.get()
    assert (row.due_at, row.leased_until, row.tries) == (NOW + timedelta(seconds=10), None, 1)
    assert [due.pause(n).total_seconds() for n in (1, 2, 3, 50)] == [10, 20, 40, 3600]


def test_what_a_job_returns_is_when_it_is_due_again(world: World) -> None:
    arrival(world, "once")
    arrival(world, "again")
    job = due.Job(Arrival, lambda row: NOW + MINUTE if row.fingerprint == "again" else None)
    with time_machine.travel(NOW, tick=False):
        Crew([job])._work_on(job)
    assert dict(Arrival.objects.values_list("fingerprint", "due_at")) == {"once": None, "again": NOW + MINUTE}


def test_what_a_job_settled_itself_stays(world: World) -> None:
    arrival(world)

    def settle_through_another_copy(row: Arrival) -> None:
        copy = Arrival.objects.get(pk=row.pk)
        due.settle(copy, NOW + 5 * MINUTE, state="quarantined")

    job = due.Job(Arrival, settle_through_another_copy)
    with time_machine.travel(NOW, tick=False):
        Crew([job])._work_on(job)
    row = Arrival.objects.get()
    assert (row.due_at, row.state) == (NOW + 5 * MINUTE, "quarantined")


def test_a_stopping_crew_gives_back_what_it_did_not_touch(world: World) -> None:
    for mark in "ab":
        arrival(world, mark)
    done = []

    def first_then_stop(row: Arrival) -> None:
        done.append(row.fingerprint)
        crew.stop.set()

    crew = Crew([job := due.Job(Arrival, first_then_stop)])
    with time_machine.travel(NOW, tick=False):
        crew._work_on(job)
    other = Arrival.objects.get(fingerprint="b")
    assert done == ["a"]
    assert (other.due_at, other.leased_until, other.tries) == (NOW, None, 0)


def test_how_late_the_work_is(world: World) -> None:
    assert due.overdue(Arrival, NOW) == timedelta()
    arrival(world, "a", NOW - 7 * MINUTE)
    arrival(world, "b", NOW + MINUTE)
    assert due.overdue(Arrival, NOW) == 7 * MINUTE


def test_the_bell_rings_at_the_commit_for_those_who_wait_for_it(
    world: World, django_capture_on_commit_callbacks: Any
) -> None:
    mine, others = due.listen(Arrival), due.listen(World)  # type: ignore[arg-type]
    try:
        with django_capture_on_commit_callbacks(execute=True):
            due.queued(Arrival)
            assert not mine.is_set()
        assert mine.is_set() and not others.is_set()
    finally:
        due.deafen(mine)
        due.deafen(others)


def test_a_crew_lives_shows_it_and_ends(tmp_path: Path) -> None:
    stop, done = threading.Event(), threading.Event()

    def tidy(now: datetime) -> None:
        assert last_beat(tmp_path) is not None
        done.set()
        stop.set()

    Crew([], [Chore(tidy, MINUTE)], tmp_path).run(stop)
    assert done.is_set()
    assert last_beat(tmp_path) is None, "who ended in order leaves no sign of life"


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    "connection.vendor == 'sqlite'", reason="SQLite has one writer; its compare-and-swap is above"
)
def test_many_takers_share_without_overlap(transactional_db: None) -> None:
    from pelekan.demo.world import build

    world = build(NOW)
    for number in range(60):
        arrival(world, str(number))
    taken: list[int] = []

    def take() -> None:
        try:
            while rows := due.claim(Arrival, NOW, limit=3):
                taken.extend(row.pk for row in rows)
        finally:
            connection.close()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 60 == len(set(taken))
