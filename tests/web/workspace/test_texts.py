"""Answering by SMS in the workspace: the way, its parts, quiet hours, what became of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from pelekan.channels.models import Delivery, Gateway
from pelekan.channels.sms import accounts
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.channels.sms.gateway import NUMBER, Fake, running, sms_inbox, text, work_due
from tests.office_hours import keep


@pytest.fixture
def fake() -> Iterator[Fake]:
    with running() as one:
        yield one


@pytest.fixture
def gateway(world: World, fake: Fake) -> Gateway:
    return sms_inbox(world, fake)


@pytest.fixture
def sara(world: World) -> Client:
    client = Client()
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    return client


def send(client: Client, ticket: Ticket, words: str, **values: str) -> object:
    return client.post(
        f"/desk/tickets/{ticket.pk}/send/",
        {"kind": "reply", "html": f"<p>{words}</p>", "client_id": words[:20], **values},
    )


def test_answer_too_long_and_delivered(world: World, gateway: Gateway, fake: Fake, sara: Client) -> None:
    ticket = text(gateway, "سلام", gateway_id="1").message.ticket
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert 'data-channel="sms"' in page and 'data-most="5"' in page and NUMBER in page
    long = send(sara, ticket, "س" * (67 * 5 + 1))
    assert long.status_code == 422 and ticket.messages.filter(kind="outgoing", automatic=False).count() == 0  # type: ignore[attr-defined]
    assert send(sara, ticket, "س" * (67 * 5)).status_code == 200  # type: ignore[attr-defined]
    work_due()
    work_due()
    one = Delivery.objects.get(message__automatic=False)
    assert (one.state, one.parts) == ("sent", 5) and json.loads(fake.heard[-1].body)["text"] == "س" * (67 * 5)
    Delivery.objects.update(state="arrived")
    assert "check-check" in sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()


def test_quiet_hours_ask_the_agent(world: World, gateway: Gateway, fake: Fake, sara: Client) -> None:
    before, after = clock() - timedelta(hours=1), clock() + timedelta(hours=2)
    accounts.save(gateway.inbox, {"quiet_from": f"{before:%H}:00", "quiet_to": f"{after:%H}:00"}, by=None)
    keep(gateway.inbox, zone="UTC")
    ticket = text(gateway, "At night", gateway_id="1").message.ticket
    asked = send(sara, ticket, "Answer")
    assert (
        asked.status_code == 409
        and b"data-when" in asked.content
        and ticket.messages.filter(automatic=False, kind="outgoing").count() == 0
    )  # type: ignore[attr-defined]
    assert send(sara, ticket, "Answer", when="morning").status_code == 200  # type: ignore[attr-defined]
    assert Delivery.objects.get(message__automatic=False).due_at > clock() + timedelta(minutes=50)
    assert send(sara, ticket, "Right now", when="now").status_code == 200  # type: ignore[attr-defined]
    assert Delivery.objects.filter(due_at__lte=clock()).count() == 1


def test_a_chat_is_answered_by_sms(world: World, gateway: Gateway, sara: Client) -> None:
    caller = customer_for("phone", NUMBER, name="Emma", language="en")
    ticket = Ticket.objects.get(pk=receive(Incoming(inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=caller.pk, text="Hi", language="en")).ticket_id)  # fmt: skip
    way = f"sms-{gateway.inbox_id}"
    assert f'value="{way}"' in sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert send(sara, ticket, "Hello", via=way).status_code == 200  # type: ignore[attr-defined]
    one = Delivery.objects.get(message__automatic=False)
    assert (one.channel, one.recipient, one.message.channel) == ("sms", NUMBER, "sms")


def test_who_wants_no_texts_gets_none_and_the_ticket_says_so(
    world: World, gateway: Gateway, sara: Client
) -> None:
    ticket = text(gateway, "Hello", gateway_id="1").message.ticket
    text(gateway, "STOP", gateway_id="2")
    assert send(sara, ticket, "Answer").status_code == 200  # type: ignore[attr-defined]
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert Delivery.objects.filter(state="stopped").count() == 2 and "message__failed" in page
