"""A scratch installation for measuring: the demo's office filled with any number of tickets by plain SQL.

Shares are a busy desk's: 1 ticket in 40 is open (at most 5,000), each has one conversation, two messages, two
events and one stay. Rows are made inside the database, so that a million tickets take a minute or two.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


PORT = 8899


def make(database: str = "", port: int = PORT) -> Path:
    """A folder with a configuration and an empty, migrated database with the demo's people in it. `database` names a
    PostgreSQL server: a database of its own is made there."""
    if database:
        database = _new_database(database)
    folder = Path(tempfile.mkdtemp(prefix="pelekan-bench-"))
    (folder / "pelekan.toml").write_text(
        f'base_url = "http://127.0.0.1:{port}"\nsecret_key = "{secrets.token_urlsafe(48)}"\ndemo = true\n'
        'private_hosts = ["127.0.0.1"]\n' + (f'database = "{database}"\n' if database else "")
    )
    os.environ["PELEKAN_CONFIG"] = str(folder / "pelekan.toml")
    os.environ["DJANGO_SETTINGS_MODULE"] = "pelekan.settings"
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", interactive=False, verbosity=0)
    from pelekan.demo.world import build

    build()
    return folder


def _new_database(server: str) -> str:
    import psycopg

    name = f"bench_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as line:
        line.execute(f"CREATE DATABASE {name}")
    return f"{server.rpartition('/')[0]}/{name}"


@contextmanager
def served(folder: Path, port: int = PORT) -> Iterator[subprocess.Popen[bytes]]:
    """The desk's own server (see server.py) on this installation."""
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("server.py")), str(port), str(folder)]
    )
    try:
        until_up(port)
        yield server
    finally:
        server.terminate()
        server.wait(30)


def until_up(port: int = PORT, seconds: float = 30) -> None:
    """Wait until the desk answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            line = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            line.request("GET", "/health/")
            if line.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the server did not come up")


def tell(name: str, figure: str, goal: str = "") -> None:
    """Print a figure; `bench/run` collects it for its table."""
    print(f"{name:<52} {figure:<44} {goal}", flush=True)
    if into := os.environ.get("PELEKAN_FIGURES"):
        with Path(into).open("a") as file:
            file.write(json.dumps([os.environ.get("PELEKAN_COLUMN", ""), name, figure, goal]) + "\n")


def fill(tickets: int) -> None:
    """Add rows until there are `tickets` tickets."""
    from django.db import connection, transaction

    from pelekan.tickets.models import Conversation, Counter, Event, Message, Stay, Ticket

    have = Ticket.objects.count()
    if have >= tickets:
        return
    lite = connection.vendor == "sqlite"
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT {have + 1} UNION ALL SELECT i + 1 FROM n WHERE i < {tickets}) "
        if lite
        else f"WITH n(i) AS (SELECT generate_series({have + 1}, {tickets})) "
    )
    first = (
        "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (({top} - n.i) * 60) || ' seconds') || '000'"
        if lite
        else "now() - ({top} - n.i) * interval '60 seconds'"
    ).replace("{top}", str(tickets))
    null_at = "NULL" if lite else "NULL::timestamptz"
    open_every = max(40, tickets // 5000)
    is_open = f"n.i % {open_every} = 0"
    team = "1 + (n.i / 40) % 4"
    teams_tier = "(SELECT tier_id FROM people_team t WHERE t.id = 1 + (n.i / 40) % 4)"
    values: dict[Any, dict[str, str]] = {
        Ticket: {
            "id": "n.i", "number": "n.i + 1000000", "subject": "'پرداخت انجام شد ولی سفارش ثبت نشد ' || n.i",
            "status": f"CASE WHEN {is_open} THEN 'open' ELSE 'closed' END",
            "customer_id": "1 + n.i % 4", "inbox_id": "1", "channel": "CASE WHEN n.i % 3 = 0 THEN 'chat' ELSE 'email' END",
            "tier_id": teams_tier, "team_id": team,
            "assignee_id": "CASE WHEN (n.i / 40) % 5 = 0 THEN NULL ELSE 1 + (n.i / 200) % 7 END", "language": "'fa'",
            "preview": "'پول از حساب کم شد ولی در پنل چیزی نیست'", "created_at": first, "registered_at": first,
            "first_answer_at": first, "last_at": first,
            "waiting_since": f"CASE WHEN {is_open} THEN {first} ELSE {null_at} END",
            "solved_at": f"CASE WHEN {is_open} THEN {null_at} ELSE {first} END",
            "closed_at": f"CASE WHEN {is_open} THEN {null_at} ELSE {first} END",
        },
        Conversation: {
            "id": "n.i", "ticket_id": "n.i", "inbox_id": "1", "channel": "CASE WHEN n.i % 3 = 0 THEN 'chat' ELSE 'email' END",
            "customer_id": "1 + n.i % 4", "subject": "'x'", "state": "CASE WHEN n.i % 3 = 0 THEN 'ended' ELSE '' END",
            "started_at": first, "last_at": first,
        },
        Stay: {"id": "n.i", "ticket_id": "n.i", "tier_id": teams_tier, "team_id": team, "entered_at": first, "why": "'arrived'"},
    }  # fmt: skip
    events = (
        Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    )  # articles have events too
    for half, kind, who in (
        (0, "incoming", {"customer_id": "1 + n.i % 4"}),
        (1, "outgoing", {"agent_id": "1 + n.i % 7"}),
    ):
        values[Message, half] = {
            "id": f"n.i * 2 + {half}", "ticket_id": "n.i", "conversation_id": "n.i", "kind": f"'{kind}'", "channel": "'email'",
            "text": "'سلام، از درگاه بانک پول کم شد ولی پنل هنوز چیزی نشان نمی‌دهد. لطفاً بررسی کنید.'", "language": "'fa'",
            "created_at": first, **who,
        }  # fmt: skip
        values[Event, half] = {
            "id": f"{events} + n.i * 2 + {half}", "name": f"'{'ticket.created' if half == 0 else 'message.sent'}'", "at": first,
            "ticket_id": "n.i", "topics": "'ticket:' || n.i || ' desk'", **who,
        }  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        for key, given in values.items():
            model = key[0] if isinstance(key, tuple) else key
            _insert(cursor, model, series, given, lite)
        cursor.execute("UPDATE tickets_counter SET value = %s", [10_000_000])
        if not lite:
            for model in (Ticket, Conversation, Stay, Message, Event):
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), (SELECT max(id) FROM {model._meta.db_table}))"
                )
    assert Counter.objects.get(name="ticket").value == 10_000_000
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _insert(cursor: Any, model: Any, series: str, given: dict[str, str], lite: bool) -> None:
    columns, expressions = [], []
    for field in model._meta.concrete_fields:
        columns.append(f'"{field.column}"')
        expressions.append(given.get(field.column) or _default(field, lite))
    # executed without parameters, so that "%" in strftime stays as it is
    cursor.cursor.execute(
        f"INSERT INTO {model._meta.db_table} ({', '.join(columns)}) "
        + (
            f"{series} SELECT {', '.join(expressions)} FROM n"
            if lite
            else f"{series} SELECT {', '.join(expressions)} FROM n"
        )
    )


def _default(field: Any, lite: bool) -> str:
    if field.null:
        return "NULL"
    kind = field.get_internal_type()
    if kind == "JSONField":
        return "'{}'" if lite else "'{}'::jsonb"
    if kind == "BooleanField":
        return "0" if lite else "false"
    if kind in ("CharField", "TextField"):
        return f"'{field.get_default() or ''}'"
    if kind == "DateTimeField":
        return "CURRENT_TIMESTAMP"
    return str(field.get_default() or 0)


def session_of(email: str) -> str:
    """The cookie of someone who is signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from pelekan.people.models import User

    user = User.objects.get(email=email)
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "pelekan.people.backends.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"
