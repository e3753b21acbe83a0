"""Undo send: what waits is nobody's yet, goes once, and comes back whole."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets import actions
from pelekan.tickets.models import Attachment, Draft, Event, Message, Notice, Pending, Ticket
from pelekan.tickets.pending import answers
from tests.conftest import NOON

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def ten_seconds(settings: Any) -> None:
    settings.UNDO_SECONDS = 10


@pytest.fixture
def ticket(write: Callable[..., Ticket]) -> Ticket:
    ticket = write()
    talk = ticket.conversations.get()
    talk.participants.create(address="mina.salehi@example.com", confirmed_at=NOON)
    return ticket


@pytest.fixture
def sara(at_desk: Callable[[str], Client]) -> Client:
    return at_desk("sara")


@pytest.fixture
def still() -> Iterator[None]:
    """The clock stands: a busy machine is no fault of what is tested."""
    with time_machine.travel(clock(), tick=False):
        yield


def send(browser: Client, ticket: Ticket, html: str = "<p>Hi</p>", **values: Any) -> Any:
    return browser.post(f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": html, **values})


def work(after: float = 11) -> int:
    """Do what is due so many seconds from now."""
    rows = due.claim(Pending, clock() + timedelta(seconds=after), where=answers.JOB.where)
    for row in rows:
        answers.JOB.do(row)
    return len(rows)


def told_to_customer() -> int:
    return Message.objects.public().filter(kind="outgoing", automatic=False).count()


@pytest.mark.usefixtures("still")
def test_while_it_waits_there_is_nothing_that_a_customer_could_see(ticket: Ticket, sara: Client) -> None:
    before = Delivery.objects.count(), Notice.objects.count()
    last = Event.objects.latest("id").pk
    response = send(sara, ticket, then="solve")
    assert json.loads(response["X-Pending"])["seconds"] == 10
    assert told_to_customer() == 0
    assert (Delivery.objects.count(), Notice.objects.count()) == before
    topics = " ".join(Event.objects.filter(id__gt=last).values_list("topics", flat=True)).split()
    assert not [topic for topic in topics if topic.startswith(("customer:", "conversation:"))]
    ticket.refresh_from_db()
    assert ticket.status != "solved"
    assert work(after=9) == 0  # not before its time


def test_it_goes_once_by_the_usual_way(ticket: Ticket, sara: Client) -> None:
    send(sara, ticket, then="solve", client_id="a")
    send(sara, ticket, then="solve", client_id="a")  # a second click
    assert work() == 1
    assert work() == 0
    assert told_to_customer() == 1
    assert Delivery.objects.filter(message__automatic=False).get().recipient == "mina.salehi@example.com"
    ticket.refresh_from_db()
    assert ticket.status == "solved"
    assert send(sara, ticket, client_id="a").status_code == 200  # a third, much later
    assert Pending.objects.count() == 0


def test_undo_brings_back_text_files_and_recipients(ticket: Ticket, sara: Client, world: World) -> None:
    upload = Attachment.objects.create(
        token="t" * 20, name="رسید.pdf", type="application/pdf", size=5, sha256="0", path="x",
        upload_key=f"agent:{world.agents['sara'].pk}",
    )  # fmt: skip
    html = "<p>یک <b>جواب</b></p>"
    response = send(
        sara, ticket, html, to="partner@example.org", cc="lawyer@example.org", files=[upload.pk], then="solve"
    )
    actions.keep_draft(ticket, by=world.agents["sara"], kind="outgoing", html="<p>و بعد</p>")
    undone = sara.post(json.loads(response["X-Pending"])["undo_url"])
    assert undone.json() == {"ticket": f"/desk/tickets/{ticket.pk}/"}
    assert work() == 0
    assert told_to_customer() == Delivery.objects.filter(message__automatic=False).count() == 0
    ticket.refresh_from_db()
    assert ticket.status == "new"
    assert ticket.assignee_id is None
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "<b>جواب</b>" in page
    assert Draft.objects.get().html.endswith("<p>و بعد</p>")
    assert 'data-to value="partner@example.org"' in page
    assert 'data-cc value="lawyer@example.org"' in page
    assert upload.token in page
    assert not ticket.conversations.get().participants.filter(address="partner@example.org").exists()
    # and it can be sent again as it is
    send(sara, ticket, html, to="partner@example.org", files=[upload.pk], client_id="b")
    assert work() == 1
    upload.refresh_from_db()
    assert upload.message is not None


def test_undo_is_for_the_writer_alone_and_only_while_it_waits(
    ticket: Ticket, sara: Client, at_desk: Callable[[str], Client]
) -> None:
    address = json.loads(send(sara, ticket)["X-Pending"])["undo_url"]
    assert at_desk("nika").post(address).status_code == 409
    assert work() == 1
    assert sara.post(address).status_code == 409
    assert told_to_customer() == 1


def test_an_undo_between_the_claim_and_the_sending_wins(ticket: Ticket, sara: Client, world: World) -> None:
    send(sara, ticket)
    (row,) = due.claim(Pending, clock() + timedelta(seconds=11))
    assert answers.take_back(row.pk, by=world.agents["sara"]) is not None
    with pytest.raises(due.LeaseLost):
        answers.send(row)
    assert told_to_customer() == 0


def test_who_writes_meanwhile_is_not_taken_for_answered(
    ticket: Ticket, sara: Client, write: Callable[..., Ticket]
) -> None:
    send(sara, ticket, then="solve")
    write("یک چیز دیگر هم هست", into=ticket)
    assert work() == 1
    ticket.refresh_from_db()
    assert (ticket.status, ticket.waiting_since) == ("open", NOON)
    assert Event.objects.filter(name="message.crossed", ticket=ticket).exists()
    assert told_to_customer() == 1


def test_colleagues_see_it_and_are_asked_before_they_answer_too(
    ticket: Ticket, sara: Client, at_desk: Callable[[str], Client]
) -> None:
    nika = at_desk("nika")
    path = f"/desk/tickets/{ticket.pk}/lines/?after={Event.objects.latest('id').pk}"
    with CaptureQueriesContext(connection) as without:
        nika.get(path)
    send(sara, ticket, "<p>جواب سارا</p>")
    page = nika.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "جواب سارا" in page
    assert "data-undo-send" not in page
    assert "جواب سارا" in nika.get(path).content.decode()
    assert "data-undo-send" in sara.get(path).content.decode()
    saw = ticket.messages.latest("id").pk
    assert send(nika, ticket, saw_id=saw, client_id="n").status_code == 409
    assert send(nika, ticket, saw_id=saw, client_id="n", anyway="1").status_code == 200
    work()
    path = f"{path.partition('=')[0]}={Event.objects.latest('id').pk}"
    with CaptureQueriesContext(connection) as after:
        nika.get(path)
    assert len(after) == len(without)  # it costs nothing where none waits


@pytest.mark.usefixtures("still")
def test_chats_and_agents_who_want_none_do_not_wait(
    write: Callable[..., Ticket], ticket: Ticket, sara: Client, world: World
) -> None:
    assert "X-Pending" not in send(sara, write(channel="chat"))
    actions.describe_self(world.agents["sara"], undo_seconds=0)
    assert "X-Pending" not in send(sara, ticket)
    actions.describe_self(world.agents["sara"], undo_seconds=30)
    assert json.loads(send(sara, ticket, client_id="c")["X-Pending"])["seconds"] == 30


def test_my_settings_keep_the_choice(sara: Client, world: World) -> None:
    form = {
        "name": "سارا", "language": "fa", "digits": "latin", "chat_capacity": "4", "undo_seconds": "20",
    }  # fmt: skip
    assert sara.post("/desk/me/", form).status_code == 302
    world.agents["sara"].refresh_from_db()
    assert world.agents["sara"].undo_seconds == 20
    sara.post("/desk/me/", {**form, "undo_seconds": ""})
    world.agents["sara"].refresh_from_db()
    assert world.agents["sara"].undo_seconds is None


def test_an_answer_that_opens_a_conversation_opens_it_when_it_goes(
    write: Callable[..., Ticket], sara: Client, world: World
) -> None:
    ticket = write(channel="portal")
    via = f"mail-{world.inboxes['mail'].pk}"
    address = json.loads(send(sara, ticket, via=via)["X-Pending"])["undo_url"]
    assert ticket.conversations.count() == 1
    assert sara.post(address).status_code == 200
    assert ticket.conversations.count() == 1
    assert Draft.objects.get().rest["via"] == via
    send(sara, ticket, via=via, client_id="z")
    assert work() == 1
    assert sorted(ticket.conversations.values_list("channel", flat=True)) == ["email", "portal"]


def test_it_goes_where_its_conversation_went(
    ticket: Ticket, sara: Client, write: Callable[..., Ticket], world: World
) -> None:
    send(sara, ticket)
    other = write("یک تیکت دیگر")
    actions.join(ticket, other, by=world.agents["nika"])
    assert work() == 1
    assert Message.objects.get(kind="outgoing", automatic=False).ticket_id == other.pk
