"""(f) Notices that go out by mail, beside bare SMTP:

    python bench/notices.py [--mails 10000] [--database postgresql://…] [--profile]

Ours: that many deliveries are due; the workers that `pelekan serve` starts claim them, compose each mail, hand it over and settle
it, durably. The floor: the very same mails, composed before, given to Python's `smtplib` over as many connections, which
stay open. The SMTP server is aiosmtpd in a process of its own; it keeps nothing. Half of the floor runs before, half after.
Goal ≤ 4 ×. --profile says where our time goes instead, by CPU time in one thread.
"""

from __future__ import annotations

import argparse
import cProfile
import multiprocessing
import pstats
import smtplib
import threading
import time
from datetime import timedelta
from typing import Any

import office

MAILS = 10_000


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mails", type=int, default=MAILS)
    parser.add_argument("--database", default="")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    mails = args.mails
    office.make(args.database)
    fill(mails)
    fresh = multiprocessing.get_context("spawn")
    counted, told = fresh.Value("i", 0), fresh.Queue()
    server = fresh.Process(target=serve, args=[told, counted], daemon=True)
    server.start()
    port = told.get(timeout=60)
    _through(port)
    raw = composed(mails)
    half = mails // 2
    least = bare(raw[:half], port)
    began, cpu = time.perf_counter(), time.process_time()
    watched() if args.profile else work()
    ours, spent = time.perf_counter() - began, time.process_time() - cpu
    least += bare(raw[half:], port)
    _check(mails)
    assert counted.value == 2 * mails, f"the server took {counted.value} of {2 * mails}"
    figure = f"{mails / ours:.0f} mails/s (floor {mails / least:.0f}, {spent / mails * 1000:.1f} ms CPU each): {ours / least:.1f} ×"
    office.tell(f"(f) {mails} notices by mail", figure, "≤ 4 ×")
    server.terminate()


def serve(told: Any, counted: Any) -> None:
    """An SMTP server on a port of its own that takes everything."""
    import asyncio

    from aiosmtpd.smtp import SMTP

    class Taker:
        async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
            with counted.get_lock():
                counted.value += 1
            return "250 taken"

    async def run() -> None:
        handler = Taker()
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(
            lambda: SMTP(handler, hostname="sink", enable_SMTPUTF8=True), "127.0.0.1", 0
        )
        told.put(listening.sockets[0].getsockname()[1])
        await listening.serve_forever()

    asyncio.run(run())


def _through(port: int) -> None:
    from pelekan.channels.models import Account
    from pelekan.tickets.models import Inbox

    for inbox in Inbox.objects.filter(channel="email"):
        values = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
        Account.objects.update_or_create(inbox=inbox, defaults=values)


def fill(mails: int) -> None:
    """So many solved requests by mail of as many customers, whose notice is due. One is made by the desk itself; the
    others are its rows with other names."""
    from pelekan.channels import telling
    from pelekan.channels.models import Delivery, Reference
    from pelekan.channels.outbox import mail_id_of
    from pelekan.lib.time import now as clock
    from pelekan.people.identify import customer_for
    from pelekan.people.models import Agent, Customer, Identity
    from pelekan.tickets.actions import receive, solve
    from pelekan.tickets.incoming import Incoming
    from pelekan.tickets.models import Conversation, Inbox, Message, Participant, Ticket

    now, inbox = clock(), Inbox.objects.filter(channel="email").order_by("pk").first()
    assert inbox is not None
    then = now - timedelta(hours=1)
    first = customer_for("email", "customer.0@example.net", name="مینا صالحی", verified=True, now=then)
    asked = receive(
        Incoming(
            inbox_id=inbox.pk, channel="email", customer_id=first.pk, text="سلام، مبلغ کم شد ولی سفارش ثبت نشد. " * 8,
            subject="پول کم شد، سفارش ثبت نشد", language="fa",
        ),
        now=then,
    )  # fmt: skip
    solve(asked.ticket, by=Agent.objects.order_by("pk")[0], now=then)
    telling.say_due(asked.ticket, now)
    said = Message.objects.filter(automatic=True).latest("pk")
    Delivery.objects.all().delete()
    ticket, talk = Ticket.objects.get(pk=asked.ticket_id), asked.conversation
    number = ticket.number or 0
    piece = 1_000
    for start in range(1, mails + 1, piece):
        places = range(start, min(start + piece, mails + 1))
        people = Customer.objects.bulk_create(Customer(name=f"مشتری {n}", language="fa") for n in places)
        addresses = [f"customer.{n}@example.net" for n in places]
        Identity.objects.bulk_create(
            Identity(customer=one, kind="email", address=address, verified_at=then)
            for one, address in zip(people, addresses, strict=True)
        )
        tickets = Ticket.objects.bulk_create(
            _other(ticket, customer=one, number=number + n) for n, one in zip(places, people, strict=True)
        )
        talks = Conversation.objects.bulk_create(
            _other(talk, ticket=its, customer=its.customer) for its in tickets
        )
        Participant.objects.bulk_create(
            Participant(conversation=its, address=address, name=its.customer.name, confirmed_at=then)
            for its, address in zip(talks, addresses, strict=True)
        )
        Message.objects.bulk_create(
            _other(asked, ticket=its.ticket, conversation=its, customer=its.customer) for its in talks
        )
        words = Message.objects.bulk_create(
            _other(said, ticket=its.ticket, conversation=its) for its in talks
        )
        ids = [mail_id_of(one, inbox) for one in words]
        Delivery.objects.bulk_create(
            Delivery(
                inbox=inbox, conversation=one.conversation, message=one, recipient=address, mail_id=mail_id, rank=1,
                due_at=now,
            )
            for one, address, mail_id in zip(words, addresses, ids, strict=True)
        )  # fmt: skip
        Reference.objects.bulk_create(
            Reference(mail_id=mail_id, conversation=one.conversation, message=one, ours=True)
            for one, mail_id in zip(words, ids, strict=True)
        )


def _other(row: Any, **values: Any) -> Any:
    """A row like this one."""
    names = {
        field.attname: getattr(row, field.attname)
        for field in row._meta.concrete_fields
        if not field.primary_key
    }
    for name, value in values.items():
        names.pop(f"{name}_id", None)
        names[name] = value
    return type(row)(**names)


def composed(mails: int) -> list[tuple[str, str, bytes]]:
    """(sender, recipient, bytes) of every mail that is due."""
    from pelekan.channels.email.compose import compose
    from pelekan.channels.email.letter import letter
    from pelekan.channels.models import Delivery

    found = []
    for row in Delivery.objects.filter(state="queued").order_by("pk")[: mails + 1].iterator():
        mail = letter(row, [row.message])
        found.append((mail.sender.address, row.recipient, compose(mail)))
    assert len(found) == mails
    return found


def bare(mails: list[tuple[str, str, bytes]], port: int) -> float:
    """Seconds that `smtplib` takes over as many connections as there are workers."""
    from pelekan.channels.email import send

    def some(part: list[tuple[str, str, bytes]]) -> None:
        line = smtplib.SMTP("127.0.0.1", port, local_hostname="bench")
        line.ehlo()
        for _sender, recipient, raw in part:
            line.sendmail("", [recipient], raw)  # as a machine's mail goes
        line.quit()

    hands = [
        threading.Thread(target=some, args=[mails[n :: send.JOB.threads]]) for n in range(send.JOB.threads)
    ]
    began = time.perf_counter()
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    return time.perf_counter() - began


def work() -> None:
    """The workers of `pelekan serve`, until nothing is due."""
    from pelekan.channels.email import send
    from pelekan.channels.models import Delivery
    from pelekan.lib.labour import Crew

    stop = threading.Event()
    crew = threading.Thread(target=Crew([send.JOB]).run, args=[stop])
    crew.start()
    while waiting := Delivery.objects.filter(due_at__isnull=False).order_by("due_at").first():
        assert not waiting.fault, waiting.fault_text
        time.sleep(0.1)
    stop.set()


def watched() -> None:
    """The same in this thread, and where its CPU time goes."""
    from pelekan.channels.email import send
    from pelekan.channels.models import Delivery
    from pelekan.lib import due
    from pelekan.lib.labour import Crew
    from pelekan.lib.time import now as clock

    crew, profile = Crew([send.JOB]), cProfile.Profile(time.thread_time)
    profile.enable()
    while due.next_due(Delivery, send.JOB.where_at(clock())) is not None:
        crew._work_on(send.JOB)
    profile.disable()
    found = pstats.Stats(profile)
    found.sort_stats("cumulative").print_stats(70)
    found.sort_stats("tottime").print_stats(25)


def _check(mails: int) -> None:
    """Every notice was sent, once."""
    from pelekan.channels.models import Delivery

    assert Delivery.objects.filter(state="sent", tries=1, maybe_twice_at=None).count() == mails


if __name__ == "__main__":
    main()
