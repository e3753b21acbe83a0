"""Automations by the clock: once for each moment, whatever the workers go through."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.routing import waits
from pelekan.routing.models import Round, Wait
from pelekan.tickets.actions import receive, reply, solve
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.conftest import NOON
from tests.routing.test_engine import BANK, in_force, mail, rule

HOUR = timedelta(hours=1)


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch):  # type: ignore[no-untyped-def]
    """Do what is due at a moment; how many rows that were."""

    def do(now: datetime) -> int:
        monkeypatch.setattr(waits, "clock", lambda: now)
        done = 0
        for _ in range(20):
            found = [(job, row) for job in waits.JOBS for row in due.claim(job.model, now, job.at_once)]
            for job, row in found:
                job.do(row)
            done += len(found)
            if not found:
                break
        return done

    return do


def tags(ticket: Ticket) -> list[str]:
    return [one.name for one in ticket.tags.order_by("name")]


def writes(ticket: Ticket, at: datetime) -> None:
    talk = ticket.conversations.get()
    receive(Incoming(ticket.inbox_id, "portal", ticket.customer_id, "؟", conversation_id=talk.pk), now=at)


def test_four_hours_after_the_customer_began_to_wait(world: World, work) -> None:  # type: ignore[no-untyped-def]
    four = {"after_hours": 4, "since": "waiting_since"}
    in_force(world, "automations", rule("late", {"act": "tag", "tag": "late"}, on=four))
    ticket, other = mail(world), mail(world, seconds=1)
    assert work(NOON + 3 * HOUR) == 1  # the round that looks for older tickets
    reply(other, by=world.agents["sara"], text="سلام", now=NOON + 2 * HOUR)
    work(NOON + 4 * HOUR + timedelta(seconds=5))
    assert tags(ticket) == ["late"] and tags(other) == []
    writes(other, NOON + 5 * HOUR)
    work(NOON + 8 * HOUR)
    assert tags(other) == []
    work(NOON + 9 * HOUR)
    assert tags(other) == ["late"]
    assert Wait.objects.filter(due_at__isnull=False).count() == 0


def test_again_and_again_while_it_lasts(world: World, work) -> None:  # type: ignore[no-untyped-def]
    each = {"after_hours": 2, "since": "waiting_since", "again": True}
    in_force(world, "automations", rule("tell", {"act": "tell", "whom": "manager"}, on=each))
    ticket = mail(world)
    for hour in (2, 4, 6):
        work(NOON + hour * HOUR)
        work(NOON + hour * HOUR + timedelta(minutes=5))
    assert ticket.events.filter(name="ticket.told").count() == 3
    reply(ticket, by=world.agents["sara"], text="سلام", now=NOON + 7 * HOUR)
    work(NOON + 20 * HOUR)
    assert ticket.events.filter(name="ticket.told").count() == 3


def test_solved_for_three_days_it_is_closed(world: World, work) -> None:  # type: ignore[no-untyped-def]
    on = {"after_hours": 72, "since": "solved_at"}
    in_force(world, "automations", rule("close", {"act": "close"}, on=on))
    ticket = solve(mail(world), by=world.agents["sara"], now=NOON)
    work(NOON + 71 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).status == "solved"
    work(NOON + 73 * HOUR)
    assert Ticket.objects.get(pk=ticket.pk).status == "closed"


def test_tickets_that_were_there_before_the_rule(world: World, work, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(waits, "PIECE", 2)
    old = [mail(world, seconds=number) for number in range(5)]
    in_force(world, "automations",
             rule("late", {"act": "tag", "tag": "late"}, on={"after_hours": 4, "since": "created_at"}))  # fmt: skip
    work(NOON + HOUR)
    assert Wait.objects.count() == 5
    work(NOON + 5 * HOUR)
    assert all(tags(one) == ["late"] for one in old)


def test_every_morning_over_all_that_match(world: World, work, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr(waits, "PIECE", 2)
    at_two = {"at": "14:00", "days": list(range(7)), "zone": "Asia/Tehran"}  # two hours after noon
    subject = {"field": "subject", "is": "has_any", "value": ["پرداخت"]}
    in_force(world, "automations", rule("day", {"act": "note", "text": "هر روز"}, on=at_two, when=subject))
    tickets = [mail(world, seconds=number) for number in range(5)]
    work(NOON + HOUR)
    assert not tickets[0].messages.filter(kind="note").exists()
    for hours in (2, 3, 26):
        work(NOON + hours * HOUR)
    assert [one.messages.filter(kind="note").count() for one in tickets] == [2] * 5
    assert Round.objects.get().due_at == NOON + 50 * HOUR


def test_a_rule_that_is_gone_leaves_nothing_behind(world: World, work) -> None:  # type: ignore[no-untyped-def]
    in_force(world, "automations",
             rule("late", {"act": "tag", "tag": "late"}, on={"after_hours": 4, "since": "created_at"}))  # fmt: skip
    ticket = mail(world)
    in_force(world, "automations", rule("other", {"act": "tag", "tag": "x"}, on=["ticket.closed"], when=BANK))
    work(NOON + 5 * HOUR)
    assert tags(ticket) == [] and not Wait.objects.filter(due_at__isnull=False).exists()
    assert not Round.objects.filter(due_at__isnull=False).exists()


def test_a_row_that_two_workers_hold_acts_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    in_force(world, "automations",
             rule("n", {"act": "note", "text": "یک بار"}, on={"after_hours": 4, "since": "created_at"}))  # fmt: skip
    ticket = mail(world)
    later = NOON + 5 * HOUR
    monkeypatch.setattr(waits, "clock", lambda: later)
    (row,) = due.claim(Wait, later)
    waits.look(row)
    with pytest.raises(due.LeaseLost):
        waits.look(row)
    assert ticket.messages.filter(kind="note").count() == 1
