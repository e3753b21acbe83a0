"""Many, slow and half-open streams, and the end of the server."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time

from pelekan.lib import live, wire
from pelekan.lib.live.hub import Hub
from pelekan.lib.live.stream import Stream
from tests.lib.served import SECRET, Client, Log, ask, rooms, run, status, ticket


def test_one_more_stream_of_a_subject_ends_its_oldest():
    with rooms(limits=live.Limits(streams_per_subject=2)) as (_, app, server):

        async def scene():
            clients = [Client(server.port) for _ in range(3)]
            for client in clients:
                assert await client.open(ticket("agent:5", "desk")) == 200
                await client.frame()
            assert await clients[0].frame() == ("bye", {"why": "elsewhere"})
            assert len(app.hub) == 2

        run(scene())


def test_streams_per_address_and_in_all_are_bounded():
    hub = Hub(Log(), live.Limits(streams_per_address=1, streams=2))

    async def scene():
        async def send(message):
            return

        for number, address in enumerate(("192.0.2.1", "127.0.0.1")):
            assert not hub.crowded(address)
            grant = live.read_ticket(SECRET, ticket(f"visitor:{number}", "desk"), time.time())
            hub.join(Stream(grant, address, send), None)
            if number == 0:
                assert "one address" in hub.crowded("192.0.2.1")
        assert "all the streams" in hub.crowded("192.0.2.7")

    run(scene())


def test_a_consumer_that_does_not_read_is_cut_and_resumes():
    with rooms(limits=live.Limits(replay=100_000)) as (log, app, server):

        async def scene():
            slow = socket.socket()
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            slow.connect(("127.0.0.1", server.port))
            slow.sendall(
                f"GET /live/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Live {ticket('agent:5', 'desk')}\r\n\r\n".encode()
            )
            while len(app.hub) == 0:
                await asyncio.sleep(0.01)
            name, count = "x" * 200, 0
            while len(app.hub):
                log.rows = [*log.rows, *((count + n, name, "desk") for n in range(1, 2_001))]
                count += 2_000
                live.wake()
                await asyncio.sleep(0.02)
            assert count < 100_000
            slow.close()
            while app.hub.resume_id < count:
                await asyncio.sleep(0.01)
            back = Client(server.port)
            await back.open(ticket("agent:5", "desk"), since=count - 3)
            assert [(await back.poke())["id"] for _ in range(3)] == [count - 2, count - 1, count]

        run(scene())


def test_ch_04_slow_loris(monkeypatch):
    """Half-open requests and handshakes are cut; others do not notice, neither while they stand nor when they go."""
    with rooms() as (log, _, server):

        async def half_open(begin: bytes) -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(begin)
            with contextlib.suppress(ConnectionError):
                while await reader.read(1000):
                    pass

        async def scene():
            begins = [
                b"",
                b"GET /live/stream HTTP/1.1\r\nHost: x\r\n",
                b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX-a: ",
            ]
            monkeypatch.setattr(wire, "HEAD_SECONDS", 3_600)
            standing = [asyncio.ensure_future(half_open(begins[n % 3])) for n in range(150)]
            client = Client(server.port)
            assert await client.open(ticket("agent:5", "desk")) == 200
            log.add("desk")
            assert (await client.poke())["id"] == 1
            assert not any(one.done() for one in standing)
            monkeypatch.setattr(wire, "HEAD_SECONDS", 0.3)
            await asyncio.gather(*(half_open(begins[n % 3]) for n in range(150)))
            for one in standing:
                one.cancel()
            log.add("desk")
            assert (await client.poke())["id"] == 2
            assert not client.reader.at_eof()

        run(scene())


def test_endless_heads_are_cut():
    with rooms() as (_, _, server):
        many = "GET / HTTP/1.1\r\nHost: x\r\n" + "".join(f"X-{n}: y\r\n" for n in range(200)) + "\r\n"
        assert status(run(ask(server.port, many))) == 431
        assert (
            status(run(ask(server.port, f"GET / HTTP/1.1\r\nHost: x\r\nX-a: {'y' * 40_000}\r\n\r\n"))) == 431
        )
        assert status(run(ask(server.port, f"GET /{'y' * 40_000} HTTP/1.1\r\nHost: x\r\n\r\n"))) == 431


def test_open_streams_do_not_hold_up_a_restart():
    with rooms(limits=live.Limits(beat=3_600)) as (_, app, server):

        async def scene():
            clients = [Client(server.port) for _ in range(50)]
            for n, client in enumerate(clients):
                await client.open(ticket(f"visitor:{n}", "desk"))
            threading.Thread(target=server.stop).start()
            for client in clients:
                assert await client.frame() == ("open", {"beat": 3_600})
                assert await client.frame() == ("bye", {"why": "restart"})
            while server.thread.is_alive():
                await asyncio.sleep(0.01)

        run(scene())
