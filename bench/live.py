"""Live rooms under load, on this machine's loopback: `python bench/live.py` (about a minute).

One server process holds the rooms and a bare echo beside them; this process is all its clients. Printed are

    echo        a bare ASGI answer on a kept connection, while the streams are open
    one to one  a poke that one of all open streams hears: request in, frame out
    fan-out     a poke that all open streams hear, measured at each of them
    deliveries  frames a second, when pokes come as fast as they are taken
    memory      what an idle stream costs the server, by resident size

Ratios against the echo are what counts: absolute figures are those of your machine.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import resource
import select
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from office import tell

from pelekan.lib import live

SECRET = "only for this measurement"
ROUNDS = 300


class Log:
    """The event log in memory: what is measured are the rooms."""

    poll_every = 0.25
    overlap = 0.0

    def __init__(self) -> None:
        self.rows: list[tuple[int, str, str]] = []

    def add(self, topics: str) -> None:
        self.rows.append((len(self.rows) + 1, "message.received", topics))
        live.wake()

    def latest(self) -> int:
        return len(self.rows)

    def after(self, id: int, limit: int) -> list[tuple[int, str, str]]:
        return self.rows[id : id + limit]

    def listen(self, wake: Callable[[], None], stopped: threading.Event) -> None:
        return

    def close(self) -> None:
        return


def serve(port: int) -> None:
    import gc

    import uvicorn

    from pelekan.lib.wire import Protocol

    log = Log()
    hub = live.Hub(log, live.Limits(streams_per_subject=100_000))
    rooms = live.App(hub, SECRET)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await receive()
            await hub.start()
            gc.collect()
            gc.freeze()
            gc.set_threshold(20_000, 50, 50)
            await send({"type": "lifespan.startup.complete"})
            await receive()
            await hub.close()
            await send({"type": "lifespan.shutdown.complete"})
        elif scope["path"].startswith("/live/"):
            await rooms(scope, receive, send)
        else:
            if scope["path"] == "/poke":
                log.add(scope["query_string"].decode())
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            await send({"type": "http.response.body", "body": b"ok"})

    uvicorn.run(
        app, host="127.0.0.1", port=port, http=Protocol, ws="none", log_config=None, access_log=False,
        server_header=False, timeout_keep_alive=600, backlog=4096, timeout_graceful_shutdown=1,
    )  # fmt: skip


class Crowd:
    """Many open streams, read through one epoll."""

    def __init__(
        self,
        port: int,
        secret: str = SECRET,
        topics: Callable[[int], list[str]] = lambda number: ["desk", f"conversation:{number}"],
    ) -> None:
        self.port, self.secret, self.topics = port, secret, topics
        self.epoll = select.epoll()
        self.sockets: dict[int, socket.socket] = {}

    def grow(self, count: int) -> None:
        while len(self.sockets) < count:
            number = len(self.sockets)
            ticket = live.make_ticket(self.secret, f"visitor:{number}", self.topics(number), 3600)
            # Each from an address of its own kind would need as many machines; loopback is not counted.
            peer = socket.create_connection(("127.0.0.1", self.port))
            peer.sendall(
                f"GET /live/stream HTTP/1.1\r\nHost: bench\r\nAuthorization: Live {ticket}\r\n"
                f"User-Agent: {'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'}\r\n"
                "Accept: text/event-stream\r\nAccept-Language: fa,en;q=0.5\r\n"
                "Sec-Fetch-Mode: cors\r\nSec-Fetch-Site: same-origin\r\n"
                f"Cookie: pelekan_session={'x' * 32}; pelekan_csrf={'y' * 32}\r\n\r\n".encode()
            )
            head = b""
            while b"id: " not in head:
                head += peer.recv(4096)
            assert head.startswith(b"HTTP/1.1 200"), head
            peer.setblocking(False)
            self.sockets[peer.fileno()] = peer
            self.epoll.register(peer, select.EPOLLIN)

    def hear(self, count: int, began: float, into: list[float]) -> None:
        """Note when each of `count` streams has a poke; heartbeats do not count."""
        end = began + 10
        while count and time.perf_counter() < end:
            for number, _ in self.epoll.poll(1.0):
                data = self.sockets[number].recv(65_536)
                found = data.count(b"message.received")
                if found:
                    into.append(time.perf_counter() - began)
                    count -= found
        assert count <= 0, f"{count} pokes did not arrive"


class Line:
    """A kept connection for plain requests."""

    def __init__(self, port: int) -> None:
        self.peer = socket.create_connection(("127.0.0.1", port))
        self.peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def send(self, path: str) -> None:
        self.peer.sendall(f"GET {path} HTTP/1.1\r\nHost: bench\r\n\r\n".encode())

    def wait(self) -> None:
        answer = b""
        while not answer.endswith(b"ok"):
            answer += self.peer.recv(4096)


def percentiles(values: list[float]) -> tuple[float, float]:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] * 1000, ordered[int(len(ordered) * 0.99)] * 1000


def report(name: str, values: list[float], floor: tuple[float, float] | None = None) -> tuple[float, float]:
    p50, p99 = percentiles(values)
    beside = f"   {p50 / floor[0]:5.1f} × and {p99 / floor[1]:5.1f} × the echo" if floor else ""
    print(f"{name:<12} p50 {p50:7.2f} ms   p99 {p99:7.2f} ms{beside}")
    return p50, p99


def resident(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("no VmRSS: this needs Linux")


def echo(port: int) -> list[float]:
    line, taken = Line(port), []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        line.send("/echo")
        line.wait()
        taken.append(time.perf_counter() - began)
        time.sleep(0.003)
    return taken


def latencies(port: int, crowd: Crowd) -> None:
    line = Line(port)
    count = len(crowd.sockets)
    echoes: list[float] = []
    single: list[float] = []
    everyone: list[float] = []
    for turn in range(ROUNDS):  # in turns, so that all three meet the same moments of the machine
        began = time.perf_counter()
        line.send("/echo")
        line.wait()
        echoes.append(time.perf_counter() - began)
        began = time.perf_counter()
        line.send(f"/poke?conversation:{turn * 7 % count}")
        crowd.hear(1, began, single)
        line.wait()
        if turn % 5 == 0:
            began = time.perf_counter()
            line.send("/poke?desk")
            crowd.hear(count, began, everyone)
            line.wait()
        time.sleep(0.003)
    print(f"\nat {count:,} open streams")
    floor = report("echo", echoes)
    report("one to one", single, floor)
    report("fan-out", everyone, floor)
    began = time.perf_counter()
    for _ in range(50):
        line.send("/poke?desk")
        line.wait()
    crowd.hear(50 * count, began, [])
    print(f"{'deliveries':<12} {50 * count / (time.perf_counter() - began):,.0f} a second")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--streams", type=int, default=1_000, help="open streams for the latencies")
    parser.add_argument("--idle", type=int, default=10_000, help="the most idle streams")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    if options.serve:
        serve(options.serve)
        return
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen([sys.executable, __file__, "--serve", str(port)])
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port)).close()
                break
            time.sleep(0.1)
        crowd = Crowd(port)
        crowd.grow(50)
        time.sleep(0.5)
        before, begun = resident(server.pid), 50
        print(
            f"{os.cpu_count()} cores, Python {sys.version.split()[0]}; server at rest {before / 1e6:.0f} MB"
        )
        for count in sorted({options.streams, options.idle // 2, options.idle}):
            began = time.perf_counter()
            already = len(crowd.sockets)
            crowd.grow(count)
            rate = (count - already) / (time.perf_counter() - began)
            each = (resident(server.pid) - before) / (count - begun)
            print(f"{count:>6,} idle streams: {each / 1024:5.1f} KB each (opened at {rate:,.0f} a second)")
            if count == options.idle:
                tell(f"(c) {count:,} idle streams", f"{each / 1024:.1f} KB each")
            if count == options.streams:
                latencies(port, crowd)
                print()
        report("echo", echo(port))
    finally:
        server.kill()  # a polite end would log ten thousand cut streams
        server.wait(20)


if __name__ == "__main__":
    main()
