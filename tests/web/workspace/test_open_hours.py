""" "Are you open on the holiday?": the answer stands under the question, until somebody has answered."""

from __future__ import annotations

import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets.actions import receive, reply
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.conftest import NOON


def asked(world: World, text: str, who: str = "emma", language: str = "en") -> Ticket:
    incoming = Incoming(
        inbox_id=world.inboxes["mail"].pk, channel="email", customer_id=world.customers[who].pk, text=text, language=language
    )  # fmt: skip
    return receive(incoming).ticket


def page(world: World, ticket: Ticket) -> str:
    browser = Client()
    browser.force_login(world.agents["nika"].user, backend="pelekan.people.backends.Backend")
    return browser.get(f"/desk/tickets/{ticket.pk}/").content.decode()


@time_machine.travel(NOON, tick=False)
def test_the_answer_stands_under_the_question_in_the_customers_language(world: World) -> None:
    ticket = asked(world, "Hello! Are you open on Nowruz?")
    shown = page(world, ticket)
    assert "From Sunday, 21 March 2027 to Wednesday, 24 March 2027 we are closed: Nowruz." in shown
    assert 'data-ask-at-once="From Sunday' in shown
    persian = page(world, asked(world, "سلام، فردا باز هستید؟", "mina", "fa"))
    assert "۲ آذر ۱۴۰۵" in persian


@time_machine.travel(NOON, tick=False)
def test_not_once_somebody_answered_and_not_for_other_questions(world: World) -> None:
    ticket = asked(world, "Are you open tomorrow?")
    reply(ticket, by=world.agents["sara"], text="Yes!")
    assert "ready-answer" not in page(world, ticket)
    assert "ready-answer" not in page(world, asked(world, "My order has not arrived."))
