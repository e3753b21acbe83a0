"""What the portal's tests write and read with."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.people.models import Team
from pelekan.tickets import actions
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket

SECRET = "SECRET-NOTE-8123"
FOREIGN = "FOREIGN-WORDS-4711"


def ticket_of(world: World, who: str, text: str, subject: str = "Order", channel: str = "portal") -> Ticket:
    message = actions.receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk,
            channel=channel,
            customer_id=world.customers[who].pk,
            text=text,
            subject=subject,
        )  # fmt: skip
    )
    return Ticket.objects.get(pk=message.ticket_id)


def browser_of(world: World, who: str) -> Client:
    customer = actions.welcome(world.customers[who].identities.get(kind="email").address, language="en")
    client = Client()
    client.force_login(customer.user, backend="pelekan.people.backends.Backend")
    return client


def text_of(answer) -> str:
    return answer.content.decode()


def new(client: Client, **values) -> object:
    form = {
        "client_id": "one-sending",
        "subject": "Card charged twice",
        "text": "It says paid, twice.",
        "team": Team.objects.get(name="پرداخت و مالی").pk,
    }
    return client.post("/portal/requests/new/", {**form, **values})
