"""What people say to each other over the live rooms: typing, looking."""

from __future__ import annotations

import logging

import pytest

from pelekan.lib import live
from tests.lib.served import Client, rooms, run, say, ticket


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
