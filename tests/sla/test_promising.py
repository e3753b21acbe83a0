"""Until when a customer hears from a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.sla import calendars, promising
from pelekan.sla.models import BusinessHours
from pelekan.sla.presets import document_348
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import receive, reply, wait
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.conftest import NOON

THURSDAY = NOON + timedelta(days=4, minutes=7)  # 12:07 in Tehran; the office closes at 13:00 until Saturday


def put(change=lambda policy: None) -> None:
    body = document_348()
    change(body["policies"][0])
    rulebooks.enable(rulebooks.keep("sla", body, by=None), by=None)


def asked(world: World, now) -> Ticket:
    message = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["mina"].pk,
            text="سلام", subject="موضوع",
        ),
        now=now,
    )  # fmt: skip
    return Ticket.objects.select_related("tier", "inbox").get(pk=message.ticket_id)


def test_a_day_rounded_to_a_quarter(world: World) -> None:
    put()
    ticket = asked(world, NOON + timedelta(minutes=7))
    assert promising.of_ticket(ticket) == NOON + timedelta(days=1, minutes=15)


def test_nobody_is_promised_an_answer_for_a_closed_day(world: World) -> None:
    """Three working hours from Thursday noon end on Saturday, long after the 24 hours."""
    put()
    ticket = asked(world, THURSDAY)
    at = promising.of_ticket(ticket)
    assert at is not None
    assert at > THURSDAY + timedelta(days=1)
    BusinessHours.objects.all().delete()
    calendars.forget()
    fresh = Ticket.objects.select_related("tier", "inbox").get(pk=ticket.pk)
    fresh.pk = 0
    assert promising.for_new(fresh, THURSDAY) == THURSDAY + timedelta(days=1, minutes=8)


def test_what_is_said_before_is_what_is_said_after(world: World) -> None:
    put()
    for now in (NOON, THURSDAY):
        ticket = asked(world, now)
        would_be = Ticket.objects.select_related("tier", "inbox").get(pk=ticket.pk)
        would_be.pk = 0
        assert promising.for_new(would_be, now) == promising.of_ticket(ticket)


@pytest.mark.parametrize("promise", [None, 60])
def test_without_a_public_promise_nothing_is_said(world: World, promise: int | None) -> None:
    put(lambda policy: policy.update(promise=promise))
    ticket = asked(world, NOON)
    assert (promising.of_ticket(ticket) is None) == (promise is None)


def test_no_promise_once_answered_or_while_we_wait(world: World) -> None:
    put()
    ticket = asked(world, NOON)
    reply(ticket, by=world.agents["sara"], text="سلام", now=NOON + timedelta(minutes=1))
    assert promising.of_ticket(ticket) is None
    other = asked(world, NOON)
    wait(other, by=world.agents["sara"], now=NOON + timedelta(minutes=1))
    assert promising.of_ticket(other) is None


def test_without_service_levels_nothing_is_said(world: World) -> None:
    assert promising.of_ticket(asked(world, NOON)) is None
