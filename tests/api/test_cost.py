"""What a ticket by the API costs is pinned."""

from __future__ import annotations

from datetime import timedelta

from pelekan.channels import outbox
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.people import tokens
from pelekan.tickets.models import Ticket
from tests.api.test_tickets import post
from tests.statements import costs

BODY = {
    "subject": "Paid, but no order",
    "body": "The money has gone.",
    "customer": {"name": "Mina", "email": "mina.salehi@example.com"},
    "inbox": "api",
}


def test_a_ticket_of_a_known_customer(world: World, monkeypatch) -> None:
    """token, inbox, whose address; customer held, inbox with its team; ticket, stay, conversation, message, two events;
    number, ticket, its conversations, event; search index; for the receipt its conversation, the first message, message,
    event; for the priority what is in force, categories, the first line with whose it is, his other requests, ticket,
    decision; its place among the urgent; his requests by other channels; then his addresses, ours, how many he got, is it his; delivery and its reference."""
    monkeypatch.setattr(outbox, "PEER", (100, timedelta(minutes=10)))
    monkeypatch.setattr(outbox, "UNPROVED", (100, timedelta(hours=1)))
    secret = tokens.create("shop")[1]
    costs(lambda: post(secret, BODY), 34)
    assert Ticket.objects.count() == Delivery.objects.count() == 3
