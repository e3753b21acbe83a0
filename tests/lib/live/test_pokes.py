"""Pokes over a real server: delivery, resumption, polling."""

from __future__ import annotations

import asyncio
import json
import random

from pelekan.lib import live
from tests.lib.served import Client, Log, ask, rooms, run, status, ticket


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


def test_a_source_that_fails_is_asked_again():
    log = Log()
    with rooms(log) as (_, _, server):

        async def scene():
            client = Client(server.port)
            await client.open(ticket("agent:5", "desk"))
            after, log.after = log.after, lambda id, limit: 1 / 0
            live.wake()
            await asyncio.sleep(0.1)
            log.after = after
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
