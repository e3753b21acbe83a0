"""What automations can listen to, each heard when it really happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.routing.rules import AUTOMATED_ON
from pelekan.tickets import calls
from pelekan.tickets.actions import accept, escalate, receive, reply, send_back
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Call, Decision, Ticket
from pelekan.tickets.promises import keeping
from pelekan.web.admin.rule_words import automated_on
from tests.conftest import NOON
from tests.routing.test_engine import in_force, mail, rule

HOUR = timedelta(hours=1)


def loses_patience(world: World, ticket: Ticket) -> None:
    for turn in range(1, 7):
        reply(ticket, by=world.agents["sara"], text="لطفاً شمارهٔ سفارش را بفرستید.", now=NOON + turn * HOUR)
        talk = ticket.conversations.get()
        text = "بار چندم است؟!! این افتضاح است!!!"
        receive(
            Incoming(ticket.inbox_id, "portal", ticket.customer_id, text, conversation_id=talk.pk),
            now=NOON + turn * HOUR + timedelta(minutes=30),
        )


def is_phoned(world: World, ticket: Ticket) -> None:
    call = calls.propose(ticket, because="؟", by=world.agents["sara"], now=NOON)
    calls.done(Call.objects.get(pk=call.pk), by=world.agents["sara"], outcome="answered", now=NOON)


def breaks_a_promise(world: World, ticket: Ticket) -> None:
    reply(ticket, by=world.agents["sara"], text="فردا ساعت ۱۰ خبر می‌دهیم.", now=NOON)
    keeping.fall_due(ticket, NOON + 40 * HOUR)


def hands_over(world: World, ticket: Ticket) -> None:
    escalate(
        ticket, world.teams["technical"], by=world.agents["sara"], because="خطا", despite="خطا", now=NOON
    )


def accepts(world: World, ticket: Ticket) -> None:
    hands_over(world, ticket)
    accept(ticket, by=world.agents["laila"], now=NOON + HOUR)


def sends_back(world: World, ticket: Ticket) -> None:
    hands_over(world, ticket)
    send_back(ticket, by=world.agents["laila"], because="نسخه؟", missing=["steps"], now=NOON + HOUR)


@pytest.mark.parametrize(
    ("event", "happens"),
    [
        ("ticket.frustrated", loses_patience), ("call.done", is_phoned), ("promise.missed", breaks_a_promise),
        ("ticket.accepted", accepts), ("ticket.returned", sends_back),
    ],
)  # fmt: skip
def test_an_automation_hears_it(world: World, event: str, happens: Callable[[World, Ticket], None]) -> None:
    in_force(world, "automations", rule("hears", {"act": "tag", "tag": "heard"}, on=[event]))
    ticket = mail(world, "سلام")
    happens(world, ticket)
    assert ticket.tags.filter(name="heard").exists()
    found = Decision.objects.filter(ticket=ticket, kind="automations").order_by("id").first()
    assert found and found.facts["event"] == event


def test_whatever_can_be_listened_to_has_words() -> None:
    assert set(automated_on()) == set(AUTOMATED_ON)
