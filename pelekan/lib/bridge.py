"""Run a WSGI application on a few threads behind an ASGI server.

Measured against a2wsgi (docs/decisions/0004-wsgi-bridge.md), which reads bodies from inside the worker thread: four
slow uploads stop the whole site there, and four slow downloads too. Here a thread works only while the application
works. Bodies arrive on the event loop first, bounded in size and slowness, beyond SPOOL bytes on disk; whole answers
leave the thread in one piece; files (`wsgi.file_wrapper`) are sent by the loop. Only an answer that is generated
while it is sent keeps its thread, and then a spare one takes its place.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
import sys
import tempfile
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from io import SEEK_END, BytesIO
from typing import IO, Any

from pelekan.lib.threads import Job, Threads

security = logging.getLogger("pelekan.security")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Limits:
    threads: int = 4
    spares: int = 4  # further threads while generated answers hold the first ones
    waiting: int = 500  # requests that may wait for a thread; more get 503
    body: int = 32 * 1024 * 1024  # bytes
    bodies: int = 200  # bodies arriving at the same time
    spool: int = 256 * 1024  # bytes of a body kept in memory
    grace: float = 15.0  # seconds before slowness of a body counts
    bytes_per_second: int = 1_000  # slower bodies are cut
    chunk: int = 64 * 1024  # bytes of a file sent at once
    take: float = 60.0  # seconds that a client may leave one chunk unread


class Cut(Exception):
    """The request ends here with this status (0: the client has gone)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class FileWrapper:
    """What the application returns for an open file; the loop sends it."""

    def __init__(self, file: IO[bytes], block_size: int = 65_536) -> None:
        self.file = file
        self.block_size = block_size

    def __iter__(self) -> Iterator[bytes]:
        while block := self.file.read(self.block_size):
            yield block

    def close(self) -> None:
        if hasattr(self.file, "close"):
            self.file.close()


class Bridge:
    """ASGI application around the WSGI application `app`. Only `http` scopes come here.

    `leave` is called in each thread before it ends, to close what it kept (database connections)."""

    def __init__(
        self, app: Callable[..., Iterable[bytes]], limits: Limits | None = None, leave: Job = lambda: None
    ) -> None:
        self.app = app
        self.limits = limits or Limits()
        self.threads = Threads(self.limits.threads, self.limits.spares, leave)
        self._bodies = 0

    def close(self) -> None:
        self.threads.stop()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body: IO[bytes] = BytesIO()
        try:
            if self.threads.jobs.qsize() >= self.limits.waiting:
                raise Cut(503)
            if has_body(scope):
                body = await self._body(scope, receive)
            answer = Answer(self, scope, body, receive, send)
            await answer.run()
        except Cut as cut:
            if cut.status:
                await self._refuse(scope, send, cut.status)
        finally:
            body.close()

    async def _body(self, scope: Scope, receive: Receive) -> IO[bytes]:
        announced = length_of(scope)
        if announced > self.limits.body:
            raise Cut(413)
        if self._bodies >= self.limits.bodies:
            raise Cut(503)
        self._bodies += 1
        body: IO[bytes] = BytesIO()
        try:
            async with asyncio.timeout(self.limits.grace) as patience:
                until = patience.when() or 0.0
                size, more, tail = 0, True, b""
                while more:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Cut(0)
                    part, more = message.get("body", b""), message.get("more_body", False)
                    size += len(part)
                    if size > self.limits.body:
                        raise Cut(413)
                    if size > self.limits.spool and isinstance(body, BytesIO):
                        body = spooled(body)
                    body.write(part)
                    tail = (tail + part[-_TAIL:])[-_TAIL:]
                    patience.reschedule(until + size / self.limits.bytes_per_second)
                if not ended(scope, tail):
                    raise Cut(400)
        except TimeoutError:
            body.close()
            raise Cut(408) from None
        except BaseException:
            body.close()
            raise
        finally:
            self._bodies -= 1
        body.seek(0)
        return body

    async def _refuse(self, scope: Scope, send: Send, status: int) -> None:
        address = scope["client"][0] if scope.get("client") else ""
        security.warning("http: refused %s %r from %s: %d", scope["method"], scope["path"], address, status)
        text = REFUSALS[status]
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(text)),
            (b"connection", b"close"),
        ]
        if status == 503:
            headers.append((b"retry-after", b"5"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": text})


REFUSALS = {
    400: b"The upload was cut short. Send it again.\n",
    408: b"The request came too slowly.\n",
    413: b"The request is too large.\n",
    503: b"Too many requests at this moment. Try again in a few seconds.\n",
}


class Answer:
    """One request on its way through a thread and back."""

    def __init__(self, bridge: Bridge, scope: Scope, body: IO[bytes], receive: Receive, send: Send) -> None:
        self.bridge = bridge
        self.scope = scope
        self.body = body
        self.receive = receive
        self.send = send
        self.loop = asyncio.get_running_loop()
        self.done: asyncio.Future[FileWrapper | None] = self.loop.create_future()
        self.head: MutableMapping[str, Any] | None = None
        self.pieces: list[bytes] = []
        self.started = False  # the head has been sent
        self.gone = threading.Event()

    async def run(self) -> None:
        self.bridge.threads.jobs.put(self._work)
        try:
            file = await self.done
        except asyncio.CancelledError:
            self.gone.set()
            raise
        if file is not None:
            await self._send_file(file)
        elif self.started:
            await self.send({"type": "http.response.body", "body": b""})
        elif self.head is not None:
            await self.send(self.head)
            await self.send({"type": "http.response.body", "body": b"".join(self.pieces)})

    # ── in the thread ─────────────────────────────────────────────────────────────────────────────────────────

    def _work(self) -> None:
        if left(self.send):
            self._finish(None)
            return
        result: Any = None
        file: FileWrapper | None = None
        try:
            result = self.bridge.app(environ(self.scope, self.body), self._start_response)
            if isinstance(result, FileWrapper):
                file = self._rest_of(result)
            elif isinstance(result, list | tuple) or getattr(result, "streaming", True) is False:
                self.pieces.extend(result)
            else:
                with self.bridge.threads.lent():
                    self._generate(result)
        except BaseException as problem:
            self._finish(None, problem)
        else:
            self._finish(file)
        finally:
            if file is None and hasattr(result, "close"):
                result.close()

    def _start_response(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        if exc_info and self.started:
            raise exc_info[1].with_traceback(exc_info[2])
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
        self.head = {"type": "http.response.start", "status": int(status[:3]), "headers": raw}
        return self.pieces.append

    def _rest_of(self, file: FileWrapper) -> FileWrapper | None:
        """Read the first chunk here; the loop sends the rest, if there is any. Most files have none."""
        chunk = self.bridge.limits.chunk
        self.pieces.append(file.file.read(chunk))
        return file if len(self.pieces[0]) == chunk else None

    def _generate(self, parts: Iterable[bytes]) -> None:
        watch = asyncio.run_coroutine_threadsafe(self._watch(), self.loop)
        try:
            for part in parts:
                if self.gone.is_set():
                    return
                if part:
                    asyncio.run_coroutine_threadsafe(self._send_part(part), self.loop).result()
        finally:
            watch.cancel()

    def _finish(self, file: FileWrapper | None, problem: BaseException | None = None) -> None:
        def finish() -> None:
            if self.done.done():
                if file is not None:
                    file.close()
            elif problem is not None:
                self.done.set_exception(problem)
            else:
                self.done.set_result(file)

        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            self.loop.call_soon_threadsafe(finish)

    # ── on the loop ───────────────────────────────────────────────────────────────────────────────────────────

    async def _send_part(self, part: bytes) -> None:
        if not self.started and self.head is not None:
            self.started = True
            await self.send(self.head)
        await self._push(part)

    async def _push(self, part: bytes) -> None:
        """Send, but do not wait for ever on a client that does not read."""
        try:
            async with asyncio.timeout(self.bridge.limits.take):
                await self.send({"type": "http.response.body", "body": part, "more_body": True})
        except TimeoutError:
            self.gone.set()
            if abort := getattr(
                getattr(getattr(self.send, "__self__", None), "transport", None), "abort", None
            ):
                abort()

    async def _watch(self) -> None:
        while (await self.receive())["type"] != "http.disconnect":
            pass
        self.gone.set()

    async def _send_file(self, file: FileWrapper) -> None:
        watch = asyncio.ensure_future(self._watch())
        try:
            assert self.head is not None
            await self.send(self.head)
            part = b"".join(self.pieces)
            while part and not self.gone.is_set():
                await self._push(part)
                part = await asyncio.to_thread(file.file.read, self.bridge.limits.chunk)
            if not self.gone.is_set():
                await self.send({"type": "http.response.body", "body": b""})
        finally:
            watch.cancel()
            file.close()


def has_body(scope: Scope) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def length_of(scope: Scope) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length":
            return int(value) if value.isdigit() else 0
    return 0


_TAIL = 1_000
_BOUNDARY = re.compile(rb'multipart/form-data\s*;.*\bboundary="?([^";,\s]{1,70})', re.IGNORECASE | re.DOTALL)


def ended(scope: Scope, tail: bytes) -> bool:
    """Whether a form with files came to its end: a cut one would be taken for a whole one with a shorter file."""
    kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
    found = _BOUNDARY.match(kind.strip())
    return found is None or not tail or b"--" + found[1] + b"--" in tail


def spooled(memory: BytesIO) -> IO[bytes]:
    file = tempfile.TemporaryFile(prefix="pelekan-body-")  # noqa: SIM115 (the request closes it)
    file.write(memory.getvalue())
    return file


def left(send: Send) -> bool:
    """Whether the client hung up while its request waited for a thread. uvicorn knows; ASGI has no cheap question."""
    return bool(getattr(getattr(send, "__self__", None), "disconnected", False))


def environ(scope: Scope, body: IO[bytes]) -> dict[str, Any]:
    """PEP 3333 from an ASGI scope. Repeated headers are joined with a comma (cookies with a semicolon)."""
    length = body.seek(0, SEEK_END)
    body.seek(0)
    server = scope.get("server") or ("localhost", 80)
    client = scope.get("client") or ("", 0)
    env: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": scope.get("root_path", ""),
        "PATH_INFO": scope["path"].encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.input_terminated": True,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.file_wrapper": FileWrapper,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:
            continue  # X_Forwarded_For must not pass for X-Forwarded-For
        name = raw_name.decode("latin-1").upper().replace("-", "_")
        key = name if name in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + name
        value = raw_value.decode("latin-1")
        if key in env:
            value = env[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        env[key] = value
    if length:
        env["CONTENT_LENGTH"] = str(length)  # chunked bodies announce none
    return env
