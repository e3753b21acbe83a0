"""A crew whose database takes nothing for a while."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError

from pelekan.channels.models import Arrival
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.labour import Chore, Crew
from pelekan.lib.time import now as clock


def test_rows_that_could_not_be_given_back_are_so_before_their_lease_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        Arrival.objects.create(
            inbox=world.inboxes["mail"],
            fingerprint=str(number),
            size=1,
            due_at=clock() - timedelta(minutes=1),
        )
    done: list[int] = []
    full = True

    def do(row: Arrival) -> None:
        if full:
            raise OperationalError("database or disk is full")
        done.append(row.pk)

    settle = due.settle

    def settled(*args: object, **values: object) -> None:
        if full:
            raise OperationalError("database or disk is full")
        settle(*args, **values)  # type: ignore[arg-type]

    monkeypatch.setattr(due, "settle", settled)
    crew = Crew([])
    job = due.Job(Arrival, do)
    with pytest.raises(OperationalError):
        crew._work_on(job)
    full = False
    crew._work_on(job)
    assert len(done) == 3 and set(Arrival.objects.values_list("tries", flat=True)) == {1}


def test_chores_of_one_name_are_all_done() -> None:
    done: list[str] = []

    def chore(of: str) -> Chore:
        def forget_old(now: object) -> None:
            done.append(of)

        return Chore(forget_old, timedelta(hours=6))

    crew = Crew([], [chore("bell"), chore("pace")])
    crew._do_chores()
    crew._do_chores()
    assert done == ["bell", "pace"]
