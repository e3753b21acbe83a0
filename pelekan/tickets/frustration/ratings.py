"""What the desk's own ratings say about its signals: the picture for people, and the rows for `learning`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count

from pelekan.tickets.frustration import learning, score, signals
from pelekan.tickets.frustration.document import Rules, parse
from pelekan.tickets.models import Mood, Rating, Ticket

BAD = 2
"""Stars at most of an unhappy customer."""

NEWEST = 1_500
WITHIN = timedelta(days=365)
MOST_TRIPS = 8
PREVIEWED = 200


def by_round_trips(now: datetime) -> list[dict[str, Any]]:
    """[{trips, ratings, average, bad}] of the last year; the last line stands for MOST_TRIPS and more."""
    rows = (
        Rating.objects.of_solvings()
        .filter(created_at__gt=now - WITHIN)
        .values("ticket__round_trips", "stars")
        .annotate(number=Count("pk"))
        .order_by()
    )
    found: dict[int, list[tuple[int, int]]] = {}
    for row in rows:
        found.setdefault(min(row["ticket__round_trips"], MOST_TRIPS), []).append(
            (row["stars"], row["number"])
        )
    return [
        {
            "trips": trips,
            "ratings": (many := sum(number for _stars, number in pairs)),
            "average": sum(stars * number for stars, number in pairs) / many,
            "bad": sum(number for stars, number in pairs if stars <= BAD),
        }
        for trips, pairs in sorted(found.items())
    ]


@dataclass(frozen=True)
class Lesson:
    """What learning came to. `learned` is for the document; None where there are too few ratings."""

    ratings: int
    bad: int
    measured: tuple[learning.Measured, ...] = ()
    learned: dict[str, Any] | None = None


def learn(rules: Rules, now: datetime) -> Lesson:
    """Fit the weights to the newest ratings, one for each ticket."""
    rows, bad = _rows(now)
    if not learning.enough(bad):
        return Lesson(len(rows), sum(bad))
    fitted = learning.fit(rows, bad)
    found = learning.measured(rows, bad, (rules.watch, rules.act))
    return Lesson(len(rows), sum(bad), tuple(found), learning.learned(fitted, found, len(rows)))


def _rows(now: datetime) -> tuple[list[learning.Row], list[bool]]:
    ratings = (
        Rating.objects.of_solvings()
        .filter(created_at__gt=now - WITHIN)
        .select_related("ticket__mood")
        .order_by("-created_at", "-pk")[:NEWEST]
    )
    rows, bad, seen = [], [], set()
    for rating in ratings:
        if rating.ticket_id not in seen:
            seen.add(rating.ticket_id)
            rows.append(learning.row_of(score.shares(values_of(rating.ticket, rating.created_at))))
            bad.append(rating.stars <= BAD)
    return rows, bad


def values_of(ticket: Ticket, at: datetime) -> dict[str, float]:
    """The signals of a ticket as it stands; `at` counts while it is open."""
    mood = getattr(ticket, "mood", None)
    state = signals.state_from(mood.state) if mood else signals.State()
    counts = signals.Counts(
        ticket.round_trips, ticket.reopened, ticket.transfers, ticket.created_at, ticket.waiting_since, ticket.solved_at
    )  # fmt: skip
    return signals.values(state, counts, at)


def preview(body: dict[str, Any], in_force: Rules, now: datetime) -> list[dict[str, Any]]:
    """Recent tickets with a mood by the rules in force and by another document: [{ticket, before, after}] of `score.Mark`s,
    what changes its level first."""
    rules = parse(body)
    moods = Mood.objects.select_related("ticket__customer").order_by("-changed_at")[:PREVIEWED]
    found = []
    for mood in moods:
        values = values_of(mood.ticket, min(now, mood.ticket.closed_at or now))
        after = score.mark(values, rules)
        found.append({"ticket": mood.ticket, "before": score.mark(values, in_force), "after": after})
    return sorted(found, key=lambda one: (one["before"].level == one["after"].level, -one["after"].score))
