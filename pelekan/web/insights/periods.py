"""The period that a page counts: a week, month, quarter or year of the reader's own calendar, and the one before it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.utils.translation import gettext as _

from pelekan.knowledge.trail.days import today
from pelekan.lib.calendars import Calendar, day_from, day_in
from pelekan.lib.time import Dates

KINDS = ("week", "month", "quarter", "year")
DAY = timedelta(days=1)
FIRST_WEEKDAY = {"jalali": 5, "hijri": 6, "gregorian": 0}  # Saturday, Sunday, Monday


@dataclass(frozen=True, slots=True)
class Period:
    kind: str
    first: date
    last: date

    @property
    def query(self) -> str:
        """What of an address chooses it."""
        return f"period={self.kind}&on={self.first.isoformat()}"

    def before(self, calendar: Calendar) -> Period:
        return around(self.kind, self.first - DAY, calendar)

    def after(self, calendar: Calendar) -> Period:
        return around(self.kind, self.last + DAY, calendar)

    def name(self, dates: Dates) -> str:
        """«آبان ۱۴۰۵», "1 – 7 November 2026"."""
        calendar, year, month, _day = day_in(self.first, dates.calendar)
        number = dates.numeric(noon(self.first))
        if self.kind == "year":
            return dates.date(noon(self.first)).rsplit(" ", 1)[-1]
        if self.kind == "month" and calendar == dates.calendar:
            month_name, year_name = (
                dates.month_names()[month - 1],
                dates.date(noon(self.first)).rsplit(" ", 1)[-1],
            )
            return f"{month_name} {year_name}"
        return _("%(first)s to %(last)s") % {"first": number, "last": dates.numeric(noon(self.last))}


def noon(day: date) -> datetime:
    """A moment that is this day in every inhabited zone of ours."""
    return datetime.combine(day, time(9), UTC)


def around(kind: str, day: date, calendar: Calendar) -> Period:
    """The week, month, quarter or year that holds this day."""
    if kind == "week":
        first = day - timedelta(days=(day.weekday() - FIRST_WEEKDAY[calendar]) % 7)
        return Period(kind, first, first + 6 * DAY)
    its, year, month, _number = day_in(day, calendar)
    size = {"month": 1, "quarter": 3, "year": 12}[kind]
    begins = (month - 1) // size * size + 1
    first = day_from(its, year, begins, 1)
    following = (year + 1, 1) if begins + size > 12 else (year, begins + size)
    return Period(kind, first, day_from(its, *following, 1) - DAY)


def chosen(kind: str, on: str, dates: Dates, now: datetime) -> Period:
    """What the address asks for; this month for anything else. Nothing later than the period that is now."""
    here = today(now)
    try:
        day = min(date.fromisoformat(on), here) if on else here
    except ValueError:
        day = here
    try:
        return around(kind if kind in KINDS else "month", max(day, date(2000, 1, 3)), dates.calendar)
    except (ValueError, OverflowError):
        return around("month", here, dates.calendar)
