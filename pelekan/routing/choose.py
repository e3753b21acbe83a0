"""★ Who gets it: choosing among people by how busy they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Hand:
    """Someone who could take a chat: running chats, how many he takes at most, when he got his last one."""

    agent_id: int
    chats: int
    capacity: int
    last_at: datetime | None = None


def least_busy(hands: Iterable[Hand]) -> int | None:
    """The agent with the fewest chats among those with room; of equals who has been without a new one for
    longest, so that nobody is always first. None when all are full."""
    free = [hand for hand in hands if hand.chats < hand.capacity]
    if not free:
        return None
    return min(free, key=lambda hand: (hand.chats, hand.last_at or _LONG_AGO, hand.agent_id)).agent_id
