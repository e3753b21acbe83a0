"""★ How Persian, Arabic and English name numbers, units, days and months. Written as people write; compared folded."""

from __future__ import annotations

from pelekan.lib.calendars import MONTHS, WEEKDAYS
from pelekan.tickets.promises.folded import pattern

NUMBERS: dict[str, float] = {
    "half an": 0.5, "half a": 0.5, "an": 1, "a": 1, "one": 1, "two": 2, "a couple of": 2, "three": 3, "four": 4, "five": 5,
    "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12, "fifteen": 15, "twenty": 20, "twenty-four": 24,
    "thirty": 30, "forty-eight": 48, "seventy-two": 72,
    "نیم": 0.5, "یک": 1, "یکی دو": 2, "دو": 2, "دو سه": 3, "سه": 3, "چهار": 4, "پنج": 5, "شش": 6, "هفت": 7, "هشت": 8, "نه": 9,
    "ده": 10, "دوازده": 12, "پانزده": 15, "بیست": 20, "بیست و چهار": 24, "سی": 30, "چهل و هشت": 48, "هفتاد و دو": 72,
    "نصف": 0.5, "اثنین": 2, "ثلاث": 3, "ثلاثة": 3, "أربع": 4, "أربعة": 4, "خمس": 5, "خمسة": 5, "ست": 6, "ستة": 6, "سبع": 7,
    "سبعة": 7, "ثمان": 8, "ثماني": 8, "ثمانية": 8, "تسع": 9, "تسعة": 9, "عشر": 10, "عشرة": 10, "أربع وعشرين": 24,
    "أربعة وعشرين": 24, "ثمان وأربعين": 48, "ثماني وأربعين": 48, "اثنتين وسبعين": 72,
}  # fmt: skip

UNITS: dict[str, tuple[str, float]] = {  # word → (unit, how many of it)
    "minute": ("minute", 1), "minutes": ("minute", 1), "min": ("minute", 1), "mins": ("minute", 1), "hour": ("hour", 1),
    "hours": ("hour", 1), "hrs": ("hour", 1), "day": ("day", 1), "days": ("day", 1), "week": ("day", 7), "weeks": ("day", 7),
    "business day": ("workday", 1), "business days": ("workday", 1), "working day": ("workday", 1),
    "working days": ("workday", 1), "business hours": ("hour", 1), "working hours": ("hour", 1),
    "دقیقه": ("minute", 1), "ساعت": ("hour", 1), "ساعت کاری": ("hour", 1), "روز": ("day", 1), "روز کاری": ("workday", 1),
    "هفته": ("day", 7),
    "دقيقة": ("minute", 1), "دقائق": ("minute", 1), "دقيقتين": ("minute", 2), "ساعة": ("hour", 1), "ساعات": ("hour", 1),
    "ساعتين": ("hour", 2), "يوم": ("day", 1), "يومًا": ("day", 1), "أيام": ("day", 1), "يومين": ("day", 2),
    "يوم عمل": ("workday", 1), "أيام عمل": ("workday", 1), "يومي عمل": ("workday", 2), "أسبوع": ("day", 7),
    "أسابيع": ("day", 7), "أسبوعين": ("day", 14),
}  # fmt: skip

DAYS: dict[str, str] = {  # what a day is called → which it is, see `moments._day`
    "today": "+0", "tonight": "+0 night", "this morning": "+0 morning", "this afternoon": "+0 afternoon",
    "this evening": "+0 evening", "tomorrow": "+1", "the day after tomorrow": "+2", "day after tomorrow": "+2",
    "the end of the day": "+0", "end of the day": "+0", "end of day": "+0", "end of business": "+0", "eod": "+0",
    "the end of the week": "week", "end of the week": "week", "end of this week": "week", "end of week": "week",
    "this week": "week", "next week": "next week", "the end of next week": "next week", "the weekend": "week",
    "امروز": "+0", "امشب": "+0 night", "فردا": "+1", "پس~فردا": "+2", "آخر وقت اداری": "+0", "پایان وقت اداری": "+0",
    "آخر وقت": "+0", "آخر وقت امروز": "+0", "پایان روز": "+0", "آخر امروز": "+0", "پایان امروز": "+0", "آخر وقت فردا": "+1",
    "پایان وقت اداری فردا": "+1", "آخر وقت اداری فردا": "+1", "پایان فردا": "+1", "آخر هفته": "week", "پایان هفته": "week",
    "آخر این هفته": "week", "همین هفته": "week", "این هفته": "week", "هفته~ی? بعد": "next week", "هفته~ی? آینده": "next week",
    "هفته~ی? دیگر": "next week",
    "اليوم": "+0", "الليلة": "+0 night", "هذا المساء": "+0 evening", "مساء اليوم": "+0 evening", "غدا": "+1", "غد": "+1",
    "الغد": "+1", "يوم غد": "+1", "صباح الغد": "+1 morning", "صباح غد": "+1 morning", "مساء الغد": "+1 evening",
    "مساء غد": "+1 evening", "بعد غد": "+2", "بعد الغد": "+2", "نهاية اليوم": "+0", "نهاية الدوام": "+0",
    "نهاية يوم العمل": "+0", "نهاية يوم غد": "+1", "نهاية الأسبوع": "week", "هذا الأسبوع": "week",
    "الأسبوع القادم": "next week", "الأسبوع المقبل": "next week",
}  # fmt: skip

PARTS: dict[str, tuple[str, int]] = {  # part of a day → (its name, the hour at which it is over)
    "morning": ("morning", 12), "before noon": ("morning", 12), "noon": ("noon", 13), "afternoon": ("afternoon", 17),
    "evening": ("evening", 20), "night": ("night", 22), "midnight": ("night", 24),
    "صبح": ("morning", 12), "قبل از ظهر": ("morning", 12), "پیش از ظهر": ("morning", 12), "ظهر": ("noon", 13),
    "بعد~از~ظهر": ("afternoon", 17), "عصر": ("afternoon", 18), "غروب": ("evening", 19), "شب": ("night", 22),
    "صباحا": ("morning", 12), "الصباح": ("morning", 12), "قبل الظهر": ("morning", 12), "ظهرا": ("noon", 13),
    "الظهر": ("noon", 13), "بعد الظهر": ("afternoon", 17), "عصرا": ("afternoon", 17), "العصر": ("afternoon", 17),
    "مساء": ("evening", 20), "المساء": ("evening", 20), "ليلا": ("night", 22),
}  # fmt: skip
ENDS = {"morning": 12, "noon": 13, "afternoon": 17, "evening": 20, "night": 22}

_PERSIAN_DAYS = ("دو~شنبه", "سه~شنبه", "چهار~شنبه", "پنج~شنبه", "جمعه", "شنبه", "یک~شنبه")
WEEKDAY: dict[str, int] = {
    **{name: number for names in (WEEKDAYS["en"], _PERSIAN_DAYS, WEEKDAYS["ar"]) for number, name in enumerate(names)},
    "الإثنين": 0,
}  # fmt: skip

_SHORT = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LEVANT = (
    "كانون الثاني", "شباط", "آذار", "نيسان", "أيار", "حزيران", "تموز", "آب", "أيلول", "تشرين الأول", "تشرين الثاني",
    "كانون الأول",
)  # fmt: skip
MONTH: dict[str, list[tuple[str, int]]] = {}  # folded pattern → [(calendar, month)]


def _months() -> None:
    for (calendar, _language), names in MONTHS.items():
        for number, name in enumerate(names, 1):
            MONTH.setdefault(pattern(name.replace("\u200c", "~")), []).append((calendar, number))
    for names in (_SHORT, _LEVANT):
        for number, name in enumerate(names, 1):
            MONTH.setdefault(pattern(name), []).append(("gregorian", number))


_months()


def any_of(words: object) -> str:
    """One pattern for all of them, the longest first, so that a part never hides the whole."""
    return "|".join(sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]
