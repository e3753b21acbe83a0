"""The live lists show exactly what `visible_to` allows, page by page, and are served by their indexes."""

from __future__ import annotations

import itertools
import random
from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.people.models import Agent
from pelekan.tickets import lists
from pelekan.tickets.actions import accept_chat, receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.lists import View
from pelekan.tickets.models import Ticket
from tests.conftest import NOON


def write(
    world: World, customer: str = "mina", channel: str = "email", text: str = "سلام", **values
) -> Ticket:
    inbox = {"email": "mail", "chat": "shop", "portal": "portal"}[channel]
    now = values.pop("now", NOON)
    message = receive(
        Incoming(
            inbox_id=world.inboxes[inbox].pk, channel=channel, customer_id=world.customers[customer].pk,
            text=text, subject=values.pop("subject", "موضوع"), **values,
        ),
        now=now,
    )  # fmt: skip
    return Ticket.objects.get(pk=message.ticket_id)


@pytest.fixture
def many(world: World) -> World:
    chance = random.Random(5)
    teams = list(world.teams.values())
    agents = [*world.agents.values(), None, None]
    for number in range(90):
        ticket = write(
            world, channel="chat" if number % 6 == 0 else "email", now=NOON + timedelta(minutes=number // 3)
        )
        team = chance.choice(teams)
        if ticket.channel == "chat" and number % 12 == 0:
            accept_chat(ticket.conversations.get(), by=chance.choice(agents[:-2]), now=NOON)
        Ticket.objects.filter(pk=ticket.pk).update(
            team=team, tier=team.tier, assignee=chance.choice(agents),
            status=chance.choice(["new", "open", "waiting", "on_hold", "solved", "closed"]),
            alarm=chance.choice([0, 0, 1, 2, 3]), rank_at=NOON + timedelta(minutes=chance.randrange(40)),
        )  # fmt: skip
    return world


def walked(view: View, agent: Agent, order: str = "newest") -> list[int]:
    found, key = [], ""
    while True:
        page, key = lists.rows(view, agent, key, limit=7, order=order)
        found += [line["id"] for line in page]
        if not key:
            return found


BY = {"newest": ("-last_at", "-id"), "oldest": ("last_at", "id"), "urgent": ("rank_at", "id")}


def expected(view: View, agent: Agent, order: str = "newest") -> list[int]:
    seen = Ticket.objects.visible_to(agent).order_by(*BY[lists.order_of(view, order)])
    if view.kind == "waiting":
        chats = seen.filter(conversations__state="waiting")
        return list(
            chats.order_by("conversations__started_at", "conversations__id").values_list("id", flat=True)
        )
    seen = seen.filter(status__in=["solved", "closed"]) if view.kind == "done" else seen.open()
    if view.kind == "mine":
        seen = seen.filter(Q(assignee=agent) | Q(conversations__agent=agent, conversations__state="active"))
    if view.team_id:
        seen = seen.filter(team_id=view.team_id)
    if view.kind in ("queue", "unassigned"):
        seen = seen.filter(assignee=None)
    return list(seen.values_list("id", flat=True))


def test_lists_are_what_may_be_seen(many: World) -> None:
    disabled = many.agents["omid"]
    disabled.disabled_at = NOON
    views = [View(kind) for kind in lists.KINDS]
    views += [View(kind, team.pk) for kind in ("queue", "team") for team in many.teams.values()]
    for view, agent in itertools.product(views, many.agents.values()):
        agent = Agent.objects.select_related("user").get(pk=agent.pk) if agent is not disabled else disabled
        wanted = expected(view, agent)
        assert walked(view, agent) == wanted, (view, agent)
        assert lists.counts([view], agent)[view.slug] == len(wanted)
        for order in ("urgent", "oldest"):
            assert walked(view, agent, order) == expected(view, agent, order), (view, agent, order)
        if view.kind not in ("waiting", "done"):
            late = Ticket.objects.filter(pk__in=wanted, alarm__gte=2)
            if view.kind == "mine":  # a chat that one is in is its owner's to be late with
                late = late.filter(assignee=agent)
            assert lists.counts([], agent, late=[view])[f"late:{view.slug}"] == late.count(), (view, agent)
        for number in [*wanted[:2], *Ticket.objects.values_list("id", flat=True)[:5]]:
            seen = Ticket.objects.visible_to(agent).filter(pk=number).exists()
            assert (lists.row(number, agent) is not None) == seen


def test_a_count_stops_early(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lists, "MOST_COUNTED", 3)
    for _ in range(5):
        write(world)
    assert lists.counts([View("all")], world.agents["nika"]) == {"all": 3, "levels": 3}


def plan_of(sql: str) -> str:
    """How the database would answer. PostgreSQL scans a small table whatever its indexes, so it is told not to."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("EXPLAIN QUERY PLAN " + sql)
            return " ".join(line[3] for line in cursor.fetchall())
        for habit in ("seqscan", "sort", "bitmapscan"):
            cursor.execute(f"SET LOCAL enable_{habit} = off")
        cursor.execute("EXPLAIN " + sql)
        return " ".join(line[0] for line in cursor.fetchall())


def test_one_query_and_its_index(many: World) -> None:
    sara, nika = many.agents["sara"], many.agents["nika"]
    ranked = [
        (View("mine"), sara, "rank_mine", "urgent"),
        (View("all"), nika, "rank_all", "urgent"),
        (View("all"), sara, "rank_tier", "urgent"),
        (View("unassigned"), nika, "rank_mine", "urgent"),
        (View("queue", many.teams["front"].pk), sara, "rank_", "urgent"),
        (View("team", many.teams["front"].pk), nika, "rank_team", "urgent"),
        (View("all"), nika, "open_all", "oldest"),
    ]
    newest = [
        (View("mine"), sara, "open_mine"),
        (View("all"), nika, "open_all"),
        (View("all"), sara, "open_tier"),
        (View("unassigned"), nika, "open_mine"),
        (View("team", many.teams["front"].pk), nika, "open_team"),
        (View("done"), nika, "list_all"),
        (View("done"), sara, "done_tier"),
        (View("waiting"), sara, "chat_queue"),
    ]
    for view, agent, index, order in [*ranked, *((*one, "newest") for one in newest)]:
        agent = Agent.objects.select_related("user").get(pk=agent.pk)
        _ = agent.tier_ids, agent.eyes
        with CaptureQueriesContext(connection) as seen:
            lists.rows(view, agent, order=order)
        assert len(seen) == 1
        plan = plan_of(seen[0]["sql"])
        if connection.vendor != "sqlite":  # of two that serve the order, so few rows make either cheap
            index = "rank_" if order == "urgent" else ""
        assert index in plan, (view, plan)


@pytest.mark.parametrize("key", ["", "x", "1-", "99999999999999999999-1", "1-1; DROP", "١-٢"])
def test_odd_keys_begin_at_the_top(world: World, key: str) -> None:
    ticket = write(world)
    assert [line["id"] for line in lists.rows(View("all"), world.agents["nika"], key)[0]] in ([ticket.pk], [])


def test_waiting_chat_leaves_the_queue_when_accepted(world: World) -> None:
    ticket = write(world, channel="chat")
    sara = world.agents["sara"]
    assert [line["id"] for line in lists.rows(View("waiting"), sara)[0]] == [ticket.pk]
    accept_chat(ticket.conversations.get(), by=sara, now=NOON)
    assert lists.rows(View("waiting"), sara)[0] == []
    assert [line["id"] for line in lists.rows(View("mine"), sara)[0]] == [ticket.pk]
