"""The bridge over a real server: bodies, files, long answers, impatience."""

from __future__ import annotations

import asyncio
import hashlib
import resource
import threading
from collections.abc import Iterator
from io import BytesIO

import pytest

from pelekan.lib.bridge import Bridge, Limits, environ
from tests.lib.served import ask, run, served, status


class Site:
    """A small WSGI application; `closed` counts generated answers that were closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()
        self.gate = threading.Event()
        self.file = None

    def __call__(self, env, start):
        return getattr(self, env["PATH_INFO"].strip("/"))(env, start)

    def hello(self, env, start):
        start("200 OK", [("Content-Length", "5")])
        return [b"hello"]

    def digest(self, env, start):
        found, size = hashlib.sha256(), 0
        while part := env["wsgi.input"].read(65_536):
            found.update(part)
            size += len(part)
        start("200 OK", [("Content-Type", "text/plain")])
        return [f"{size} {env.get('CONTENT_LENGTH')} {found.hexdigest()}".encode()]

    def big(self, env, start):
        start("200 OK", [("Content-Length", str(self.file.stat().st_size))])
        return env["wsgi.file_wrapper"](self.file.open("rb"))

    def endless(self, env, start):
        start("200 OK", [])

        def parts() -> Iterator[bytes]:
            try:
                while True:
                    yield b"x" * 65_536
            finally:
                self.closed.set()

        return parts()

    def broken(self, env, start):
        raise RuntimeError("broken on purpose")

    def wait(self, env, start):
        self.gate.wait(60)
        return self.hello(env, start)


def get(path: str) -> str:
    return f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.fixture
def site():
    return Site()


def bridged(site: Site, **limits):
    return served(Bridge(site, Limits(**{"threads": 2, "spares": 1, **limits})))


def test_whole_answer_and_broken_one(site):
    with bridged(site) as server:
        assert run(ask(server.port, get("hello"))).endswith(b"hello")
        assert status(run(ask(server.port, get("broken")))) == 500
        assert run(ask(server.port, get("hello"))).endswith(b"hello")


@pytest.mark.parametrize("size", [0, 10, 300_000, 2_000_000])
def test_body_arrives_whole_with_and_without_a_length(site, size):
    body = bytes(range(256)) * (size // 256) + b"z" * (size % 256)
    plain = b"POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size + body
    chunked = b"POST /digest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunked += (b"%x\r\n" % size + body + b"\r\n" if size else b"") + b"0\r\n\r\n"
    with bridged(site) as server:

        async def answer(request: bytes) -> bytes:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(request)
            await reader.readuntil(b"\r\n\r\n")
            await reader.readuntil(b"\r\n")
            found = (await reader.readuntil(b"\r\n")).strip()
            writer.close()
            return found

        digest = hashlib.sha256(body).hexdigest()
        assert run(answer(plain)).decode() == f"{size} {size} {digest}"
        assert run(answer(chunked)).decode().startswith(f"{size} ")
        assert run(answer(chunked)).decode().endswith(digest)


def test_ap_13_body_size_and_slow_bodies(site, caplog):
    """Too large, announced or found out: 413. Too slow: 408. Cut short: nothing runs."""
    with bridged(site, body=100_000, grace=0.5, bytes_per_second=1_000_000) as server:

        async def drip() -> int:
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
            answer = asyncio.ensure_future(reader.read(100))
            while not answer.done():
                writer.write(b"x")
                await asyncio.wait([answer], timeout=0.05)
            head = await answer
            writer.close()
            return status(head)

        async def scene():
            two_gigabytes = b"POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 2147483648\r\n\r\n"
            assert status(await ask(server.port, two_gigabytes)) == 413
            chunked = b"POST /digest HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            endless = chunked + b"10000\r\n" + b"x" * 65_536 + b"\r\n10000\r\n" + b"x" * 65_536 + b"\r\n"
            assert status(await ask(server.port, endless)) == 413
            drips = [asyncio.ensure_future(drip()) for _ in range(20)]
            _, aborted = await asyncio.open_connection("127.0.0.1", server.port)
            aborted.write(chunked + b"5\r\nab")
            aborted.transport.abort()
            assert set(await asyncio.gather(*drips)) == {408}

        run(scene())
    assert "413" in caplog.text
    assert "408" in caplog.text


def test_hx_23_an_upload_that_was_cut_runs_nothing(site):
    """At 99 % the client goes, or something in between closes the body there: no page sees a shorter file."""
    file = b"x" * 400_000
    form = (
        b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
        + file
        + b"\r\n--edge--\r\n"
    )
    short = form[: len(form) * 99 // 100]
    ran: list[str] = []
    digest = site.digest
    site.digest = lambda env, start: (ran.append("digest"), digest(env, start))[1]
    with bridged(site) as server:

        def head(length: int, boundary: bytes = b"edge") -> bytes:
            return b"POST /digest HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=%s\r\nContent-Length: %d\r\n\r\n" % (boundary, length)  # fmt: skip

        async def scene():
            _, aborted = await asyncio.open_connection("127.0.0.1", server.port)
            aborted.write(head(len(form)) + short)
            await aborted.drain()
            aborted.transport.abort()
            assert status(await ask(server.port, head(len(short)) + short)) == 400
            assert status(await ask(server.port, head(len(form) - 3) + form[:-3])) == 400
            assert ran == []
            assert status(await ask(server.port, head(len(form)) + form)) == 200
            assert status(await ask(server.port, head(len(form), b'"edge"') + form)) == 200
            assert len(ran) == 2

        run(scene())


def test_ap_13_slow_bodies_hold_nobody_up(site):
    """Ten times as many as there are threads."""
    with bridged(site, grace=600) as server:

        async def scene():
            slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(30)]
            for _, writer in slow:
                writer.write(b"POST /digest HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nx")
            for _ in range(10):
                assert status(await ask(server.port, get("hello"))) == 200
            for _, writer in slow:
                writer.write(b"x" * 999)
            for reader, writer in slow:
                assert status(await reader.readuntil(b"\r\n\r\n")) == 200, (
                    "they were waited for, not turned away"
                )
                writer.close()

        run(scene())


def test_a_large_file_is_neither_loaded_nor_holds_a_thread(site, tmp_path):
    site.file = tmp_path / "large"
    with site.file.open("wb") as file:
        file.truncate(150 * 1024 * 1024)
    with bridged(site) as server:

        async def scene():
            slow = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(6)]
            for _, writer in slow:
                writer.write(get("big").encode())
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=1_000_000)
            writer.write(get("big").encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert status(head) == 200
            before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            left = site.file.stat().st_size
            while left:
                left -= len(await reader.read(1_000_000))
            grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
            assert grown < 30_000, "kilobytes"
            assert status(await ask(server.port, get("hello"))) == 200, "six slow downloads hold nobody up"
            for _, writer in slow:
                writer.transport.abort()

        run(scene())


def test_a_generated_answer_stops_when_the_client_goes(site):
    with bridged(site) as server:

        async def scene():
            readers = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(2)]
            for reader, writer in readers:
                writer.write(get("endless").encode())
                await reader.readexactly(100_000)
            assert status(await ask(server.port, get("hello"))) == 200, "a spare thread answers"
            for _, writer in readers:
                writer.transport.abort()

        run(scene())
        assert site.closed.wait(60)
        assert status(run(ask(server.port, get("hello")))) == 200


def test_a_client_that_leaves_a_generated_answer_unread_is_cut(site):
    with bridged(site, take=0.2) as server:

        async def scene():
            _, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(get("endless").encode())
            await asyncio.to_thread(site.closed.wait, 60)
            assert site.closed.is_set()

        run(scene())


def test_more_than_can_wait_is_turned_away(site):
    with bridged(site, threads=1, waiting=3) as server:

        async def scene():
            waiting = [asyncio.ensure_future(ask(server.port, get("wait"))) for _ in range(10)]
            done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            assert {status(task.result()) for task in done} == {503}
            assert all(b"retry-after: 5" in task.result() for task in done)
            site.gate.set()
            answers = [status(answer) for answer in await asyncio.gather(*waiting)]
            assert answers.count(200) >= 3

        run(scene())


def test_headers_cannot_be_smuggled_by_underscore():
    scope = {
        "method": "GET",
        "path": "/سلام",
        "query_string": b"a=1",
        "http_version": "1.1",
        "headers": [
            (b"x_forwarded_for", b"evil"),
            (b"x-forwarded-for", b"1.2.3.4"),
            (b"cookie", b"a=1"),
            (b"cookie", b"b=2"),
        ],
    }
    env = environ(scope, BytesIO())
    assert env["HTTP_X_FORWARDED_FOR"] == "1.2.3.4"
    assert env["HTTP_COOKIE"] == "a=1; b=2"
    assert env["PATH_INFO"].encode("latin-1").decode() == "/سلام"
