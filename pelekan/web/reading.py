"""Moments, lengths and numbers as the person who reads a page wants them; what templates call `dates`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import local_digits
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock

NEAR = timedelta(minutes=30)
"""When a clock turns amber by itself; as time.js has it."""


class Reading:
    """`Dates` with one "now" for the whole page."""

    def __init__(self, dates: Dates, now: datetime | None = None) -> None:
        self.dates, self.now = dates, now or clock()
        self.today = dates.local(self.now).date()

    def in_zone(self, zone: str) -> Reading:
        """The same reader on another wall clock."""
        return Reading(replace(self.dates, zone=zone), self.now)

    def digits(self, number: Any) -> str:
        """A number or code in the person's digits."""
        return local_digits(str(number), self.dates.digits or self.dates.language)

    def recent(self, at: datetime) -> str:
        """«۵ دقیقه» within the hour, then as `short`."""
        age = self.now - at
        if timedelta() <= age < timedelta(minutes=1):
            return _("now")
        if timedelta() < age < timedelta(hours=1):
            return self.dates.span(age, 1)
        return self.short(at)

    def short(self, at: datetime) -> str:
        """The time today, the weekday of this week, else the date."""
        return self.dates.short(at, self.now)

    def day(self, at: datetime) -> str:
        """«امروز», "Yesterday", «شنبه ۱۲ آبان ۱۴۰۵»."""
        days = (self.today - self.dates.local(at).date()).days
        if days in (0, 1):
            return _("Yesterday") if days else _("Today")
        return f"{self.dates.weekday(at)} {self.dates.date(at)}"

    def full(self, at: datetime) -> str:
        """Weekday, date and time."""
        return f"{self.dates.weekday(at)} {self.dates.moment(at)}"

    def time(self, at: datetime) -> str:
        return self.dates.time(at)

    def date(self, at: datetime) -> str:
        return self.dates.date(at)

    def numeric(self, at: datetime) -> str:
        return self.dates.numeric(at)

    def moment(self, at: datetime) -> str:
        return self.dates.moment(at)

    def ago(self, at: datetime) -> str:
        return self.dates.ago(at, self.now)

    def span(self, length: timedelta, parts: int = 2) -> str:
        return self.dates.span(length, parts)

    def hours(self, length: timedelta) -> str:
        return self.dates.hours(length)

    def due(self, at: datetime) -> str:
        """What is left until a promise, or how late it is: «۱۸ دقیقه», «۲ ساعت دیر»."""
        words = self.span(at - self.now, 1)
        return words if at > self.now else _("%(time)s late") % {"time": words}

    def due_state(self, at: datetime, alarm: str = "") -> str:
        """far, near (within half an hour, or so alarmed) or late: the colour of a clock."""
        if at <= self.now or alarm in ("late", "very-late"):
            return "late"
        return "near" if alarm or at - self.now < NEAR else "far"

    def size(self, size: int) -> str:
        """A file's size in words: «۱۲ کیلوبایت»."""
        if size < 1024 * 1024:
            return _("%(number)s KB") % {"number": self.digits(max(1, round(size / 1024)))}
        if size < 1 << 30:
            return _("%(number)s MB") % {"number": self.digits(f"{size / 1048576:.1f}")}
        return _("%(number)s GB") % {"number": self.digits(f"{size / (1 << 30):.1f}")}
