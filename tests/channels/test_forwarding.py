"""Mail that somebody passed on, and the same mail to two of our addresses."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from pelekan.channels import forwarding, intake
from pelekan.channels.models import Arrival, Reference
from pelekan.channels.outbox import recipients
from pelekan.demo.world import World
from pelekan.people.models import Customer
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Event, Inbox, Message, Ticket
from tests.channels.mails import raw_mail, taken, ticket_of

pytestmark = pytest.mark.django_db(transaction=True)

TEXT = """He asks the third time, please be quick.

---------- Forwarded message ---------
From: Emma Clarke <emma.clarke@example.net>
Date: Sun, Nov 22, 2026 at 8:00 AM
Subject: Charged twice

I was charged twice.
"""
FORWARDED = raw_mail(
    TEXT, sender="Omid <omid@partner.example>", subject="Fwd: Charged twice", mail_id="<f@partner.example>"
)


def test_one_click_makes_the_writer_the_customer(world: World) -> None:
    message = taken(world, FORWARDED)
    assert message.ticket.customer != world.customers["emma"]
    ticket = forwarding.give_to_sender(message, by=world.agents["sara"])
    assert ticket.customer == world.customers["emma"]
    answer = reply(ticket, by=world.agents["sara"], text="We look into it.")
    assert [one.address for one in recipients(answer)] == ["emma.clarke@example.net"]
    # what the forwarder wrote was for us
    assert message.pk not in Message.objects.public().filter(ticket=ticket).values_list("pk", flat=True)
    with pytest.raises(forwarding.NothingForwarded):
        forwarding.give_to_sender(message, by=world.agents["sara"])


def test_an_unknown_writer_becomes_a_customer_whose_address_nobody_proved(world: World) -> None:
    message = taken(world, FORWARDED.replace(b"emma.clarke@example.net", b"new.person@example.net"))
    forwarding.give_to_sender(message, by=world.agents["sara"])
    made = Customer.objects.get(tickets=message.ticket_id)
    assert made.name == "Emma Clarke" and not made.identities.exclude(verified_at=None).exists()


def test_the_page_proposes_it_and_does_it(world: World, client: Client) -> None:
    client.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    message = taken(world, FORWARDED)
    page = client.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    address = f"/desk/tickets/{message.ticket_id}/messages/{message.pk}/give/"
    assert address in page and "emma.clarke@example.net" in page
    assert client.post(address).status_code == 200
    page = client.get(f"/desk/tickets/{message.ticket_id}/").content.decode()
    assert address not in page and "Emma Clarke" in page
    assert client.post(address).status_code == 409


def test_an_answer_in_a_known_conversation_proposes_nobody(world: World) -> None:
    ticket = ticket_of(world, raw_mail())
    ours = Reference.objects.get(message=reply(ticket, by=world.agents["sara"], text="?"), ours=True)
    message = taken(
        world, raw_mail(TEXT, subject="Fwd: x", mail_id="<two@example.net>", In_Reply_To=ours.mail_id)
    )
    assert message.ticket == ticket and message.meta["forwarded"] is None


# The same mail to two of our addresses


@pytest.fixture
def second(world: World) -> Inbox:
    return Inbox.objects.create(
        channel="email",
        name="Sales",
        key="sales",
        team=world.teams["payments"],
        address="sales@chakad.example",
    )


def into(inbox: Inbox, raw: bytes) -> Arrival:
    return intake.take_now(intake.store(inbox, raw))


def test_one_mail_to_two_inboxes_is_one_ticket_that_says_so(world: World, second: Inbox) -> None:
    raw = raw_mail(to="support@chakad.example, sales@chakad.example")
    first = into(world.inboxes["mail"], raw)
    other = into(second, b"Received: from elsewhere\r\n" + raw)
    assert other.state == "done" and other.message == first.message and Ticket.objects.count() == 1
    told = Event.objects.get(name="mail.cross_posted")
    assert (told.ticket, told.data["inbox"]) == (first.ticket, "Sales")


def test_a_used_id_makes_no_other_mail_disappear(world: World, second: Inbox) -> None:
    into(world.inboxes["mail"], raw_mail("I was charged twice."))
    other = into(second, raw_mail("Another matter."))
    assert (
        other.message is not None and other.message.text == "Another matter." and Ticket.objects.count() == 2
    )


def test_the_shared_files_stay(world: World, second: Inbox) -> None:
    body = (
        b"From: emma.clarke@example.net\r\nSubject: x\r\nMessage-ID: <x@example.net>\r\nMIME-Version: 1.0\r\n"
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSee\r\n--b\r\n"
        b"Content-Type: text/plain; name=a.txt\r\nContent-Disposition: attachment\r\n\r\nfile\r\n--b--\r\n"
    )
    first = into(world.inboxes["mail"], body)
    into(second, body)
    assert first.message is not None
    file = first.message.attachments.get()
    assert (Path(settings.MEDIA_ROOT) / file.path).exists()
