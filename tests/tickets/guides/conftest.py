"""A guide, and steps that were sent to Mina."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import receive, take
from pelekan.tickets.guides import keeping, sending
from pelekan.tickets.guides.models import Guide, SentGuide
from pelekan.tickets.guides.steps import in_language
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from pelekan.tickets.pending.answers import Way


@pytest.fixture
def guide(world: World) -> Guide:
    made = keeping.save(None, by=world.agents["arash"], name="ورود به حساب")
    keeping.paste(
        made, "برنامه را ببندید\nکش را پاک کنید\nدوباره وارد شوید", by=world.agents["arash"], language="fa"
    )
    made.refresh_from_db()
    return made


@pytest.fixture
def ticket(world: World) -> Ticket:
    message = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["mina"].pk, text="وارد نمی‌شوم",
            subject="ورود به حساب ممکن نیست", language="fa",
        ),
        now=clock() - timedelta(hours=1),
    )  # fmt: skip
    ticket = Ticket.objects.get(pk=message.ticket_id)
    take(ticket, by=world.agents["sara"])
    return Ticket.objects.get(pk=ticket.pk)


@pytest.fixture
def sent(world: World, guide: Guide, ticket: Ticket) -> SentGuide:
    way = Way(ticket.conversations.get())
    return sending.send(
        ticket, way, by=world.agents["sara"], steps=in_language(guide.steps, "fa"), intro="سلام", guide=guide, client_id="one"
    )  # fmt: skip
