"""A desk on which an answer waits to be sent, and that may be killed on the way.

    python -m tests.faults.undo_desk prepare
    python -m tests.faults.undo_desk work LIVES

Its database is where PELEKAN_TEST_DATABASE says. Each life works off what is due.
"""

# ruff: noqa: E402 (Django is set up before the models are imported)
from __future__ import annotations

import contextlib
import json
import os
import sys
from datetime import timedelta
from typing import Any

os.environ.setdefault("PELEKAN_TESTING", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")

import django

django.setup()


from pelekan.channels.models import Delivery
from pelekan.demo.world import build
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets import actions
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Message, Pending, Ticket
from pelekan.tickets.pending import answers
from tests import template


def prepare() -> None:
    template.tables()
    world = build()
    sara = world.agents["sara"]
    actions.describe_self(sara, undo_seconds=10)
    then = clock() - timedelta(hours=1)
    ticket = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["mina"].pk,
            text="سلام", subject="پول کسر شد", language="fa",
        ),
        now=then,
    ).ticket  # fmt: skip
    words = answers.Words(text="جواب", typed="<p>جواب</p>", client_id="a", then="solve")
    assert answers.prepare(ticket, answers.Way(ticket.conversations.get()), words, by=sara, now=then)


def work() -> None:
    Pending.objects.filter(leased_until__isnull=False).update(leased_until=clock() - timedelta(hours=1))
    for row in due.claim(Pending, clock(), 10, answers.JOB.lease):
        with contextlib.suppress(due.LeaseLost):
            answers.JOB.do(row)


def look() -> dict[str, Any]:
    """What came of it."""
    return {
        "answers": Message.objects.filter(automatic=False, kind="outgoing").count(),
        "mails": Delivery.objects.filter(message__automatic=False).count(),
        "waiting": Pending.objects.count(),
        "status": Ticket.objects.get().status,
    }


def main(arguments: list[str]) -> None:
    if arguments[0] == "prepare":
        prepare()
    else:
        for _ in range(int(arguments[1])):  # so many lives
            work()
        print(json.dumps(look()))


if __name__ == "__main__":
    main(sys.argv[1:])
