"""★ Times in a clause: "by tomorrow at 10", «ظرف ۲۴ ساعت», «قبل يوم الأحد», «تا ۵ آذر», "within two working days".

A day without an hour is over when work is: at `Where.day_ends`. Weekdays and dates without a year are the next ones.
Numbers of dates are read by their year: 13xx and 14xx to 1430 are Jalali, later ones Hijri, the rest Gregorian.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from pelekan.lib.time import Calendar, day_from, day_in, zone_named
from pelekan.tickets.promises.folded import pattern
from pelekan.tickets.promises.words import DAYS, ENDS, MONTH, NUMBERS, PARTS, UNITS, WEEKDAY, any_of

WEEKENDS = {"fa": frozenset({3, 4}), "ar": frozenset({4, 5}), "en": frozenset({5, 6})}  # 0 = Monday


@dataclass(frozen=True, slots=True)
class Where:
    """How the reader of an answer counts: his zone, which days are no working days, and when a working day is over."""

    zone: str
    weekend: frozenset[int] = frozenset({4})
    day_ends: time = time(18)


@dataclass(frozen=True, slots=True)
class Time:
    """The letters `start` to `end` of a clause, and the moment (aware) that they mean."""

    start: int
    end: int
    due_at: datetime


def _forms(table: dict[str, Any]) -> dict[str, Any]:
    return {pattern(word): value for word, value in table.items()}


_N = _forms(NUMBERS)
_U = _forms(UNITS)
_D = _forms(DAYS)
_P = _forms(PARTS)
_W = _forms(WEEKDAY)
_NUMBER = rf"\d{{1,3}}|{any_of(_N)}"
_BEFORE = pattern(
    r"(?:by|until|till|before|no later than|at the latest by|on|next|this|coming"
    r"|تا|تا قبل از|قبل از|پیش از|حداکثر|حداکثر تا|نهایتا|نهایتا تا|روز|تا روز"
    r"|قبل|بحلول|حتی|یوم|قبل یوم|فی|في موعد أقصاه) "
)


def _words(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{body})(?!\w)")


_SPAN = _words(
    rf"(?:{pattern('(?:within|in|over|after|ظرف|طی|در|تا|حداکثر|حداکثر تا|حداکثر ظرف|در عرض|نهایتا|نهایتا تا|کمتر از|خلال|في غضون|في ظرف|بعد|خلال مدة)')}\s+"
    rf"(?:{pattern('(?:the next|the coming|about|around|at most|less than|under|max|a maximum of|مدت|حداکثر|أقل من|مدة|نحو|فترة|ال)')}\s*)?)?"
    rf"(?:(?:{_NUMBER})\s?(?:-|–|{pattern('to|or|تا|الی|یا|أو|إلى')})\s?)?(?P<number>{_NUMBER})?(?:(?<=\d)|\s*)\s?"
    rf"(?P<unit>{any_of(_U)})(?P<half>\s+{pattern('و نیم|and a half|ونصف')})?"
    rf"(?P<next>\s+{pattern('from now|at most|at the latest|دیگر|دیگه|آینده|بعد|آتی|القادمة|المقبلة|القادمين|على الأكثر')})?"
    rf"(?!\s+{pattern('ago|گذشته|پیش|قبل|اخیر|الماضية|الماضي|مضت')})"
)
_BEGINS = re.compile(
    rf"(?:{pattern('within|in|over|after|ظرف|طی|در|تا|حداکثر|نهایتا|کمتر از|خلال|في غضون|في ظرف|بعد')})\s"
)
_DAY = _words(rf"(?:{_BEFORE})?(?P<day>{any_of(_D)})")
_WEEKDAY = _words(
    rf"(?:{_BEFORE})?(?P<weekday>{any_of(_W)})(?P<further>\s+{pattern('هفته~ی? (?:بعد|آینده|دیگر)|of next week|next week|القادم بعد')})?"
)
_MONTH = any_of(MONTH)
_DATE = _words(
    rf"(?:{_BEFORE})?(?:(?P<day>\d{{1,2}})\s?(?:st|nd|rd|th|{pattern('ام|م|اُم')})?(?:\s+of)?\s+(?P<month>{_MONTH})(?:\s?{pattern('ماه')})?"
    rf"|(?P<month2>{_MONTH})\s+(?P<day2>\d{{1,2}})(?:st|nd|rd|th)?)(?:,?\s+(?:{pattern('سال')}\s+)?(?P<year>\d{{4}}))?"
)
_FIGURES = _words(
    rf"(?:{_BEFORE})?(?:(?P<y>\d{{4}})[-/.](?P<m>\d{{1,2}})[-/.](?P<d>\d{{1,2}})|(?P<d2>\d{{1,2}})[-/.](?P<m2>\d{{1,2}})[-/.](?P<y2>\d{{4}}))"
)
_CLOCK = _words(
    rf"(?:{pattern('(?:at|by|before|until|around|from|تا|قبل از|حدود|رأس|حتى|قبل|عند|في)')}\s+)?"
    rf"(?:(?P<named>{pattern('ساعت|الساعة|at|by|before|until|around')})\s+(?P<hour>\d{{1,2}})(?:[:.](?P<minute>\d{{2}}))?"
    rf"(?:\s+(?P<part>{any_of(_P)}))?(?:\s?(?P<half>am|pm|a\.m|p\.m)|\s?o'clock)?"
    rf"|(?P<hour2>\d{{1,2}})(?::(?P<minute2>\d{{2}}))?(?:\s?(?P<half2>am|pm|a\.m|p\.m)|\s?o'clock|\s+(?P<part2>{any_of(_P)})))"
)
_PART = _words(rf"(?:{pattern('in the|at|تا|قبل از|في')}\s+)?(?P<part>{any_of(_P)})")


def times_in(clause: str, at: datetime, where: Where) -> list[Time]:
    """The times in a folded clause, what is most exact first; `at` (aware) is when it is said."""
    local = at.astimezone(zone_named(where.zone))
    clocks = list(_clocks(clause))
    found = [_with_hour(one, clause, clocks, local, where) for one in _days(clause, local, where)]
    found = found[:1] or [*_spans(clause, at, local, where)]
    if not found:
        for start, end, hour, sure in clocks:
            if sure:
                found.append(Time(start, end, _next(local, hour)))
    return found


def _spans(clause: str, at: datetime, local: datetime, where: Where) -> Iterator[Time]:
    for match in _SPAN.finditer(clause):
        if not (_BEGINS.match(clause, match.start()) or match["next"]):
            continue
        unit, many = _meaning(_U, match["unit"])
        if match["number"] is None and not _is_arabic_unit(match["unit"]):
            continue
        number = match["number"]
        amount = many * (1 if number is None else float(number) if number.isdigit() else _meaning(_N, number))
        amount += 0.5 if match["half"] else 0
        if unit == "workday":
            due = _end_of(_workdays(local.date(), int(amount), where), local, where)
        else:
            due = at + timedelta(**{f"{unit}s": amount})
        yield Time(match.start(), match.end(), due)


def _is_arabic_unit(word: str) -> bool:
    """«خلال ساعة», «خلال يومين»: Arabic needs no number for one and two; «در روز» in Persian is no length of time."""
    return any(
        re.fullmatch(pattern(name), word)
        for name in ("ساعة", "ساعتين", "يوم", "يومين", "أسبوع", "أسبوعين", "دقيقتين", "يومي عمل")
    )


def _days(clause: str, local: datetime, where: Where) -> Iterator[tuple[int, int, date, int | None]]:
    """(start, end, day, hour if the words say one): dates before weekdays before "tomorrow"."""
    today = local.date()
    for match in _DATE.finditer(clause):
        number, name = match["day"] or match["day2"], match["month"] or match["month2"]
        day = _dated(today, int(number), _meaning(MONTH, name), match["year"])
        if day:
            yield match.start(), match.end(), day, None
    for match in _FIGURES.finditer(clause):
        year, month, number = (int(match[one] or match[f"{one}2"]) for one in "ymd")
        day = _day_of(_calendar_of(year), year, month, number)
        if day:
            yield match.start(), match.end(), day, None
    for match in _WEEKDAY.finditer(clause):
        ahead = (_meaning(_W, match["weekday"]) - today.weekday()) % 7 or 7
        further = 7 if match["further"] and _same_week(today, ahead, where) else 0
        yield match.start(), match.end(), today + timedelta(days=ahead + further), None
    for match in _DAY.finditer(clause):
        which, _space, part = str(_meaning(_D, match["day"])).partition(" ")
        if which in ("week", "next"):
            yield match.start(), match.end(), _week_ends(today, where, again=which == "next"), None
        else:
            yield match.start(), match.end(), today + timedelta(days=int(which)), ENDS.get(part)


def _same_week(today: date, ahead: int, where: Where) -> bool:
    """Whether that weekday still belongs to the present week, so that "of next week" means the one after."""
    days = [today + timedelta(days=step) for step in range(1, ahead + 1)]
    began = any(
        day.weekday() not in where.weekend and (day - timedelta(days=1)).weekday() in where.weekend
        for day in days
    )
    return not began


def _clocks(clause: str) -> Iterator[tuple[int, int, time | None, bool]]:
    """(start, end, time of day, whether it is one by itself); None is midnight at the day's end."""
    taken: list[tuple[int, int]] = []
    for match in _CLOCK.finditer(clause):
        hour, minute = int(match["hour"] or match["hour2"]), int(match["minute"] or match["minute2"] or 0)
        half, part = match["half"] or match["half2"] or "", match["part"] or match["part2"]
        named = match["named"] or ""
        bare = (
            named.isascii() and named and not (half or part or match["minute"]) and "o'clock" not in match[0]
        )
        if hour > 24 or minute > 59 or bare:  # "by 5" may be five of anything
            continue
        name = _meaning(_P, part)[0] if part else ""
        late = half.startswith("p") or name in ("afternoon", "evening", "night", "noon")
        if hour < 12 and (
            late and not (name == "noon" and hour > 9) or (not half and not name and 1 <= hour <= 6)
        ):
            hour += 12
        elif hour == 12 and half.startswith("a"):
            hour = 0
        taken.append((match.start(), match.end()))
        yield match.start(), match.end(), time(hour, minute) if hour < 24 else None, True
    for match in _PART.finditer(clause):
        if not any(start < match.end() and match.start() < end for start, end in taken):
            over = _meaning(_P, match["part"])[1]
            yield match.start(), match.end(), time(over) if over < 24 else None, False


def _with_hour(
    day: tuple[int, int, date, int | None],
    clause: str,
    clocks: list[tuple[int, int, time | None, bool]],
    local: datetime,
    where: Where,
) -> Time:
    """The day with the hour that stands beside it, else its end."""
    start, end, when, hour = day
    for left, right, clock, _sure in clocks:
        gap = clause[end:left] if left >= end else clause[right:start]
        if (left >= end or right <= start) and len(gap.strip()) <= 6:
            moment = _at(when, clock, local)
            return Time(min(start, left), max(end, right), moment)
    if hour is not None:
        return Time(start, end, _at(when, time(hour), local))
    return Time(start, end, _end_of(when, local, where))


def _at(day: date, clock: time | None, local: datetime) -> datetime:
    if clock is None:
        day, clock = day + timedelta(days=1), time()
    return datetime.combine(day, clock, local.tzinfo)


def _end_of(day: date, local: datetime, where: Where) -> datetime:
    """When work ends on that day; its midnight where that is over already."""
    ends = datetime.combine(day, where.day_ends, local.tzinfo)
    return ends if ends > local else datetime.combine(day + timedelta(days=1), time(), local.tzinfo)


def _next(local: datetime, clock: time | None) -> datetime:
    moment = _at(local.date(), clock, local)
    return moment if moment > local else _at(local.date() + timedelta(days=1), clock, local)


def _workdays(day: date, number: int, where: Where) -> date:
    while number > 0:
        day += timedelta(days=1)
        number -= day.weekday() not in where.weekend
    return day


def _week_ends(day: date, where: Where, *, again: bool = False) -> date:
    """The last working day of this week, or of the next one."""
    if again:
        day = _week_ends(day, where)
        day = _workdays(day, 1, where)
    for _ in range(7):
        if day.weekday() not in where.weekend and (day + timedelta(days=1)).weekday() in where.weekend:
            break
        day += timedelta(days=1)
    return day


def _dated(today: date, number: int, months: list[tuple[Calendar, int]], year: str | None) -> date | None:
    """The day of that month: of the year that is named, else the next one."""
    for calendar, month in months:
        this = int(year) if year else day_in(today, calendar)[1]
        for candidate in (this,) if year else (this, this + 1):
            day = _day_of(calendar, candidate, month, number)
            if day and (year or day >= today):
                return day
    return None


def _calendar_of(year: int) -> Calendar:
    return "jalali" if 1300 <= year <= 1430 else "hijri" if 1431 <= year <= 1500 else "gregorian"


def _day_of(calendar: Calendar, year: int, month: int, number: int) -> date | None:
    try:
        return day_from(calendar, year, month, number)
    except ValueError:
        return None


def _meaning(table: dict[str, Any], word: str) -> Any:
    """What the first form that is this word means."""
    known = table.get(word)
    if known is not None:
        return known
    return next(value for form, value in table.items() if re.fullmatch(form, word))
