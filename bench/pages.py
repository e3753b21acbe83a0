"""(a) The inbox and the ticket page at growing numbers of tickets, each beside its floor (see server.py), in one run:

    python bench/pages.py [--tickets 10000 100000 1000000] [--database postgresql://…]

Every page and its floor are asked in turn over kept connections, so both meet the same machine. Tickets are opened in
turn, TICKETS different ones, each with the floor of its own. Printed are medians in milliseconds, the ratio page ÷ floor
(goal ≤ 4), and the largest size ÷ the smallest (goal ≤ 1.3).
"""

from __future__ import annotations

import argparse
import http.client
import json
import statistics
import time
from pathlib import Path
from typing import Any

import office
from server import bare, plain

ROUNDS, WARM, TICKETS = 300, 60, 20
LIST = "/desk/list/all/"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    folder = office.make(args.database)
    results: dict[str, list[tuple[float, float]]] = {}
    for count in args.tickets:
        began = time.monotonic()
        office.fill(count)
        print(f"# {count:,} tickets filled in {time.monotonic() - began:.0f} s", flush=True)
        cookie = office.session_of("sara@chakad.example")
        pages = {"rows of the list": [f"{LIST}rows/"], "inbox page": [LIST], "ticket page": _tickets()}
        floors = {
            name: [_record(folder, path, cookie, f"{name[:4]}-{place}") for place, path in enumerate(paths)]
            for name, paths in pages.items()
        }
        with office.served(folder):
            for name, paths in pages.items():
                figures = _pairs(paths, floors[name], cookie, args.rounds)
                results.setdefault(name, []).append(figures)
                page, floor = figures
                told = f"{page:.2f} ms, floor {floor:.2f}: {page / floor:.1f} ×"
                office.tell(f"(a) {name}, {count:,} tickets", told, "≤ 4 ×")
    if len(args.tickets) > 1:
        for name, each in results.items():
            growth = f"{each[-1][0] / each[0][0]:.2f} ×"
            office.tell(f"(a) {name}, {args.tickets[-1]:,} ÷ {args.tickets[0]:,}", growth, "≤ 1.3 ×")


def _tickets() -> list[str]:
    from pelekan.people.models import Agent
    from pelekan.tickets.models import Ticket

    sara = Agent.objects.get(user__email="sara@chakad.example")
    found = Ticket.objects.visible_to(sara).open().order_by("-last_at")[:TICKETS]
    return [f"/desk/tickets/{ticket.pk}/?in=all" for ticket in found]


def _record(folder: Path, path: str, cookie: str, name: str) -> str:
    """Note the SQL of one warm request and the size of its answer; the floor's address."""
    from django.db import connection
    from django.test import Client

    client = Client(headers={"Cookie": cookie}, SERVER_NAME="127.0.0.1")
    client.get(path)
    seen: list[tuple[str, list[Any]]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        values = list(params or [])
        if not many:
            seen.append((bare(sql, values), [plain(value) for value in values]))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    (folder / f"{name}.json").write_text(json.dumps({"sql": seen, "size": len(answer.content)}))
    if name.endswith("-0"):
        print(f"# {path}: {len(seen)} statements, {len(answer.content):,} bytes", flush=True)
    return f"/floor/{name}"


def _pairs(pages: list[str], floors: list[str], cookie: str, rounds: int) -> tuple[float, float]:
    """Medians in milliseconds of pages and floors, asked in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=30)
    headers = {"Cookie": f"{cookie}; pelekan_csrf={'k' * 32}", "Accept-Encoding": "identity"}
    times: tuple[list[float], list[float]] = ([], [])
    for turn in range(WARM + rounds):
        for kind, paths in enumerate((pages, floors)):
            path = paths[turn % len(paths)]
            began = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            if turn >= WARM:
                times[kind].append((time.perf_counter() - began) * 1000)
    return statistics.median(times[0]), statistics.median(times[1])


if __name__ == "__main__":
    main()
