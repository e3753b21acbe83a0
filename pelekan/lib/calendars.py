"""Names and numbers of the three calendars, and lengths of time in words, in Persian, Arabic and English.

Pure tables and sums; `time.Dates` puts them together. Hijri is Umm al-Qura (1343–1500 AH, that is
1924-08-01 to 2077-11-16); a day outside of it, or before the first Jalali year, is given in Gregorian.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import Literal

from hijridate import Gregorian, Hijri
from jdatetime import date as jalali_date

Calendar = Literal["gregorian", "jalali", "hijri"]
Day = tuple[Calendar, int, int, int]

MONTHS: dict[tuple[str, str], tuple[str, ...]] = {
    ("gregorian", "en"): (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
        "November", "December",
    ),
    ("gregorian", "fa"): (
        "ژانویه", "فوریه", "مارس", "آوریل", "مه", "ژوئن", "ژوئیه", "اوت", "سپتامبر", "اکتبر", "نوامبر", "دسامبر",
    ),
    ("gregorian", "ar"): (
        "يناير", "فبراير", "مارس", "أبريل", "مايو", "يونيو", "يوليو", "أغسطس", "سبتمبر", "أكتوبر", "نوفمبر",
        "ديسمبر",
    ),
    ("jalali", "en"): (
        "Farvardin", "Ordibehesht", "Khordad", "Tir", "Mordad", "Shahrivar", "Mehr", "Aban", "Azar", "Dey",
        "Bahman", "Esfand",
    ),
    ("jalali", "fa"): (
        "فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور", "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند",
    ),
    ("jalali", "ar"): (
        "فروردين", "أرديبهشت", "خرداد", "تير", "مرداد", "شهريور", "مهر", "آبان", "آذر", "دي", "بهمن", "إسفند",
    ),
    ("hijri", "en"): (
        "Muharram", "Safar", "Rabi I", "Rabi II", "Jumada I", "Jumada II", "Rajab", "Shaban", "Ramadan",
        "Shawwal", "Dhu al-Qadah", "Dhu al-Hijjah",
    ),
    ("hijri", "fa"): (
        "محرم", "صفر", "ربیع‌الاول", "ربیع‌الثانی", "جمادی‌الاول", "جمادی‌الثانی", "رجب", "شعبان", "رمضان", "شوال",
        "ذی‌القعده", "ذی‌الحجه",
    ),
    ("hijri", "ar"): (
        "محرم", "صفر", "ربيع الأول", "ربيع الآخر", "جمادى الأولى", "جمادى الآخرة", "رجب", "شعبان", "رمضان",
        "شوال", "ذو القعدة", "ذو الحجة",
    ),
}  # fmt: skip

WEEKDAYS: dict[str, tuple[str, ...]] = {  # Monday first, as date.weekday() counts
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "fa": ("دوشنبه", "سه‌شنبه", "چهارشنبه", "پنجشنبه", "جمعه", "شنبه", "یکشنبه"),
    "ar": ("الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"),
}

COMMA = {"en": ", ", "fa": "، ", "ar": "، "}
AND = {"en": " ", "fa": " و ", "ar": " و"}
JUST_NOW = {"en": "just now", "fa": "همین حالا", "ar": "الآن"}
PAST = {"en": "%s ago", "fa": "%s پیش", "ar": "منذ %s"}
FUTURE = {"en": "in %s", "fa": "%s دیگر", "ar": "بعد %s"}

_EN = {unit: unit for unit in ("second", "minute", "hour", "day", "month", "year")}
_FA = {"second": "ثانیه", "minute": "دقیقه", "hour": "ساعت", "day": "روز", "month": "ماه", "year": "سال"}
# one, two, two after a preposition, 3–10, 11–99, else (CLDR plural rules for Arabic)
_AR = {
    "second": ("ثانية واحدة", "ثانيتان", "ثانيتين", "ثوانٍ", "ثانية", "ثانية"),
    "minute": ("دقيقة واحدة", "دقيقتان", "دقيقتين", "دقائق", "دقيقة", "دقيقة"),
    "hour": ("ساعة واحدة", "ساعتان", "ساعتين", "ساعات", "ساعة", "ساعة"),
    "day": ("يوم واحد", "يومان", "يومين", "أيام", "يومًا", "يوم"),
    "month": ("شهر واحد", "شهران", "شهرين", "أشهر", "شهرًا", "شهر"),
    "year": ("سنة واحدة", "سنتان", "سنتين", "سنوات", "سنة", "سنة"),
}


def counted(number: int, unit: str, language: str, *, after_preposition: bool = False) -> str:
    """A number of units in words, with Latin digits: "18 minutes", «18 دقیقه», «دقيقتان»."""
    if language == "fa":
        return f"{number} {_FA[unit]}"
    if language != "ar":
        return f"{number} {_EN[unit]}" + ("" if number == 1 else "s")
    forms = _AR[unit]
    if number == 1:
        return forms[0].split()[0] if after_preposition else forms[0]
    if number == 2:
        return forms[2] if after_preposition else forms[1]
    rest = number % 100
    if 3 <= rest <= 10:
        return f"{number} {forms[3]}"
    return f"{number} {forms[4] if rest > 10 else forms[5]}"


@lru_cache(maxsize=4096)
def day_in(day: date, calendar: Calendar) -> Day:
    """The day as (calendar, year, month, day); Gregorian where the wanted calendar does not reach."""
    try:
        if calendar == "jalali":
            jalali = jalali_date.fromgregorian(date=day)
            return "jalali", jalali.year, jalali.month, jalali.day
        if calendar == "hijri":
            return "hijri", *Gregorian(day.year, day.month, day.day).to_hijri().datetuple()
    except (OverflowError, ValueError):
        pass
    return "gregorian", day.year, day.month, day.day


@lru_cache(maxsize=4096)
def day_from(calendar: Calendar, year: int, month: int, day: int) -> date:
    """The date of a calendar day. ValueError when there is none (30 Esfand in most years, 31 April…)."""
    try:
        if calendar == "jalali":
            return jalali_date(year, month, day).togregorian()
        if calendar == "hijri":
            gregorian = Hijri(year, month, day).to_gregorian()
            return date(gregorian.year, gregorian.month, gregorian.day)
        return date(year, month, day)
    except (OverflowError, ValueError) as error:
        raise ValueError(
            f"{year}-{month}-{day} is no day of the {calendar} calendar; give another day"
        ) from error
