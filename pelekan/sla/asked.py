"""Which days a question about opening hours means: "tomorrow", a weekday, a date of any of three calendars, a feast by name.

No clock: `today` is the day where the office is. What a calendar knows of its own days (holidays, own days) comes first; a
feast that it doesn't know is found by `sla.feasts`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from pelekan.lib.calendars import MONTHS, Calendar, day_from, day_in
from pelekan.lib.folding import fold
from pelekan.sla import feasts
from pelekan.sla.calendars import Calendar as Office

AHEAD = 400  # days in which a named day is looked for
MOST = 3  # days or ranges that one question may mean
LONGEST = 7  # days of a range that are told


@dataclass(frozen=True, slots=True)
class Asked:
    """Days that are meant, `name` what the question calls them ("" for a plain date)."""

    first: date
    last: date
    feast: str = ""


def _any(*words: str) -> re.Pattern[str]:
    return re.compile("|".join(rf"\b(?:{fold(word)})\b" for word in words))


_AFTER_TOMORROW = _any(r"پس\s?فردا", "بعد غد", "بعد بكرة", "بعد بكرا", "day after tomorrow")
_TOMORROW = _any(
    "فردا", "غدا", "بكرة", "بكرا", "باجر", "باكر", "tomorrow", "tmrw", "tmr", "tomorow", "tommorow"
)
_TODAY = _any("امروز", "امشب", "الان", "الآن", "اليوم", "الليلة", "today", "tonight", "right now", "now")
_WEEKDAYS: tuple[re.Pattern[str], ...] = (  # Monday first; endings as in «جمعه‌ها» and "Fridays"
    _any(r"دو\s?شنبه\w*", r"ال?[اإ]ثنين", r"mon(?:day)?s?"),
    _any(r"سه\s?شنبه\w*", "الثلاثاء", "ثلاثاء", r"tue(?:s|sday)?s?"),
    _any(r"(?:چهار|چار|4)\s?شنبه\w*", "الأربعاء", "أربعاء", r"wed(?:nesday)?s?"),
    _any(r"(?:پنج|5)\s?شنبه\w*", "الخميس", "خميس", r"thu(?:rs|rsday)?s?"),
    _any(r"جمعه\w*", r"آدینه\w*", "الجمعة", "جمعة", r"fri(?:day)?s?"),
    _any(r"(?<!دو )(?<!سه )(?<!چهار )(?<!پنج )(?<!یک )شنبه\w*", "السبت", "سبت", r"sat(?:urday)?s?"),
    _any(r"(?:یک|1)\s?شنبه\w*", "الأحد", r"sun(?:day)?s?"),
)
_WEEKEND = _any("آخر هفته", "نهاية الأسبوع", "الويكند", r"weekends?")
_EID = _any("عید", "العيد", "عيد", "eid")
_HOLIDAY = _any(
    r"تعطیلات\w*", r"(?:روزهای?|ایام)? ?تعطیل(?:ی|های?)?(?: رسمی)?", "العطلة", "عطلة", "الإجازة", "إجازة", "العطل",
    r"(?:bank|public|national|official|the|next) holidays?", "holidays",
)  # fmt: skip
_ISO = re.compile(r"\b(\d{4})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{1,2})\b")
_BACKWARD = re.compile(r"\b(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4})\b")

_OTHER_MONTHS: dict[str, tuple[Calendar, int]] = {
    **{name: ("gregorian", number) for number, name in enumerate(
        "jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)},  # noqa: SIM905
    "sept": ("gregorian", 9),
    **{name: ("gregorian", number) for number, name in enumerate(
        ("كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني", "كانون الأول"), 1)},
    "ژانویه": ("gregorian", 1), "می": ("gregorian", 5), "جولای": ("gregorian", 7), "آگوست": ("gregorian", 8), "سپتامبر": ("gregorian", 9),
    "ربیع الاول": ("hijri", 3), "ربیع الثانی": ("hijri", 4), "جمادی الاول": ("hijri", 5), "جمادی الثانی": ("hijri", 6),
    "ذی القعده": ("hijri", 11), "ذی الحجه": ("hijri", 12), "ذو القعدة": ("hijri", 11), "ذو الحجة": ("hijri", 12),
}  # fmt: skip


def _month_names() -> dict[str, tuple[Calendar, int]]:
    found: dict[str, tuple[Calendar, int]] = {}
    for (calendar, _language), names in MONTHS.items():
        for number, name in enumerate(names, 1):
            found.setdefault(fold(name), (calendar, number))  # type: ignore[arg-type]
    for name, month in _OTHER_MONTHS.items():
        found.setdefault(fold(name), month)
    return found


_MONTHS = _month_names()
_NAMES = "|".join(re.escape(name) for name in sorted(_MONTHS, key=len, reverse=True))
_DAY_MONTH = re.compile(
    rf"\b(\d{{1,2}})(?:st|nd|rd|th|ام|م)?(?:\s+(?:of|ماه|من))?\s*({_NAMES})\b(?:\s*(?:ماه|,)?\s*(\d{{4}})\b)?"
)
_MONTH_DAY = re.compile(rf"\b({_NAMES})\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s*(\d{{4}})\b)?")


def days_asked(text: str, today: date, office: Office | None) -> list[Asked]:
    """The days that `text` (folded or not) asks for, at most MOST, none twice; [] when it names no day."""
    text = fold(text)
    found = [Asked(day, day) for day in _dates(text, today)]
    if _AFTER_TOMORROW.search(text):
        found.append(_one(today + timedelta(days=2)))
    elif _TOMORROW.search(text):
        found.append(_one(today + timedelta(days=1)))
    named = [_feast_days(feast, today, office) for feast in feasts.feasts_in(text)]
    if not named and _EID.search(text):
        coming = [_feast_days(feasts.BY_KEY[key], today, office) for key in feasts.EIDS]
        named = list(sorted((one for one in coming if one), key=lambda one: one.first)[:1])
    found += [one for one in named if one is not None]
    if not found:
        found += [
            _one(_next(weekday, today)) for weekday, words in enumerate(_WEEKDAYS) if words.search(text)
        ]
    if not found and _WEEKEND.search(text):
        found += _weekend(today, office)
    if not found and _HOLIDAY.search(text) and office and (holiday := _next_holiday(today, office)):
        found.append(holiday)
    if not found and _TODAY.search(text):
        found.append(_one(today))
    return list(dict.fromkeys(found))[:MOST]


def _one(day: date) -> Asked:
    return Asked(day, day)


def _next(weekday: int, today: date) -> date:
    return today + timedelta(days=(weekday - today.weekday()) % 7)


def _dates(text: str, today: date) -> list[date]:
    """Dates that are written out, in any of the calendars; without a year the next such day."""
    found: list[date] = []
    for match in _ISO.finditer(text):
        found += _by_year(int(match[1]), int(match[2]), int(match[3]))
    for match in _BACKWARD.finditer(text):
        found += _by_year(int(match[3]), int(match[2]), int(match[1]))
    named = [(match[2], int(match[1]), match[3]) for match in _DAY_MONTH.finditer(text)]
    named += [(match[1], int(match[2]), match[3]) for match in _MONTH_DAY.finditer(text)]
    for name, day, year in dict.fromkeys(named):
        calendar, month = _MONTHS[name]
        this = day_in(today, calendar)[1]
        for candidate in [int(year)] if year else [this, this + 1]:
            try:
                one = day_from(calendar, candidate, month, day)
            except ValueError:
                continue
            if year or one >= today:
                found.append(one)
                break
    return list(dict.fromkeys(found))


def _by_year(year: int, month: int, day: int) -> list[date]:
    """A date of the calendar that its year tells: 1300–1429 Jalali, 1430–1500 Hijri, 1900 and later Gregorian."""
    calendar: Calendar = "gregorian" if year >= 1900 else "hijri" if 1430 <= year <= 1500 else "jalali"
    try:
        return [day_from(calendar, year, month, day)]
    except ValueError:
        return []


def _feast_days(feast: feasts.Feast, today: date, office: Office | None) -> Asked | None:
    """The days of a feast: those that the office's calendar calls so, else where the feast lies."""
    if office is not None:
        for step in range(AHEAD):
            day = today + timedelta(days=step)
            if feast in feasts.feasts_in(office.days.said_of(day)):
                last = day
                while (last - day).days < LONGEST - 1 and feast in feasts.feasts_in(
                    office.days.said_of(last + timedelta(days=1))
                ):
                    last += timedelta(days=1)
                return Asked(day, last, feast.key)
    begins = feast.begins(today)
    return Asked(begins, begins + timedelta(days=min(feast.days, LONGEST) - 1), feast.key) if begins else None


def _next_holiday(today: date, office: Office) -> Asked | None:
    """The next day that a holiday or an own day closes, with those that follow at once."""
    for step in range(120):
        day = today + timedelta(days=step)
        if _closed_by_name(day, office):
            last = day
            while (last - day).days < LONGEST - 1 and _closed_by_name(last + timedelta(days=1), office):
                last += timedelta(days=1)
            return Asked(day, last)
    return None


def _closed_by_name(day: date, office: Office) -> bool:
    return not office.spans(day) and bool(office.why(day, "en"))


def _weekend(today: date, office: Office | None) -> list[Asked]:
    """The next days off of the office's week; Saturday and Sunday where it has none."""
    off = [day for day in range(7) if office and not office.hours.week[day]]
    return [
        _one(day)
        for day in sorted(_next(weekday, today) for weekday in (off if 0 < len(off) < 4 else [5, 6]))
    ]
