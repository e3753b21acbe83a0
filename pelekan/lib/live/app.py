"""The doors of the live rooms: raw ASGI, no framework, no database.

GET /live/stream   server-sent events until the ticket expires        since from Last-Event-ID or ?since=
GET /live/poll     the same frames, answered when there are some or after 25 s (&wait=0: at once)
POST /live/say     {"topic", "kind", "data"?, "keep"?} to the others on a topic of the ticket; 204

The ticket comes as `Authorization: Live <ticket>` or `?ticket=`. Everything is refused before it is accepted, and
a refusal for want of rights goes to the security log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from pelekan.lib.live.hub import Hub
from pelekan.lib.live.signed import Grant, Refused, read_ticket
from pelekan.lib.live.stream import Stream
from pelekan.lib.time import now

security = logging.getLogger("pelekan.security")

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

KIND = re.compile(r"[a-z_]{1,32}")
BODY_SECONDS = 5.0
METHODS = {"/live/stream": "GET", "/live/poll": "GET", "/live/say": "POST"}
EVENTS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),  # nginx would hold frames back
    (b"x-content-type-options", b"nosniff"),
]


class Problem(Exception):
    def __init__(self, status: int, why: str, *, alarming: bool = False, retry_after: int = 0) -> None:
        super().__init__(why)
        self.status = status
        self.alarming = alarming
        self.retry_after = retry_after


class App:
    """`origins` are the sites that may connect (`https://desk.example.org`); empty means the one asked for itself."""

    def __init__(self, hub: Hub, secret: str, origins: Collection[str] = ()) -> None:
        self.hub = hub
        self.secret = secret
        self.origins = frozenset(origin.rstrip("/").lower() for origin in origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        try:
            if path not in METHODS:
                raise Problem(404, "There is nothing here.")
            if scope["method"] != METHODS[path]:
                raise Problem(405, f"Use {METHODS[path]}.")
            headers = dict(scope["headers"])
            query = parse_qs(scope["query_string"].decode("latin-1")) if scope["query_string"] else {}
            grant = self._admit(scope, headers, query)
            if path == "/live/say":
                await self._say(grant, receive, send)
                return
            if crowded := self.hub.crowded(address_of(scope)):
                raise Problem(503 if self.hub.closing else 429, crowded, retry_after=5)
            since = since_of(headers, query)
        except Problem as problem:
            await refuse(scope, send, problem)
            return
        # An idle stream lives for minutes: let go of what only its opening needed.
        address = address_of(scope)
        scope["headers"].clear()
        scope["query_string"] = b""
        at_once = query.get("wait") == ["0"]
        del headers, query
        if path == "/live/poll":
            await self._poll(grant, address, since, 0.0 if at_once else self.hub.limits.poll, receive, send)
        else:
            await self._stream(grant, address, since, receive, send)

    def _admit(self, scope: Scope, headers: dict[bytes, bytes], query: dict[str, list[str]]) -> Grant:
        scheme, _, bearer = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
        in_header = scheme.lower() == "live"
        self._check_origin(scope, headers, in_header)
        ticket = bearer.strip() if in_header else query.get("ticket", [""])[0]
        try:
            grant = read_ticket(self.secret, ticket, now().timestamp())
        except Refused as refused:
            # An expired ticket is everyday life: the browser slept.
            raise Problem(401, str(refused), alarming="expired" not in str(refused)) from None
        if self.hub.revoked(grant):
            raise Problem(401, "ticket revoked")
        return grant

    def _check_origin(self, scope: Scope, headers: dict[bytes, bytes], in_header: bool) -> None:
        origin = headers.get(b"origin")
        if origin is None:
            # Browsers leave Origin out of a same-origin GET. Another site can neither set Authorization without
            # a preflight, which nothing here answers, nor forge Sec-Fetch-Site.
            if in_header or headers.get(b"sec-fetch-site") == b"same-origin":
                return
            raise Problem(403, "origin missing", alarming=True)
        host = headers.get(b"host", b"").decode("latin-1").lower()
        allowed = self.origins or {f"{scope.get('scheme', 'http')}://{host}"}
        if origin.decode("latin-1").lower() not in allowed:
            raise Problem(403, f"origin {origin.decode('latin-1')!r} not allowed", alarming=True)

    async def _stream(
        self, grant: Grant, address: str, since: int | None, receive: Receive, send: Send
    ) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": EVENTS})
        stream = Stream(grant, address, send, abort_of(send))
        self.hub.join(stream, since)
        try:
            # The hub writes; all that is left to do here is to notice the end, theirs or ours.
            while (await receive())["type"] != "http.disconnect":
                pass
        finally:
            stream.closed = True
            self.hub.leave(stream)

    async def _poll(
        self, grant: Grant, address: str, since: int | None, wait: float, receive: Receive, send: Send
    ) -> None:
        poll = Poll(grant, address)
        heard = self.hub.join(poll, since)
        try:
            if not heard and wait:
                await poll.wait(receive, wait)
        finally:
            poll.closed = True
            self.hub.leave(poll)
        length = (b"content-length", b"%d" % len(poll.frames))
        await send({"type": "http.response.start", "status": 200, "headers": [*EVENTS, length]})
        await send({"type": "http.response.body", "body": poll.frames})

    async def _say(self, grant: Grant, receive: Receive, send: Send) -> None:
        if not self.hub.may_say(grant):
            raise Problem(429, "Too much said at once.", retry_after=2)
        word = parse_word(await small_body(receive, self.hub.limits.say_bytes))
        if word["topic"] not in grant.topics:
            raise Problem(403, f"topic {word['topic']!r} not in the ticket of {grant.sub!r}", alarming=True)
        self.hub.say(grant, word["topic"], word["kind"], word.get("data"), word.get("keep", 0))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})


class Poll(Stream):
    """A listener that collects instead of writing, and is content with the first frames."""

    __slots__ = ("arrived", "frames")

    def __init__(self, grant: Grant, address: str) -> None:
        super().__init__(grant, address, None)
        self.frames = b""
        self.arrived: asyncio.Event = asyncio.Event()

    def write(self, frames: bytes, last: bool = False) -> bool:
        self.frames += frames
        self.arrived.set()
        return True

    async def wait(self, receive: Receive, seconds: float) -> None:
        """Until a frame, the end of patience, or the peer's leaving."""
        self.arrived.clear()
        gone = asyncio.ensure_future(disconnected(receive))
        came = asyncio.ensure_future(self.arrived.wait())
        try:
            await asyncio.wait((gone, came), timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            gone.cancel()
            came.cancel()


async def disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def address_of(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def abort_of(send: Send) -> Callable[[], None] | None:
    """How to cut this connection. ASGI has no word for it; uvicorn's `send` is bound to what holds the transport,
    and closing it politely would wait for ever on a peer that does not read."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    return getattr(transport, "abort", None)


def since_of(headers: dict[bytes, bytes], query: dict[str, list[str]]) -> int | None:
    text = headers.get(b"last-event-id", b"").decode("latin-1") or query.get("since", [""])[0]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Problem(400, "since must be the id of an event.")
    return int(text)


async def small_body(receive: Receive, limit: int) -> bytes:
    body = b""
    try:
        async with asyncio.timeout(BODY_SECONDS):
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Problem(400, "The body did not arrive.")
                body += message.get("body", b"")
                more = message.get("more_body", False)
                if len(body) > limit:
                    raise Problem(413, f"At most {limit} bytes.")
    except TimeoutError:
        raise Problem(408, "The body did not arrive in time.") from None
    return body


def parse_word(body: bytes) -> dict[str, Any]:
    try:
        word = json.loads(body)
    except (ValueError, RecursionError):
        raise Problem(400, "Send JSON.") from None
    if (
        not isinstance(word, dict)
        or not isinstance(word.get("topic"), str)
        or not isinstance(word.get("kind"), str)
        or not KIND.fullmatch(word["kind"])
        or type(word.get("keep", 0)) not in (int, float)
    ):
        raise Problem(400, "Send topic, kind (a-z and _), and if need be data and keep (seconds).")
    return word


async def refuse(scope: Scope, send: Send, problem: Problem) -> None:
    if problem.alarming:
        security.warning("live: refused %r from %s: %s", scope["path"], address_of(scope), problem)
    title = HTTPStatus(problem.status).phrase
    body = json.dumps(
        {"type": "about:blank", "title": title, "status": problem.status, "detail": str(problem)}
    )
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", b"%d" % len(body)),
        (b"cache-control", b"no-store"),
    ]
    if problem.retry_after:
        headers.append((b"retry-after", b"%d" % problem.retry_after))
    if problem.status in (408, 413):
        headers.append((b"connection", b"close"))  # do not read the rest of the body
    await send({"type": "http.response.start", "status": problem.status, "headers": headers})
    await send({"type": "http.response.body", "body": body.encode()})
