"""A desk on which a customer is being erased, and that may be killed on the way.

    python -m tests.faults.erase_desk prepare
    python -m tests.faults.erase_desk work

Its database is where PELEKAN_TEST_DATABASE says.
"""

# ruff: noqa: E402 (Django is set up before the models are imported)
from __future__ import annotations

import contextlib
import json
import os
import sys
from dataclasses import replace
from datetime import timedelta
from typing import Any

os.environ.setdefault("PELEKAN_TESTING", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")

import django

django.setup()


from pelekan import work
from pelekan.demo.world import build
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Identity, Letter
from pelekan.tickets import actions
from pelekan.tickets.actions import receive
from pelekan.tickets.erasing import asking, carrying
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Erasure, Event, Message, Ticket
from tests import template

WORD = "zebrafinch"
SMALL = [replace(part, at_once=1) for part in work.ERASED]


def prepare() -> None:
    template.tables()
    world = build()
    mina = world.customers["mina"]
    mail = mina.identities.get(kind="email").address
    actions.welcome(mail, language="fa")
    mina.refresh_from_db()
    for number in range(3):
        ticket = receive(
            Incoming(
                inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=mina.pk, text=f"{WORD} {number}",
                subject=WORD, language="fa",
            ),
        ).ticket  # fmt: skip
        actions.reply(ticket, by=world.agents["sara"], text=f"{WORD} answered")
    asking.grant(asking.ask(mina, by=mina), by=world.agents["arash"])


def carry() -> None:
    Erasure.objects.filter(leased_until__isnull=False).update(leased_until=clock() - timedelta(hours=1))
    for row in due.claim(Erasure, clock(), 10, carrying.LEASE):
        with contextlib.suppress(due.LeaseLost):
            carrying.carry_out(row, SMALL)


def look() -> dict[str, Any]:
    """What came of it."""
    row = Erasure.objects.get()
    return {
        "state": row.state,
        "words": Message.objects.filter(text__contains=WORD).count() + Ticket.objects.filter(subject=WORD).count(),
        "ways_in": Identity.objects.filter(customer=row.customer_id).count(),
        "open": Ticket.objects.open().count(),
        "last_notices": Letter.objects.filter(kind="erased").count(),
        "told": Event.objects.filter(name="customer.erased").count(),
        "sealed": bool(row.sealed),
    }  # fmt: skip


def main(arguments: list[str]) -> None:
    if arguments[0] == "prepare":
        prepare()
    else:
        carry()
        print(json.dumps(look()))


if __name__ == "__main__":
    main(sys.argv[1:])
