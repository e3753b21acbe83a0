"""Repeat contacts among the insights: numbers, the contacts behind them, what the page costs."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.knowledge.trail import again
from pelekan.lib.time import now
from tests.knowledge.trail.test_again import ask
from tests.web.workspace.test_answers import signed_in

HOUR = timedelta(hours=1)
COSTS = {"": 12, "contacts/": 9}


@pytest.fixture
def nika(world: World) -> Client:
    at = now() - timedelta(days=2)
    first = ask(world, "mina", at)
    ask(world, "mina", at + HOUR, "باز هم من", channel="chat")
    ask(world, "mina", at + 3 * HOUR, "خبری نشد؟", on=first)
    ask(world, "yusuf", at, "سؤال یوسف")
    again.catch_up()
    return signed_in(world.agents["nika"])


def rows(client: Client, query: str) -> list[list[str]]:
    """The lines of the file, without its title and columns."""
    text = client.get(f"/desk/insights/again/{query}&csv=1").content.decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))[2:]


def test_each_number_leads_to_its_contacts_and_these_to_the_tickets(nika: Client, world: World) -> None:
    page = nika.get("/desk/insights/again/?period=year").content.decode()
    for query in ("only=began", "only=news", "channel=chat", "channel=portal", "category=0", "since="):
        assert query in page, query
    whole = "contacts/?period=year"
    assert [line[4] for line in rows(nika, whole)] == ["#۱۰۰۱ چادر پاره است"] * 2
    assert [line[2] for line in rows(nika, f"{whole}&only=began")] == [
        line[2] for line in rows(nika, f"{whole}&channel=chat")
    ]
    assert len(rows(nika, f"{whole}&only=news")) == len(rows(nika, f"{whole}&only=news&category=0")) == 1
    assert not rows(nika, f"{whole}&only=began&channel=portal") and not rows(
        nika, f"{whole}&since=2000-01-01&until=2000-01-01"
    )
    shown = nika.get(f"/desk/insights/again/{whole}").content.decode()
    assert shown.count('href="/desk/tickets/') >= 4 and "سؤال یوسف" not in shown


def test_the_pages_cost_the_same_statements_for_two_contacts_and_for_many(nika: Client, world: World) -> None:
    def costs() -> dict[str, int]:
        found = {}
        for address in COSTS:
            nika.get(f"/desk/insights/again/{address}?period=year")
            with CaptureQueriesContext(connection) as seen:
                assert nika.get(f"/desk/insights/again/{address}?period=year").status_code == 200
            found[address] = len(seen)
        return found

    before = costs()
    for number in range(40):
        ask(world, "mina", now() - timedelta(days=1, minutes=number), f"سؤال {number}")
    again.catch_up()
    assert costs() == before == COSTS
