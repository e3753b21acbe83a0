"""(g) Service levels: what firing costs however much is open, and planning anew:

    python bench/timers.py [--open 10000 1000000] [--due 10000] [--replan 100000] [--database postgresql://…]

For each size: so many open tickets with two running clocks each, of which `--due` are due at once; they are claimed and done
as the workers do it (the breach is written down, the agent is told), one after the other in this process. Figures are
CPU seconds of this process and wall time; the ratio is that of the largest to the smallest desk. Goal 1 ± 0.2.

Planning anew: other service levels come into force while `--replan` open tickets have clocks. The longest batch is how
long somebody who writes may have to wait for it. Goal: 100,000 in ≤ 60 s.
"""

from __future__ import annotations

import argparse
import multiprocessing
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import office


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--open", type=int, nargs="*", default=[10_000, 1_000_000])
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--replan", type=int, default=100_000)
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    costs: dict[int, float] = {}
    for size in args.open:
        number, cpu, wall, _longest = _alone(_firing, args.database, size, args.due)
        costs[size] = cpu / number
        office.tell(
            f"(g) firing, {size:,} open", f"{number:,} in {wall:.0f} s, {1000 * cpu / number:.2f} ms CPU each"
        )
    if len(costs) > 1:
        ratio = costs[max(costs)] / costs[min(costs)]
        office.tell("(g) firing, largest to smallest desk", f"{ratio:.2f} ×", "≤ 1.2 ×")
    if args.replan:
        number, cpu, wall, longest = _alone(_planning, args.database, args.replan, 0)
        told = f"{number:,} in {wall:.1f} s ({cpu:.1f} s CPU), longest batch {1000 * longest:.0f} ms"
        office.tell("(g) planning anew", told, "100,000 in ≤ 60 s")


Figures = tuple[int, float, float, float]
"""How many, CPU seconds, wall seconds, the longest single transaction where that is asked."""

_batches: list[float] = [0.0]


def _alone(measure: Callable[[str, int, int], Figures], *args: Any) -> Figures:
    """In a process of its own: each has a database of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(measure, args)


def _firing(database: str, size: int, due_ones: int) -> Figures:
    office.make(database)
    _fill(size, due_ones)
    return (*_timed(_fire), 0.0)


def _planning(database: str, size: int, _due: int) -> Figures:
    office.make(database)
    _fill(size, 0)
    return (*_timed(_replan), max(_batches))


def _timed(do: Callable[[], int]) -> tuple[int, float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    number = do()
    return number, time.process_time() - cpu, time.perf_counter() - wall


def _fill(size: int, due_ones: int) -> None:
    """One ticket as it comes, and its copies: the ticket and its clocks."""
    from django.db import connection

    from pelekan.lib.time import now as clock
    from pelekan.people.models import Agent, Customer
    from pelekan.sla.models import Timer
    from pelekan.sla.presets import document_348
    from pelekan.tickets import actions, rulebooks
    from pelekan.tickets.incoming import Incoming
    from pelekan.tickets.models import Inbox, Ticket

    rulebooks.forget()
    start = clock() - timedelta(hours=2, minutes=30)
    rulebooks.enable(rulebooks.keep("sla", document_348(), by=None, now=start), by=None, now=start)
    customer = Customer.objects.order_by("pk").first()
    assert customer is not None
    message = actions.receive(
        Incoming(
            inbox_id=Inbox.objects.get(key="portal").pk, channel="portal", customer_id=customer.pk, subject="Paid, but no order",
            text="The money has gone.", language="en",
        ), now=start,
    )  # fmt: skip
    actions.take(message.ticket, by=Agent.objects.order_by("pk").first(), now=start)  # type: ignore[arg-type]
    pk = message.ticket_id
    each = max(size // due_ones, 1) if due_ones else 0
    soon, late = _moment(clock() - timedelta(minutes=1)), _moment(clock() + timedelta(days=3))
    first = Timer.objects.get(ticket=pk, target="first_response").pk
    solution = Timer.objects.get(ticket=pk, target="resolution").pk
    is_due = (
        f"CASE WHEN n.i % {each} = 0 AND n.i / {each} <= {due_ones} THEN {soon} ELSE {late} END"
        if each
        else late
    )
    _copy(Ticket, pk, size, {"id": f"{pk} + n.i", "number": "NULL", "priority": "1 + n.i % 4"})
    _copy(Timer, first, size, {"id": "1000 + 2 * n.i", "ticket_id": f"{pk} + n.i", "due_at": is_due})
    _copy(Timer, solution, size, {"id": "1001 + 2 * n.i", "ticket_id": f"{pk} + n.i", "due_at": late})
    Timer.objects.filter(pk__in=[first, solution]).update(due_at=clock() + timedelta(days=3))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _moment(at: Any) -> str:
    from django.db import connection

    return f"'{connection.ops.adapt_datetimefield_value(at)}'" + (
        "::timestamptz" if connection.vendor != "sqlite" else ""
    )


def _copy(model: Any, pk: int, number: int, other: dict[str, str]) -> None:
    """`number` copies of a row, with other values where these say so; n.i counts them."""
    from django.db import connection

    columns = [field.column for field in model._meta.local_concrete_fields]
    quoted = ", ".join(f'"{one}"' for one in columns)
    values = ", ".join(other.get(one, f'r."{one}"') for one in columns)
    series = (
        f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number})"
        if connection.vendor == "sqlite"
        else f"WITH n(i) AS (SELECT generate_series(1, {number}))"
    )
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({quoted}) {series} SELECT {values} FROM n, {table} r WHERE r.id = {pk}"
        )


def _fire() -> int:
    from pelekan.lib import due
    from pelekan.lib.time import now as clock
    from pelekan.sla.models import Timer
    from pelekan.sla.timers import fire

    number = 0
    while rows := due.claim(Timer, clock(), fire.JOB.at_once, fire.JOB.lease):
        for row in rows:
            fire.fire_at(row, row.due_at + timedelta(minutes=31))
        number += len(rows)
    return number


def _replan() -> int:
    from pelekan.lib import due
    from pelekan.lib.time import now as clock
    from pelekan.sla.models import Replan
    from pelekan.sla.presets import steps_348
    from pelekan.sla.timers import replan
    from pelekan.tickets import rulebooks

    urgent = {**steps_348(), "id": "urgent", "when": {"field": "priority", "is": "at_least", "value": 3}}
    urgent["targets"] = {
        **urgent["targets"],
        "resolution": {**urgent["targets"]["resolution"], "within_minutes": 240},
    }
    body = {"policies": [urgent, steps_348()], "default": None}
    rulebooks.enable(rulebooks.keep("sla", body, by=None), by=None)
    _batches[:] = [0.0]
    while rows := due.claim(Replan, clock(), 1, replan.JOB.lease):
        began = time.perf_counter()
        replan.batch(rows[0], clock())
        _batches.append(time.perf_counter() - began)
    return Replan.objects.order_by("-pk")[0].done


if __name__ == "__main__":
    main()
