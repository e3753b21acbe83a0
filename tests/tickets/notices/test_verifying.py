"""Is it really solved? Asked once, by day, and answered with one click."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pelekan.channels import telling
from pelekan.channels.email import notice as mail_notice
from pelekan.demo.world import World
from pelekan.people import desk
from pelekan.tickets import actions, shaping
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Notice, Ticket
from pelekan.tickets.notices import rating, verifying
from tests.conftest import NOON

HOUR = timedelta(hours=1)


@pytest.fixture
def solved(world: World) -> Ticket:
    shaping.save_desk(by=None, name="Chakad", language="fa")
    shaping.save_follow_up(24, by=world.agents["arash"], now=NOON)
    desk.forget()
    incoming = Incoming(
        channel="email", inbox_id=world.inboxes["mail"].pk, customer_id=world.customers["mina"].pk, text="کی می‌رسد؟",
        subject="سفارش", language="fa",
    )  # fmt: skip
    ticket = actions.receive(incoming, now=NOON).ticket
    ticket = actions.register(ticket, by=world.agents["sara"], now=NOON)
    actions.assign(ticket, world.agents["sara"], by=world.agents["nika"], now=NOON)
    actions.reply(ticket, by=world.agents["sara"], text="رسید.", now=NOON + HOUR)
    return actions.solve(ticket, by=world.agents["sara"], now=NOON + 2 * HOUR)


def ask(ticket: Ticket, at) -> list[Event]:
    telling.say_due(Ticket.objects.get(pk=ticket.pk), at)
    return [one for one in ticket.messages.filter(automatic=True) if "verify" in one.meta.get("kinds", ())]


def solving(ticket: Ticket) -> Event:
    return Event.objects.filter(name="ticket.solved", ticket=ticket).latest("pk")


def test_it_is_asked_once_after_so_many_hours(solved: Ticket) -> None:
    assert Notice.objects.get(ticket=solved, lane="verify").due_at == NOON + 26 * HOUR
    assert ask(solved, NOON + 25 * HOUR) == []
    (message,) = ask(solved, NOON + 27 * HOUR)
    assert len(ask(solved, NOON + 60 * HOUR)) == 1
    html, plain = mail_notice.body(message, "")
    assert plain.count("/portal/solved/") == 2 and "answer=yes" in html and "answer=no" in html


def test_not_at_night(solved: Ticket) -> None:
    night = NOON + 12 * HOUR  # midnight in Tehran
    assert verifying.morning_after(NOON, solved) is None
    assert verifying.morning_after(night, solved) == NOON + timedelta(hours=20)
    late = actions.receive(
        Incoming(channel="email", inbox_id=solved.inbox_id, customer_id=solved.customer_id, text="سلام", language="fa"), now=NOON
    ).ticket  # fmt: skip
    actions.register(late, by=None, now=NOON)
    actions.solve(late, by=None, now=night)
    notice = Notice.objects.get(ticket=late, lane="verify")
    Notice.objects.filter(pk=notice.pk).update(leased_until=notice.due_at)
    notice.leased_until = notice.due_at
    telling._tell(notice, now=night + 24 * HOUR)
    notice.refresh_from_db()
    assert (notice.state, notice.due_at) == ("waiting", NOON + 44 * HOUR)


def test_a_rating_says_it(solved: Ticket) -> None:
    rating.rate(solving(solved), by=solved.customer, stars=5, way="mail", now=NOON + 3 * HOUR)
    assert ask(solved, NOON + 27 * HOUR) == []


def test_an_answer_says_it(solved: Ticket) -> None:
    verifying.deny(solving(solved), by=solved.customer, now=NOON + 3 * HOUR)
    assert ask(solved, NOON + 27 * HOUR) == []


def test_no_opens_it_again_and_the_agent_is_told(solved: Ticket, world: World) -> None:
    token = verifying.token_of(solving(solved).pk)
    page = f"/portal/solved/{token}/"
    client = Client()
    assert client.get(page + "?answer=no").status_code == 200
    assert Ticket.objects.get(pk=solved.pk).status == "solved", "opening the link changes nothing"
    client.post(page, {"answer": "no", "words": "هنوز نرسیده"})
    ticket = Ticket.objects.get(pk=solved.pk)
    assert (ticket.status, ticket.reopened) == ("open", 1) and ticket.waiting_since
    assert ticket.messages.latest("pk").text == "هنوز نرسیده"
    assert Bell.objects.filter(agent=world.agents["sara"], kind="answered").exists()
    assert 'role="status"' in client.post(page, {"answer": "yes"}).content.decode()
    assert Ticket.objects.get(pk=solved.pk).status == "open", "an old question closes nothing"


def test_yes_closes_it(solved: Ticket) -> None:
    token = verifying.token_of(solving(solved).pk)
    Client().post(f"/portal/solved/{token}/", {"answer": "yes"})
    assert Ticket.objects.get(pk=solved.pk).status == "closed"
    assert Client().get(f"/portal/solved/{token[:-1]}x/").status_code == 404


def test_a_desk_that_does_not_want_it_asks_nothing(world: World, solved: Ticket) -> None:
    Notice.objects.all().delete()
    shaping.save_follow_up(None, by=world.agents["arash"])
    desk.forget()
    actions.reopen(solved, by=world.agents["sara"], now=NOON + 3 * HOUR)
    actions.solve(solved, by=world.agents["sara"], now=NOON + 4 * HOUR)
    assert not Notice.objects.filter(lane="verify").exists()
