"""The event log as the live rooms read it, and the way of a commit to an open stream."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.db import connection, connections, transaction

from pelekan.demo.world import World, build
from pelekan.tickets import events, feed
from pelekan.tickets.actions import note, receive
from pelekan.tickets.incoming import Incoming
from tests.conftest import NOON
from tests.lib.served import Client, Rooms, run, served, ticket


def line(world: World) -> Incoming:
    return Incoming(
        inbox_id=world.inboxes["shop"].pk,
        channel="chat",
        customer_id=world.customers["mina"].pk,
        text="سلام",
        language="fa",
    )


def test_rows_after_an_id_in_order(world: World) -> None:
    before = feed.latest()
    message = receive(line(world))
    rows = feed.Feed().after(before, 100)
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert rows[-1][0] == feed.latest()
    assert f"ticket:{message.ticket_id}" in rows[0][2].split()
    assert len(feed.Feed().after(before, 1)) == 1


def test_a_page_resumes_from_what_it_has_seen(world: World) -> None:
    receive(line(world))
    assert 0 <= feed.resume_id() <= feed.latest()


@pytest.mark.django_db(transaction=True)
def test_a_committed_action_reaches_an_open_stream_at_once() -> None:
    world = build(NOON)
    looking = feed.Feed()
    looking.poll_every = 3_600  # so that nothing but the commit itself can bring it
    rooms = Rooms(looking)  # type: ignore[arg-type]
    events.listeners.append(rooms.hub.wake)
    try:
        with served(rooms, hush=rooms.hub.close) as server:

            async def scene() -> None:
                message = await asyncio.to_thread(act, lambda: receive(line(world)))
                subject = f"ticket:{message.ticket_id}"
                client = Client(server.port)
                await client.open(ticket("agent:1", subject))
                await client.frame()
                sara = world.agents["sara"]
                await asyncio.to_thread(act, lambda: note(message.ticket, by=sara, text="ببینید"))
                poke = await client.poke()
                assert poke["topics"] == [subject]
                client.close()

            run(scene())
    finally:
        events.listeners.remove(rooms.hub.wake)


def act(do):  # type: ignore[no-untyped-def]
    """In another thread, whose connection must not outlive the test."""
    try:
        return do()
    finally:
        connections.close_all()


@pytest.mark.django_db(transaction=True)
def test_other_processes_hear_of_a_commit() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("only PostgreSQL announces commits")
    heard, stopped = threading.Event(), threading.Event()
    listener = threading.Thread(target=feed.Feed().listen, args=[heard.set, stopped])
    listener.start()
    try:
        assert heard.wait(60)
        heard.clear()
        with transaction.atomic():
            feed.announce()
            assert not heard.wait(0.2)
        assert heard.wait(60)
    finally:
        stopped.set()
        listener.join(60)
