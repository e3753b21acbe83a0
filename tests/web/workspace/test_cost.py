"""Hot pages cost the same number of queries however much they show."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.channels import pulse
from pelekan.demo.world import World
from pelekan.people import desk
from pelekan.tickets.actions import assign, escalate, note, reply, tag
from tests.conftest import NOON
from tests.statements import costs


@pytest.fixture
def busy(write, world: World):
    for number in range(40):
        write(f"پیام {number}", channel="chat" if number % 4 == 0 else "email")
    ticket = write()
    nika = world.agents["nika"]
    for number in range(8):
        reply(ticket, by=nika, text=f"جواب {number}", now=NOON)
        note(ticket, by=nika, text=f"یادداشت {number}", now=NOON)
        tag(ticket, f"برچسب {number}", by=nika)
        assign(ticket, world.agents["sara" if number % 2 else "omid"], by=nika, now=NOON)
    escalate(ticket, world.teams["payments"], by=nika, because="پرداخت", now=NOON)
    escalate(ticket, world.teams["front"], by=nika, because="برگشت", now=NOON)
    return ticket


def queries(client, path: str, **headers: str) -> list[str]:
    pulse.forget()
    desk.forget()  # so that it is not about to be read again
    client.get(path, headers=headers)  # what is only fetched once per process is warm
    with CaptureQueriesContext(connection) as seen:
        assert client.get(path, headers=headers).status_code == 200, path
    return [one["sql"] for one in seen]


@pytest.mark.parametrize(
    ("path", "most"),
    [
        # session, user with agent, teams, where to resume, counts, rows
        ("/desk/list/all/", 6),
        ("/desk/list/waiting/", 6),
        ("/desk/list/mine/", 6),
        ("/desk/list/all/rows/", 5),
        ("/desk/counts/", 4),
        ("/desk/chats/queue/", 7),
    ],
)
def test_lists(at_desk, busy, path: str, most: int) -> None:
    found = queries(at_desk("sara"), path)
    assert len(found) <= most, "\n".join(found)


def test_the_ticket_page(at_desk, busy) -> None:
    """session, user, teams; ticket with levels and read mark; ways, claims, talks, earlier, tags, stays; events with messages,
    files, deliveries, names of agents, teams and categories; drafts."""
    found = queries(at_desk("sara"), f"/desk/tickets/{busy.pk}/?in=all", **{"HX-Request": "true"})
    assert len(found) <= 17, "\n".join(found)
    lines = queries(at_desk("sara"), f"/desk/tickets/{busy.pk}/lines/?after=1")
    assert len(lines) == 9, "\n".join(lines)


def test_a_new_line_on_an_open_ticket(at_desk, write) -> None:
    """session, user, teams; may he see it and what the visitor has read; events with messages, files, deliveries."""
    ticket, sara = write(channel="chat"), at_desk("sara")
    last = ticket.events.latest("id").pk
    write("One more", channel="chat", into=ticket)
    costs(lambda: sara.get(f"/desk/tickets/{ticket.pk}/lines/?after={last}"), 7)
