"""★ What is counted of a ticket's history, one step at a time: nothing is ever read again.

`State` is what the counting remembers; `after_*` give the next one. `values` turn it, with what the ticket itself
counts, into numbers that people understand: "6 round trips", "waits for 9 hours". Hours are elapsed ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from pelekan.tickets.frustration.feeling import Sound

SIGNALS = (
    "round_trips", "asked_again", "hours", "channels", "reopened", "transfers", "silence", "nudges", "repeated", "feeling",
    "shouting",
)  # fmt: skip
FADES = 0.6
"""What is left of the feeling of earlier messages when the next one comes."""

NUDGE_AFTER = 1.0
"""Hours: who writes again before that only adds to what he said."""


@dataclass(frozen=True, slots=True)
class State:
    """`asked`: answers that asked him for data; `nudges`: how often he wrote again into our silence; `channels`: others
    than the first by which he came; `said`: what his last message was, to know it again."""

    asked: int = 0
    nudges: int = 0
    channels: int = 0
    repeated: int = 0
    feeling: float = 0.0
    shouting: float = 0.0
    said: str = ""
    ways: tuple[str, ...] = ()
    longest: float = 0.0  # hours that he once waited for us


def state_from(kept: Mapping[str, Any]) -> State:
    """From what `kept_as` made; what is missing is as at the beginning."""
    known = {name: kept[name] for name in State.__dataclass_fields__ if name in kept}
    return State(**{**known, "ways": tuple(known.get("ways", ()))})


def kept_as(state: State) -> dict[str, Any]:
    """As JSON; what is as at the beginning is left out."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in asdict(state).items()
        if value not in (0, 0.0, "", ())
    }


def after_customer(state: State, sound: Sound, *, folded: str, channel: str, waited: float) -> State:
    """He wrote by `channel`; he had been waiting for `waited` hours (0: it was his turn)."""
    print_ = fingerprint(folded)
    ways = state.ways if channel in state.ways else (*state.ways, channel)
    return replace(
        state,
        feeling=round(max(sound.feeling, state.feeling * FADES), 3),
        shouting=round(max(sound.shouting, state.shouting * FADES), 3),
        nudges=state.nudges + (waited >= NUDGE_AFTER),
        repeated=state.repeated + bool(print_ and print_ == state.said),
        said=print_ or state.said,
        ways=ways,
        channels=max(state.channels, len(ways) - 1),
        longest=round(max(state.longest, waited), 1),
    )


def after_agent(state: State, *, asks: bool, waited: float) -> State:
    """An agent answered him after `waited` hours."""
    return replace(state, asked=state.asked + asks, longest=round(max(state.longest, waited), 1))


def fingerprint(folded: str) -> str:
    """What two messages that say the same have in common; "" for a line too short to tell."""
    words = "".join(char for char in folded if char.isalnum())
    return hashlib.blake2s(words.encode(), digest_size=6).hexdigest() if len(words) >= 12 else ""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the ticket counts itself. `done_at`: when it was solved, so that its hours stand still."""

    round_trips: int = 0
    reopened: int = 0
    transfers: int = 0
    created_at: datetime | None = None
    waiting_since: datetime | None = None
    done_at: datetime | None = None


def values(state: State, counts: Counts, now: datetime) -> dict[str, float]:
    """Signal → its number, at `now`."""
    end = counts.done_at or now
    hours = (end - counts.created_at).total_seconds() / 3600 if counts.created_at else 0.0
    waits = (
        (now - counts.waiting_since).total_seconds() / 3600
        if counts.waiting_since and not counts.done_at
        else 0.0
    )
    return {
        "round_trips": counts.round_trips,
        "asked_again": max(0, state.asked - 1),
        "hours": round(max(0.0, hours), 1),
        "channels": state.channels,
        "reopened": counts.reopened,
        "transfers": counts.transfers,
        "silence": round(max(0.0, waits, state.longest), 1),
        "nudges": state.nudges,
        "repeated": state.repeated,
        "feeling": state.feeling,
        "shouting": state.shouting,
    }
