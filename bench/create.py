"""(b) A ticket by `POST /api/v1/tickets` beside the same rows written bare, in one transaction, by the same server:

    python bench/create.py [--database postgresql://…]

The statements that write (INSERT, UPDATE, DELETE) are noted from one real request; the floor repeats them through the
driver with new ids, with the same durability (SQLite: synchronous=FULL; PostgreSQL: as the server is set). Both are asked
in turn. Goal ≤ 4 ×.
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

ROUNDS, WARM = 300, 40
APART = 1_000_000_000
"""Tables get ids so far apart while a request is noted that every id tells its table."""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--database", default="")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    args = parser.parse_args()
    folder = office.make(args.database)
    office.fill(args.tickets)
    from pelekan.people import tokens

    _, secret = tokens.create("bench", per_minute=0)
    statements = _record(folder, secret)
    with office.served(folder):
        made, floor = _pairs(secret, args.rounds)
    told = f"{made:.2f} ms, floor {floor:.2f}: {made / floor:.1f} ×"
    office.tell(f"(b) create by the API ({statements})", told, "≤ 4 ×")


def _body() -> str:
    return json.dumps({
        "subject": "Paid, but no order", "inbox": "api",
        "body": "سلام، مبلغ از حساب من کم شد ولی سفارش ثبت نشد. لطفاً بررسی کنید.",
        "customer": {"name": "مینا صالحی", "email": "mina.salehi@example.com"},
    })  # fmt: skip


def _record(folder: Path, secret: str) -> str:
    from django.db import connection
    from django.test import Client

    from pelekan.tickets.models import Ticket

    client = Client(headers={"Authorization": f"Bearer {secret}"}, SERVER_NAME="127.0.0.1")

    def post() -> Any:
        return client.post("/api/v1/tickets", _body(), content_type="application/json")

    assert post().status_code == 201
    _spread()
    reads, seen, ids = 0, [], []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        nonlocal reads
        result = execute(sql, params, many, context)
        word = sql.split(None, 1)[0].upper()
        if word not in ("INSERT", "UPDATE", "DELETE"):
            reads += word == "SELECT"
            return result
        values = list(params or [])
        seen.append([bare(sql, values), [plain(value) for value in values]])
        ids.append("next" if "RETURNING" in sql else None)
        return result

    before = {
        model: model.objects.order_by("-pk").values_list("pk", flat=True).first() for model in _models()
    }
    with connection.execute_wrapper(note):
        answer = post()
    assert answer.status_code == 201, answer.content
    _name_ids(seen, ids, before)
    number = Ticket.objects.get(pk=answer.json()["id"]).number
    told = {"sql": seen, "ids": ids, "number": number, "size": len(answer.content)}
    (folder / "create.json").write_text(json.dumps(told))
    return f"{reads} reads, {len(seen)} writes"


def _models() -> list[Any]:
    from django.apps import apps

    return [
        model
        for name in ("people", "tickets", "channels", "api")
        for model in apps.get_app_config(name).get_models()
        if model._meta.pk.get_internal_type() == "BigAutoField"
    ]


def _spread() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for place, model in enumerate(_models(), 10):
            table = model._meta.db_table
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, place * APART]
                )
            else:
                cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), {place * APART})")


def _name_ids(seen: list[Any], ids: list[Any], before: dict[Any, Any]) -> None:
    """Which id each INSERT brought: a table's new rows in the order of its statements."""
    for model in _models():
        rows = model.objects.filter(pk__gt=before[model] or 0).order_by("pk").values_list("pk", flat=True)
        fresh = iter(list(rows))
        for place, (sql, _values) in enumerate(seen):
            if ids[place] == "next" and f'INTO "{model._meta.db_table}"' in sql:
                ids[place] = next(fresh)


def _pairs(secret: str, rounds: int) -> tuple[float, float]:
    connection = http.client.HTTPConnection("127.0.0.1", office.PORT, timeout=30)
    headers = {"Authorization": f"Bearer {secret}", "Content-Type": "application/json"}
    times: dict[str, list[float]] = {"/api/v1/tickets": [], "/floor/create": []}
    body = _body().encode()
    for turn in range(WARM + rounds):
        for path, into in times.items():
            began = time.perf_counter()
            connection.request("POST", path, body, headers)
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status in (200, 201), (path, answer.status, said)
            if turn >= WARM:
                into.append((time.perf_counter() - began) * 1000)
    return tuple(statistics.median(into) for into in times.values())  # type: ignore[return-value]


if __name__ == "__main__":
    main()
