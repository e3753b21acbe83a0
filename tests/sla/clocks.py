"""A desk whose clocks run, and what is asked of them. It opens on Sunday at nine in Tehran."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.sla.models import Timer
from pelekan.sla.timers import fire
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import receive
from pelekan.tickets.models import Event, Ticket
from tests.tickets.test_actions import line

MORNING = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)  # Sunday 9:00 in Tehran: the desk opens


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(hours: float) -> datetime:
    """So many working hours after nine on Sunday; the desk rests from one to two and at six."""
    return MORNING + timedelta(hours=hours if hours <= 4 else hours + 1)


def enable(body: dict[str, Any], now: datetime = MORNING) -> None:
    rulebooks.enable(rulebooks.keep("sla", body, by=None, now=now), by=None, now=now)


def run(now: datetime) -> int:
    """Do all that is due, as the workers do."""
    number = 0
    while rows := due.claim(Timer, now, 50, fire.JOB.lease):
        for row in rows:
            fire.fire_at(row, now)
            number += 1
    return number


def ask(world: World, now: datetime = MORNING, **values: Any) -> Ticket:
    inbox, emma = world.inboxes["mail"].pk, world.customers["emma"].pk
    shape = {"inbox_id": inbox, "channel": "email", "customer_id": emma, "language": "en"}
    return Ticket.objects.get(pk=receive(line(world, **{**shape, **values}), now=now).ticket_id)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def timer(ticket: Ticket, target: str) -> Timer:
    return Timer.objects.filter(ticket=ticket, target=target).latest("pk")


def names(ticket: Ticket, *wanted: str) -> list[tuple[str, datetime]]:
    return list(Event.objects.filter(ticket=ticket, name__in=wanted).values_list("name", "at"))


def policy(id: str, when: Any, within: int, **more: Any) -> dict[str, Any]:
    target = {"within_minutes": within, "clock": "elapsed", "steps": more.pop("steps", [])}
    return {"id": id, "name": id, "when": when, "targets": {"first_response": target, **more}}


URGENT = {"field": "priority", "is": "at_least", "value": 4}
