"""What the portal promises: before one asks, after it, and when it takes longer."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine

from pelekan.people.models import User
from pelekan.sla.presets import document_348
from pelekan.tickets import rulebooks
from pelekan.tickets.models import Message, Ticket
from tests.conftest import NOON


@pytest.fixture(autouse=True)
def _in_force(world, mina) -> None:
    User.objects.update(language="fa")
    body = document_348()
    urgent = {
        **body["policies"][0],
        "id": "p-urgent",
        "promise": 120,
        "when": {"field": "priority", "is": "at_least", "value": 4},
    }
    urgent["targets"] = {"first_response": {**urgent["targets"]["first_response"], "within_minutes": 60}}
    body["policies"].insert(0, urgent)
    rulebooks.enable(rulebooks.keep("sla", body, by=None), by=None)


def test_before_one_asks_and_as_the_facts_change(mina, world) -> None:
    assert "تا فردا ساعت ۱۲:۰۰" in mina.get("/portal/requests/new/").content.decode()
    worse = mina.get("/portal/requests/new/promise/?go_on=no&affected=all")
    assert "تا امروز ساعت ۱۴:۰۰" in worse.content.decode()
    assert not Ticket.objects.exists(), "nothing is kept of a form that was not sent"


def test_the_receipt_and_the_request_say_it(mina, world) -> None:
    team = world.teams["payments"].pk
    mina.post(
        "/portal/requests/new/",
        {
            "team": team,
            "subject": "فاکتور",
            "text": "فاکتور لازم دارم",
            "client_id": "a1",
            "go_on": "yes",
            "affected": "me",
        },
    )
    ticket = Ticket.objects.get()
    receipt = Message.objects.get(ticket=ticket, automatic=True)
    assert "تا فردا ساعت ۱۲:۰۰ یکی از همکاران ما پاسخ می‌دهد." in receipt.text
    page = mina.get(f"/portal/requests/{ticket.number}/").content.decode()
    assert page.count("تا فردا ساعت ۱۲:۰۰") == 2, "where it stands, and the receipt"
    assert "۲ آذر ۱۴۰۵، ۱۲:۰۰" in page, "the stepper says by when"
    with time_machine.travel(NOON + timedelta(days=2), tick=False):
        late = mina.get(f"/portal/requests/{ticket.number}/").content.decode()
    assert late.count("تا فردا ساعت") == 1, "only the old receipt; nobody promises the past"
