"""Opening hours in words, for people inside and outside: the coming days, and one day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from pelekan.lib.text import local_digits
from pelekan.lib.time import Dates
from pelekan.sla.calendars import Calendar
from pelekan.sla.hours import Span

_NOON = time(12)


def moment_of(day: date, calendar: Calendar) -> datetime:
    """A moment that lies on this day where the calendar is; to write the day with `Dates` of that zone."""
    return datetime.combine(day, _NOON, calendar.hours.zone).astimezone(UTC)


def spans_words(spans: tuple[Span, ...], dates: Dates) -> list[str]:
    """Spans as people write them, «۰۹:۰۰–۱۳:۰۰»; a span over midnight ends at the next day's time."""
    return [f"{clock_words(start, dates)}–{clock_words(end, dates)}" for start, end in spans]


def clock_words(minutes: int, dates: Dates) -> str:
    """Minutes after midnight as a time of day; the end of a day is 24:00."""
    shown = minutes if minutes == 1440 else minutes % 1440
    return local_digits(f"{shown // 60:02}:{shown % 60:02}", dates.digits or dates.language)


def coming(calendar: Calendar, first: date, count: int, dates: Dates) -> list[dict[str, Any]]:
    """The days from `first` on: {"weekday", "date", "spans", "why", "differs", "closed", "expected", "today"}. `dates` are
    of the calendar's zone."""
    found = []
    for step in range(count):
        day = first + timedelta(days=step)
        moment, spans = moment_of(day, calendar), calendar.spans(day)
        found.append({
            "weekday": dates.weekday(moment), "date": dates.date(moment), "spans": spans_words(spans, dates),
            "why": calendar.why(day, dates.language), "closed": not spans, "today": step == 0,
            "differs": spans != calendar.hours.week[day.weekday()], "expected": calendar.expected(day),
        })  # fmt: skip
    return found
