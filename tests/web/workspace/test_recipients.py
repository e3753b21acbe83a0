"""Whom an answer by mail goes to: shown, changed, copied to those who were copied."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.tickets.models import Message, Ticket
from tests.channels.mails import raw_mail, ticket_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ticket(world: World) -> Ticket:
    return ticket_of(
        world, raw_mail(to="support@chakad.example", Cc="partner@example.org, lawyer@example.org")
    )


@pytest.fixture
def sara(at_desk: Callable[[str], Client]) -> Client:
    return at_desk("sara")


def send(browser: Client, ticket: Ticket, **values: str) -> int:
    return browser.post(
        f"/desk/tickets/{ticket.pk}/send/", {"kind": "reply", "html": "<p>Hi</p>", **values}
    ).status_code


def sent() -> list[tuple[str, bool]]:
    return sorted(Delivery.objects.filter(message__automatic=False).values_list("recipient", "copied"))


def test_the_page_says_who_gets_it_and_who_was_copied(ticket: Ticket, sara: Client) -> None:
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert 'data-usual="emma.clarke@example.net"' in page
    assert 'data-copy-to="partner@example.org"' in page
    assert 'data-copy-to="partner@example.org, lawyer@example.org"' in page  # all of them at once


def test_who_was_copied_gets_nothing_unless_an_agent_says_so(ticket: Ticket, sara: Client) -> None:
    assert send(sara, ticket) == 200
    assert sent() == [("emma.clarke@example.net", False)]
    assert send(sara, ticket, cc="partner@example.org، lawyer@example.org", client_id="b") == 200
    assert sent()[1:] == [
        ("emma.clarke@example.net", False),
        ("lawyer@example.org", True),
        ("partner@example.org", True),
    ]


def test_another_recipient_takes_part_from_now_on(ticket: Ticket, sara: Client) -> None:
    assert send(sara, ticket, to="Partner@Example.org") == 200
    assert sent() == [("partner@example.org", False)]
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "partner@example.org" in page.partition("data-usual=")[2].partition(">")[0]


@pytest.mark.parametrize(
    "wrong", ["not an address", "a@b@c", "support@chakad.example", ",".join(["x@example.org"] * 51)]
)
def test_a_wrong_recipient_sends_nothing_and_says_which(ticket: Ticket, sara: Client, wrong: str) -> None:
    assert send(sara, ticket, to=wrong) == 422
    assert not sent() and not Message.objects.filter(kind="outgoing", automatic=False).exists()
