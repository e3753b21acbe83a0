"""Clients that lose their connection at random, and insist."""

from __future__ import annotations

import contextlib
import http.client
import json
import random
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import Message
from typing import Any

JSON = "application/json"


class Broken(AssertionError):
    """Something acknowledged is missing, doubled or out of order."""


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes


@dataclass
class Caller:
    """A client that loses its connection at random before it has the answer, and asks again until it has one."""

    port: int
    chance: random.Random
    headers: dict[str, str] = field(default_factory=dict)
    drops: float = 0.03
    line: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body: bytes | None, kind: str) -> Answer:
        """OSError when the answer was lost on the way, as often as that happens."""
        if self.line is None:
            self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        headers = {"Content-Type": kind, "Origin": f"http://127.0.0.1:{self.port}"} | self.headers
        try:
            self.line.request(method, path, body, headers)
            if self.chance.random() < self.drops:
                raise ConnectionResetError("dropped before the answer")
            answer = self.line.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException, ValueError) as fault:
            self.line.close()
            self.line = None
            raise OSError(str(fault)) from fault

    def insist(self, method: str, path: str, body: bytes | None = None, kind: str = JSON) -> Answer:
        """The first answer that is not a server's trouble; Broken when it is a refusal."""
        for _ in range(2_000):
            with contextlib.suppress(OSError):
                answer = self.ask(method, path, body, kind)
                if answer.status < 400:
                    return answer
                if answer.status < 500 and answer.status != 429:
                    raise Broken(f"{method} {path}: {answer.status} {answer.body[:300]!r}")
            time.sleep(0.05)
        raise Broken(f"no answer to {method} {path}")

    def json(self, method: str, path: str, body: Any = None) -> Any:
        return json.loads(self.insist(method, path, None if body is None else json.dumps(body).encode()).body)


class Ears(threading.Thread):
    """One live stream, held as a browser holds it: `renew` gives the slip, `hear(topics)` is called for each poke
    and `hear(None)` when everything should be fetched anew. What was missed comes by the resume id alone."""

    def __init__(
        self,
        port: int,
        chance: random.Random,
        since: str,
        renew: Callable[[], str],
        hear: Callable[[set[str] | None], None],
    ) -> None:
        super().__init__(daemon=True)
        self.port, self.chance, self.since, self.renew, self.hear = port, chance, since, renew, hear
        self.line: http.client.HTTPConnection | None = None
        self.stale, self.stopped = False, False
        self.fault = ""
        self.start()

    def again(self) -> None:
        """Connect anew with another slip: there is more to listen to."""
        self.stale = True
        self._cut()

    def stop(self) -> None:
        self.stopped = True
        self._cut()
        self.join()

    def _cut(self) -> None:
        with contextlib.suppress(AttributeError, OSError):  # there is no line just now
            self.line.sock.shutdown(socket.SHUT_RDWR)  # type: ignore[union-attr]

    def run(self) -> None:
        slip = ""
        while not self.stopped:
            try:
                if not slip or self.stale:
                    self.stale = False
                    slip = self.renew()
                slip = self._listen(slip)
            except Broken as fault:
                self.fault = str(fault)
                return
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.05)

    def _listen(self, slip: str) -> str:
        self.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            address = f"/live/stream?since={self.since}"
            self.line.request("GET", address, headers={"Authorization": f"Live {slip}"})
            answer = self.line.getresponse()
            if answer.status == 401:
                return ""
            frame: dict[str, str] = {}
            while answer.status == 200 and not self.stopped and not self.stale:
                text = answer.readline()
                if not text:
                    break
                if text.strip():
                    name, _, value = text.decode().strip().partition(": ")
                    frame[name] = value
                else:
                    self._took(frame)
                    frame = {}
                    if self.chance.random() < 0.01:
                        break
        finally:
            self.line.close()
        return slip

    def _took(self, frame: dict[str, str]) -> None:
        kind = frame.get("event", "poke")
        if kind == "resync":
            self.hear(None)
        elif kind == "poke" and "data" in frame:
            self.hear(set(json.loads(frame["data"])["topics"]))
        self.since = frame.get("id", self.since)
