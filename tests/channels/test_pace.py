"""Sending limits: over all workers and restarts, people first, and nobody waits for another mailbox."""

from __future__ import annotations

import contextlib
import random
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection

from pelekan.channels import pace
from pelekan.channels.email import send
from pelekan.channels.models import Account, Delivery, Dispatch, Pace
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.people.models import User
from pelekan.tickets.actions import receive, reply, say
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Inbox, Message
from tests.channels.mails import through
from tests.conftest import NOON
from tests.servers import SmtpServer

pytestmark = pytest.mark.django_db(transaction=True)


def ask(world: World, name: str, inbox: Inbox | None = None) -> Message:
    """Somebody with an address of his own writes."""
    customer = customer_for("email", f"{name}@example.net", name=name, verified=True)
    return receive(
        Incoming(
            inbox_id=(inbox or world.inboxes["mail"]).pk, channel="email", customer_id=customer.pk, text="?",
            subject=name, language="en", meta={"may_answer": False},
        ),
        now=clock(),
    )  # fmt: skip


def work(most: int = 1_000) -> int:
    """What a worker does until nothing is ready; returns how often it took something."""
    job = send.JOB
    for times in range(most):
        rows = due.claim(
            Delivery, clock(), job.at_once, job.lease, job.where, ready=job.ready, order=job.order
        )
        if not rows:
            return times
        for row in rows:
            with contextlib.suppress(due.LeaseLost):
                send.send(row)
    raise AssertionError("it never ends")


def sent() -> list[Delivery]:
    return list(Delivery.objects.filter(state="sent").order_by("sent_at", "pk"))


@pytest.mark.parametrize("seed", [1, 2])
def test_in_no_window_more_than_the_limit_and_people_first(world: World, smtp: SmtpServer, seed: int) -> None:
    through(world, smtp.port)
    Account.objects.update(per_minute=4, per_hour=9)
    dice = random.Random(seed)
    with time_machine.travel(NOON, tick=False) as hands:
        for number in range(14):
            first = ask(world, f"p{number}")
            if dice.random() < 0.5:
                say(first.conversation, "The desk says it.", because="notice")
            else:
                reply(first.ticket, by=world.agents["sara"], text="A person says it.")
        ranks = dict(Delivery.objects.values_list("recipient", "rank"))
        for _ in range(400):
            before = len(smtp.letters)
            work()
            batch = [ranks[letter.recipients[0]] for letter in smtp.letters[before:]]
            assert batch == sorted(batch)  # who was written to by a person goes first
            if len(sent()) == 14:
                break
            hands.shift(timedelta(seconds=dice.randint(5, 60)))
    times = [one.sent_at for one in sent() if one.sent_at]
    assert len(times) == len(smtp.letters) == 14  # each once, none forgotten
    for most, length in ((4, pace.MINUTE), (9, pace.HOUR)):
        for at in times:
            assert sum(at <= other < at + length for other in times) <= most
    assert {one.tries for one in sent()} == {1}  # waiting is no failed try


def test_a_new_answer_overtakes_what_waits(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    Account.objects.update(per_minute=1)
    with time_machine.travel(NOON, tick=False) as hands:
        for number in range(4):
            say(ask(world, f"n{number}").conversation, "Notice", because="notice")
        work()
        hands.shift(timedelta(seconds=30))
        reply(ask(world, "late").ticket, by=world.agents["sara"], text="At last")
        assert work() == 0  # closed: nobody even looks at them
        hands.shift(timedelta(seconds=31))
        work()
    assert [one.recipient for one in sent()] == ["n0@example.net", "late@example.net"]


def test_other_mailboxes_go_on(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    other = Inbox.objects.create(
        channel="email", name="Sales", key="sales", address="sales@chakad.example", team=world.teams["front"]
    )
    Account.objects.create(inbox=other, smtp_host="127.0.0.1", smtp_port=smtp.port, smtp_security="none")
    Account.objects.filter(inbox=world.inboxes["mail"]).update(per_minute=1)
    for number in range(3):
        reply(ask(world, f"a{number}").ticket, by=world.agents["sara"], text="x")
        reply(ask(world, f"b{number}", other).ticket, by=world.agents["sara"], text="x")
    work()
    assert sorted(one.recipient[0] for one in sent()) == ["a", "b", "b", "b"]


def test_workers_share_one_limit(world: World, smtp: SmtpServer) -> None:
    box = through(world, smtp.port)
    Account.objects.update(per_minute=5)
    box.refresh_from_db()
    let: list[Any] = []

    def many() -> None:
        for _ in range(5):
            let.append(pace.take(pace.Way(box), now=clock()))
        connection.close()

    threads = [threading.Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert let.count(None) == Dispatch.objects.count() == 5


@pytest.mark.parametrize(
    ("answer", "too_fast"),
    [
        ("421 4.7.28 Our system has detected an unusual rate of mail", True),
        ("450 4.2.1 The user you are trying to contact is receiving mail at a rate that prevents", True),
        ("452 4.5.3 Too many recipients this hour", True),
        ("432 4.3.2 Concurrent connections limit exceeded", True),
        ("451 4.7.1 Greylisted, please try again later", False),
        ("452 4.2.2 Mailbox full", False),
        ("550 5.7.1 rate limit exceeded", False),
    ],
)
def test_what_a_server_means(answer: str, too_fast: bool) -> None:
    assert pace.is_too_fast(int(answer[:3]), answer) is too_fast


def test_a_server_that_wants_less_gets_less(world: World, smtp: SmtpServer) -> None:
    through(world, smtp.port)
    smtp.mailman.answers["mail"] = lambda address: "421 4.7.0 Too many messages, slow down"
    with time_machine.travel(NOON, tick=False) as hands:
        for number in range(3):
            reply(ask(world, f"r{number}").ticket, by=world.agents["sara"], text="x")
        assert work() == 1  # the first one's answer holds for all of this account
        first = Pace.objects.get()
        assert (first.why, Delivery.objects.filter(tries=0).count()) == ("server", 3)
        hands.shift(first.until - clock() + timedelta(seconds=1))
        work()
        second = Pace.objects.get()
        assert second.until - clock() > first.until - NOON  # longer each time
        del smtp.mailman.answers["mail"]
        hands.shift(second.until - clock() + timedelta(seconds=1))
        work()
        assert len(sent()) == 3


def test_the_ticket_and_the_health_page_say_why_it_waits(world: World, smtp: SmtpServer, client: Any) -> None:
    through(world, smtp.port)
    Account.objects.update(per_minute=1)
    reply(ask(world, "first").ticket, by=world.agents["sara"], text="x")
    ticket = ask(world, "second").ticket
    reply(ticket, by=world.agents["sara"], text="x")
    work()
    User.objects.update(language="en")
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    assert "Waits for the sending limit" in client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "waits for the sending limit" in client.get("/desk/settings/health/").content.decode()
    assert "sends again" in client.get("/desk/settings/health/").content.decode().lower()
