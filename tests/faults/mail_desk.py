"""A desk that fetches, takes in, answers and sends until nothing is left to do; made to be killed on the way. Its lives
(`tests.faults.lives`) are called "prepare IMAP_PORT SMTP_PORT", "work" and "look".

Its database and files are where PELEKAN_TEST_DATABASE and PELEKAN_TEST_DATA say.
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

from django.conf import settings

from pelekan.channels.jobs import JOBS
from pelekan.channels.models import Account, Arrival, Delivery
from pelekan.demo.world import build
from pelekan.lib import due
from pelekan.lib.secrets import seal
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Attachment, Message, Ticket
from tests import template
from tests.servers import PASSWORD, USER


def prepare(imap_port: int, smtp_port: int) -> None:
    template.tables()
    world = build()
    Account.objects.create(
        inbox=world.inboxes["mail"], begin="all", due_at=clock(),
        imap_host="127.0.0.1", imap_port=imap_port, imap_security="none", imap_user=USER,
        imap_password=seal(PASSWORD, settings.SECRET_KEY),
        smtp_host="127.0.0.1", smtp_port=smtp_port, smtp_security="none",
    )  # fmt: skip


def work() -> None:
    """One life of the desk: it begins long after whatever life ended before."""
    for model in (Account, Arrival, Delivery):
        model._default_manager.filter(leased_until__isnull=False).update(
            leased_until=clock() - timedelta(hours=1)
        )
    Account.objects.update(due_at=clock())
    print("at work", flush=True)
    for _ in range(4):  # what one kind of work brings, the next round does
        for job in JOBS:
            _do_all(job)
        sara = Agent.objects.get(user__email="sara@chakad.example")
        for ticket in Ticket.objects.exclude(messages__agent=sara):
            reply(ticket, by=sara, text=f"answer to {ticket.pk}", client_id=f"answer-{ticket.pk}")


def _do_all(job: due.Job) -> None:
    seen: set[int] = set()
    while rows := due.claim(job.model, clock() + timedelta(minutes=1), 1, job.lease, job.where, without=seen):
        seen.add(rows[0].pk)
        with contextlib.suppress(due.LeaseLost):
            job.do(rows[0])


def look() -> dict[str, Any]:
    """What came of it."""
    return {
        "arrivals": list(Arrival.objects.values_list("fingerprint", "state")),
        "texts": list(Message.objects.filter(kind="incoming").values_list("text", flat=True)),
        "tickets": Ticket.objects.count(),
        "files": [
            [one.sha256, (settings.MEDIA_ROOT / one.path).exists()] for one in Attachment.objects.all()
        ],
        "deliveries": [
            [one.mail_id, one.recipient, one.state, one.maybe_twice_at is not None]
            for one in Delivery.objects.all()
        ],
    }


def main(arguments: list[str]) -> None:
    what, *rest = arguments
    if what == "prepare":
        prepare(*map(int, rest))
    elif what == "work":
        work()
    else:
        print(json.dumps(look()))
