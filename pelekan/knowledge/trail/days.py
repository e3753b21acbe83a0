"""The sums of days. Pages read these; single rows are only read for the lists behind a number.

A day is one of the desk's time zone. Days whose attribution window is still open are summed anew each time; older ones
stand, so that deleting single rows after the retention changes no sum.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from pelekan.knowledge.trail import topics
from pelekan.knowledge.trail.deflection import Facts, verdict
from pelekan.knowledge.trail.habits import Kept, habits
from pelekan.knowledge.trail.handling import of_day
from pelekan.knowledge.trail.models import Habits, Offer, Place, Question, Reading, Tally, Visit
from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.lib.unhurried import unhurried
from pelekan.people.desk import sign
from pelekan.people.models import ZONE_OF
from pelekan.tickets.models import Ticket

Sums = dict[tuple[str, str], dict[str, int]]
DAY = timedelta(days=1)
CHUNK = 500
WITHOUT_PEOPLE = ("", "solved", "quiet")  # talks with the bot that no person was asked in, or not yet
AT_ONCE = 400  # days in one go of the chore: the rest comes with the next


def zone() -> ZoneInfo:
    """Whose midnights part the days."""
    return zone_named(ZONE_OF.get(sign().language, "UTC"))


def bounds(day: date) -> tuple[datetime, datetime]:
    """When a day begins and ends."""
    here = zone()
    return (
        datetime.combine(day, time(), here).astimezone(UTC),
        datetime.combine(day + DAY, time(), here).astimezone(UTC),
    )


def today(now: datetime) -> date:
    return now.astimezone(zone()).date()


def catch_up(now: datetime | None = None) -> int:
    """Bring the days up to date; how many were summed. Harmless when done twice."""
    now = now or clock()
    kept = habits()
    here = today(now)
    state = Habits.objects.filter(pk=1).values_list("summed_on", flat=True).first()
    begin = state or _first() or here
    last = min(here, begin + timedelta(days=AT_ONCE))
    number = 0
    while begin + number * DAY <= last:
        sum_day(begin + number * DAY, now, kept)
        number += 1
    stands = min(last, here - timedelta(days=kept.window_days + 1))
    Habits.objects.update_or_create(pk=1, defaults={"summed_at": now, "summed_on": max(begin, stands)})
    topics.join_alike(now)
    return number


def _first() -> date | None:
    moments = [
        row
        for row in (
            Visit.objects.order_by("began_at").values_list("began_at", flat=True).first(),
            Question.objects.order_by("at").values_list("at", flat=True).first(),
            Reading.objects.order_by("at").values_list("at", flat=True).first(),
        )
        if row
    ]
    return min(moments).astimezone(zone()).date() if moments else None


def sum_day(day: date, now: datetime, kept: Kept) -> None:
    """Count one day anew."""
    low, high = bounds(day)
    sums: Sums = defaultdict(lambda: defaultdict(int))
    visits: dict[int, dict[str, Any]] = {
        row["id"]: dict(row)
        for row in Visit.objects.filter(began_at__gte=low, began_at__lt=high).values(
            "id", "key", "customer", "organization", "plan", "groups", "language", "place", "held_out", "ticket",
            "ticket__created_at", "began_at", "last_at",
        )
    }  # fmt: skip
    _visits(sums, visits, (low, high), now, kept)
    _readings(sums, visits, low, high)
    taken = _questions(sums, visits, low, high, now)
    for (of, key), row in of_day(low, high, taken, now).items():
        for name, number in row.items():
            sums[of, key][name] += number
    rows = [Tally(day=day, of=of, key=key[:80], **row) for (of, key), row in sorted(sums.items())]
    with unhurried():
        Tally.objects.filter(day=day).delete()
        Tally.objects.bulk_create(rows, batch_size=CHUNK)


def sides(visit: dict[str, Any] | None, place: str, language: str) -> list[tuple[str, str]]:
    """What a step is counted under."""
    found = [("all", ""), ("place", place), ("language", language)]
    if visit is None:
        return found
    found += [("who", "customer" if visit["customer"] else "anonymous")]
    found += [("group", str(pk)) for pk in visit["groups"]]
    if visit["organization"]:
        found.append(("organization", str(visit["organization"])))
    if visit["plan"]:
        found.append(("plan", visit["plan"]))
    return found


def _visits(
    sums: Sums,
    visits: dict[int, dict[str, Any]],
    span: tuple[datetime, datetime],
    now: datetime,
    kept: Kept,
) -> None:
    for visit, said in verdicts(visits, span, now, kept):
        both = sides(visit, visit["place"], visit["language"])
        for side in [*both, ("share", "held" if visit["held_out"] else "shown")]:
            row = sums[side]
            row["visits"] += 1
            if said in ("solved", "requested", "left"):
                row["looked"] += 1
            if said in ("solved", "requested", "pending"):
                row[said] += 1


def verdicts(
    visits: dict[int, dict[str, Any]], span: tuple[datetime, datetime], now: datetime, kept: Kept
) -> Iterable[tuple[dict[str, Any], str]]:
    """Each visit that began in `span` with what became of it; see `trail.deflection`."""
    low, high = span
    window = timedelta(days=kept.window_days)
    mine = {"visit__began_at__gte": low, "visit__began_at__lt": high}
    looked, said, read, asked = set(), set(), set(), set()
    for pk, ticket in Question.objects.filter(**mine).values_list("visit", "ticket"):
        looked.add(pk)
        if ticket:
            asked.add(pk)
    offers = Offer.objects.filter(**mine).exclude(place=Place.DESK)
    for pk, solved_at, ticket in offers.values_list("visit", "solved_at", "ticket"):
        looked.add(pk)
        if solved_at:
            said.add(pk)
        if ticket:
            asked.add(pk)
    for pk, solved, seconds in Reading.objects.filter(**mine).values_list("visit", "solved", "seconds"):
        if solved:
            said.add(pk)
        if seconds >= kept.read_seconds:
            read.add(pk)
    by_browser = _by_browser(low, high + window)
    by_customer = _by_customer(
        {row["customer"] for row in visits.values() if row["customer"]}, low, high + window + DAY
    )
    for pk, visit in visits.items():
        until = visit["last_at"] + window
        requests = [*by_browser.get(visit["key"], ()), *by_customer.get(visit["customer"], ())]
        followed = (
            pk in asked
            or visit["ticket"] is not None
            or any(visit["began_at"] <= at <= until for at in requests)
        )
        yield visit, verdict(Facts(pk in looked, pk in said, pk in read, followed, over=until <= now))


def _by_browser(low: datetime, high: datetime) -> dict[str, list[datetime]]:
    found: dict[str, list[datetime]] = defaultdict(list)
    rows = Visit.objects.filter(began_at__gte=low, began_at__lt=high, ticket__isnull=False).exclude(key="")
    for key, at in rows.values_list("key", "ticket__created_at"):
        found[key].append(at)
    return found


def _by_customer(ids: set[int], low: datetime, high: datetime) -> dict[int, list[datetime]]:
    found: dict[int, list[datetime]] = defaultdict(list)
    wanted = sorted(ids)
    for begin in range(0, len(wanted), CHUNK):
        rows = Ticket.objects.filter(
            customer__in=wanted[begin : begin + CHUNK], created_at__gte=low, created_at__lt=high
        ).exclude(conversations__bot_talk__outcome__in=WITHOUT_PEOPLE)
        for pk, at in rows.values_list("customer", "created_at"):
            found[pk].append(at)
    return found


def _readings(sums: Sums, visits: dict[int, dict[str, Any]], low: datetime, high: datetime) -> None:
    rows = Reading.objects.filter(at__gte=low, at__lt=high).exclude(place=Place.DESK)
    fields = ("visit", "translation", "translation__language", "kind", "place", "seconds", "solved")
    for visit, translation, language, kind, place, seconds, solved in rows.values_list(*fields):
        both = sides(visits.get(visit), place, language)
        for side in [*both, ("kind", kind), ("article", str(translation))]:
            row = sums[side]
            row["readings"] += 1
            row["seconds"] += seconds
            if solved is not None:
                row["helped" if solved else "unhelped"] += 1


def _questions(
    sums: Sums, visits: dict[int, dict[str, Any]], low: datetime, high: datetime, now: datetime
) -> dict[int, int]:
    """Returns the topic of each ticket that a question led to."""
    _link(low, high)
    found = (
        Question.objects.filter(at__gte=low, at__lt=high)
        .exclude(place=Place.DESK)
        .values("id", "visit", "place", "language", "text", "folded", "topic", "found", "clicked", "ticket")
    )
    rows: list[dict[str, Any]] = [dict(row) for row in found]
    topic_of = topics.name(rows, low)
    taken: dict[int, int] = {}
    for one in rows:
        both = sides(visits.get(one["visit"]), one["place"], one["language"])
        topic = topic_of.get(one["id"])
        if topic:
            both.append(("topic", str(topic)))
            if one["ticket"]:
                taken[one["ticket"]] = topic
        for side in both:
            _count(sums[side], one)
    return taken


def _count(row: dict[str, int], one: dict[str, Any]) -> None:
    row["questions"] += 1
    fruitless, unclicked = not one["found"], bool(one["found"]) and one["clicked"] is None
    row["fruitless"] += fruitless
    row["unclicked"] += unclicked
    row["ticketed"] += one["ticket"] is not None
    row["missed"] += fruitless or unclicked or one["ticket"] is not None


def _link(low: datetime, high: datetime) -> None:
    """A request of a customer that came within a day of his last question belongs to it, by whatever way it came."""
    rows = (
        Question.objects.filter(at__gte=low, at__lt=high, ticket=None, visit__customer__isnull=False)
        .order_by("at", "id")
        .values_list("visit__customer", "pk", "at")
    )
    last: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for customer, pk, at in rows:
        last[customer].append((at, pk))
    for customer, moments in _by_customer_rows(set(last), low, high + DAY).items():
        for ticket, at in moments:
            before = [pk for asked_at, pk in last[customer] if asked_at <= at <= asked_at + DAY]
            if before:
                Question.objects.filter(pk=before[-1], ticket=None).update(ticket=ticket)


def _by_customer_rows(ids: set[int], low: datetime, high: datetime) -> dict[int, list[tuple[int, datetime]]]:
    found: dict[int, list[tuple[int, datetime]]] = defaultdict(list)
    wanted = sorted(ids)
    for begin in range(0, len(wanted), CHUNK):
        rows = Ticket.objects.filter(
            customer__in=wanted[begin : begin + CHUNK], created_at__gte=low, created_at__lt=high
        ).exclude(conversations__bot_talk__outcome__in=WITHOUT_PEOPLE)
        rows = rows.exclude(pk__in=Question.objects.filter(ticket__isnull=False).values("ticket"))
        for customer, pk, at in rows.order_by("created_at").values_list("customer", "pk", "created_at"):
            found[customer].append((pk, at))
    return found
