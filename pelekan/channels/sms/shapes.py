"""★ The one shape of all gateways: what is asked of them and what they say, as values.

A gateway is a module with these functions (see `Gate`); none of them opens a connection. `calls` does.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Line:
    """A gateway's account: whose (`user`, `secret`), from which number or name texts come, whose national numbers
    are meant (`region`), and for the general gateway how it is talked to (`options`)."""

    base: str = ""
    user: str = ""
    secret: str = field(default="", repr=False)
    sender: str = ""
    region: str = "IR"
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """One text message to `to` (E.164). `ref` is ours, digits only, the same at every try."""

    to: str
    body: str
    ref: str
    callback: str = ""


@dataclass(frozen=True, slots=True)
class Ask:
    """One HTTP request. Its URL may hold the key: it is never logged or shown."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Taken:
    """The gateway has the text and calls it `gateway_id` ("" where it gives no id)."""

    gateway_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What became of a text: `state` is sent, arrived, failed, or lost (the gateway never had it)."""

    state: str
    word: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A text that a customer sent. `gateway_id` makes a second copy of it harmless."""

    gateway_id: str
    sender: str
    recipient: str
    text: str
    sent_at: datetime | None = None
    pictures: int = 0


class Trouble(Exception):
    """The gateway did not do it. `word` is one of `channels.faults`; `again`: it may pass by itself; `doubtful`:
    the text may have been sent all the same."""

    def __init__(self, word: str, detail: str = "", *, again: bool = False, doubtful: bool = False) -> None:
        super().__init__(word)
        self.word, self.detail, self.again, self.doubtful = word, detail, again, doubtful


class Gate(Protocol):
    """What a gateway's module offers. Functions that read an answer raise Trouble."""

    def send(self, line: Line, text: Text) -> Ask: ...
    def sent(self, line: Line, answer: Answer) -> Taken: ...
    def look(self, line: Line, gateway_id: str, ref: str) -> Ask | None:
        """Asks what became of a text; None where that can't be asked."""

    def looked(self, line: Line, answer: Answer) -> Seen | None:
        """None when it is not decided yet."""

    def fetch(self, line: Line, again: bool) -> Ask | None:
        """Asks for what customers sent; `again`: also for what was fetched before. None where it can't be asked."""

    def fetched(self, line: Line, answer: Answer) -> list[Arrived]: ...
    def check(self, line: Line) -> Ask | None:
        """Asks something harmless that only a right key gets answered; None where there is no such thing."""

    def checked(self, line: Line, answer: Answer) -> str:
        """What is left of the credit, as the gateway writes it; "" when it doesn't say."""


def read_json(answer: Answer) -> Any:
    """The answer's JSON. Raises Trouble for anything else: after a status that says "done" or a broken proxy
    nobody knows whether the text went out."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        raise unreadable(answer) from None


def unreadable(answer: Answer) -> Trouble:
    """What an answer without understandable content means."""
    detail = f"HTTP {answer.status}"
    if answer.status in (401, 403):
        return Trouble("sms_key", detail)
    if answer.status in (408, 425, 429, 503):
        return Trouble("sms_later", detail, again=True)
    if answer.ok or answer.status >= 500:
        return Trouble("sms_not_understood", detail, doubtful=True)
    return Trouble("sms_refused", detail)


def dig(tree: Any, path: str) -> Any:
    """What lies in a tree of JSON at "entries.0.id"; None where there is nothing."""
    for step in path.split(".") if path else []:
        if isinstance(tree, Mapping):
            tree = tree.get(step)
        elif isinstance(tree, list) and step.isascii() and step.isdigit() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return None
    return tree
