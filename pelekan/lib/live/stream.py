"""One listener, its limits, and the frames it is sent."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pelekan.lib.live.signed import Grant


@dataclass(frozen=True, slots=True)
class Limits:
    streams: int = 20_000
    streams_per_subject: int = 20  # the oldest is closed when one more comes
    streams_per_address: int = 500  # an office behind one address; a proxy must tell us the real ones
    ring: int = 10_000  # pokes kept in memory for those who come back
    replay: int = 500  # pokes sent to one who comes back; beyond, it re-fetches everything
    beat: int = 20  # seconds between heartbeats; proxies cut silence after 60
    say_bytes: int = 1_024
    say_per_second: float = 5.0
    say_burst: int = 20
    keep: int = 60  # seconds that "is looking" holds without being said again
    kept_per_topic: int = 50
    poll: float = 25.0  # seconds that a long poll waits


class Stream:
    """One listener. `send` is ASGI's; `abort` cuts the connection without waiting for the peer."""

    __slots__ = ("abort", "address", "closed", "grant", "send", "slot")

    def __init__(
        self, grant: Grant, address: str, send: Any, abort: Callable[[], None] | None = None
    ) -> None:
        self.grant = grant
        self.address = address
        self.send = send
        self.abort = abort
        self.closed = False
        self.slot = 0

    def write(self, frames: bytes, last: bool = False) -> bool:
        """Hand frames to the connection without waiting; False if it would have had to wait."""
        step = self.send({"type": "http.response.body", "body": frames, "more_body": not last})
        try:
            step.send(None)
        except StopIteration:
            return True
        except RuntimeError:  # the response is over already
            return False
        # uvicorn's send() suspends only while the peer leaves a full buffer unread.
        step.close()
        return False

    def end(self, frames: bytes = b"") -> None:
        """Say a last word and close; whoever does not listen is cut off."""
        if not self.closed:
            self.closed = True
            if not self.write(frames, last=True) and self.abort is not None:
                self.abort()


def poke(resume: int, id: int, name: str, topics: tuple[str, ...]) -> bytes:
    return frame("", {"id": id, "name": name, "topics": topics}, resume)


def frame(kind: str, data: Any, id: int | None = None) -> bytes:
    """One server-sent event. JSON escapes line breaks, so data never ends a frame early."""
    lines = [f"event: {kind}"] if kind else []
    if id is not None:
        lines.append(f"id: {id}")
    lines.append("data: " + json.dumps(data, separators=(",", ":")))
    return ("\n".join(lines) + "\n\n").encode()
