#!/usr/bin/env python3
"""What a question to business hours costs: microseconds of CPU time per call, on typical hours (goal: 20 or fewer).

    bench/hours.py [--calls 20000]

Typical: Sunday to Thursday with a lunch break, a public holiday now and then, own days and Ramadan hours; targets of 15 minutes
to 5 working days, moments within two years. The first column is after the years in question were laid out once, as in a
process that runs; the second the very first question of a fresh process, holidays of the country and all.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pelekan.sla.days import Days, own_from
from pelekan.sla.hours import Hours, add_working, hours_from, is_open, next_opening, working_between

DAY = [["09:00", "13:00"], ["14:00", "18:00"]]
OFFICE = {"zone": "Asia/Tehran", "week": [DAY, DAY, DAY, [["09:00", "13:00"]], [], DAY, DAY]}
OWN = [
    {"name": "Ramadan", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "15:00"]]},
    {"name": "Anniversary", "calendar": "jalali", "from": [9, 25]},
]  # fmt: skip
BERLIN = {"zone": "Europe/Berlin", "week": [DAY] * 5 + [[], []]}
NIGHT = {"zone": "Asia/Dubai", "week": [[["22:00", "06:00"]]] * 7}
GOAL = 20.0


def offices() -> dict[str, Hours]:
    return {
        "office in Tehran, holidays, Ramadan": hours_from(OFFICE, Days("IR", "", own_from(OWN))),
        "office in Berlin, holidays of Bavaria": hours_from(BERLIN, Days("DE", "BY")),
        "night shift in Dubai": hours_from(NIGHT),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=20_000)
    args = parser.parse_args()
    dice = random.Random(5)
    starts = [
        datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=dice.randrange(2 * 365 * 86_400))
        for _ in range(args.calls)
    ]
    amounts = [timedelta(minutes=dice.choice((15, 60, 180, 240, 480, 960, 2400))) for _ in starts]
    worst = 0.0
    print(f"{'':42}{'µs per call':>12}{'first, ms':>12}")
    for name, hours in offices().items():
        begun = time.process_time()
        add_working(starts[0], amounts[0], hours)
        first = (time.process_time() - begun) * 1000
        asked: dict[str, Callable[[int], Any]] = {
            "add_working": lambda i, hours=hours: add_working(starts[i], amounts[i], hours),
            "working_between": lambda i, hours=hours: working_between(
                starts[i], starts[i] + 3 * amounts[i], hours
            ),
            "is_open": lambda i, hours=hours: is_open(starts[i], hours),
            "next_opening": lambda i, hours=hours: next_opening(starts[i], hours),
        }
        for what, ask in asked.items():
            for i in range(len(starts)):  # lay out
                ask(i)
            begun = time.process_time()
            for i in range(len(starts)):
                ask(i)
            cost = (time.process_time() - begun) / len(starts) * 1e6
            worst = max(worst, cost)
            print(
                f"{name if what == 'add_working' else '':42}{cost:8.1f}  {what}"
                + (f"{first:10.1f}" if what == "add_working" else "")
            )
    print(f"dearest: {worst:.1f} µs, goal {GOAL:.0f}")
    return worst > GOAL


if __name__ == "__main__":
    sys.exit(main())
