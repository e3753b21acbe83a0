"""The one clock, and dates as people of each calendar write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from pelekan.lib.calendars import (
    AND,
    COMMA,
    FUTURE,
    JUST_NOW,
    MONTHS,
    PAST,
    WEEKDAYS,
    Calendar,
    Day,
    counted,
    day_from,
    day_in,
)
from pelekan.lib.text import local_digits

__all__ = ["Calendar", "Dates", "day_from", "day_in", "now", "zone_named"]

_UNITS = (
    ("year", 365 * 86400 + 20952), ("month", 2629746), ("day", 86400), ("hour", 3600), ("minute", 60),
    ("second", 1),
)  # fmt: skip
_SPAN_UNITS = _UNITS[2:]


def now() -> datetime:
    """This moment, aware, in UTC. The only place in Pelekan that reads the clock."""
    return datetime.now(UTC)


@lru_cache(maxsize=256)
def zone_named(name: str) -> ZoneInfo:
    """The IANA time zone of this name. ValueError with advice when there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # OSError: the name is a folder, as in "Asia"
        raise ValueError(
            f"Unknown time zone {name!r}; write it like Asia/Tehran, Asia/Riyadh or UTC"
        ) from error


_kept = lru_cache(maxsize=4096)
"""The same moments stand on many pages. What is kept follows from values alone: `Dates` is one, and few differ."""


@dataclass(frozen=True, slots=True)
class Dates:
    """How one reader wants moments written: language of the words, calendar, zone and digits.

    `language` is fa, ar or en (others read English words); `digits` is a language whose digits to use,
    "" for those of `language`. Every `moment` argument is an aware datetime.
    """

    language: str = "en"
    calendar: Calendar = "gregorian"
    zone: str = "UTC"
    digits: str = ""

    def __post_init__(self) -> None:
        zone_named(self.zone)
        if self.calendar not in ("gregorian", "jalali", "hijri"):
            raise ValueError(f"Unknown calendar {self.calendar!r}; write gregorian, jalali or hijri")

    @_kept
    def date(self, moment: datetime) -> str:
        """«۱۲ آبان ۱۴۰۵», "3 November 2026"."""
        calendar, year, month, day = self._day(moment)
        return self._local(f"{day} {MONTHS[calendar, self._words][month - 1]} {year}")

    @_kept
    def numeric(self, moment: datetime) -> str:
        """«۱۴۰۵/۰۸/۱۲»; ISO "2026-11-03" in English Gregorian."""
        calendar, year, month, day = self._day(moment)
        mark = "-" if calendar == "gregorian" and self._words == "en" else "/"
        return self._local(f"{year:04}{mark}{month:02}{mark}{day:02}")

    @_kept
    def time(self, moment: datetime) -> str:
        """Hour and minute of 24: «۱۴:۰۵»."""
        local = self.local(moment)
        return self._local(f"{local.hour:02}:{local.minute:02}")

    def moment(self, moment: datetime) -> str:
        """«۱۲ آبان ۱۴۰۵، ۱۴:۰۵»."""
        return self.date(moment) + COMMA[self._words] + self.time(moment)

    @_kept
    def weekday(self, moment: datetime) -> str:
        """«سه‌شنبه»."""
        return WEEKDAYS[self._words][self.local(moment).weekday()]

    def short(self, moment: datetime, now: datetime) -> str:
        """For lists: the time today, the weekday of the six days before, else the date (year if another)."""
        day, today = self.local(moment).date(), self.local(now).date()
        if day == today:
            return self.time(moment)
        if 0 < (today - day).days <= 6:
            return self.weekday(moment)
        calendar, year, month, number = day_in(day, self.calendar)
        if year == day_in(today, calendar)[1]:
            return self._local(f"{number} {MONTHS[calendar, self._words][month - 1]}")
        return self.date(moment)

    def ago(self, moment: datetime, now: datetime) -> str:
        """«۱۸ دقیقه پیش», "in 2 hours", «منذ دقيقتين»; under a minute "just now"."""
        seconds = (now - moment).total_seconds()
        if abs(seconds) < 60:
            return JUST_NOW[self._words]
        unit, size = next(pair for pair in _UNITS if abs(seconds) >= pair[1])
        words = counted(int(abs(seconds) // size), unit, self._words, after_preposition=True)
        return self._local((PAST if seconds > 0 else FUTURE)[self._words] % words)

    def span(self, length: timedelta, parts: int = 2) -> str:
        """A length in at most `parts` neighbouring units: «۲ ساعت و ۵ دقیقه». The sign is not shown."""
        seconds = int(abs(length.total_seconds()))
        words: list[str] = []
        for position, (unit, size) in enumerate(_SPAN_UNITS):
            number, seconds = divmod(seconds, size)
            if number:
                words.append(counted(number, unit, self._words))
            if words:
                # Seconds beside hours and days would pretend to an exactness nobody needs.
                left = _SPAN_UNITS[position + 1 : position + parts]
                words += self._rest(seconds, [pair for pair in left if pair[1] >= 60 or size == 60])
                break
        return self._local(AND[self._words].join(words) or counted(0, "second", self._words))

    @_kept
    def hours(self, length: timedelta) -> str:
        """A length in hours and minutes, however many: «۲۶ ساعت و ۵ دقیقه». For working time, whose days are no days."""
        number, rest = divmod(int(abs(length.total_seconds())) // 60, 60)
        words = [counted(number, "hour", self._words)] if number else []
        if rest or not number:
            words.append(counted(rest, "minute", self._words))
        return self._local(AND[self._words].join(words))

    def _rest(self, seconds: int, units: list[tuple[str, int]]) -> list[str]:
        words = []
        for unit, size in units:
            number, seconds = divmod(seconds, size)
            if number:
                words.append(counted(number, unit, self._words))
        return words

    def month_names(self) -> tuple[str, ...]:
        """The twelve months of this calendar in this language."""
        return MONTHS[self.calendar, self._words]

    def local(self, moment: datetime) -> datetime:
        """The moment on this reader's wall clock. ValueError for a naive datetime."""
        if moment.tzinfo is None:
            raise ValueError("A moment without a time zone came in; use pelekan.lib.time.now() or add tzinfo")
        return moment.astimezone(zone_named(self.zone))

    def _day(self, moment: datetime) -> Day:
        return day_in(self.local(moment).date(), self.calendar)

    @property
    def _words(self) -> str:
        short = self.language[:2]
        return short if short in WEEKDAYS else "en"

    def _local(self, text: str) -> str:
        return local_digits(text, self.digits or self.language)
