"""A real uvicorn in a thread, and a client that speaks just enough HTTP to misbehave with."""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass
from typing import Any

import uvicorn

from pelekan.lib import live
from pelekan.lib.wire import Protocol

SECRET = "only for tests"


def run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    """A scene, with a guard against waiting for ever (no measure: whoever means "at once" excludes every other cause)."""

    async def bounded() -> Any:
        async with asyncio.timeout(60):
            return await coroutine

    return asyncio.run(bounded())


class Log:
    """An event log in memory; ids may be committed in any order."""

    poll_every = 0.05

    def __init__(self, overlap: float = 0.0) -> None:
        self.overlap = overlap
        self.rows: list[tuple[int, str, str]] = []

    def add(self, topics: str, name: str = "message.received", id: int | None = None) -> int:
        id = id or self.latest() + 1
        self.rows = sorted([*self.rows, (id, name, topics)])
        live.wake()
        return id

    def latest(self) -> int:
        return self.rows[-1][0] if self.rows else 0

    def after(self, id: int, limit: int) -> list[tuple[int, str, str]]:
        return [row for row in self.rows if row[0] > id][:limit]

    def listen(self, wake: Callable[[], None], stopped: threading.Event) -> None:
        return

    def close(self) -> None:
        return


@dataclass
class Served:
    port: int
    server: uvicorn.Server
    thread: threading.Thread
    stop: Callable[[], None]


@contextlib.contextmanager
def served(app: Any, hush: Callable[[], Any] | None = None) -> Iterator[Served]:
    """`app` on a free port; `hush` is awaited before the server waits for its connections."""

    class Server(uvicorn.Server):
        async def shutdown(self, sockets: Any = None) -> None:
            if hush is not None:
                await hush()
            await super().shutdown(sockets)

    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    lifespan = "on" if hush is not None else "off"
    config = uvicorn.Config(
        app, http=Protocol, ws="none", lifespan=lifespan, log_config=None, access_log=False
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    ready = threading.Event()
    while not server.started and thread.is_alive():
        ready.wait(0.005)

    def stop() -> None:
        server.should_exit = True
        thread.join(60)

    try:
        yield Served(listener.getsockname()[1], server, thread, stop)
    finally:
        stop()


class Rooms:
    """The live rooms alone, with the lifespan that pelekan.asgi gives them."""

    def __init__(self, log: Log, limits: live.Limits | None = None, origins: tuple[str, ...] = ()) -> None:
        self.hub = live.Hub(log, limits)
        self.app = live.App(self.hub, SECRET, origins)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return
        await receive()
        await self.hub.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


@contextlib.contextmanager
def rooms(
    log: Log | None = None, limits: live.Limits | None = None, origins: tuple[str, ...] = ()
) -> Iterator[tuple[Log, Rooms, Served]]:
    log = log or Log()
    app = Rooms(log, limits, origins)
    with served(app, hush=app.hub.close) as server:
        yield log, app, server


def ticket(sub: str, *topics: str, ttl: float = 60, name: str = "") -> str:
    return live.make_ticket(SECRET, sub, topics, ttl, name=name)


class Client:
    """One connection to /live/stream."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.last_id: str | None = None

    async def open(self, ticket: str, since: int | str | None = None, headers: str = "") -> int:
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        query = "" if since is None else f"?since={since}"
        self.writer.write(
            f"GET /live/stream{query} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Live {ticket}\r\n{headers}\r\n".encode()
        )
        head = await self.reader.readuntil(b"\r\n\r\n")
        self.status = int(head[9:12])
        return self.status

    async def frame(self) -> tuple[str, Any] | None:
        """The next frame as (kind, data), pokes as kind ""; None at the end of the stream. Ids are remembered."""
        kind = ""
        while True:
            line = (await self._line()).decode()
            if line == "END":
                return None
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("id: "):
                self.last_id = line[4:]
            elif line.startswith("data: "):
                return kind, json.loads(line[6:])

    async def poke(self) -> Any:
        """The next poke, whatever else comes before it."""
        while (found := await self.frame()) is not None:
            if found[0] == "":
                return found[1]
        return None

    async def _line(self) -> bytes:
        while True:
            try:
                line = (await self.reader.readuntil(b"\n")).rstrip()
            except (asyncio.IncompleteReadError, ConnectionError):
                return b"END"
            if line.startswith((b"event: ", b"id: ", b"data: ")):
                return line
            if line == b"0":  # the last chunk
                return b"END"

    def close(self) -> None:
        self.writer.transport.abort()


async def ask(port: int, request: str | bytes, seconds: float = 60) -> bytes:
    """Send raw bytes, return all that comes until the peer closes or has answered with a length."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode() if isinstance(request, str) else request)
    try:
        async with asyncio.timeout(seconds):
            head = await reader.readuntil(b"\r\n\r\n")
            lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            length = int(lengths[0].split(b":")[1]) if lengths else 0
            return head + (await reader.readexactly(length) if length else b"")
    except (ConnectionError, asyncio.IncompleteReadError):
        return b""
    finally:
        writer.close()


def status(answer: bytes) -> int:
    return int(answer[9:12] or 0)


async def say(port: int, ticket: str, body: Any, headers: str = "") -> int:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    head = (
        f"POST /live/say HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAuthorization: Live {ticket}\r\n"
        f"Content-Length: {len(raw)}\r\n{headers}\r\n"
    )
    return status(await ask(port, head.encode() + raw))
