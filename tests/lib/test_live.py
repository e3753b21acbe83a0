"""The live rooms over a real server: delivery, resumption, limits, refusals."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import random
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from pelekan.lib import live, wire
from pelekan.lib.live.hub import Hub
from pelekan.lib.live.stream import Stream
from tests.lib.served import SECRET, Client, Log, Rooms, Served, ask, run, say, served, status, ticket


@contextlib.contextmanager
def rooms(
    log: Log | None = None, limits: live.Limits | None = None, origins: tuple[str, ...] = ()
) -> Iterator[tuple[Log, Rooms, Served]]:
    log = log or Log()
    app = Rooms(log, limits, origins)
    with served(app, hush=app.hub.close) as server:
        yield log, app, server


# ── tickets ───────────────────────────────────────────────────────────────────────────────────────────────────────


def test_ticket_says_what_was_signed():
    grant = live.read_ticket(SECRET, ticket("agent:5", "team:3", "desk", name="سارا"), time.time())
    assert (grant.sub, grant.topics, grant.name) == ("agent:5", ("desk", "team:3"), "سارا")


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1] + "!", lambda t: "x" + t, lambda t: t.split(".")[0], lambda t: ""]
)
def test_spoiled_ticket_is_refused(spoil):
    with pytest.raises(live.Refused):
        live.read_ticket(SECRET, spoil(ticket("agent:5", "desk")), time.time())


def test_ticket_of_another_secret_or_time_is_refused():
    with pytest.raises(live.Refused, match="signed"):
        live.read_ticket("other", ticket("agent:5", "desk"), time.time())
    with pytest.raises(live.Refused, match="expired"):
        live.read_ticket(SECRET, ticket("agent:5", "desk", ttl=10), time.time() + 11)


def test_wildcards_and_too_many_topics_cannot_be_signed():
    for topics in (["conversation:*"], ["desk desk"], ["a:b:c"], [""], [f"ticket:{n}" for n in range(200)]):
        with pytest.raises(ValueError):
            live.make_ticket(SECRET, "agent:5", topics)


# ── pokes ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_poke_reaches_its_topics_and_names_only_what_the_stream_may_hear():
    with rooms() as (log, _, server):

        async def scene():
            visitor, agent = Client(server.port), Client(server.port)
            await visitor.open(ticket("visitor:9", "conversation:9"))
            await agent.open(ticket("agent:5", "desk", "team:3", "conversation:9"))
            log.add("conversation:8 team:4")
            log.add("conversation:9 team:3 agent:7")
            assert await visitor.poke() == {"id": 2, "name": "message.received", "topics": ["conversation:9"]}
            assert (await agent.poke())["topics"] == ["conversation:9", "team:3"]

        run(scene())


def test_what_was_missed_is_heard_on_return_in_order_and_once():
    with rooms() as (log, _, server):

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"))
            log.add("desk")
            assert (await client.poke())["id"] == 1
            client.close()
            for _ in range(5):
                log.add("desk")
            log.add("other")
            await client.open(ticket("agent:5", "desk"), since=client.last_id)
            assert [(await client.poke())["id"] for _ in range(5)] == [2, 3, 4, 5, 6]
            log.add("desk")
            assert (await client.poke())["id"] == 8

        run(scene())


def test_log_from_before_the_start_can_be_resumed_from():
    log = Log()
    for _ in range(30):
        log.add("desk")
    with rooms(log, live.Limits(ring=10)) as (_, app, server):
        assert app.hub.resume_id == 30

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"), since=25)
            assert [(await client.poke())["id"] for _ in range(5)] == [26, 27, 28, 29, 30]
            late = Client(server.port)
            await late.open(ticket("agent:5", "desk"), since=19)
            assert (await late.frame())[0] == "open"
            assert (await late.frame())[0] == "resync"

        run(scene())


def test_too_much_missed_is_a_resync_instead():
    with rooms(limits=live.Limits(replay=20)) as (log, app, server):

        async def scene():
            for _ in range(30):
                log.add("desk")
            while app.hub.resume_id < 30:
                await asyncio.sleep(0.01)
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"), since=0)
            assert (await client.frame())[0] == "open"
            assert (await client.frame())[0] == "resync"

        run(scene())


def test_an_id_that_commits_late_is_not_lost():
    with rooms(Log(overlap=5.0)) as (log, app, server):

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"))
            log.add("desk", id=12)
            assert (await client.poke())["id"] == 12
            log.add("desk", id=10)
            assert (await client.poke())["id"] == 10
            log.add("desk", id=13)
            assert (await client.poke())["id"] == 13, "and 12 is not told twice"
            # One who was away at that moment hears all of it again rather than missing 10.
            await client.open(ticket("agent:5", "desk"), since=client.last_id)
            assert [(await client.poke())["id"] for _ in range(3)] == [10, 12, 13]

        run(scene())


def test_fifty_clients_that_drop_at_random_lose_nothing():
    """Each hears each poke of its topic at least once, new ones in order."""
    random.seed(50)
    total = 400
    with rooms() as (log, _, server):

        async def listen(n: int) -> list[int]:
            heard: list[int] = []
            client = Client(server.port)
            client.last_id = "0"
            mine = ticket(f"visitor:{n}", f"conversation:{n % 5}", "last")
            while True:
                await client.open(mine, since=client.last_id)
                for _ in range(random.randint(1, 20)):
                    poke = await client.poke()
                    assert poke is not None
                    if "last" in poke["topics"]:
                        return heard
                    if not heard or poke["id"] > heard[-1]:
                        heard.append(poke["id"])
                client.close()

        async def scene():
            clients = [asyncio.ensure_future(listen(n)) for n in range(50)]
            expected: dict[int, list[int]] = {n: [] for n in range(5)}
            for number in range(total):
                expected[number % 5].append(log.add(f"conversation:{number % 5}"))
                if number % 10 == 0:
                    await asyncio.sleep(0.002)
            log.add("last")
            for n, client in enumerate(clients):
                assert await client == expected[n % 5]

        run(scene())


def test_poll_waits_and_answers_in_the_same_format():
    with rooms(limits=live.Limits(poll=0.2)) as (log, _, server):

        async def poll(since: int) -> str:
            head = f"GET /live/poll?since={since} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
            answer = await ask(
                server.port, f"{head}Authorization: Live {ticket('visitor:9', 'desk')}\r\n\r\n"
            )
            assert status(answer) == 200
            return answer.decode().split("\r\n\r\n", 1)[1]

        async def scene():
            assert 'data: {"id"' not in await poll(0)
            waiting = asyncio.ensure_future(poll(0))
            await asyncio.sleep(0.05)
            log.add("desk")
            assert '"id":1' in await waiting
            assert '"id":1' in await poll(0), "what is there already is answered at once"

        run(scene())


# ── says ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_word_reaches_the_others_and_newcomers_while_it_holds():
    with rooms() as (_, _, server):

        async def scene():
            sara, amir, late = (Client(server.port) for _ in range(3))
            sara_ticket = ticket("agent:5", "ticket:42", name="Sara")
            await sara.open(sara_ticket)
            await amir.open(ticket("agent:6", "ticket:42"))
            await amir.frame()
            word = {"topic": "ticket:42", "kind": "looking", "data": {"since": 1}, "keep": 30}
            assert await say(server.port, sara_ticket, word) == 204
            kind, heard = await amir.frame()
            assert (kind, heard) == ("say", {**word, "from": "agent:5", "name": "Sara"})
            await late.open(ticket("agent:7", "ticket:42"))
            await late.frame()
            assert (await late.frame())[1]["from"] == "agent:5"
            assert await say(server.port, sara_ticket, {**word, "keep": 0}) == 204
            assert (await amir.frame())[1]["keep"] == 0
            newest = Client(server.port)
            await newest.open(ticket("agent:8", "ticket:42"))
            await newest.frame()
            assert await say(server.port, sara_ticket, {"topic": "ticket:42", "kind": "typing"}) == 204
            assert (await newest.frame())[1]["kind"] == "typing", "nothing kept came before"

        run(scene())


def test_ch_02_foreign_channel(caplog):
    """A ticket opens its own topics only, for hearing and for speaking."""
    caplog.set_level(logging.WARNING, "pelekan.security")
    with rooms() as (_, _, server):
        visitor = ticket("visitor:9", "conversation:9")
        for topic in ("conversation:8", "conversation:*", "*", "agent:5", "desk", "revoke:agent:5"):
            assert run(say(server.port, visitor, {"topic": topic, "kind": "typing"})) == 403
        assert len(caplog.records) == 6
        claims, signature = ticket("visitor:9", "conversation:8").split(".")[0], visitor.split(".")[1]
        assert run(Client(server.port).open(f"{claims}.{signature}")) == 401
        assert "visitor:9" in caplog.text
        assert "not signed" in caplog.text


def test_ch_05_flood_by_one_visitor():
    with rooms(limits=live.Limits(say_burst=5)) as (_, _, server):
        visitor = ticket("visitor:9", "conversation:9")
        word = {"topic": "conversation:9", "kind": "typing"}

        async def scene():
            answers = [await say(server.port, visitor, word) for _ in range(12)]
            assert answers[:5] == [204] * 5
            assert answers[-1] == 429
            other = ticket("visitor:10", "conversation:10")
            assert await say(server.port, other, {"topic": "conversation:10", "kind": "typing"}) == 204
            assert await say(server.port, other, b"x" * 1_000_000) in (413, 0)

        run(scene())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 900,
        b'{"topic":1,"kind":"typing"}',
        b'{"topic":"desk","kind":"A B"}',
        b"\xff",
    ],
)
def test_a_word_out_of_shape_is_a_bad_request(body):
    with rooms() as (_, _, server):
        assert run(say(server.port, ticket("agent:5", "desk"), body)) == 400


def test_odd_characters_pass_in_a_word():
    with rooms() as (_, _, server):

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:6", "desk"))
            await client.frame()
            body = b'{"topic":"desk","kind":"typing","data":"\\ud800\\n\\ndata: x\\u2028","keep":NaN}'
            assert await say(server.port, ticket("agent:5", "desk"), body) == 204
            assert (await client.frame())[1]["data"] == "\ud800\n\ndata: x\u2028"

        run(scene())


# ── doors ─────────────────────────────────────────────────────────────────────────────────────────────────────────

GOOD = "https://good.example"


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "https://good.example.evil.example",
        f"{GOOD}:8443",
        "http://good.example",
        "",
    ],
)
def test_ch_01_cross_site_stream(origin, caplog):
    """Refused before anything is accepted, and logged. A missing Origin with the ticket in the address is what
    another site's <img> or <script> could send; one in the Authorization header it could not."""
    caplog.set_level(logging.WARNING, "pelekan.security")
    with rooms(origins=(GOOD,)) as (_, app, server):
        line = f"Origin: {origin}\r\n" if origin else ""
        opened = ticket("agent:5", "desk")
        request = f"GET /live/stream?ticket={opened} HTTP/1.1\r\nHost: good.example\r\n{line}\r\n"
        assert status(run(ask(server.port, request))) == 403
        if origin:
            assert run(Client(server.port).open(opened, headers=line)) == 403
            assert run(say(server.port, opened, {"topic": "desk", "kind": "typing"}, line)) == 403
        assert len(app.hub) == 0
        assert opened not in caplog.text
        assert caplog.records


@pytest.mark.parametrize("line", [f"Origin: {GOOD}", "Sec-Fetch-Site: same-origin"])
def test_own_origin_opens(line):
    with rooms(limits=live.Limits(poll=0.01), origins=(GOOD,)) as (_, _, server):
        opened = ticket("agent:5", "desk")
        request = f"GET /live/poll?since=0&ticket={opened} HTTP/1.1\r\nHost: x\r\n{line}\r\n\r\n"
        assert status(run(ask(server.port, request))) == 200


@pytest.mark.parametrize(
    ("request_line", "code"),
    [
        ("GET /live/other", 404),
        ("POST /live/stream", 405),
        ("GET /live/say", 405),
        ("GET /live/stream?since=-1", 400),
        ("GET /live/stream?since=%27", 400),
    ],
)
def test_wrong_doors(request_line, code):
    with rooms() as (_, _, server):
        head = (
            f"{request_line} HTTP/1.1\r\nHost: x\r\nAuthorization: Live {ticket('agent:5', 'desk')}\r\n\r\n"
        )
        assert status(run(ask(server.port, head))) == code


def test_az_14_au_13_revocation_is_immediate():
    """An event with the topic revoke:<sub> ends its streams and its tickets; a new ticket works. Nothing else would
    end them: their time is not up, and the hub looks at that with its beat."""
    with rooms(limits=live.Limits(beat=3_600)) as (log, _, server):

        async def scene():
            client, other = Client(server.port), Client(server.port)
            old = ticket("agent:5", "team:3")
            await client.open(old)
            await other.open(ticket("agent:6", "team:3"))
            await client.frame()
            log.add("revoke:agent:5")
            assert await client.frame() == ("bye", {"why": "revoked"})
            assert await client.frame() is None
            assert await Client(server.port).open(old) == 401
            assert await say(server.port, old, {"topic": "team:3", "kind": "typing"}) == 401
            await asyncio.sleep(0.002)
            assert await Client(server.port).open(ticket("agent:5", "desk")) == 200
            log.add("team:3")
            assert (await other.poke())["id"] == 2

        run(scene())


def test_tickets_revoked_before_a_restart_stay_refused():
    log, old = Log(), ticket("agent:5", "team:3")
    log.add("revoke:agent:5")
    with rooms(log) as (_, _, server):
        assert run(Client(server.port).open(old)) == 401


def test_a_stream_ends_with_its_ticket():
    with rooms(limits=live.Limits(beat=1)) as (_, _, server):

        async def scene():
            client = Client(server.port)
            while await client.open(ticket("agent:5", "desk", ttl=0.3)) != 200:
                client.close()  # the machine was busy for so long that the ticket was over
            await client.frame()
            assert await client.frame() == ("bye", {"why": "expired"})

        run(scene())


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


def test_a_source_that_fails_is_asked_again():
    log = Log()
    with rooms(log) as (_, _, server):

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"))
            latest, log.latest = log.latest, lambda: 1 / 0
            live.wake()
            await asyncio.sleep(0.1)
            log.latest = latest
            log.add("desk")
            assert (await client.poke())["id"] == 1

        run(scene())


def test_frames_are_json_on_one_line():
    frame = live.stream.poke(7, 9, "message.received", ("ticket:42",)).decode()
    assert frame.startswith("id: 7\ndata: ")
    assert json.loads(frame.split("data: ")[1]) == {
        "id": 9,
        "name": "message.received",
        "topics": ["ticket:42"],
    }
