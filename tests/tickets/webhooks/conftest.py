"""A receiver on this machine, and a webhook that calls it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Webhook, WebhookCall
from pelekan.tickets.webhooks import keeping, sending
from tests.channels.sms.gateway import Fake, running


@pytest.fixture
def receiver() -> Iterator[Fake]:
    with running() as fake:
        fake.answer((200, {"ok": True}))
        yield fake


@pytest.fixture
def hook(world: World, receiver: Fake) -> Webhook:
    return keeping.save_webhook(
        None,
        by=world.agents["arash"],
        name="CRM",
        address=f"{receiver.base}/hook?team=1",
        events=["ticket.solved"],
    )


def work(*, later: timedelta = timedelta(), rounds: int = 1) -> list[WebhookCall]:
    """Do what is due now, or would be `later`."""
    done = []
    for _round in range(rounds):
        rows = due.claim(WebhookCall, clock() + later, limit=1, lease=sending.LEASE, ready=sending.ready)
        for row in rows:
            again = sending.send(row)
            if row.leased_until is not None:
                due.settle(row, again)
            done.append(row)
    return done
