#!/usr/bin/env python3
"""What a decision costs: milliseconds of CPU time for one of 200 routing rules (goal: 3 or less), and for choosing among
100 candidates.

    bench/routing.py [--rules 200] [--calls 300]

No rule matches but the last one, so each decision asks them all; every rule asks up to three questions, one of them about
the words of a mail of 2,000 letters. The document is read once, as in a process that runs.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pelekan.routing.assigning import assignment_from, choose
from pelekan.routing.rules import decide, routing_from, steps
from pelekan.tickets.conditions.words import folded

GOAL = 3.0
WORDS = (
    "سفارش", "مرسوله", "بازگشت", "گارانتی", "چادر", "کوله", "طناب", "کفش", "تخفیف", "فاکتور", "order", "tent", "boots",
)  # fmt: skip


def document(count: int, dice: random.Random) -> dict[str, Any]:
    rules = []
    for number in range(count):
        words = {
            "field": "text",
            "is": "has_any",
            "value": [f"{dice.choice(WORDS)} {one}" for one in range(4)],
        }
        more = dice.choice(
            [
                [{"field": "channel", "is": "one_of", "value": ["email", "portal"]}],
                [
                    {"field": "priority", "is": "at_least", "value": 2},
                    {"field": "language", "is": "none_of", "value": ["de"]},
                ],
                [{"not": {"field": "tags", "is": "one_of", "value": ["spam"]}}],
            ]
        )
        rules.append(
            {"id": f"r{number}", "name": f"Rule {number}", "on": ["created"], "when": {"all": [*more, words]},
             "do": [{"act": "team", "team": 1 + number % 9}]}
        )  # fmt: skip
    return {"rules": [*rules[:-1], {**rules[-1], "when": {"always": True}}]}


def facts(dice: random.Random) -> dict[str, Any]:
    text = " ".join(dice.choice(WORDS) for _ in range(300))[:2_000]
    return {
        "event": "ticket.created", "channel": "email", "priority": 3, "language": "fa", "tags": ["vip"],
        "text": folded(text), "gone": [], "by_hand": {},
    }  # fmt: skip


def candidates(count: int, dice: random.Random) -> dict[str, Any]:
    return {
        "team": 3, "language": "fa", "need": [7, 2], "refused": [],
        "candidates": [
            {"agent": pk, "online": True, "on_shift": True, "languages": ["fa"], "skills": {"7": dice.randrange(1, 4)},
             "tickets": dice.randrange(20), "urgent": 0, "capacity": 20, "chats": dice.randrange(4),
             "last_at": "2026-11-22T08:00:00+00:00", "before": False}
            for pk in range(1, count + 1)
        ],
    }  # fmt: skip


def cost(do: Callable[[], object], calls: int) -> float:
    """Milliseconds of this process's CPU per call, the best of five runs."""
    best = float("inf")
    for _ in range(5):
        start = time.process_time()
        for _ in range(calls):
            do()
        best = min(best, (time.process_time() - start) / calls * 1_000)
    return best


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rules", type=int, default=200)
    parser.add_argument("--calls", type=int, default=300)
    args = parser.parse_args()
    dice = random.Random(5)
    body, seen, people = document(args.rules, dice), facts(dice), candidates(100, dice)
    rules = routing_from(body)
    ways = assignment_from({"teams": {"3": {"way": "least_busy"}}})
    assert decide(rules, seen).place == args.rules
    deciding = cost(lambda: decide(rules, seen), args.calls)
    print(f"{'one decision of ' + str(args.rules) + ' rules':42}{deciding:8.3f} ms   goal {GOAL:.0f}")
    print(
        f"{'its whole story, told on demand':42}{cost(lambda: steps(rules, seen), args.calls // 10 or 1):8.3f} ms"
    )
    print(f"{'reading the document, once per version':42}{cost(lambda: routing_from(body), 5):8.3f} ms")
    print(
        f"{'choosing among 100 candidates':42}{cost(lambda: choose(ways, people), args.calls // 10 or 1):8.3f} ms"
    )
    return 0 if deciding <= GOAL or args.rules > 200 else 1


if __name__ == "__main__":
    sys.exit(main())
