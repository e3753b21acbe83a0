"""A desk on which something happens, that tells it, and that may be killed on the way. Its lives (`tests.faults.lives`)
are called "prepare" and "work ROUNDS".

Its database is where PELEKAN_TEST_DATABASE says. Each life does what is not done yet: it gives the ticket to Sara, solves
it, and works off what is due.
"""

# ruff: noqa: E402 (Django is set up before the models are imported)
from __future__ import annotations

import contextlib
import json
import os
from datetime import timedelta
from typing import Any

os.environ.setdefault("PELEKAN_TESTING", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")

import django

django.setup()


from pelekan.channels import telling
from pelekan.channels.models import Delivery
from pelekan.demo.world import build
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Letter
from pelekan.tickets.actions import assign, receive, solve
from pelekan.tickets.bell import choosing, posting
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, BellChoice, Event, Message, Notice, Ticket
from tests import template


def prepare() -> None:
    template.tables()
    world = build()
    receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=world.customers["mina"].pk,
            text="سلام", subject="پول کسر شد", language="fa",
        ),
        now=clock() - timedelta(hours=2),
    )  # fmt: skip
    choosing.choose(world.agents["sara"], ways={"assigned": ["bell", "mail"]})


def work() -> None:
    for model in (Notice, BellChoice):  # it begins long after whatever life ended before
        model._default_manager.filter(leased_until__isnull=False).update(
            leased_until=clock() - timedelta(hours=1)
        )
    then = clock() - timedelta(hours=1)
    ticket = Ticket.objects.get()
    agents = {agent.user.email.partition("@")[0]: agent for agent in Agent.objects.select_related("user")}
    assign(ticket, agents["sara"], by=agents["nika"], now=then)
    if ticket.status != "solved":
        solve(ticket, by=agents["sara"], now=then)
    for job in (telling.JOB, posting.JOB):
        for row in due.claim(job.model, clock(), 10, job.lease, job.where):
            with contextlib.suppress(due.LeaseLost):
                job.do(row)


def look() -> dict[str, Any]:
    """What came of it."""
    return {
        "told": [one.meta["kinds"] for one in Message.objects.filter(automatic=True).order_by("pk")],
        "mails": Delivery.objects.count(),
        "waiting": Notice.objects.exclude(due_at=None).count(),
        "bells": Bell.objects.filter(kind="assigned").count(),
        "letters": Letter.objects.filter(kind="bell").count(),
        "solved": Event.objects.filter(name="ticket.solved").count(),
    }


def main(arguments: list[str]) -> None:
    if arguments[0] == "prepare":
        prepare()
    else:
        for _ in range(int(arguments[1])):
            work()
        print(json.dumps(look()))
