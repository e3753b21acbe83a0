"""Clocks cost little, and of two workers one does what is due."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.sla import presets, reading
from pelekan.sla.models import Timer
from pelekan.sla.timers import fire
from pelekan.tickets import actions
from pelekan.tickets.actions import receive
from pelekan.tickets.models import Bell
from tests.sla.clocks import MORNING, ask, at, minutes, names
from tests.statements import costs, statements
from tests.tickets.test_actions import mail


def test_the_cost_of_a_line_is_small(preset: World) -> None:
    """The ticket's clocks; where one starts or ends also whether a calendar has changed, and that row."""
    ticket, sara = ask(preset), preset.agents["sara"]
    talk = ticket.conversations.get()
    moment = iter(range(1, 100))

    def seen(do: Any) -> list[str]:
        return [
            sql for sql in statements(do) if '"sla_timer"' in sql or 'sla_businesshours"."changed_at' in sql
        ]

    def write() -> None:
        receive(mail(preset, "Hello?", conversation_id=talk.pk), now=MORNING + minutes(next(moment)))

    def answer() -> None:
        write()
        actions.reply(ticket, by=sara, text="Yes.", now=MORNING + minutes(next(moment)))

    assert [sql.split()[0] for sql in seen(write)] == ["SELECT"]
    found = sorted(sql.split()[0] for sql in seen(answer))
    assert found == ["INSERT", *["SELECT"] * 4, "UPDATE"]


def test_clocks_are_read_in_one_query(preset: World) -> None:
    ticket = ask(preset)
    costs(lambda: reading.clocks_of(ticket.pk, at(1)), 1)
    first, solution = reading.clocks_of(ticket.pk, at(1), "fa")
    assert first["policy_name"] == presets.NAMES["fa"] and first["due_at"] == at(3)
    assert (first["spent"], first["left"], first["share"]) == (
        minutes(60),
        minutes(120),
        pytest.approx(1 / 3),
    )
    assert [(one["id"], one["at"], one["coming"]) for one in first["steps"]] == [
        ("soon", at(2.4), True), ("remind", at(3), True), ("call", at(4), True),
    ]  # fmt: skip
    assert solution["target"] == "resolution"


def test_of_two_workers_one_does_it(preset: World) -> None:
    """One that slept beyond its lease finds that another has done it."""
    ticket = ask(preset)
    actions.take(ticket, by=preset.agents["sara"], now=MORNING)
    (slow,) = due.claim(Timer, at(3), 1, fire.JOB.lease)
    assert due.claim(Timer, at(3), 50, fire.JOB.lease, without=[slow.pk]) == []
    assert due.claim(Timer, at(3), 50, fire.JOB.lease) == [], "it is leased"
    (quick,) = due.claim(Timer, at(3) + 2 * fire.JOB.lease, 1, fire.JOB.lease)
    fire.fire_at(quick, at(3) + 2 * fire.JOB.lease)
    with pytest.raises(due.LeaseLost):
        fire.fire_at(slow, at(3) + 2 * fire.JOB.lease)
    assert Bell.objects.filter(kind="due").count() == 1
    assert len(names(ticket, "timer.breached")) == 1


def test_workers_look_only_at_what_is_due(preset: World) -> None:
    ask(preset)
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table as a whole")
    with CaptureQueriesContext(connection) as seen:
        due.claim(Timer, at(3), 50, fire.JOB.lease)
    sql = next(one["sql"] for one in seen if "sla_timer" in one["sql"] and one["sql"].startswith("SELECT"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "USING INDEX timers_due" in plan and "TEMP B-TREE" not in plan, plan
