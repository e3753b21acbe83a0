"""Calls to customers as tasks."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.people.identify import claim, customer_for
from pelekan.people.models import IdentityKind
from pelekan.tickets import calls
from pelekan.tickets.actions import receive
from pelekan.tickets.models import Event, Ticket
from tests.conftest import NOON
from tests.statements import costs
from tests.tickets.test_actions import mail


@pytest.fixture
def ticket(world: World) -> Ticket:
    return receive(mail(world), now=NOON).ticket


def test_one_open_call_of_each_source(world: World, ticket: Ticket) -> None:
    first = calls.propose(ticket, because="late", source="sla", now=NOON)
    assert calls.propose(ticket, because="later", source="sla", now=NOON) == first
    by_hand = calls.propose(ticket, because="he asked for it", by=world.agents["sara"], now=NOON)
    assert by_hand != first and by_hand.source == "agent"
    calls.done(first, by=world.agents["sara"], outcome="no_answer", now=NOON + timedelta(minutes=5))
    again = calls.propose(ticket, because="late still", source="sla", now=NOON + timedelta(hours=1))
    assert again != first
    names = Event.objects.filter(ticket=ticket, name__startswith="call.").values_list("name", flat=True)
    assert list(names) == ["call.proposed", "call.proposed", "call.done", "call.proposed"]


def test_the_first_outcome_stays(world: World, ticket: Ticket) -> None:
    call = calls.propose(ticket, because="late", now=NOON)
    calls.done(call, by=world.agents["sara"], outcome="answered", text="He is content.", now=NOON)
    second = calls.done(call, by=world.agents["omid"], outcome="busy", now=NOON)
    assert (second.outcome, second.done_by) == ("answered", world.agents["sara"])
    assert calls.drop(call, by=None).outcome == "answered"
    with pytest.raises(ValueError, match="answered, no_answer"):
        calls.done(call, by=world.agents["sara"], outcome="maybe")


def test_proved_numbers_come_first(world: World, ticket: Ticket) -> None:
    emma = world.customers["emma"]
    claim(emma, IdentityKind.PHONE, "+441632960961", now=NOON)
    assert calls.propose(ticket, because="late", source="a", now=NOON).number == "+441632960961"
    customer_for("phone", "+441632960111", verified=True, now=NOON)
    emma.identities.create(kind="phone", address="+441632960222", verified_at=NOON)
    assert calls.numbers_of(emma) == [("+441632960222", True), ("+441632960961", False)]
    assert calls.propose(ticket, because="late", source="b", now=NOON).number == "+441632960222"


def test_a_list_shows_what_an_agent_may_see(world: World, ticket: Ticket) -> None:
    calls.propose(ticket, because="late", source="sla", now=NOON)
    sara, dara = world.agents["sara"], world.agents["dara"]
    assert [row["ticket_id"] for row in calls.waiting(sara)] == [ticket.pk]
    assert calls.count(sara) == 1 and calls.count(dara) == 0 and calls.waiting(dara) == []
    costs(lambda: calls.of_ticket(ticket.pk), 1)
    calls.drop(calls.of_ticket(ticket.pk)[0]["id"] and ticket.calls.get(), by=sara, because="answered")
    assert calls.count(sara) == 0
