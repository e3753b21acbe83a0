"""A promise in an answer becomes a date that somebody is reminded of, and that is kept or missed."""

from __future__ import annotations

from datetime import timedelta

from pelekan.demo.world import World
from pelekan.lib.due import claim
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Promise, Ticket
from pelekan.tickets.promises import keeping
from tests.conftest import NOON
from tests.statements import statements

HOUR = timedelta(hours=1)


def begin(world: World) -> Ticket:
    incoming = Incoming(
        channel="email", inbox_id=world.inboxes["mail"].pk, customer_id=world.customers["mina"].pk, text="کی می‌رسد؟",
        subject="سفارش", language="fa",
    )  # fmt: skip
    ticket = actions.receive(incoming, now=NOON).ticket
    return actions.assign(ticket, world.agents["sara"], by=world.agents["nika"], now=NOON)


def promise(world: World, text: str = "فردا ساعت ۱۰ خبر می‌دهیم.", **more: object) -> Ticket:
    ticket = begin(world)
    actions.reply(ticket, by=world.agents["sara"], text=text, now=NOON + HOUR, **more)
    return Ticket.objects.get(pk=ticket.pk)


def fall_due(at) -> None:
    for row in claim(Promise, at):
        keeping._remind(row, at)


def test_it_is_found_and_reminded_of_and_missed(world: World) -> None:
    ticket = promise(world)
    row = Promise.objects.get(ticket=ticket)
    assert row.words == "فردا ساعت ۱۰" and ticket.promised_at == row.until_at == NOON + 22 * HOUR
    assert row.due_at == NOON + 21 * HOUR
    fall_due(NOON + 21 * HOUR)
    assert list(Bell.objects.filter(kind="promise").values_list("agent", flat=True)) == [
        world.agents["sara"].pk
    ]
    fall_due(NOON + 22 * HOUR)
    row.refresh_from_db()
    assert row.missed_at == row.until_at and row.due_at is None
    assert Event.objects.filter(name="promise.missed", ticket=ticket).count() == 1
    assert world.agents["nika"].pk in Bell.objects.filter(kind="promise").values_list("agent", flat=True)


def test_a_later_answer_keeps_it_and_the_same_breath_does_not(world: World) -> None:
    ticket = promise(world)
    actions.reply(ticket, by=world.agents["sara"], text="روز خوش", now=NOON + HOUR + timedelta(minutes=2))
    assert Ticket.objects.get(pk=ticket.pk).promised_at is not None
    actions.reply(ticket, by=world.agents["omid"], text="رسید.", now=NOON + 20 * HOUR)
    row = Promise.objects.get(ticket=ticket)
    assert row.kept_at == NOON + 20 * HOUR and row.due_at is None
    assert Ticket.objects.get(pk=ticket.pk).promised_at is None


def test_solving_keeps_it(world: World) -> None:
    ticket = promise(world)
    actions.solve(ticket, by=world.agents["sara"], now=NOON + HOUR + timedelta(minutes=1))
    assert Promise.objects.get(ticket=ticket).kept_at is not None
    fall_due(NOON + 30 * HOUR)
    assert not Event.objects.filter(name="promise.missed").exists()


def test_the_agent_may_say_at_sending_that_it_is_none_or_another_time(world: World) -> None:
    ticket = promise(world, meta={"promises": {"drop": ["فردا ساعت ۱۰"]}})
    assert not Promise.objects.exists() and ticket.promised_at is None
    later = NOON + 50 * HOUR
    ticket = promise(world, meta={"promises": {"at": {"فردا ساعت ۱۰": later.isoformat()}}})
    assert ticket.promised_at == later


def test_moved_and_dropped(world: World) -> None:
    ticket = promise(world)
    row = keeping.move(Promise.objects.get(), NOON + 40 * HOUR, by=world.agents["sara"], now=NOON + 2 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).promised_at == row.until_at == NOON + 40 * HOUR
    keeping.drop(row, by=world.agents["sara"], now=NOON + 3 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).promised_at is None and keeping.of_ticket(ticket.pk) == []


def test_a_note_promises_nothing_and_an_answer_without_promise_costs_nothing(world: World) -> None:
    ticket = begin(world)
    actions.note(ticket, by=world.agents["sara"], text="فردا خبر می‌دهم.", now=NOON)
    done = statements(lambda: actions.reply(ticket, by=world.agents["sara"], text="رسید."))
    assert not [
        sql for sql in done if "promise" in sql and "UPDATE" not in sql and "tickets_ticket" not in sql
    ]
    assert not Promise.objects.exists()
