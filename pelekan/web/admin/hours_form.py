"""★ Business hours between a form and what `pelekan.sla.hours` reads: weekdays with spans, dates in the reader's calendar."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from pelekan.lib.calendars import Calendar, day_from, day_in
from pelekan.lib.text import latin_digits, local_digits

SATURDAY, MONDAY = 5, 0
DAYS = 7
MOST_SPANS, MOST_DATES = 6, 200
_TIME = re.compile(r"(\d{1,2})(?:[:.٫](\d{2}))?")
_DATE = re.compile(r"(\d{4})\s*[-/.]\s*(\d{1,2})\s*[-/.]\s*(\d{1,2})")


@dataclass(frozen=True)
class Span:
    """Two times of day as someone typed them."""

    opens: str
    closes: str


@dataclass(frozen=True)
class Special:
    """A date with hours of its own; without spans the day is closed."""

    day: str
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True)
class HoursForm:
    """What the editor shows. `week`: seven tuples of spans, Monday first. `always`: there are no hours."""

    zone: str
    always: bool = True
    week: tuple[tuple[Span, ...], ...] = ((),) * DAYS
    specials: tuple[Special, ...] = ()


@dataclass
class Fault:
    """What can't be read: `where` is "zone", "week:<day>" or "special:<row>"; `kind` names the sentence."""

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


def form_of(stored: Mapping[str, Any], calendar: Calendar, zone: str, digits: str = "en") -> HoursForm:
    """What the editor begins with. `stored` as hours are kept; {} is always open."""
    if not stored:
        return HoursForm(zone)
    specials = [
        Special(written(date.fromisoformat(day), calendar, digits)) for day in stored.get("closed") or ()
    ]
    keys = [date.fromisoformat(day) for day in stored.get("closed") or ()]
    for day, spans in (stored.get("special") or {}).items():
        specials.append(Special(written(date.fromisoformat(day), calendar, digits), _spans(spans, digits)))
        keys.append(date.fromisoformat(day))
    return HoursForm(
        zone=stored["zone"],
        always=False,
        week=tuple(_spans(spans, digits) for spans in stored["week"]),
        specials=tuple(
            special for _key, special in sorted(zip(keys, specials, strict=True), key=lambda pair: pair[0])
        ),
    )


def stored_of(form: HoursForm, calendar: Calendar, zones: Sequence[str] | set[str]) -> Read:
    """What is kept of what was typed; {} for always open. Empty spans and rows are left out."""
    if form.always:
        return Read()
    read = Read()
    if form.zone not in zones:
        read.faults.append(Fault("zone", "zone"))
    week = [_times(spans, f"week:{day}", read) for day, spans in enumerate(form.week)]
    closed, special = [], {}
    for number, row in enumerate(form.specials):
        if not row.day.strip():
            if any(span.opens.strip() or span.closes.strip() for span in row.spans):
                read.faults.append(Fault(f"special:{number}", "date"))
            continue
        day = day_typed(row.day, calendar)
        if day is None:
            read.faults.append(Fault(f"special:{number}", "date"))
            continue
        spans = _times(row.spans, f"special:{number}", read)
        if day.isoformat() in closed or day.isoformat() in special:
            read.faults.append(Fault(f"special:{number}", "twice"))
        elif spans:
            special[day.isoformat()] = spans
        else:
            closed.append(day.isoformat())
    if not any(week) and not special and not read.faults:
        read.faults.append(Fault("week", "never"))
    read.stored = {
        "zone": form.zone,
        "week": week,
        "closed": sorted(closed),
        "special": dict(sorted(special.items())),
    }
    return read


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
