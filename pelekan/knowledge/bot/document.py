"""★ but for what is in force: the bot's document, a rulebook of kind "bot".

    {"inboxes": {"3": {"when": "off" | "closed" | "nobody" | "always", "wished": true, "name": {"fa": …}, "hello": {…},
                       "sure": 40, "flows": ["order"]}},
     "flows": [{"id": "order", "name": {"fa": …}, "words": ["where is my order", …], "start": "1", "nodes": {"1": {…}}}]}

`when`: the bot begins a chat outside opening hours (closed), whenever nobody is free (nobody), or always. `wished`: also for
who asks for it while people are there. Nodes of a flow: see `flows`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pelekan.knowledge.bot.answering import SURE
from pelekan.lib.text import whole
from pelekan.tickets.rulebooks import in_force, parsed

WHEN = ("off", "closed", "nobody", "always")
LANGUAGES = ("fa", "ar", "en")


@dataclass(frozen=True)
class AtInbox:
    """How the bot serves one inbox."""

    when: str = "off"
    wished: bool = False
    name: Mapping[str, str] = field(default_factory=dict)
    hello: Mapping[str, str] = field(default_factory=dict)
    sure: int = SURE
    flows: tuple[str, ...] = ()

    def begins(self, state: str, wished: bool | None) -> bool:
        """Whether a chat begins with the bot while the desk is `state` (now, busy, away, closed). `wished`: the visitor asked
        for the bot (True), or for a person (False)."""
        if wished is False or self.when == "off":
            return False
        if wished and self.wished:
            return True
        return {"closed": state == "closed", "nobody": state != "now", "always": True}[self.when]


@dataclass(frozen=True)
class Document:
    inboxes: Mapping[int, AtInbox]
    flows: Mapping[str, Mapping[str, Any]]


def document_from(body: Mapping[str, Any]) -> Document:
    """What a kept document says; parts that cannot be read say nothing."""
    inboxes = {}
    for pk, one in (body.get("inboxes") or {}).items():
        if whole(str(pk)) is None or not isinstance(one, Mapping) or one.get("when") not in WHEN:
            continue
        inboxes[int(pk)] = AtInbox(
            one["when"], bool(one.get("wished")), one.get("name") or {}, one.get("hello") or {},
            int(one.get("sure") or SURE), tuple(one.get("flows") or ()),
        )  # fmt: skip
    flows = {one["id"]: one for one in body.get("flows") or () if isinstance(one, Mapping) and one.get("id")}
    return Document(inboxes, flows)


def now_in_force() -> Document | None:
    """The document in force; None while nobody made one."""
    return parsed(in_force().get("bot"), document_from)


def at_inbox(inbox_id: int) -> AtInbox | None:
    """How the bot serves an inbox; None where it does not."""
    document = now_in_force()
    found = document.inboxes.get(inbox_id) if document else None
    return found if found is not None and found.when != "off" else None


def served(inbox_id: int, state: str, *, wished: bool | None = None) -> bool:
    """Whether a chat of this inbox that begins now begins with the bot. `state`: now, busy, away or closed."""
    found = at_inbox(inbox_id)
    return found is not None and found.begins(state, wished)


def said_in(texts: Mapping[str, str] | None, language: str) -> str:
    """The text in this language, else in any that there is; "" where there is none."""
    texts = texts or {}
    return texts.get(language) or next((text for text in texts.values() if text), "")
