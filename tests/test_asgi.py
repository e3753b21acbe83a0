"""The whole server: pages, live rooms and work beside them, from start to end."""

from __future__ import annotations

import asyncio
import threading

import pytest
from django.conf import settings

from pelekan import asgi
from pelekan.lib import live
from pelekan.tickets import events
from tests.lib.served import Client, ask, run, served, status

pytestmark = pytest.mark.django_db(transaction=True)


def test_pages_rooms_and_work_share_a_process_and_end_together() -> None:
    told: list[str] = []

    def work(stopped: threading.Event) -> None:
        told.append("begun")
        stopped.wait(600)
        told.append("ended")

    desk = asgi.Desk(beside=[work])
    with served(desk, hush=desk.hush) as server:

        async def scene() -> None:
            page = "GET /health/ HTTP/1.1\r\nHost: testserver\r\n\r\n"
            assert status(await ask(server.port, page)) == 200
            client = Client(server.port)
            opened = live.make_ticket(settings.SECRET_KEY, "agent:1", ["desk"])
            assert await client.open(opened) == 200
            assert (await client.frame())[0] == "open"  # type: ignore[index]
            assert desk.hub.wake in events.listeners
            await asyncio.to_thread(server.stop)
            assert (await client.frame())[1] == {"why": "restart"}  # type: ignore[index]

        run(scene())
        assert not server.thread.is_alive()
    assert told == ["begun", "ended"]
    assert desk.hub.wake not in events.listeners


@pytest.mark.parametrize(
    ("base", "hosts", "expected"),
    [
        ("https://desk.example.org", (), ["https://desk.example.org"]),
        (
            "https://desk.example.org",
            ("help.example.org",),
            ["https://desk.example.org", "https://help.example.org"],
        ),
        ("http://127.0.0.1:8000", (), []),
        ("http://localhost:8000", (), []),
    ],
)
def test_who_may_open_streams(settings, base, hosts, expected) -> None:  # type: ignore[no-untyped-def]
    settings.BASE_URL = base
    settings.CONFIG = type("Config", (), {"allowed_hosts": hosts})
    assert asgi.origins() == expected
