"""What the bot did, in numbers and as the list behind each."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from pelekan.knowledge.bot.models import BotAnswer, Outcome, Talk
from pelekan.lib.time import zone_named

MOST = 50_000
"""Talks of one period that are counted."""
COLUMNS = ("talks", "solved", "handed", "quiet", "open")


def talks_between(first: datetime, until: datetime, inbox: int | None = None) -> QuerySet[Talk]:
    rows = Talk.objects.filter(began_at__gte=first, began_at__lt=until)
    return rows.filter(inbox=inbox) if inbox else rows


def wrong_ones(rows: QuerySet[Talk]) -> QuerySet[BotAnswer]:
    """Answers that were none: the customer said no, or a colleague called them wrong."""
    return BotAnswer.objects.filter(Q(helped=False) | Q(wrong_at__isnull=False), talk__in=rows)


def by_day(first: datetime, until: datetime, zone: str, inbox: int | None = None) -> list[dict[str, Any]]:
    """[{day, inbox, inbox_name, talks, solved, handed, quiet, open, wrong}] newest day first, days of the reader's zone."""
    here = zone_named(zone)
    rows = talks_between(first, until, inbox)
    found: dict[tuple[date, int, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys((*COLUMNS, "wrong"), 0)
    )
    for at, pk, name, outcome in rows.order_by("-began_at").values_list(
        "began_at", "inbox", "inbox__name", "outcome"
    )[:MOST]:
        line = found[at.astimezone(here).date(), pk, name]
        line["talks"] += 1
        line[outcome or "open"] += 1
    for at, pk, name in wrong_ones(rows).values_list("talk__began_at", "talk__inbox", "talk__inbox__name")[
        :MOST
    ]:
        found[at.astimezone(here).date(), pk, name]["wrong"] += 1
    ordered = sorted(found.items(), key=lambda pair: (-pair[0][0].toordinal(), pair[0][2]))
    return [{"day": day, "inbox": pk, "inbox_name": name, **line} for (day, pk, name), line in ordered]


def by_who(
    first: datetime, until: datetime, inbox: int | None = None
) -> list[tuple[str, str, dict[str, int]]]:
    """Who talked with it: [(of, key, {talks, solved, handed, quiet, open})], `of` who (customer, anonymous, unknown), group (id),
    organization (id) or plan, as in `trail.models.Tally`; the most talks of each first. Who is not followed is unknown."""
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    rows = talks_between(first, until, inbox).order_by("-began_at")
    fields = (
        "outcome",
        "visit",
        "visit__customer",
        "visit__groups",
        "visit__organization",
        "visit__plan",
    )
    for outcome, visit, customer, groups, organization, plan in rows.values_list(*fields)[:MOST]:
        who = "unknown" if visit is None else "customer" if customer else "anonymous"
        sides = [("who", who), *(("group", str(pk)) for pk in groups or ())]
        sides += [("organization", str(organization))] if organization else []
        sides += [("plan", plan)] if plan else []
        for side in sides:
            found[side]["talks"] += 1
            found[side][outcome or "open"] += 1
    order = {name: place for place, name in enumerate(("who", "group", "organization", "plan"))}
    ordered = sorted(found.items(), key=lambda one: (order[one[0][0]], -one[1]["talks"], one[0][1]))
    return [(of, key, line) for (of, key), line in ordered]


def by_page(
    first: datetime, until: datetime, inbox: int | None = None, most: int = 20
) -> list[tuple[str, dict[str, int]]]:
    """On which pages of the site the talks began: [(address without what follows ? or #, {talks, solved, …})]."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0))
    rows = talks_between(first, until, inbox).order_by("-began_at")
    for outcome, page in rows.values_list("outcome", "page")[:MOST]:
        if page:
            found[page]["talks"] += 1
            found[page][outcome or "open"] += 1
    return sorted(found.items(), key=lambda one: (-one[1]["talks"], one[0]))[:most]


def listed(
    what: str, first: datetime, until: datetime, inbox: int | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """The talks behind a number: [{ticket, subject, at, outcome, why, question}]. `what`: one of COLUMNS, or "wrong"."""
    rows = talks_between(first, until, inbox)
    if what == "wrong":
        rows = rows.filter(pk__in=wrong_ones(rows).values("talk"))
    elif what in Outcome.values:
        rows = rows.filter(outcome=what)
    elif what == "open":
        rows = rows.filter(outcome="")
    rows = rows.select_related("conversation__ticket").order_by("-began_at")[:most]
    return [
        {
            "ticket": talk.conversation.ticket_id, "subject": talk.conversation.ticket.subject, "at": talk.began_at,
            "outcome": str(talk.get_outcome_display() if talk.outcome else ""), "why": str(talk.get_why_display() if talk.why else ""),
        }
        for talk in rows
    ]  # fmt: skip


def span(days: int, now: datetime) -> tuple[datetime, datetime]:
    """From the beginning of that many days ago until now."""
    return now - timedelta(days=days), now + timedelta(seconds=1)
