"""The demo's post office: who writes there is genuine, and an agent's answer from there reaches the customer."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import Client

from pelekan.channels import intake
from pelekan.channels.models import Account, Arrival
from pelekan.demo import post
from pelekan.demo.run import _allow_answers
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Letter
from pelekan.tickets.actions import assign
from pelekan.tickets.bell import posting
from pelekan.tickets.models import BellChoice, Message


def write(sender: str, to: str, text: str, reference: str = "") -> Message:
    values = {"from": sender, "to": to, "subject": "Charged twice", "text": text, "reference": reference}
    Client().post("/demo/post/send/", values)
    found = intake.take_now(Arrival.objects.latest("pk"))
    assert found.message is not None, found.why_text
    return found.message


def test_an_agent_answers_from_the_post_office(world: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    Account.objects.create(inbox=world.inboxes["mail"], authserv_id=post.SERVER)
    _allow_answers(world)
    asked = write("emma.clarke@example.net", "support@chakad.example", "I was charged twice.")
    assert asked.meta["authentic"] is True
    assign(asked.ticket, world.agents["sara"], by=world.agents["nika"])
    for choice in due.claim(BellChoice, clock() + timedelta(hours=1)):
        posting.post(choice)
    letter = Letter.objects.get(recipient="sara@chakad.example")
    answer = write("sara@chakad.example", letter.reply_to, "We pay it back.", letter.mail_id)
    assert (answer.kind, answer.agent, answer.text) == ("outgoing", world.agents["sara"], "We pay it back.")
    assert answer.deliveries.get().recipient == "emma.clarke@example.net"
    assert "sara@chakad.example" in Client().get("/demo/post/").content.decode()
