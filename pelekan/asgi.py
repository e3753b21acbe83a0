"""The server: live rooms and pages behind one port, and what begins and ends with them.

`serve()` is what `pelekan serve` and `pelekan web` call; `app` is for whoever brings an ASGI server, which then has
to bound request heads and to close streams at its end by itself.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import os
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import uvicorn

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pelekan.settings")

from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from django.conf import settings  # noqa: E402 (settings exist only now)
from django.db import connections  # noqa: E402

from pelekan.lib import live  # noqa: E402
from pelekan.lib.bridge import Bridge  # noqa: E402
from pelekan.lib.bridge import Limits as BridgeLimits  # noqa: E402
from pelekan.lib.live.app import Receive, Scope, Send  # noqa: E402
from pelekan.lib.wire import Protocol  # noqa: E402
from pelekan.tickets import events  # noqa: E402
from pelekan.tickets.feed import Feed  # noqa: E402

KEEP_ALIVE = 30  # seconds; proxies keep their connections to us for about a minute and mend a lost one
GRACE = 5  # seconds that running requests get at shutdown
FORM = 5 * 1024 * 1024  # bytes of a request beside its files

Work = Callable[[threading.Event], None]
"""Something that goes on beside the pages, in a thread of its own, until the event is set."""


class Desk:
    """One process: `/live/*` to the live rooms, everything else to Django."""

    def __init__(self, beside: Sequence[Work] = ()) -> None:
        self.hub = live.Hub(Feed())
        self.live = live.App(self.hub, settings.SECRET_KEY, origins())
        self.pages = Bridge(
            pages,
            BridgeLimits(threads=settings.CONFIG.threads, body=settings.MAX_UPLOAD + FORM),
            leave=connections.close_all,
        )
        self.beside = beside
        self._stopped = threading.Event()
        self._threads: list[threading.Thread] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            room = self.live if scope["path"].startswith("/live/") else self.pages
            await room(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self._lifespan(receive, send)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.open()
        except Exception as problem:
            await send({"type": "lifespan.startup.failed", "message": str(problem)})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def open(self) -> None:
        await self.hub.start()
        events.listeners.append(self.hub.wake)
        for work in self.beside:
            thread = threading.Thread(target=work, args=[self._stopped], name=work.__name__, daemon=True)
            thread.start()
            self._threads.append(thread)
        # What is loaded now stays; looking through it at each collection costs a page 30 ms at the 99th percentile.
        gc.collect()
        gc.freeze()
        gc.set_threshold(20_000, 50, 50)
        # A thread that computes keeps the interpreter from the others for this long; 5 ms is the default, and a poke goes
        # through three threads (the request's, the reader's, the loop's).
        sys.setswitchinterval(0.001)

    async def hush(self) -> None:
        """End the streams and tell the work to stop: first at shutdown, or it would wait for open streams."""
        self._stopped.set()
        if not self.hub.closing:
            with contextlib.suppress(ValueError):
                events.listeners.remove(self.hub.wake)
            await self.hub.close()

    async def close(self) -> None:
        await self.hush()
        self.pages.close()
        for thread in self._threads:
            await asyncio.to_thread(thread.join, GRACE)


class Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, desk: Desk) -> None:
        super().__init__(config)
        self.desk = desk

    async def shutdown(self, sockets: list[Any] | None = None) -> None:
        for server in self.servers:
            server.close()
        await self.desk.hush()
        await super().shutdown(sockets)


def origins() -> list[str]:
    """Sites whose pages may open streams. A desk on this machine answers to every name that it is called by."""
    if settings.BASE_URL.split("//")[-1].split(":")[0] in ("127.0.0.1", "localhost"):
        return []
    scheme = settings.BASE_URL.split("://")[0]
    return [settings.BASE_URL, *(f"{scheme}://{host}" for host in settings.CONFIG.allowed_hosts)]


def server(desk: Desk, host: str, port: int) -> Server:
    proxies = list(settings.CONFIG.trusted_proxies)
    config = uvicorn.Config(
        desk,
        host=host,
        port=port,
        http=Protocol,
        loop="auto",  # uvloop, where there is one
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,  # addresses carry tickets and reset tokens; the proxy before us logs what it wants
        server_header=False,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=GRACE,
        backlog=4096,
    )
    return Server(config, desk)


def serve(host: str = "127.0.0.1", port: int = 8000, beside: Sequence[Work] = ()) -> None:
    """Run until SIGTERM or SIGINT. `beside` are the workers, each in a thread, told by an event to stop."""
    raise_file_limit()
    server(Desk(beside), host, port).run()


def raise_file_limit() -> None:
    """Each stream is a file descriptor; many systems start a process with 1,024 and allow many more."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def __getattr__(name: str) -> Desk:
    if name == "app":  # made only when an outside server asks for it
        globals()["app"] = desk = Desk()
        return desk
    raise AttributeError(name)
