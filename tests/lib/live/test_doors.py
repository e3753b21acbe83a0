"""Who is let into the live rooms, and for how long."""

from __future__ import annotations

import asyncio
import logging

import pytest

from pelekan.lib import live
from tests.lib.served import Client, Log, ask, rooms, run, say, status, ticket

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
