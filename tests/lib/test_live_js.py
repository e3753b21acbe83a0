"""live.js in a real browser against a real server: tabs share a stream, nothing is lost, polling when need be."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from pelekan.lib import live
from tests.lib.served import Log, Rooms, served, ticket

pytestmark = pytest.mark.browser
MODULE = Path(live.__file__).parents[2] / "web" / "static" / "js" / "live.js"
PAGE = """<!doctype html><meta name="live-id" content="%d"><script type="module">
import { connect } from "/live.js";
window.heard = []; window.words = []; window.states = [];
for (const state of ["up", "down", "out"]) document.addEventListener("live:" + state, () => states.push(state));
const topic = new URLSearchParams(location.search).get("topic");
window.live = connect({ ticketUrl: "/ticket", key: "agent:5", topics: ["desk", topic] });
live.on("desk", poke => heard.push(poke.id ?? poke.name));
live.on(topic, poke => poke.id && !heard.includes(poke.id) && heard.push(poke.id));
live.onSay(topic, word => words.push(word.kind));
</script>"""


class Desk(Rooms):
    """The rooms with a page, the module and a ticket door; `collecting` behaves as a proxy that holds frames back."""

    def __init__(self, log: Log) -> None:
        super().__init__(log)
        self.collecting = False
        self.signed_in = True
        self.tickets = 0
        self.before_ticket: Callable[[], Any] = lambda: None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        path = scope.get("path", "")
        if path == "/live.js":
            await answer(send, MODULE.read_bytes(), b"text/javascript")
        elif path == "/page":
            await answer(send, (PAGE % self.hub.resume_id).encode(), b"text/html")
        elif path == "/ticket":
            self.tickets += 1
            self.before_ticket()
            self.before_ticket = lambda: None
            topics = parse_qs(scope["query_string"].decode())["topics"]
            made = {"ticket": ticket("agent:5", *topics), "topics": topics, "ttl": 60}
            status = 200 if self.signed_in else 403
            await answer(send, json.dumps(made).encode(), b"application/json", status)
        elif self.collecting and path == "/live/stream":
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await super().__call__(scope, receive, send)


async def answer(send: Any, body: bytes, kind: bytes, status: int = 200) -> None:
    headers = [(b"content-type", kind), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


@pytest.fixture
def desk(chromium: Any) -> Iterator[tuple[Log, Desk, Callable[..., Any]]]:
    log = Log()
    app = Desk(log)
    context = chromium.new_context()
    with served(app, hush=app.hub.close) as server:

        def tab(topic: str, timers: str = "") -> Any:
            page = context.new_page()
            if timers:
                page.add_init_script(timers)
            page.goto(f"http://127.0.0.1:{server.port}/page?topic={topic}")
            page.wait_for_function("window.live && states.includes('up')")
            return page

        yield log, app, tab
        context.close()  # before the server goes


def until(page: Any, condition: str) -> None:
    page.wait_for_function(condition, timeout=60_000)


def soon(condition: Callable[[], bool]) -> None:
    """Wait until the server's side has come so far."""
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_tabs_share_one_stream_and_a_follower_takes_over(desk: Any) -> None:
    log, app, tab = desk
    first, second = tab("ticket:1"), tab("ticket:2")
    a, b = log.add("ticket:1"), log.add("ticket:2")
    c = log.add("desk")
    until(first, f"heard.join() === '{a},{c}'")
    until(second, f"heard.join() === '{b},{c}'")
    assert len(app.hub) == 1
    first.close()
    missed = [log.add("ticket:2") for _ in range(5)]
    until(second, f"heard.join() === '{[b, c, *missed]}'.replace(/[^0-9,]/g, '')")
    assert len(app.hub) == 1


def test_what_happens_between_rendering_and_connecting_is_heard(desk: Any) -> None:
    log, app, tab = desk
    log.add("desk")
    soon(lambda: app.hub.resume_id == 1)
    app.before_ticket = lambda: log.add("desk")  # the page is rendered, its stream not yet open
    page = tab("ticket:1")
    until(page, "heard.join() === '2'")


def test_an_ended_stream_resumes_without_loss(desk: Any) -> None:
    log, app, tab = desk
    page = tab("ticket:1")
    ids = [log.add("desk")]
    until(page, "heard.length === 1")
    app.hub.revoke("agent:5")
    ids += [log.add("desk") for _ in range(3)]
    until(page, f"heard.join() === '{','.join(map(str, ids))}'")
    assert app.tickets >= 2, "a revoked ticket is renewed"


def test_words_pass_between_people_not_back(desk: Any) -> None:
    log, app, tab = desk
    page = tab("ticket:1")
    grant = live.read_ticket("only for tests", ticket("agent:6", "ticket:1"), time.time())
    loop = app.hub._loop
    loop.call_soon_threadsafe(app.hub.say, grant, "ticket:1", "typing", None)
    until(page, "words.join() === 'typing'")
    page.evaluate("void live.hold('ticket:1', 'looking')")
    soon(lambda: bool(app.hub._kept))
    assert list(app.hub._kept["ticket:1"]) == [("agent:5", "looking")]
    page.close()
    soon(lambda: not app.hub._kept)  # closing the page takes the word back


def test_a_proxy_that_collects_the_stream_is_polled_through(desk: Any) -> None:
    log, app, tab = desk
    app.collecting = True
    hurry = (
        "const slow = setTimeout; window.setTimeout = (f, ms, ...a) => slow(f, ms === 8000 ? 100 : ms, ...a)"
    )
    page = tab("ticket:1", hurry)
    ids = [log.add("desk")]
    until(page, "heard.length === 1")
    ids.append(log.add("ticket:1"))
    until(page, f"heard.join() === '{ids[0]},{ids[1]}'")


def test_signed_out_says_so_and_stops(desk: Any) -> None:
    log, app, tab = desk
    page = tab("ticket:1")
    app.signed_in = False
    app.hub.revoke("agent:5")
    until(page, "states.at(-1) === 'out'")
    asked = app.tickets
    time.sleep(0.5)
    assert app.tickets == asked
