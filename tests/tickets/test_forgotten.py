"""Each list holds what it says, and only what its reader may see."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.tickets import actions, forgotten, forgotten_count
from pelekan.tickets.frustration.document import LISTS, usual
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Ticket
from tests.conftest import NOON

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def begin(world: World, text: str = "کی می‌رسد؟") -> Ticket:
    incoming = Incoming(
        channel="email",
        inbox_id=world.inboxes["mail"].pk,
        customer_id=world.customers["mina"].pk,
        text=text,
        language="fa",
    )
    return actions.receive(incoming, now=NOON).ticket


def standing(world: World, at, who: str = "nika") -> dict[str, list[int]]:
    found = forgotten.shown(world.agents[who], at)
    return {one["name"]: [row["id"] for row in one["rows"]] for one in found if one["rows"]}


def test_nobody_has_it_and_silence(world: World) -> None:
    ticket = begin(world)
    assert standing(world, NOON + HOUR / 4) == {}
    assert standing(world, NOON + HOUR) == {"no_owner": [ticket.pk]}
    actions.assign(ticket, world.agents["sara"], by=world.agents["nika"], now=NOON + HOUR)
    assert standing(world, NOON + 7 * HOUR) == {}
    assert standing(world, NOON + 9 * HOUR) == {"silent": [ticket.pk]}
    assert standing(world, NOON + 9 * HOUR, "dara") == {}, "another tier's"


def test_waiting_held_promised_and_without_a_next_step(world: World) -> None:
    sara = world.agents["sara"]
    waits, rests, promised, nothing = (begin(world) for _ in range(4))
    for ticket in (waits, rests, nothing):
        actions.reply(ticket, by=sara, text="رسید.", now=NOON)
    actions.wait(waits, by=sara, now=NOON)
    actions.hold(rests, by=sara, now=NOON)
    actions.reply(promised, by=sara, text="تا فردا ساعت ۱۰ خبر می‌دهیم.", now=NOON)
    Ticket.objects.update(next_due_at=None)
    found = standing(world, NOON + 8 * DAY)
    assert found == {
        "waiting": [waits.pk],
        "held": [rests.pk],
        "promised": [promised.pk],
        "no_next": [nothing.pk],
    }
    actions.solve(nothing, by=sara, now=NOON)
    assert "no_next" not in standing(world, NOON + 8 * DAY)


def test_managers_are_told_once_a_day(world: World) -> None:
    begin(world)
    forgotten.alarm(NOON + HOUR)
    assert not Bell.objects.filter(kind="forgotten").exists()
    for hours in (2, 3, 4):
        forgotten.alarm(NOON + hours * HOUR)
    bell = Bell.objects.get(kind="forgotten")
    assert (bell.agent, bell.count, bell.key) == (world.agents["nika"], 1, "forgotten:no_owner")


def test_each_list_is_served_by_its_index(world: World) -> None:
    begin(world)
    rules = usual()
    for name in LISTS:
        rows = forgotten.tickets(name, Ticket.objects.all(), rules, NOON)
        plan = rows.values_list("pk")[:26].explain()
        if connection.vendor == "sqlite":
            assert "SCAN tickets_ticket\n" not in plan + "\n" and "tickets_ticket USING INDEX" in plan, (
                name,
                plan,
            )


def test_the_nav_counts_each_ticket_once_in_one_statement(world: World) -> None:
    late, silent = begin(world), begin(world)
    actions.assign(silent, world.agents["sara"], by=world.agents["nika"], now=NOON)
    nika, dara, at = world.agents["nika"], world.agents["dara"], NOON + 9 * HOUR
    assert sum(len(its) for its in standing(world, at).values()) == 3, "one of them stands in two lists"
    assert forgotten_count.number(nika, now=at, fresh=False) == 0, "a page does not wait for it"
    statements = CaptureQueriesContext(connection)
    with statements:
        assert forgotten_count.counted(nika, usual(), at) == 2
    assert len(statements) == 1
    assert forgotten_count.number(nika, now=at, fresh=True) == 2
    assert forgotten_count.number(dara, now=at, fresh=True) == 0, "another tier's"
    actions.solve(late, by=world.agents["sara"], now=at)
    assert forgotten_count.number(nika, now=at, fresh=False) == 2, "what was known"
    forgotten_count.forget()
    assert forgotten_count.number(nika, now=at, fresh=True) == 1
