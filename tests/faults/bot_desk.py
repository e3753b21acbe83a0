"""A desk whose bot answers visitors, and that may be killed at any step of it. Its lives (`tests.faults.lives`):

    prepare              tables, the office, an article, the bot
    begin NAME           a visitor of this name opens the widget
    ask NAME STORY       he sends the lines of a story, each with its own id, as a browser that had no answer sends them again;
                         the server takes and answers them
    work                 a worker does what is due
    look NAME            what came of it

Its database is where PELEKAN_TEST_DATABASE says; a file beside it keeps the visitors' tokens.
"""

# ruff: noqa: E402 (Django is set up before the models are imported)
from __future__ import annotations

import contextlib
import json
import os
from datetime import timedelta
from pathlib import Path
from typing import Any

os.environ.setdefault("PELEKAN_TESTING", "1")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")

import django

django.setup()


from django.test import Client

from pelekan.channels.chat import limits
from pelekan.demo.world import build
from pelekan.knowledge.bot import talking
from pelekan.knowledge.bot.models import BotAnswer, Talk
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.tickets.models import Inbox, Message
from tests import template
from tests.faults.bot_stories import STORIES
from tests.knowledge.bot.shop import RENEW, article, bot


def tokens() -> Path:
    return Path(os.environ["PELEKAN_TEST_DATA"]) / "visitors.json"


def prepare() -> None:
    template.tables()
    world = build()
    article("Renew a subscription", RENEW)
    bot(world.inboxes["shop"])
    tokens().parent.mkdir(parents=True, exist_ok=True)
    tokens().write_text("{}")


def call(path: str, body: dict[str, Any], token: str = "") -> dict[str, Any]:
    for limit in limits.EVERY:
        limit.clear()
    key = Inbox.objects.get(channel="chat").key
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = Client().post(
        f"/widget/{key}/{path}?lang=en", body, content_type="application/json", headers=headers
    )
    assert answer.status_code in (200, 201), (answer.status_code, answer.content)
    return dict(answer.json())


def begin(name: str) -> None:
    known = json.loads(tokens().read_text())
    tokens().write_text(json.dumps({**known, name: call("hello", {"begin": True})["token"]}))


def ask(name: str, story: str) -> None:
    token = json.loads(tokens().read_text())[name]
    for number, (text, press) in enumerate(STORIES[story]):
        call("send", {"client_id": f"{name}-{number}", "text": text, "press": press}, token)
        work()


def work() -> None:
    Talk.objects.filter(leased_until__isnull=False).update(leased_until=clock() - timedelta(hours=1))
    for row in due.claim(Talk, clock() + timedelta(seconds=10), 10, talking.JOB.lease, talking.JOB.where):
        with contextlib.suppress(due.LeaseLost):
            talking.JOB.do(row)


def look(name: str) -> dict[str, Any]:
    lines = Message.objects.filter(client_id__startswith=f"{name}-")
    talks = Talk.objects.filter(conversation__in=lines.values("conversation"))
    talk = talks.select_related("conversation__ticket").get()
    ticket = talk.conversation.ticket
    said = Message.objects.filter(conversation=talk.conversation, automatic=True).order_by("pk")
    answers = BotAnswer.objects.filter(talk=talk).order_by("pk")
    return {
        "lines": lines.count(),
        "said": [one.meta["bot"]["kind"] for one in said if "bot" in one.meta],
        "notes": Message.objects.filter(ticket=ticket, kind="note").count(),
        "answers": [one.helped for one in answers],
        "chat": talk.conversation.state,
        "status": ticket.status,
        "outcome": talk.outcome,
        "waits": ticket.waiting_since is not None,
        "helped": sum(one.offer is not None and one.offer.solved_at is not None for one in answers),
        "went_on": sum(one.offer is not None and one.offer.went_on_at is not None for one in answers),
    }


def main(arguments: list[str]) -> None:
    what, *rest = arguments
    if what == "look":
        print(json.dumps(look(*rest)))
    else:
        {"prepare": prepare, "begin": begin, "ask": ask, "work": work}[what](*rest)
