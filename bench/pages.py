"""(a) The inbox and a ticket at growing numbers of tickets, each beside its floor (see server.py), in one run:

    python bench/pages.py [--tickets 10000 100000 1000000] [--database postgresql://…]

Every page and its floor are asked in turn over kept connections, so both meet the same machine. Printed are
medians in milliseconds, the ratio page ÷ floor (goal ≤ 4), and the largest size ÷ the smallest (goal ≤ 1.3).
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import office

ROUNDS, WARM = 300, 40
PORT = 8899


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    folder = office.make(args.database, PORT)
    floors = folder / "floors"
    floors.mkdir()
    os.environ["PELEKAN_FLOORS"] = str(floors)
    results: dict[str, list[tuple[float, float]]] = {}
    for count in args.tickets:
        began = time.monotonic()
        office.fill(count)
        print(f"# {count:,} tickets filled in {time.monotonic() - began:.0f} s", flush=True)
        cookie = office.session_of("sara@chakad.example")
        pages = {"inbox": "/desk/list/mine/rows/", "desk": "/desk/list/mine/", "ticket": _ticket_path()}
        for name, path in pages.items():
            _record(floors / f"{name}.json", path, cookie)
        server = subprocess.Popen([sys.executable, str(Path(__file__).with_name("server.py")), str(PORT)])
        try:
            _until_up()
            for name, path in pages.items():
                results.setdefault(name, []).append(_pair(path, f"/floor/{name}", cookie))
        finally:
            server.terminate()
            server.wait(20)
    print(f"| page | {' | '.join(f'{n:,}' for n in args.tickets)} | growth |")
    print("|---" * (len(args.tickets) + 2) + "|")
    for name, figures in results.items():
        cells = [f"{page:.2f} ms, floor {floor:.2f}, {page / floor:.1f} ×" for page, floor in figures]
        print(f"| {name} | {' | '.join(cells)} | {figures[-1][0] / figures[0][0]:.2f} × |", flush=True)


def _ticket_path() -> str:
    from pelekan.people.models import Agent
    from pelekan.tickets.models import Ticket

    sara = Agent.objects.get(user__email="sara@chakad.example")
    ticket = Ticket.objects.visible_to(sara).open().order_by("-last_at").first()
    assert ticket is not None
    return f"/desk/tickets/{ticket.pk}/"


def _record(where: Path, path: str, cookie: str) -> None:
    """Note the SQL of one warm request and the size of its answer."""
    from django.db import connection
    from django.test import Client

    client = Client(headers={"Cookie": cookie}, SERVER_NAME="127.0.0.1")
    client.get(path)
    seen: list[tuple[str, list[Any]]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        values = list(params or [])
        if not many:
            bare = sql % tuple("?" for _ in values) if connection.vendor == "sqlite" and values else sql
            seen.append(
                (bare, [v if isinstance(v, (int, float, str, type(None))) else str(v) for v in values])
            )
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    where.write_text(json.dumps({"sql": seen, "size": len(answer.content)}))
    print(f"# {path}: {len(seen)} statements, {len(answer.content):,} bytes", flush=True)


def _until_up() -> None:
    for _ in range(100):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=5)
            connection.request("GET", "/health/")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("the server did not come up")


def _pair(page: str, floor: str, cookie: str) -> tuple[float, float]:
    """Medians in milliseconds of page and floor, asked in turn."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    times: dict[str, list[float]] = {page: [], floor: []}
    for round_ in range(WARM + ROUNDS):
        for path in (page, floor):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "identity"})
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200, (path, answer.status)
            if round_ >= WARM:
                times[path].append((time.perf_counter() - began) * 1000)
    return statistics.median(times[page]), statistics.median(times[floor])


if __name__ == "__main__":
    main()
