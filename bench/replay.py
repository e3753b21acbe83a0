"""Drafts tried on the past: tickets a second of one worker, what memory it takes, and whether either grows with the period.

    python bench/replay.py [--tickets 10000 100000] [--rules 30] [--database postgresql://…]

A few dozen tickets are told through the real actions, with routing rules, priorities and service levels in force; their rows
are copied inside the database until there are as many as wanted. Then a draft with its rules in another order is tried
on all of them by the job that workers run. Goal: 100,000 in minutes, memory flat.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import office

SEED = 40


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--rules", type=int, default=30)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    office.make(args.database)
    by = _seed(args.rules)
    known: dict[int, tuple[float, float]] = {}
    for tickets in sorted(args.tickets):
        _copy(tickets)
        known[tickets] = _try(by, tickets)
    if len(known) > 1:
        small, large = min(known), max(known)
        per = (known[large][0] / large) / (known[small][0] / small)
        office.tell(
            f"replay: a ticket of {large:,} ÷ one of {small:,}",
            f"{per:.2f} ×, memory {known[large][1] - known[small][1]:+.0f} MB",
            "flat",
        )


def _seed(rules: int) -> Any:
    """Tickets that were decided about live."""
    from pelekan.lib.time import now
    from pelekan.people.models import Agent, Customer, Team
    from pelekan.sla.presets import document_348
    from pelekan.tickets import actions, rulebooks
    from pelekan.tickets.incoming import Incoming
    from pelekan.tickets.models import Inbox

    by = Agent.objects.get(role="admin")
    for kind, body in (("routing", _rules(rules, 0)), ("sla", document_348())):
        rulebooks.enable(rulebooks.keep(kind, body, by=by), by=by)
    inbox, customers = Inbox.objects.get(channel="portal"), list(Customer.objects.all())
    sara = Agent.objects.filter(teams=Team.objects.first()).first()
    assert sara is not None
    at = now() - timedelta(days=10)
    for number in range(SEED):
        said = f"سلام، بانک پول را کم کرد ولی سفارش کالای{number % 17} ثبت نشد."
        who = customers[number % len(customers)]
        line = actions.receive(Incoming(inbox.pk, "portal", who.pk, said, subject=f"سفارش {number}"), now=at)
        actions.reply(line.ticket, by=sara, text="بررسی شد.", now=at + timedelta(hours=number % 7 + 1))
        actions.solve(line.ticket, by=sara, now=at + timedelta(hours=number % 7 + 2))
        at += timedelta(minutes=30)
    return by


def _rules(count: int, shift: int) -> dict[str, Any]:
    """Rules of which each looks for a word in the text; `shift` sends what they catch to other teams."""
    from pelekan.people.models import Team

    teams = list(Team.objects.order_by("pk").values_list("pk", flat=True))
    return {
        "rules": [
            {
                "id": f"r{n}", "name": f"rule {n}", "on": ["created"],
                "when": {"all": [
                    {"field": "text", "is": "has_any", "value": [f"کالای{n}", f"word{n}"]},
                    {"field": "priority", "is": "at_least", "value": 1},
                ]},
                "do": [{"act": "team", "team": teams[(n + shift) % len(teams)]}],
            }
            for n in range(count)
        ]
    }  # fmt: skip


def _copy(tickets: int) -> None:
    """Copy what was told until there are `tickets`: ids move on by whole lengths of their tables."""
    from django.db import connection, transaction

    from pelekan.sla.models import Timer
    from pelekan.tickets.models import Conversation, Decision, Event, Message, Stay, Ticket

    models = [Ticket, Conversation, Message, Event, Stay, Decision, Timer]
    have = Ticket.objects.count() // SEED
    copies = tickets // SEED
    if copies <= have:
        return
    lite = connection.vendor == "sqlite"
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT {have} UNION ALL SELECT i + 1 FROM n WHERE i < {copies - 1})"
        if lite
        else f"WITH n(i) AS (SELECT generate_series({have}, {copies - 1}))"
    )
    length = 1_000
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models:
            table, columns, values = model._meta.db_table, [], []
            for field in model._meta.concrete_fields:
                columns.append(f'"{field.column}"')
                moves = field.primary_key or field.related_model in models or field.column == "number"
                values.append(f't."{field.column}" + n.i * {length}' if moves else f't."{field.column}"')
            cursor.cursor.execute(  # without parameters
                f"{series} INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)}"
                f" FROM {table} t, n WHERE t.id < {length}"
            )
            assert model._base_manager.filter(pk__lt=length).count() < length
        cursor.execute("ANALYZE")


def _own_memory() -> float:
    """MB that this process holds for itself: pages of files that the system keeps for it don't count."""
    with Path("/proc/self/status").open(encoding="ascii") as told:
        return next(int(line.split()[1]) for line in told if line.startswith("RssAnon:")) / 1024


def _try(by: Any, tickets: int) -> tuple[float, float]:
    """(CPU seconds of this process, MB of its own memory that came on top while it worked)"""
    from pelekan.lib import due
    from pelekan.lib.time import now
    from pelekan.routing.models import Replay
    from pelekan.routing.replay import work
    from pelekan.tickets import rulebooks
    from pelekan.tickets.rulebooks import in_force

    count = len(in_force()["routing"].body["rules"])
    draft = rulebooks.keep("routing", _rules(count, 1), by=by)
    made = work.start({"routing": draft}, now() - timedelta(days=30), now(), by=by)
    began, spent = time.monotonic(), time.process_time()
    before = most = _own_memory()
    while rows := due.claim(Replay, now()):
        work.JOB.do(rows[0])
        most = max(most, _own_memory())
    seconds, cpu = time.monotonic() - began, time.process_time() - spent
    made.refresh_from_db()
    assert made.state == "done" and made.done == made.total, made.fault
    memory = most - before
    office.tell(
        f"replay: {made.total:,} tickets, {count} rules",
        f"{seconds:.0f} s, {made.total / seconds:.0f}/s, {memory:+.0f} MB; {made.tally['changed']:,} otherwise",
        "minutes" if tickets >= 100_000 else "",
    )
    return cpu, memory


if __name__ == "__main__":
    main()
