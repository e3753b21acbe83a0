"""★ Business hours between a form and what is kept: weekdays with spans, own days in any of three calendars."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pelekan.lib.calendars import Calendar, day_from, day_in
from pelekan.lib.text import latin_digits, local_digits
from pelekan.sla.days import LONGEST_RANGE

SATURDAY, MONDAY = 5, 0
DAYS = 7
MOST_SPANS, MOST_OWN = 6, 100
ALWAYS: list[list[list[str]]] = [[["00:00", "24:00"]]] * DAYS
CALENDARS: tuple[Calendar, ...] = ("jalali", "hijri", "gregorian")
_TIME = re.compile(r"(\d{1,2})(?:[:.٫](\d{2}))?")
_DATE = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")
_MONTH = re.compile(r"(jalali|hijri|gregorian)-(\d{1,2})")
_BETWEEN = re.compile(r"\s*(?:-|–|—|تا|إلى|الى|to)\s*")
_PARTS = re.compile(r"\s*[,،;؛]\s*|\s+(?:و|and)\s+")
_LENGTHS: dict[Calendar, tuple[int, ...]] = {
    "jalali": (31,) * 6 + (30,) * 6,
    "hijri": (30,) * 12,
    "gregorian": (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31),
}


@dataclass(frozen=True)
class Span:
    """Two times of day as someone typed them."""

    opens: str
    closes: str


@dataclass(frozen=True)
class OwnRow:
    """One row of own days as it stands in the form. Months are "hijri-9"; no `to_month`: one day; no year: every year."""

    name: str = ""
    day: str = ""
    month: str = ""
    to_day: str = ""
    to_month: str = ""
    year: str = ""
    does: str = "closed"
    spans: str = ""

    @property
    def empty(self) -> bool:
        return not (self.name.strip() or self.day.strip() or self.to_day.strip() or self.spans.strip())


@dataclass(frozen=True)
class HoursForm:
    """What the editor shows. `week`: seven tuples of spans, Monday first. `always`: round the clock."""

    zone: str
    always: bool = False
    week: tuple[tuple[Span, ...], ...] = ((),) * DAYS
    own: tuple[OwnRow, ...] = ()


@dataclass
class Fault:
    """What can't be read: `where` is "zone", "week", "week:<day>" or "own:<row>"; `kind` names the sentence."""

    where: str
    kind: str


@dataclass
class Read:
    """The stored form of what was typed, and what is wrong with it. With faults `stored` must not be kept."""

    stored: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def week_from(language: str) -> list[int]:
    """The weekdays (0 is Monday) in the order of the reader's week."""
    first = SATURDAY if language in ("fa", "ar") else MONDAY
    return [(first + step) % DAYS for step in range(DAYS)]


def form_of(stored: Mapping[str, Any], calendar: Calendar, digits: str = "en") -> HoursForm:
    """What the editor begins with: `stored` as calendars are kept. Dates of `closed` and `special`, which have no names,
    become own days of one year in the reader's calendar."""
    week = stored.get("week") or [[]] * DAYS
    dated: list[tuple[date, Any]] = [(date.fromisoformat(day), []) for day in stored.get("closed") or ()]
    dated += [(date.fromisoformat(day), spans) for day, spans in (stored.get("special") or {}).items()]
    own = [_own_row(one, digits) for one in stored.get("own") or ()]
    for day, spans in sorted(dated):
        named, year, month, number = day_in(day, calendar)
        own.append(
            OwnRow("", local_digits(str(number), digits), f"{named}-{month}", year=local_digits(str(year), digits),
                   does="open" if spans else "closed", spans=_spans_words(spans, digits))
        )  # fmt: skip
    always = list(week) == ALWAYS
    return HoursForm(
        zone=stored.get("zone", "UTC"),
        always=always,
        week=((),) * DAYS if always else tuple(_spans(spans, digits) for spans in week),
        own=tuple(own),
    )


def _own_row(one: Mapping[str, Any], digits: str) -> OwnRow:
    calendar, last = one["calendar"], one.get("to")
    return OwnRow(
        name=one.get("name", ""),
        day=local_digits(str(one["from"][1]), digits),
        month=f"{calendar}-{one['from'][0]}",
        to_day=local_digits(str(last[1]), digits) if last else "",
        to_month=f"{calendar}-{last[0]}" if last else "",
        year=local_digits(str(one["year"]), digits) if one.get("year") else "",
        does=one.get("does", "closed"),
        spans=_spans_words(one.get("spans") or [], digits),
    )


def stored_of(form: HoursForm, zones: Collection[str]) -> Read:
    """What is kept of what was typed. Empty spans and rows are left out."""
    read = Read()
    if form.zone not in zones:
        read.faults.append(Fault("zone", "zone"))
    week = (
        ALWAYS if form.always else [_times(spans, f"week:{day}", read) for day, spans in enumerate(form.week)]
    )
    own = []
    for number, row in enumerate(form.own):
        if row.empty:
            continue
        kept, fault = _own(row)
        if fault:
            read.faults.append(Fault(f"own:{number}", fault))
        else:
            own.append(kept)
    if (
        not any(week)
        and not any(one.get("does") == "open" and "to" not in one for one in own)
        and not read.faults
    ):
        read.faults.append(Fault("week", "never"))
    read.stored = {"zone": form.zone, "week": week, "closed": [], "special": {}, "own": own}
    return read


def _own(row: OwnRow) -> tuple[dict[str, Any], str]:
    """(the row as it is kept, "") or ({}, what is wrong with it)."""
    first, last = _month_day(row.day, row.month), _month_day(row.to_day, row.to_month)
    if first is None or (last is None and row.to_day.strip()):
        return {}, "date"
    calendar, month, day = first
    kept: dict[str, Any] = {
        "name": row.name.strip(),
        "calendar": calendar,
        "from": [month, day],
        "does": row.does,
    }
    year = latin_digits(row.year).strip()
    if year and not (year.isascii() and year.isdecimal() and len(year) == 4):
        return {}, "year"
    if year:
        kept["year"] = int(year)
    if last is not None:
        if last[0] != calendar:
            return {}, "calendars"
        months = (last[1] - month) % 12 + (
            12 if (last[1], last[2]) < (month, day) and last[1] == month else 0
        )
        if months * 30 + last[2] - day >= LONGEST_RANGE:
            return {}, "long"
        kept["to"] = [last[1], last[2]]
    elif year and not _exists(calendar, int(year), month, day):
        return {}, "date"
    if row.does not in ("closed", "open", "usual"):
        return {}, "does"
    if row.does == "open":
        kept["spans"], fault = spans_typed(row.spans)
        if fault or not kept["spans"]:
            return {}, fault or "time"
    return kept, ""


def _month_day(day: str, month: str) -> tuple[Calendar, int, int] | None:
    number, named = latin_digits(day).strip(), _MONTH.fullmatch(month)
    if named is None or not (number.isascii() and number.isdecimal() and len(number) <= 2):
        return None
    calendar: Calendar = named[1]  # type: ignore[assignment]
    which = int(named[2])
    if not 1 <= which <= 12 or not 1 <= int(number) <= _LENGTHS[calendar][which - 1]:
        return None
    return calendar, which, int(number)


def _exists(calendar: Calendar, year: int, month: int, day: int) -> bool:
    try:
        day_from(calendar, year, month, day)
    except ValueError:
        return False
    return True


def spans_typed(text: str) -> tuple[list[list[str]], str]:
    """«۹ تا ۱۳، ۱۴–۱۸» → ([["09:00", "13:00"], ["14:00", "18:00"]], ""); else ([], what is wrong)."""
    found: list[list[str]] = []
    for part in _PARTS.split(text.strip()):
        if not part:
            continue
        ends = _BETWEEN.split(part)
        if len(ends) != 2:
            return [], "time"
        opens, closes = time_typed(ends[0]), time_typed(ends[1])
        if opens is None or closes is None or opens == "24:00":
            return [], "time"
        if opens == closes:
            return [], "empty"
        found.append([opens, closes])
    return (sorted(found), "") if len(found) <= MOST_SPANS else ([], "time")


def _times(spans: Sequence[Span], where: str, read: Read) -> list[list[str]]:
    found: list[list[str]] = []
    for span in spans:
        if not span.opens.strip() and not span.closes.strip():
            continue
        opens, closes = time_typed(span.opens), time_typed(span.closes)
        if opens is None or closes is None or opens == "24:00":
            read.faults.append(Fault(where, "time"))
        elif opens == closes:
            read.faults.append(Fault(where, "empty"))
        else:
            found.append([opens, closes])
    return sorted(found)


def time_typed(text: str) -> str | None:
    """«۹», "9:5…" → "09:00" and the like; None for no time of day."""
    match = _TIME.fullmatch(latin_digits(text).strip())
    if match is None:
        return None
    hour, minute = int(match[1]), int(match[2] or 0)
    if hour == 24 and minute == 0:
        return "24:00"
    return f"{hour:02}:{minute:02}" if hour < 24 and minute < 60 else None


def day_typed(text: str, calendar: Calendar) -> date | None:
    """«۱۴۰۵/۱/۱» in the calendar; None where there is no such day."""
    match = _DATE.fullmatch(latin_digits(text).strip())
    if match is None:
        return None
    try:
        return day_from(calendar, int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        return None


def written(day: date, calendar: Calendar, digits: str = "en") -> str:
    """A date as `day_typed` reads it again. Where the calendar does not reach, Gregorian, which its year tells."""
    _calendar, year, month, number = day_in(day, calendar)
    return local_digits(f"{year:04}/{month:02}/{number:02}", digits)


def _spans(spans: Sequence[Sequence[str]], digits: str) -> tuple[Span, ...]:
    return tuple(Span(local_digits(opens, digits), local_digits(closes, digits)) for opens, closes in spans)


def _spans_words(spans: Sequence[Sequence[str]], digits: str) -> str:
    """Spans as `spans_typed` reads them again."""
    comma = "، " if digits in ("fa", "ar") else ", "
    return local_digits(comma.join(f"{opens}-{closes}" for opens, closes in spans), digits)
