"""(n) Every page of insights on a trail of a million rows beside one of ten thousand, in one run:

    python bench/insights.py [--rows 10000 1000000] [--database postgresql://…]

A made trail of 90 days: of ten rows three are visits, four questions, three readings; topics grow slowly (the square root of
the questions × 6), a few are asked often. Days are summed as the desk sums them. Each page is asked in this process; printed
are its statements and its CPU time (the least of five), and the ratio of the two trails. Nothing here is wall-clock time but
what PostgreSQL itself computes, which is not in this process's CPU time.
"""

from __future__ import annotations

import argparse
import random
import time
from datetime import timedelta
from typing import Any

import office

DAYS = 90
TIMES = 5
AT_ONCE = 5_000
PAGES = (
    "", "visits/", "questions/", "questions/?q=w7", "questions/{topic}/", "articles/", "articles/{article}/", "gaps/",
    "gaps/topic/{topic}/", "solved/", "visits/{visit}/", "coverage/", "repeated/",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 1_000_000])
    parser.add_argument("--database", default="")
    args = parser.parse_args()
    office.make(args.database)
    found = {}
    for rows in args.rows:
        fill(rows)
        found[rows] = {"a day summed anew": day(), **{page: cost(page) for page in PAGES}}
    few, many = args.rows[0], args.rows[-1]
    for name in found[few]:
        (less, short), (more, long) = found[few][name], found[many][name]
        said = f"{less} → {more} statements, {short * 1000:.0f} → {long * 1000:.0f} ms CPU: {long / max(short, 0.001):.1f} ×"
        label = name if name.startswith("a day") else f"/desk/insights/{name}"
        office.tell(
            f"(n) {label}, {few:,} → {many:,} rows",
            said,
            "" if name.startswith("a day") else "same statements",
        )


def fill(rows: int) -> None:
    """Take the trail away and make one of so many rows."""
    from pelekan.knowledge.trail import days
    from pelekan.knowledge.trail.models import Habits, Question, Reading, Tally, Topic, Visit
    from pelekan.lib.time import now

    for model in (Reading, Question, Visit, Tally, Topic, Habits):
        model._default_manager.all().delete()
    dice, at, pages = random.Random(7), now(), _pages()
    visits, questions, readings = rows * 3 // 10, rows * 4 // 10, rows * 3 // 10
    words = [f"w{number} q{number % 97}" for number in range(int(questions**0.5 * 6))]
    moments = sorted(at - timedelta(days=DAYS * dice.random()) for _ in range(visits))
    _put(Visit, (
        Visit(key=f"{n % (visits // 2):064x}", language=dice.choice(("fa", "ar", "en")), place="help", began_at=moment, last_at=moment)
        for n, moment in enumerate(moments)
    ))  # fmt: skip
    ids = list(Visit.objects.order_by("pk").values_list("pk", "began_at"))
    picked = [ids[dice.randrange(visits)] for _ in range(questions)]
    texts = [words[int(len(words) * dice.random() ** 3)] for _ in picked]
    _put(Question, (
        Question(visit_id=pk, place="help", text=text, folded=text, language="fa", found=dice.randrange(3), at=moment)
        for (pk, moment), text in zip(picked, texts, strict=True)
    ))  # fmt: skip
    _put(Reading, (
        Reading(visit_id=pk, translation=dice.choice(pages), kind="text", place="help", seconds=dice.randrange(60), at=moment)
        for pk, moment in (ids[dice.randrange(visits)] for _ in range(readings))
    ))  # fmt: skip
    days.catch_up(at)
    print(f"# {rows:,} rows: {len(words):,} topics, {Tally.objects.count():,} sums", flush=True)


def _put(model: Any, rows: Any) -> None:
    import itertools

    while part := list(itertools.islice(rows, AT_ONCE)):
        model._default_manager.bulk_create(part)


def _pages() -> list[Any]:
    from pelekan.knowledge import actions
    from pelekan.knowledge.models import Section, Translation

    known = list(Translation.objects.filter(published__isnull=False)[:40])
    if known:
        return known
    shelf = Section.objects.create(slug="bench", names={"fa": "راهنما"})
    made = (
        actions.begin(shelf, language="fa", title=f"مقاله {n}", body="<p>متن</p>", by=None) for n in range(40)
    )
    return [actions.publish(one, by=None) for one in made]


def day() -> tuple[int, float]:
    """What summing yesterday costs."""
    from pelekan.knowledge.trail import days
    from pelekan.knowledge.trail.habits import habits
    from pelekan.lib.time import now

    yesterday = days.today(now()) - timedelta(days=1)
    return _measured(lambda: days.sum_day(yesterday, now(), habits()), 1)


def cost(page: str) -> tuple[int, float]:
    from django.test import Client

    from pelekan.knowledge.trail.models import Tally, Visit
    from pelekan.people.models import Agent, Role

    topic = Tally.objects.filter(of="topic").order_by("-questions").values_list("key", flat=True)[0]
    article = Tally.objects.filter(of="article").order_by("-readings").values_list("key", flat=True)[0]
    visit = Visit.objects.order_by("-pk").values_list("pk", flat=True)[0]
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(Agent.objects.filter(role=Role.ADMIN)[0].user)
    where = "/desk/insights/" + page.format(topic=topic, article=article, visit=visit)
    where += ("&" if "?" in where else "?") + "period=quarter"

    def ask() -> None:
        answer = browser.get(where)
        assert answer.status_code == 200, (where, answer.status_code)

    ask()
    return _measured(ask, TIMES)


def _measured(do: Any, times: int) -> tuple[int, float]:
    from django.core.signals import request_started
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    request_started.disconnect(reset_queries)  # it would forget what was counted
    with CaptureQueriesContext(connection) as seen:
        do()
    took = []
    for _ in range(times):
        began = time.process_time()
        do()
        took.append(time.process_time() - began)
    return len(seen), min(took)


if __name__ == "__main__":
    main()
