"""A visitor's browser without the browser: the widget's addresses with a token in hand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from pelekan.channels.chat import limits, reception
from pelekan.channels.chat.identity import signature
from pelekan.demo.world import World
from pelekan.people.models import Agent
from pelekan.tickets.models import Conversation, Inbox
from tests.office_hours import always_open

KEY = "shop-widget"
_ids = itertools.count(1)


def new_id() -> str:
    return f"line{next(_ids):012d}"


class Browser:
    """Calls the widget's addresses; keeps the token that it was given."""

    def __init__(self, key: str = KEY, language: str = "en", address: str = "192.0.2.7") -> None:
        self.key, self.language, self.address = key, language, address
        self.token = ""
        self.client = Client(enforce_csrf_checks=True)

    def call(self, path: str, body: Any = None, *, form: Any = None, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        query = {"lang": self.language, **query}
        address = f"/widget/{self.key}/{path}"
        more: dict[str, Any] = {"headers": headers, "REMOTE_ADDR": self.address}
        if body is None and form is None:
            return self.client.get(address, query, **more)
        address += "?" + "&".join(f"{name}={value}" for name, value in query.items())
        if form is not None:
            return self.client.post(address, form, **more)
        return self.client.post(address, body, content_type="application/json", **more)

    def hello(self, *, begin: bool = False, identity: Any = None, **more: Any) -> dict[str, Any]:
        answer = self.call("hello", {"begin": begin, "identity": identity, **more})
        assert answer.status_code == 200, answer.content
        shape: dict[str, Any] = answer.json()
        self.token = shape.get("token", self.token) if shape["visitor"] else ""
        return shape

    def send(self, text: str = "Hello", *, conversation: int | None = None, id: str = "", **more: Any) -> Any:
        if not self.token:
            self.hello(begin=True)
        return self.call(
            "send", {"client_id": id or new_id(), "text": text, "conversation": conversation, **more}
        )

    def chat(self, text: str = "Hello") -> Conversation:
        answer = self.send(text)
        assert answer.status_code == 201, answer.content
        return Conversation.objects.get(pk=answer.json()["conversation"]["id"])

    def texts(self, conversation: Conversation) -> list[str]:
        shape = self.call("messages", conversation=conversation.pk).json()
        return [message["text"] for message in shape["messages"]]


@pytest.fixture(autouse=True)
def fresh_counters() -> Iterator[None]:
    for limit in limits.EVERY:
        limit.clear()
    reception.forget_waits()
    yield


@pytest.fixture
def shop(world: World) -> Inbox:
    """The shop's chat, always open, with Sara there."""
    inbox = world.inboxes["shop"]
    always_open(inbox)
    Agent.objects.filter(pk=world.agents["sara"].pk).update(presence="online")
    return inbox


@pytest.fixture
def browser(shop: Inbox) -> Callable[..., Browser]:
    return Browser


def signed(inbox: Inbox, secret: str = "", **values: Any) -> dict[str, Any]:
    """An identity as the site's server signs it."""
    texts = {name: str(value) for name, value in values.items()}
    return {**values, "hash": signature(secret or inbox.secret, inbox.key, texts)}
