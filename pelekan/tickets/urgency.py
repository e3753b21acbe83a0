"""★ Words that say how much is at stake, in Persian, Arabic and English: what happened, never how loudly it is said.

«فوری», “urgent” and exclamation marks are no evidence here: whoever waits finds his own matter urgent. What counts is
that the bank took money, that nobody gets in, that everything stands still.

A phrase is words with blanks between; `a|b` are alternatives, `word*` any ending, `…` up to four words between. They
are compared folded, as for search, so that spellings of one word are one.
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from pelekan.lib.folding import fold, fold_with_places


@dataclass(frozen=True)
class Sort:
    """What such words are about; `impact` and `urgency` (1–3, or 0 for nothing said) are what they speak for."""

    name: str
    impact: int
    urgency: int
    phrases: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """Words that were found: as they were written, and what they speak for."""

    sort: str
    impact: int
    urgency: int
    words: str


SORTS = (
    Sort("danger", 3, 3, (
        "هک شد|شده|شدم|شدیم|کردن|کردند|کرده*", "اطلاعات|داده|داده‌ها|داده‌های|اطلاعاتم|اطلاعاتمان … پاک|لو|دزدیده|نشت|حذف شده|شد|رفت|رفته|کرده",
        "کلاهبرداری", "حسابم … دزدیده|سرقت", "اختراق", "اخترق*", "تم اختراق", "تسريب … بيانات|البيانات", "احتيال", "سرقة|سرقوا|سرقت حساب*|الحساب",
        "hacked", "data breach|leak|leaked", "stolen", "fraud|fraudulent", "data|files … lost|deleted|gone|wiped",
    )),
    Sort("outage", 3, 3, (
        "بالا نمی‌آید|نمی‌اید|نمیاد", "از کار افتاد|افتاده", "سایت|سامانه|سرور|سرویس|پنل|درگاه|فروشگاه|اپ|برنامه … قطع|داون|خراب|خوابیده",
        "سایت|سامانه|سرور|سرویس|پنل|درگاه|فروشگاه|اپ|برنامه … باز|کار نمی‌شود|نمیشه|نمی‌کند|نمیکنه",
        "هیچ‌کس|هیچکدام|هیچ‌یک … نمی‌تواند|نمیتونه|نمی‌توانند|نمیتونن", "همه|همهٔ … قطع", "کل سیستم|سامانه|فروشگاه … خوابیده|قطع",
        "الموقع|الخدمة|النظام|الخادم|المتجر|التطبيق … معطل|معطلة|متوقف|متوقفة|توقف|توقفت",
        "الموقع|الخدمة|النظام|الخادم|المتجر|التطبيق … لا يعمل|تعمل|يفتح|تفتح", "لا أحد … يستطيع|يمكنه|يقدر",
        "site|website|server|system|service|shop|store|app|everything|panel … down", "outage", "nobody|no-one|noone … can|could", "no one can|could",
        "not working for anyone|everyone", "all|every customers|users|customer|user … cannot|can't|cant|fail|fails",
    )),
    Sort("money", 0, 3, (
        "کسر شد|شده|شدن|کرد|کرده|کردید|کردین|گردید|گردیده|می‌شود|میشه", "پول|پولم|مبلغ|وجه|هزینه|موجودی … کم|کسر|برداشت شد|شده|کرد|کردید|کردین|کرده*",
        "پول|پولم|مبلغ|وجه … رفت|رفته|برنگشت|برنگشته|پرید|گم", "حسابم|حساب|کارتم|کارت … کم|برداشت شد|شده|کرد|کردید|کردین|کرده*",
        "دوبار|دوباره … کسر|کم|برداشت|پرداخت شد|شده|شدم|کردم|کردید|کردین|کرده*",
            "دو|سه بار … کسر|کم|برداشت|پرداخت شد|شده|کردم|کردید|کردین|کرده*", "دو|سه بار … گرفتید|گرفتین",
            "زیادی|اضافه|اضافی گرفتید|گرفتین|گرفته*|کسر|کم|برداشت|دریافت",
        "پرداخت کردم|کرده‌ام|کردیم|شد … ثبت|فعال نشد|نشده|نمی‌شود", "واریز کردم … نرسید|نرسیده|ثبت نشد|نشده",
        "تم الخصم|خصم|السحب|سحب", "خصم|خصمت|خصموا|خصمتم … المبلغ|مبلغ|حسابي|المال|رصيدي|بطاقتي|مرتين", "دفعت|سحب|سحبت|سحبتم … مرتين", "مبلغ|مبلغا زائد|زائدا|إضافي|إضافيا",
        "charged … twice|double|again|much|wrong", "double|duplicate charge|charged|payment", "overcharge|overcharged|overcharging", "debited|deducted",
        "money|payment|amount … gone|taken|missing|left", "took|taken … money", "paid … but … not|no|nothing", "unauthorised|unauthorized charge|payment|transaction",
    )),
    Sort("access", 0, 3, (
        "نمی‌توانم|نمیتونم|نمی‌توانیم|نمیتونیم|نمی‌شود|نمیشه … وارد|ورود|لاگین", "وارد … نمی‌شوم|نمیشم|نمی‌شود|نمیشه|نمی‌شویم|نمیشیم",
        "حسابم|حساب|اکانتم|اکانت … مسدود|قفل|بسته|معلق", "راهم نمی‌دهد|نمیده",
        "لا أستطيع|يمكنني|أقدر|نستطيع|يمكننا … الدخول|تسجيل|دخول", "حسابي|الحساب … مغلق|محظور|موقوف|مقفل|معلق",
        "cannot|can't|cant|couldn't|unable … log|login|sign|signin|access|in", "can not log|login|sign|access", "locked out", "account … locked|blocked|suspended|disabled",
    )),
    Sort("deadline", 0, 2, (
        "تا امروز|فردا|امشب|ظهر|عصر", "همین امروز|امشب|فردا", "پرواز|سفر|سفرم|حرکت|جلسه|مراسم … امروز|فردا|امشب|دارم", "مهلت … تمام|امروز|فردا",
        "قبل|حتى الغد|غدا|الليلة|المساء", "رحلتي|سفري|طائرتي … غدا|اليوم|الليلة", "آخر يوم|موعد",
        "by today|tomorrow|tonight|noon", "flight|trip|meeting|event … today|tomorrow|tonight", "deadline",
    )),
    Sort("calm", 0, 1, (
        "عجله نیست|ندارم|نداریم", "عجله‌ای نیست|ندارم|نداریم", "هروقت|هر … فرصت|وقت|فرصتی کردید|داشتید|شد", "لا عجلة|داعي", "على مهلكم|مهلك|راحتكم",
        "no rush|hurry", "not urgent", "whenever|when you have|get … time|chance|moment",
    )),
    Sort("hours", 1, 1, (
        "تعطیل|تعطیلات|تعطیلی … باز|هستید|هستین|هست|دارید|دارین|کار|پاسخ", "باز هستید|هستین|است|میمونید", "ساعت|ساعات|ساعت‌های کاری|کار",
        "ساعات|أوقات العمل|الدوام|عملكم|دوامكم", "هل … مفتوح|مفتوحون|تعملون|تفتحون|دوام … العطلة|عطلة|الجمعة|العيد|الإجازة|اليوم|غدا",
        "open|closed … holiday|holidays|sunday|saturday|friday|weekend|weekends|easter|christmas|nowruz|eid", "opening|business|working|office hours",
    )),
)  # fmt: skip
_GAP = r"(?:\s+[^\s.!?؟]+){0,4}?\s+"
_EDGE_BEFORE, _EDGE_AFTER = r"(?<!\w)(?:و?ال|[وفبل])?", r"(?!\w)"
LONGEST = 20_000
"""Characters of a message that are read: whoever has something at stake says it before that."""


def found_in(text: str) -> tuple[Found, ...]:
    """At most one find of each sort, in the order of SORTS. What speaks for calm or asks for hours does not count beside
    something worse."""
    if not text.strip():
        return ()
    folded, places = fold_with_places(text[:LONGEST])
    found = []
    for sort, pattern in _patterns():
        if match := pattern.search(folded):
            start, end = match.start(), match.end()
            words = text[places[start] : places[end - 1] + 1]
            found.append(Found(sort.name, sort.impact, sort.urgency, " ".join(words.split())[:80]))
    worst = max((one.urgency for one in found), default=0)
    return tuple(one for one in found if one.urgency > 1 or worst <= 1)


@functools.cache
def _patterns() -> tuple[tuple[Sort, re.Pattern[str]], ...]:
    return tuple((sort, re.compile("|".join(_pattern(one) for one in sort.phrases))) for sort in SORTS)


def _pattern(phrase: str) -> str:
    parts: list[str] = []
    glue = ""
    for word in phrase.split(" "):
        if word == "…":
            glue = _GAP
            continue
        parts.append(glue + "(?:" + "|".join(_word(one) for one in word.split("|")) + ")")
        glue = r"\s+"
    return _EDGE_BEFORE + "".join(parts) + _EDGE_AFTER


def _word(word: str) -> str:
    """One word as a pattern over folded text; the Persian prefix of a verb may stand apart."""
    ending = r"\w*" if word.endswith("*") else ""
    plain = re.escape(fold(word.rstrip("*"))).replace("'", "['’]?")
    return re.sub(r"^(ن?می)(?=\w{2})", r"\1\\s?", plain) + ending
