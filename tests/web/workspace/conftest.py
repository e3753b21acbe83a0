"""Agents at their desks, and tickets to look at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Message, Ticket
from tests.conftest import NOON

Write = Callable[..., Ticket]


@pytest.fixture
def at_desk(world: World) -> Callable[[str], Client]:
    """A signed-in browser of an agent, by his key in the demo world."""

    def sit(name: str) -> Client:
        client = Client()
        client.force_login(world.agents[name].user, backend="pelekan.people.backends.Backend")
        return client

    return sit


@pytest.fixture
def write(world: World) -> Write:
    """A customer writes: a new ticket, or with `into` on one that there is."""

    def do(
        text: str = "پرداخت انجام شد ولی سفارش ثبت نشد", *, customer: str = "mina", channel: str = "email",
        subject: str = "پول کسر شد", into: Ticket | None = None, **more: Any,
    ) -> Ticket:  # fmt: skip
        inbox = {"email": "mail", "chat": "shop", "portal": "portal", "api": "api"}[channel]
        message: Message = receive(
            Incoming(
                inbox_id=world.inboxes[inbox].pk, channel=channel, customer_id=world.customers[customer].pk,
                text=text, subject=subject, language="fa",
                conversation_id=into.conversations.get().pk if into else None, **more,
            ),
            now=NOON,
        )  # fmt: skip
        return Ticket.objects.get(pk=message.ticket_id)

    return do
