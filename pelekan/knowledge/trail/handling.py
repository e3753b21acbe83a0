"""What requests cost, by what they are about: the part of a gap's minutes that people spent.

Handling of one request = for each stay at a step that was answered: the time from coming there to the first answer, at
most 30 minutes (what is longer was waiting, not work) + 5 minutes for each call that was made (their length is not known).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta

from pelekan.knowledge.trail.models import Tally, Topic
from pelekan.knowledge.trail.stems import alike, stems
from pelekan.tickets.calls.models import Call
from pelekan.tickets.models import Stay, Ticket

MOST = timedelta(minutes=30)
CALL = timedelta(minutes=5)
ALIKE = 0.5
"""So much of its stems a subject shares with a topic to be about it."""

TOPICS = 2_000
LATELY = timedelta(days=30)
CHUNK = 500


def seconds_of(stays: Iterable[tuple[datetime, datetime | None]], calls: int) -> int:
    """Handling of a request from its stays (came, first answered) and calls."""
    worked = sum(
        (min(max(answered - came, timedelta()), MOST) for came, answered in stays if answered), timedelta()
    )
    return int((worked + calls * CALL).total_seconds())


def of_day(
    low: datetime, high: datetime, taken: dict[int, int], now: datetime
) -> dict[tuple[str, str], dict[str, int]]:
    """The requests that came in a span, by topic and by category: {("topic", id): {tickets, calls, work}}. A request counts
    for the topic of the question that led to it, else for the topic whose words its subject shares, else for its category."""
    rows = list(
        Ticket.objects.filter(created_at__gte=low, created_at__lt=high, joined_into=None).values_list(
            "pk", "subject", "category", "language"
        )
    )
    ids = [pk for pk, *_rest in rows]
    stays, calls = _stays(ids), _calls(ids)
    about = _About(low) if rows else None
    found: dict[tuple[str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for pk, subject, category, language in rows:
        topic = taken.get(pk) or (about.topic(subject, language) if about else None)
        if topic is None and category is None:
            continue
        row = found[("topic", str(topic)) if topic else ("category", str(category))]
        row["tickets"] += 1
        row["calls"] += calls.get(pk, 0)
        row["work"] += seconds_of(stays.get(pk, ()), calls.get(pk, 0))
    return found


class _About:
    """Finds the topic of a subject among those that were asked most lately."""

    def __init__(self, at: datetime) -> None:
        since = (at - LATELY).date()
        asked: dict[int, int] = defaultdict(int)
        rows = Tally.objects.filter(of="topic", day__gte=since, day__lte=at.date(), questions__gt=0)
        for key, number in rows.values_list("key", "questions"):
            asked[int(key)] += number
        chosen = sorted(asked, key=lambda pk: (-asked[pk], pk))[:TOPICS]
        self.stems: dict[int, tuple[str, frozenset[str]]] = {}
        self.by_stem: dict[str, list[int]] = defaultdict(list)
        for begin in range(0, len(chosen), CHUNK):
            part = Topic.objects.filter(pk__in=chosen[begin : begin + CHUNK])
            for pk, key, language in part.values_list("pk", "key", "language"):
                its = frozenset(key.split())
                self.stems[pk] = language, its
                for stem in its:
                    self.by_stem[stem].append(pk)

    def topic(self, subject: str, language: str) -> int | None:
        its = frozenset(stems(subject))
        near = {pk for stem in its for pk in self.by_stem.get(stem, ())}
        marks = [(alike(its, self.stems[pk][1]), -pk) for pk in near if self.stems[pk][0] == language]
        if not marks:
            return None
        mark, pk = max(marks)
        return -pk if mark >= ALIKE else None


def _stays(ids: list[int]) -> dict[int, list[tuple[datetime, datetime | None]]]:
    found: dict[int, list[tuple[datetime, datetime | None]]] = defaultdict(list)
    for begin in range(0, len(ids), CHUNK):
        rows = Stay.objects.filter(ticket__in=ids[begin : begin + CHUNK])
        for pk, came, answered in rows.values_list("ticket", "entered_at", "first_answer_at"):
            found[pk].append((came, answered))
    return found


def _calls(ids: list[int]) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for begin in range(0, len(ids), CHUNK):
        rows = Call.objects.filter(ticket__in=ids[begin : begin + CHUNK], done_at__isnull=False).exclude(
            outcome=""
        )
        for pk in rows.values_list("ticket", flat=True):
            found[pk] += 1
    return found
