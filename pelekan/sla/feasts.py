"""★ Feasts that people ask about: what they are called in three languages, and on which day of which calendar.

Of the days of a country the names come from the `holidays` library, in the languages that it has; this table names them
for readers of the others, and finds the day of a feast that the desk's own calendar doesn't know (an office in Tehran may
be asked about Christmas). Moving feasts of the Hijri calendar are by Umm al-Qura; where the moon is looked for, they may
be a day later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from pelekan.lib.calendars import Calendar, day_from, day_in
from pelekan.lib.folding import fold


@dataclass(frozen=True, slots=True)
class Feast:
    """`words` is a pattern over folded text. `on`: (calendar, month, day) of its first day, None where it follows another
    rule; `days`: how long people mean by its name."""

    key: str
    fa: str
    ar: str
    en: str
    words: re.Pattern[str]
    on: tuple[Calendar, int, int] | None = None
    days: int = 1

    def named(self, language: str) -> str:
        """Its name; in English for readers of other languages."""
        return {"fa": self.fa, "ar": self.ar}.get(language[:2], self.en)

    def begins(self, after: date) -> date | None:
        """The first day of the next one that is not over by `after`."""
        if self.on is None:
            return None
        calendar, month, day = self.on
        year = day_in(after, calendar)[1]
        for candidate in (year - 1, year, year + 1):
            try:
                first = day_from(calendar, candidate, month, day)
            except ValueError:  # beyond the calendar's tables
                continue
            if first + timedelta(days=self.days - 1) >= after:
                return first
        return None


def _feast(
    key: str,
    fa: str,
    ar: str,
    en: str,
    words: str,
    on: tuple[Calendar, int, int] | None = None,
    days: int = 1,
) -> Feast:
    return Feast(key, fa, ar, en, re.compile(fold(words)), on, days)


FEASTS: tuple[Feast, ...] = (  # the first that fits is meant: what is longer stands before what is part of it
    _feast("sizdah", "سیزده‌به‌در", "يوم الطبيعة", "Nature Day", r"سیزده\s?به\s?در|سیزده بدر|روز طبیعت|nature'?s? day|sizdah|سيزده", ("jalali", 1, 13)),
    _feast("nowruz", "نوروز", "نوروز", "Nowruz", r"نوروز|نيروز|nowruz|norou?z|norooz|nowrooz|nawruz|navruz|newroz|persian new year|iranian new year|سال نو شمسی|رأس السنة الفارسية", ("jalali", 1, 1), 4),
    _feast("yalda", "شب یلدا", "ليلة يلدا", "Yalda Night", r"یلدا|yalda", ("jalali", 9, 30)),
    _feast("bahman22", "پیروزی انقلاب اسلامی", "ذكرى الثورة الإسلامية", "Islamic Revolution Day", r"پیروزی انقلاب|islamic revolution", ("jalali", 11, 22)),
    _feast("oil", "ملی شدن صنعت نفت", "تأميم صناعة النفط", "Oil Nationalization Day", r"ملی شدن صنعت نفت|oil (?:industry )?nationali[sz]ation", ("jalali", 12, 29)),
    _feast("republic", "روز جمهوری اسلامی", "يوم الجمهورية الإسلامية", "Islamic Republic Day", r"روز جمهوری اسلامی|islamic republic day", ("jalali", 1, 12)),
    _feast("khordad14", "رحلت امام خمینی", "وفاة الإمام الخميني", "Death of Imam Khomeini", r"رحلت (?:حضرت )?امام خمینی|imam khomeini", ("jalali", 3, 14)),
    _feast("khordad15", "قیام ۱۵ خرداد", "انتفاضة 15 خرداد", "15 Khordad Uprising", r"قیام 15 خرداد|khordad uprising", ("jalali", 3, 15)),
    _feast("year_end", "آخرین روز سال", "آخر أيام السنة", "Last Day of the Year", r"آخرین روز سال|last day of year"),
    _feast("eid_fitr", "عید فطر", "عيد الفطر", "Eid al-Fitr", r"عید (?:سعید )?فطر|عيد الفطر|الفطر|\beid[\s-]?(?:al|ul|e|el)?[\s-]?fitr|\bid[\s-]ul[\s-]fitr", ("hijri", 10, 1), 3),
    _feast("arafah", "روز عرفه", "يوم عرفة", "Day of Arafah", r"عرفه|عرفة|arafah?\b", ("hijri", 12, 9)),
    _feast("eid_adha", "عید قربان", "عيد الأضحى", "Eid al-Adha", r"عید (?:سعید )?قربان|عيد الأضحى|الأضحى|اضحی|\beid[\s-]?(?:al|ul|e|el)?[\s-]?adha|qurban|feast of (?:the )?sacrifice", ("hijri", 12, 10), 3),
    _feast("ghadir", "عید غدیر خم", "عيد الغدير", "Eid al-Ghadir", r"غدیر|ghadir|ghadeer", ("hijri", 12, 18)),
    _feast("tasua", "تاسوعا", "تاسوعاء", "Tasua", r"تاسوعا|tas(?:u|oo)'?a", ("hijri", 1, 9)),
    _feast("ashura", "عاشورا", "عاشوراء", "Ashura", r"عاشورا|ash(?:u|oo)ra", ("hijri", 1, 10)),
    _feast("arbaeen", "اربعین", "الأربعين", "Arbaeen", r"اربعین|arba'?een|arbain", ("hijri", 2, 20)),
    _feast("safar28", "رحلت پیامبر و شهادت امام حسن", "وفاة النبي واستشهاد الإمام الحسن", "Death of the Prophet, Martyrdom of Imam Hasan", r"رحلت (?:رسول|پیامبر)|death of (?:the )?prophet", ("hijri", 2, 28)),
    _feast("rida", "شهادت امام رضا", "استشهاد الإمام الرضا", "Martyrdom of Imam Reza", r"شهادت امام رضا|martyrdom of ali al-rida"),
    _feast("askari", "شهادت امام حسن عسکری", "استشهاد الإمام الحسن العسكري", "Martyrdom of Imam Hasan al-Askari", r"عسکری|al-askari", ("hijri", 3, 8)),
    _feast("sadiq_birth", "میلاد پیامبر و امام صادق", "مولد النبي والإمام الصادق", "Birthday of the Prophet and Imam Sadiq", r"میلاد رسول اکرم|birthday of muhammad and imam", ("hijri", 3, 17)),
    _feast("mawlid", "میلاد پیامبر", "المولد النبوي", "Prophet’s Birthday", r"میلاد پیامبر|المولد النبوي|مولد النبي|مولد|mawlid|milad|prophet'?s birthday|birthday of (?:the )?(?:prophet|muhammad)", ("hijri", 3, 12)),
    _feast("fatima", "شهادت حضرت فاطمه", "استشهاد السيدة فاطمة", "Martyrdom of Fatima", r"شهادت حضرت فاطمه|martyrdom of fatima", ("hijri", 6, 3)),
    _feast("ali_birth", "ولادت امام علی", "مولد الإمام علي", "Birthday of Imam Ali", r"ولادت امام علی|روز پدر|birthday of imam ali", ("hijri", 7, 13)),
    _feast("mabas", "مبعث", "الإسراء والمعراج", "Isra and Mi’raj", r"مبعث|المعراج|isra'? and mi'?raj", ("hijri", 7, 27)),
    _feast("shaban15", "نیمهٔ شعبان", "النصف من شعبان", "Birthday of Mahdi", r"نیمه شعبان|ولادت حضرت قائم|birthday of mahdi|mid-?sha'?ban", ("hijri", 8, 15)),
    _feast("ali", "شهادت امام علی", "استشهاد الإمام علي", "Martyrdom of Imam Ali", r"شهادت (?:حضرت|امام) علی|martyrdom of imam ali", ("hijri", 9, 21)),
    _feast("sadiq", "شهادت امام جعفر صادق", "استشهاد الإمام جعفر الصادق", "Martyrdom of Imam Ja’far al-Sadiq", r"شهادت امام جعفر|martyrdom of imam ja'?far", ("hijri", 10, 25)),
    _feast("ramadan", "ماه رمضان", "شهر رمضان", "Ramadan", r"رمضان|ramadh?an|ramazan|ramzan", ("hijri", 9, 1), 29),
    _feast("hijri_year", "آغاز سال قمری", "رأس السنة الهجرية", "Islamic New Year", r"(?:آغاز|شروع) سال (?:هجری )?قمری|رأس السنة الهجرية|islamic new year|hijri new year", ("hijri", 1, 1)),
    _feast("christmas_eve", "شب کریسمس", "ليلة عيد الميلاد", "Christmas Eve", r"شب کریسمس|ليلة عيد الميلاد|christmas eve|xmas eve", ("gregorian", 12, 24)),
    _feast("christmas", "کریسمس", "عيد الميلاد المجيد", "Christmas", r"کریسمس|عيد الميلاد|الكريسماس|christmas|\bxmas\b", ("gregorian", 12, 25)),
    _feast("boxing", "روز هدیه", "يوم الصناديق", "Boxing Day", r"boxing day|يوم الصناديق", ("gregorian", 12, 26)),
    _feast("year_eve", "شب سال نو میلادی", "ليلة رأس السنة", "New Year’s Eve", r"شب سال نو میلادی|ليلة رأس السنة|new year'?s eve", ("gregorian", 12, 31)),
    _feast("new_year", "سال نو میلادی", "رأس السنة الميلادية", "New Year’s Day", r"سال نو میلادی|رأس السنة الميلادية|رأس السنة|new year", ("gregorian", 1, 1)),
    _feast("good_friday", "جمعهٔ نیک", "الجمعة العظيمة", "Good Friday", r"good friday|الجمعة العظيمة"),
    _feast("easter_monday", "دوشنبهٔ عید پاک", "اثنين الفصح", "Easter Monday", r"easter monday|اثنين الفصح"),
    _feast("easter", "عید پاک", "عيد الفصح", "Easter", r"عید پاک|عيد الفصح|easter"),
    _feast("labour", "روز کارگر", "عيد العمال", "Labour Day", r"روز (?:جهانی )?کارگر|عيد العمال|labou?r day|workers'? day|may day", ("gregorian", 5, 1)),
    _feast("thanksgiving", "روز شکرگزاری", "عيد الشكر", "Thanksgiving", r"شکرگزاری|عيد الشكر|thanksgiving"),
    _feast("founding", "روز تأسیس", "يوم التأسيس", "Founding Day", r"روز تاسیس|يوم التأسيس|founding day", ("gregorian", 2, 22)),
    _feast("sports", "روز ورزش", "اليوم الرياضي", "National Sports Day", r"اليوم (?:الوطني )?(?:ل)?ل?رياض|sports? day"),
    _feast("national", "روز ملی", "اليوم الوطني", "National Day", r"روز ملی|اليوم الوطني|يوم وطني|العيد الوطني|national day"),
    _feast("independence", "روز استقلال", "عيد الاستقلال", "Independence Day", r"روز استقلال|الاستقلال|independence day"),
    _feast("liberation", "روز آزادسازی", "يوم التحرير", "Liberation Day", r"يوم التحرير|liberation day|روز آزادی"),
    _feast("army", "روز ارتش", "عيد الجيش", "Army Day", r"عيد الجيش|army day"),
    _feast("public", "تعطیل رسمی", "عطلة رسمية", "Public Holiday", r"^public holiday|^تعطیلی عمومی"),
)  # fmt: skip

EIDS = ("eid_fitr", "eid_adha", "nowruz")
"""What «عید», العيد or "Eid" alone may mean: the next of them."""

BY_KEY = {feast.key: feast for feast in FEASTS}
_NOTES = re.compile(r"\s*\((?:[^()]*)\)\s*$")
_EXPECTED = re.compile(r"estimated|تخمینی|برآورد|تقديري", re.IGNORECASE)


@lru_cache(maxsize=2048)
def feast_in(text: str) -> Feast | None:
    """The feast that a name or a question (folded or not) speaks of."""
    return next(feasts_in(text), None)


def feasts_in(text: str) -> Iterator[Feast]:
    """All feasts that a text names, a longer name instead of those within it."""
    folded = fold(text)
    taken: list[tuple[int, int]] = []
    for feast in FEASTS:
        for match in feast.words.finditer(folded):
            if not any(match.start() < end and start < match.end() for start, end in taken):
                taken.append(match.span())
                yield feast
                break


def is_expected(name: str) -> bool:
    """Whether the library says that the day is reckoned, and the moon decides."""
    return _EXPECTED.search(name) is not None


def plain(name: str) -> str:
    """The name of a day without the notes behind it: "Eid al-Fitr (estimated)" → "Eid al-Fitr"."""
    return "; ".join(_NOTES.sub("", part).strip() for part in name.split(";") if part.strip())


def renamed(name: str, language: str) -> str:
    """The name of a day (English, as the library gives it) for a reader of another language: what this table knows, and
    the rest as it is."""
    parts: list[str] = []
    for part in plain(name).split("; "):
        feast = feast_in(part)
        if language[:2] not in ("fa", "ar"):
            word = part if part == "Public Holiday" else part.removesuffix(" Holiday")
        else:
            word = feast.named(language) if feast else part
        if word not in parts:
            parts.append(word)
    return ("، " if language[:2] in ("fa", "ar") else ", ").join(parts)
