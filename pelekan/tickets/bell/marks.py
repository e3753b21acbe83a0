"""★ The mark in a notice to an agent that lets his answer by mail be told from anybody else's. Pure.

`a.<agent>.<conversation>.<act>.<until>-<26 characters>`: 130 bits of HMAC-SHA256 under a key of its own, for one agent, one
conversation and one act, until a moment. It stands in the reference line of the notice and in its Message-ID. By
itself it proves nothing but that whoever bears it has had the notice; see `channels.answering`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pelekan.lib.secrets import sign, verify

ANSWER, NOTE = "r", "n"
LASTS = timedelta(days=30)
MOST = 20  # marks looked at in one place

_PURPOSE = "agent-reply"
_LENGTH = 26
_SHAPE = r"a\.(\d{1,18})\.(\d{1,18})\.([rn])\.([0-9a-f]{1,12})-([a-z0-9]{1,80})"
_IN_TEXT = re.compile(rf"(?<![\w.@+-]){_SHAPE}(?![\w-])", re.IGNORECASE)
_IN_ID = re.compile(rf"<{_SHAPE}\.[0-9a-z]{{1,64}}@[^\s<>@]{{1,255}}>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mark:
    """What a true mark says: `act` is ANSWER (to the customer) or NOTE (to colleagues), made at `made_at`."""

    agent: int
    conversation: int
    act: str
    until: datetime

    @property
    def made_at(self) -> datetime:
        return self.until - LASTS


def make(agent: int, conversation: int, act: str, now: datetime, key: str) -> str:
    """The mark for an answer of this agent in this conversation, from `now` on."""
    subject = f"{agent}.{conversation}.{act}.{int((now + LASTS).timestamp()):x}"
    return f"a.{subject}-{sign(_PURPOSE, subject, key, _LENGTH)}"


def mail_id(mark: str, unique: str, host: str) -> str:
    """The Message-ID of a notice, which bears its mark."""
    return f"<{mark}.{unique}@{host}>"


def of_id(message_id: str) -> str:
    """The mark in such a Message-ID; "" in any other."""
    return message_id[1:].rpartition("@")[0].rpartition(".")[0] if _IN_ID.fullmatch(message_id) else ""


def is_own_id(message_id: str, key: str) -> bool:
    """Whether we made this Message-ID."""
    match = _IN_ID.fullmatch(message_id)
    return match is not None and _read(match, key) is not None


def stands_in(text: str) -> bool:
    """Whether something that looks like a mark stands in a text."""
    return _IN_TEXT.search(text) is not None


def read(ids: Iterable[str], text: str, key: str) -> list[Mark | None]:
    """The marks in Message-IDs (the nearest first) and then in a text; None for what only looks like one."""
    found = [match for one in list(ids)[:MOST] if (match := _IN_ID.fullmatch(one))]
    found += [match for match, _ in zip(_IN_TEXT.finditer(text[:200_000]), range(MOST), strict=False)]
    return [_read(match, key) for match in found]


def _read(match: re.Match[str], key: str) -> Mark | None:
    agent, conversation, act, until, signature = (part.lower() for part in match.groups())
    if not verify(_PURPOSE, f"{agent}.{conversation}.{act}.{until}", signature, key, _LENGTH):
        return None
    return Mark(int(agent), int(conversation), act, datetime.fromtimestamp(int(until, 16), UTC))
