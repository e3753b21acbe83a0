"""The demo's phones: both sides of a text message, over the gateway that the desk talks to by HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.test import Client

from pelekan.channels.models import IncomingText
from pelekan.channels.sms import arriving, generic
from pelekan.channels.sms.calls import line_of
from pelekan.channels.sms.shapes import Answer, Text
from pelekan.channels.sms.texting import words_of
from pelekan.demo import phones
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Ticket


def test_a_visitor_sees_both_sides(world: World, settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    mine = phones.NUMBERS["emma"]
    gateway = phones.connect(world.teams["front"], world.agents["arash"], "http://127.0.0.1:8000")
    browser = Client()
    browser.post("/demo/phones/write/", {"from": mine, "text": "Where is my parcel?"})
    [row] = due.claim(IncomingText, clock())
    arriving.take(row)
    ticket = Ticket.objects.get()
    assert ticket.channel == "sms"
    delivery = ticket.conversations.get().deliveries.get()
    ask = generic.send(line_of(gateway), Text(mine, words_of(delivery), delivery.mail_id))
    assert ask.url == "http://127.0.0.1:8000/demo/phones/gateway/"
    refused = browser.post("/demo/phones/gateway/", ask.content, content_type="application/json")
    assert refused.status_code == 401
    taken = browser.post("/demo/phones/gateway/", ask.content, content_type="application/json", headers={"Authorization": ask.headers["Authorization"]})  # fmt: skip
    assert json.loads(taken.content)["taken"]
    assert generic.sent(line_of(gateway), Answer(200, taken.content)).gateway_id
    page = browser.get("/demo/phones/", {"as": mine}, headers={"Accept-Language": "en"}).content.decode()
    assert "Where is my parcel?" in page and str(ticket.number) in page and "/s/" in page
    assert browser.post("/demo/phones/write/", {"from": "x", "text": "y"}).status_code == 400
