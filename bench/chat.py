"""(c) A visitor's line until it stands on the agent's screen, while 1,000 streams are open, beside a bare echo:

    python bench/chat.py [--streams 1000] [--database postgresql://…]

The way: `POST /widget/<key>/send` → committed → the poke on the agent's stream → `GET /desk/tickets/<id>/lines/` answered.
50 of the streams are agents who hear of everything, the others visitors with their own chat. The echo is two bytes from
the same server's event loop over a kept connection; "a durable row" is the least that any desk has to do before it may
say that the line is stored: one INSERT, committed, by the same server. Goal: p99 ≤ 3 × the echo.
"""

from __future__ import annotations

import argparse
import http.client
import json
import resource
import socket
import time
from typing import Any

import office
from live import Crowd, percentiles

ROUNDS, WARM, AGENTS = 300, 20, 50


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--streams", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = office.make(args.database)
    office.fill(2_000)
    cookie = office.session_of("sara@chakad.example")
    _durable_row(folder)
    with office.served(folder):
        times = _measure(args.streams, args.rounds, cookie)
    echo = percentiles(times["echo"])
    for name, values in times.items():
        p50, p99 = percentiles(values)
        told = f"p50 {p50:.2f} ms, p99 {p99:.2f}"
        beside = "" if name == "echo" else f": {p99 / echo[1]:.1f} × the echo"
        office.tell(f"(c) {name}", told + beside, "p99 ≤ 3 ×" if name == "line on the screen" else "")


def _durable_row(folder: Any) -> None:
    """What `POST /floor/row` writes: one event."""
    from django.db import connection

    mark = "?" if connection.vendor == "sqlite" else "%s"
    sql = (
        "INSERT INTO tickets_event (name, at, because, data, topics) "
        f"VALUES ({mark}, CURRENT_TIMESTAMP, '', '{{}}', '')"
    )
    told = {"sql": [[sql, ["bench.written"]]], "ids": [None], "number": 0, "size": 2}
    (folder / "row.json").write_text(json.dumps(told))


def _measure(streams: int, rounds: int, cookie: str) -> dict[str, list[float]]:
    from django.conf import settings

    visitor = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=30)
    agent = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=30)
    bearer = _post(visitor, "/widget/shop-widget/hello", {"begin": True})["token"]
    first = _post(visitor, "/widget/shop-widget/send", {"client_id": "line-first", "text": "سلام"}, bearer)
    chat = first["conversation"]["id"]
    ticket = _ticket_of(chat)

    def topics(number: int) -> list[str]:
        if number == 0:
            return [f"ticket:{ticket}"]
        return ["desk"] if number < AGENTS else [f"conversation:{10**9 + number}"]

    crowd = Crowd(office.PORT, settings.SECRET_KEY, topics)
    crowd.grow(streams)
    mine = next(iter(crowd.sockets))
    lines = f"/desk/tickets/{ticket}/lines/?after=%s"
    last = _get(agent, lines % 1, cookie)[1]
    times: dict[str, list[float]] = {
        "echo": [], "a durable row": [], "poke heard": [], "line on the screen": [], "line accepted": []
    }  # fmt: skip
    for turn in range(WARM + rounds):
        spent: dict[str, float] = {}
        began = time.perf_counter()
        _get(agent, "/floor/echo", "")
        spent["echo"] = time.perf_counter() - began
        began = time.perf_counter()
        _post(agent, "/floor/row", {}, parse=False)
        spent["a durable row"] = time.perf_counter() - began
        time.sleep(0.02)
        _quiet(crowd)
        text = f"خط شماره {turn}"
        began = time.perf_counter()
        _begin(
            visitor,
            "/widget/shop-widget/send",
            {"client_id": f"line-{turn:06}", "text": text, "conversation": chat},
            bearer,
        )
        _heard(crowd, mine)
        spent["poke heard"] = time.perf_counter() - began
        said, last = _get(agent, lines % last, cookie)
        spent["line on the screen"] = time.perf_counter() - began
        assert text in said, said[:500]
        answer = visitor.getresponse()
        assert answer.status == 201, answer.read()
        answer.read()
        spent["line accepted"] = time.perf_counter() - began
        if turn >= WARM:
            for name, value in spent.items():
                times[name].append(value)
    return times


def _ticket_of(chat: int) -> int:
    from pelekan.tickets.models import Conversation

    return int(Conversation.objects.get(pk=chat).ticket_id)


def _begin(line: http.client.HTTPConnection, path: str, values: dict[str, Any], bearer: str) -> None:
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {bearer}"} if bearer else {})
    line.request("POST", path, json.dumps(values), headers)
    line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _post(
    line: http.client.HTTPConnection, path: str, values: dict[str, Any], bearer: str = "", parse: bool = True
) -> Any:
    _begin(line, path, values, bearer)
    answer = line.getresponse()
    said = answer.read()
    assert answer.status in (200, 201), (path, answer.status, said)
    return json.loads(said) if parse else None


def _get(line: http.client.HTTPConnection, path: str, cookie: str) -> tuple[str, str]:
    line.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "identity"})
    answer = line.getresponse()
    said = answer.read().decode()
    assert answer.status == 200, (path, answer.status)
    return said, answer.headers.get("X-Last-Event", "0")


def _quiet(crowd: Crowd) -> None:
    """Read away what other streams still say."""
    while found := crowd.epoll.poll(0):
        for number, _ in found:
            crowd.sockets[number].recv(65_536)


def _heard(crowd: Crowd, mine: int) -> None:
    """Until the agent's stream has the poke of a message."""
    end = time.perf_counter() + 10
    while time.perf_counter() < end:
        for number, _ in crowd.epoll.poll(1.0):
            data = crowd.sockets[number].recv(65_536)
            if number == mine and b"message.received" in data:
                return
    raise AssertionError("the poke did not arrive")


if __name__ == "__main__":
    main()
