"""★ Days that differ from the week: public holidays of a country, and own days that come again by any calendar.

Expanded year by year, when first asked for. What counts where several speak of one day, the first of:

1. an own day of one date: that year's before the yearly one;
2. an own range of days that are closed, or open as usual;
3. a public holiday of the country: closed;
4. an own range with other hours (Ramadan): only on days of the week that have hours;
5. the week.

Of two equals the one that stands first in the list counts. The dates of public holidays are those of the `holidays`
library; those of the Hijri calendar are Umm al-Qura, to the year 2077. Where a country looks for the moon, a day may come
one later: then an own day says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal

from pelekan.lib.calendars import Calendar, day_from, day_in
from pelekan.sla import feasts
from pelekan.sla.hours import Span, spans_from

Does = Literal["closed", "open", "usual"]
LONGEST_RANGE = 100  # days
LAST_YEAR = 2150  # no holidays are known so far ahead, and no promise is made
MOST_RULES = 200
_SINGLE_ONCE, _SINGLE, _RANGE, _PUBLIC, _OTHER_HOURS = range(5)


@dataclass(frozen=True, slots=True)
class OwnDays:
    """One row of the desk's own days: from (month, day) to (month, day) of a calendar, every year or in `year` alone.

    `does`: "closed", "open" (at `spans`), or "usual" (as the week says, holiday or not)."""

    name: str
    calendar: Calendar
    first: tuple[int, int]
    last: tuple[int, int] | None = None
    year: int | None = None
    does: Does = "closed"
    spans: tuple[Span, ...] = ()

    @property
    def rank(self) -> int:
        """Its place in the order above."""
        if self.last is None:
            return _SINGLE_ONCE if self.year is not None else _SINGLE
        return _OTHER_HOURS if self.does == "open" else _RANGE

    def dates(self, year: int) -> Iterator[date]:
        """Its days in a Gregorian year."""
        begin, end = date(year, 1, 1), date(year, 12, 31)
        low, high = day_in(begin, self.calendar), day_in(end, self.calendar)
        if self.calendar != "gregorian" and "gregorian" in (low[0], high[0]):
            return  # the calendar's tables end
        for own_year in range(low[1] - 1, high[1] + 1):
            if self.year is not None and own_year != self.year:
                continue
            span = self._within(own_year)
            if span is None:
                continue
            day, last = span
            for step in range(min((last - day).days, LONGEST_RANGE) + 1):
                if begin <= day + timedelta(days=step) <= end:
                    yield day + timedelta(days=step)

    def _within(self, year: int) -> tuple[date, date] | None:
        """First and last day of the range that begins in this year of its calendar; None where there is none."""
        if self.last is None:
            try:  # the 30th of Esfand comes in leap years only
                day = day_from(self.calendar, year, *self.first)
            except ValueError:
                return None
            return day, day
        first = _last_real(self.calendar, year, *self.first, beyond=1)
        last = _last_real(self.calendar, year + (self.last < self.first), *self.last)
        return (first, last) if first and last and first <= last else None


def _last_real(calendar: Calendar, year: int, month: int, day: int, beyond: int = 0) -> date | None:
    """That day; where the month is shorter its last one, or `beyond` days after that."""
    for shorter in range(4):
        try:
            found = day_from(calendar, year, month, day - shorter)
        except ValueError:
            continue
        return found + timedelta(days=beyond if shorter else 0)
    return None


@dataclass(frozen=True, slots=True)
class Special:
    """Why a day is not like others. `own` is the desk's row, None for a public holiday. `spans` None: as the week says."""

    rank: int
    spans: tuple[Span, ...] | None
    own: OwnDays | None = None
    expected: bool = False  # by reckoning: the moon decides


class Days:
    """All special days of a calendar. Keep it: years that were laid out are remembered."""

    def __init__(self, country: str = "", subdivision: str = "", own: Sequence[OwnDays] = ()) -> None:
        self.country, self.subdivision, self.own = country, subdivision, tuple(own)
        self._years: dict[int, dict[date, Special]] = {}

    def __bool__(self) -> bool:
        return bool(self.country or self.own)

    def __call__(self, day: date, usual: tuple[Span, ...]) -> tuple[Span, ...]:
        """The spans that begin on `day`, where the week has `usual`."""
        special = self.on(day)
        if special is None or special.spans is None:
            return usual
        return () if special.rank == _OTHER_HOURS and not usual else special.spans

    def on(self, day: date) -> Special | None:
        """What is special about a day; None for one like others."""
        year = self._years.get(day.year)
        if year is None:
            if len(self._years) > 300:
                self._years.clear()
            year = self._years[day.year] = self._lay_out(day.year)
        return year.get(day)

    @cached_property
    def may_open(self) -> bool:
        """Whether one of these days may be open where the week is closed, again and again."""
        return any(own.does == "open" and own.last is None and own.year is None for own in self.own)

    @cached_property
    def opens_until(self) -> date | None:
        """The last day that is open by an own row of one year alone."""
        days = [
            max(own.dates(year), default=None)
            for own in self.own
            if own.does == "open" and own.last is None and own.year is not None
            for year in _gregorian_years(own)
        ]
        return max((day for day in days if day is not None), default=None)

    def _lay_out(self, year: int) -> dict[date, Special]:
        found: dict[date, Special] = {}
        if not 1900 <= year <= LAST_YEAR:
            return found
        for own in self.own:
            spans = {"closed": (), "usual": None}.get(own.does, own.spans)
            special = Special(own.rank, spans, own)
            for day in own.dates(year):
                if day not in found or special.rank < found[day].rank:
                    found[day] = special
        if self.country:
            for day, name in public_days(self.country, self.subdivision, year).items():
                if day not in found or found[day].rank > _PUBLIC:
                    found[day] = Special(_PUBLIC, (), None, feasts.is_expected(name))
        return found

    def named(self, day: date, language: str) -> str:
        """What is special about a day, in a reader's language; "" for one like others."""
        special = self.on(day)
        if special is None:
            return ""
        return special.own.name if special.own else public_name(self.country, self.subdivision, day, language)

    def said_of(self, day: date) -> str:
        """All names of a day in all languages, to look a feast up in them."""
        special = self.on(day)
        if special is None:
            return ""
        if special.own:
            return special.own.name
        return " | ".join(
            public_name(self.country, self.subdivision, day, language) for language in ("en", "fa", "ar")
        )


def _gregorian_years(own: OwnDays) -> Iterator[int]:
    assert own.year is not None
    try:
        year = day_from(own.calendar, own.year, *own.first).year
    except ValueError:
        return
    yield year


# Public holidays


@lru_cache(maxsize=512)
def public_days(country: str, subdivision: str, year: int, language: str = "en_US") -> Mapping[date, str]:
    """The public holidays of a year with their names in a language of the library. {} for a country that it lacks."""
    import holidays  # costs a tenth of a second, and most processes never need it

    try:
        found = holidays.country_holidays(
            country, subdiv=subdivision or None, years=[year], language=language
        )
    except (NotImplementedError, KeyError):
        return {}
    return {day: name for day, name in found.items() if day.year == year}


def public_name(country: str, subdivision: str, day: date, language: str) -> str:
    """What the holiday is called in a reader's language, as far as library and table know; "" for no holiday."""
    english = public_days(country, subdivision, day.year).get(day, "")
    own = next((code for code in _spoken(country) if code[:2] == language[:2]), "")
    if own and language[:2] != "en" and not feasts.feast_in(english):
        return feasts.plain(public_days(country, subdivision, day.year, own).get(day, english))
    return feasts.renamed(english, language)  # shorter than the official name, and the same in all countries


@lru_cache(maxsize=512)
def _spoken(country: str) -> tuple[str, ...]:
    import holidays

    try:
        return tuple(holidays.country_holidays(country).supported_languages or ())
    except (NotImplementedError, KeyError):
        return ()


@lru_cache(maxsize=512)
def parts_of(country: str) -> tuple[tuple[str, str], ...]:
    """The parts of a country that have holidays of their own: (code, name)."""
    import holidays

    try:
        known = holidays.country_holidays(country)
    except (NotImplementedError, KeyError):
        return ()
    names = {code: name for name, code in reversed((known.subdivisions_aliases or {}).items())}
    return tuple((str(code), str(names.get(code, code))) for code in known.subdivisions)


# Reading own days from their stored form


def own_from(stored: Sequence[Mapping[str, Any]]) -> tuple[OwnDays, ...]:
    """Own days from their JSON form; ValueError says what is wrong.

    ``[{"name": "…", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "year": 1448, "does": "open",
    "spans": [["10:00", "15:00"]]}]``; `to`, `year` and `spans` may be missing.
    """
    if not isinstance(stored, list | tuple) or len(stored) > MOST_RULES:
        raise ValueError(f"own must be a list of at most {MOST_RULES} days")
    return tuple(_own(one, f"own[{number}]") for number, one in enumerate(stored))


def _own(stored: Any, where: str) -> OwnDays:
    if not isinstance(stored, Mapping):
        raise ValueError(
            f'{where} must be an object like {{"name": "Nowruz", "calendar": "jalali", "from": [1, 1]}}'
        )
    if unknown := set(stored) - {"name", "calendar", "from", "to", "year", "does", "spans"}:
        raise ValueError(f"{where} knows no {', '.join(map(repr, sorted(unknown)))}")
    calendar, does, year = stored.get("calendar"), stored.get("does", "closed"), stored.get("year")
    if calendar not in ("jalali", "hijri", "gregorian"):
        raise ValueError(f"{where}: calendar must be jalali, hijri or gregorian, not {calendar!r}")
    if does not in ("closed", "open", "usual"):
        raise ValueError(f"{where}: does must be closed, open or usual, not {does!r}")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool) or not 1 <= year <= 9999):
        raise ValueError(f"{where}: year must be a number like 1406, or left out for every year")
    spans = spans_from(stored.get("spans") or [], where)
    if (does == "open") != bool(spans):
        raise ValueError(f'{where}: give spans with "open", and with nothing else')
    first = _month_day(stored.get("from"), f"{where}.from")
    last = None if stored.get("to") is None else _month_day(stored.get("to"), f"{where}.to")
    return OwnDays(str(stored.get("name", ""))[:80], calendar, first, last, year, does, spans)


def _month_day(pair: Any, where: str) -> tuple[int, int]:
    if (
        not isinstance(pair, list | tuple)
        or len(pair) != 2
        or not all(isinstance(n, int) and not isinstance(n, bool) for n in pair)
        or not (1 <= pair[0] <= 12 and 1 <= pair[1] <= 31)
    ):
        raise ValueError(f"{where}: {pair!r} is no month and day; write them like [9, 1]")
    return pair[0], pair[1]
