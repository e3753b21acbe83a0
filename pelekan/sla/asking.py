"""★ "Are you open on the holiday?" A question about opening hours, recognised by its words in Persian, Arabic and English.

No learning: patterns over folded text (`lib.folding.fold`, so that «تعطيليد» counts as «تعطیلید»), each of which
someone can read. A sentence asks for the hours when it names them ("opening hours", «ساعت کاری», «أوقات الدوام») and asks,
or when it asks whether *you*, or a place of yours, are open, closed or working; words that also mean other things
("work", «هستید») count only beside a time.
"""

from __future__ import annotations

import re
from functools import lru_cache

from pelekan.lib.folding import fold

LONGEST = 2000  # characters that are looked at
MOST_ELSE = 14  # further words in a message that asks for nothing but the hours

_SENTENCE = re.compile(r"[^.!?;\n]+[.!?;]*")
_WORD = re.compile(r"[^\W_]+")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in patterns))


_TIME = _any(
    # Persian
    r"\b(?:امروز|امشب|فردا|پس\s?فردا|صبح|ظهر|شب|عصر|کی|چند|ساعت|کدام روز|چه روز|هر روز|روزهای?|آخر هفته)",
    r"(?:شنبه|جمعه|تعطیل|عید|نوروز|تاسوعا|عاشورا|محرم|رمضان|اربعین|یلدا|سیزده|کریسمس)",
    r"\d{1,2}\s?(?:فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر|آبان|آذر|دی|بهمن|اسفند)",
    # Arabic
    r"\b(?:اليوم|الليلة|غدا|بكرة|بكرا|باجر|باكر|بعد غد|متى|الساعة|ساعة|صباحا|مساء|يوم|أيام|كم)\b",
    r"(?:السبت|الأحد|الاثنين|الثلاثاء|الأربعاء|الخميس|الجمعة|العيد|عيد|عطلة|إجازة|العطل|رمضان|عاشوراء|نهاية الأسبوع|نهاية الاسبوع)",
    # English
    r"\b(?:today|tonight|tomorrow|tmrw|tmr|now|when|what time|hours?|until|till|late|early|weekends?|weekdays?|every day)\b",
    r"\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)days?\b|\bholidays?\b|\b(?:eid|christmas|xmas|nowruz|norooz|ramadan|easter|new year)",
    r"\b(?:at|on|from|by) (?:the )?\d|\d{1,2}\s?(?:am|pm|:\d\d)\b|\b(?:jan|feb|mar|apr|jun|jul|aug|sep|oct|nov|dec)[a-z]* \d",
    r"\b\d{4}[-/]\d{1,2}[-/]\d{1,2}\b",
)

_ASKS = _any(
    r"\?",
    r"\b(?:آیا|کی|چند|چه|چیه|چنده|کدام|کجا|بگید|بگین|بفرمایید|میخواستم بدانم|میخواستم بدونم|اعلام)",
    r"\b(?:هل|متى|ما هي|ما هو|ما|كم|أي|شو|ايش|وش|أريد أن أعرف|ممكن أعرف|أعرف)\b",
    r"\b(?:what|when|which|how|are|is|do|does|will|could|can|tell me|wondering|know)\b",
)

# Names of the hours themselves: with a question, or where hardly more is said.
_NAMED = _any(
    r"ساع(?:ت|ات)\s?(?:های)?\s?(?:کاری?\b|کاری|کارتان|کارتون|فعالیت|پاسخ\s?گویی|کارکرد|خدمات|حضور)",
    r"(?:روزهای?|ایام)\s?(?:کاری|تعطیل)|زمان (?:کاری|پاسخ\s?گویی)",
    r"(?:ساعات|أوقات|مواعيد|وقت|مواقيت)\s(?:ال)?(?:عمل|دوام|فتح|افتتاح|إغلاق)",
    r"(?:أيام|يوم) (?:ال)?(?:عمل|دوام|عطلة|إجازة|عطل)",
    r"\b(?:opening|business|working|office|support|store|shop|service|operating|trading|holiday|closing) (?:hours|times?|days)\b",
    r"\bhours of (?:operation|business|work)\b",
)

_PLACE_FA = r"(?:فروشگاه|مغازه|دفتر|شرکت|شعبه|پشتیبانی|نمایندگی|مرکز|اداره|انبار|کارگاه|باجه)\w*"
_PLACE_AR = r"(?:المحل|محلكم|المتجر|متجركم|المكتب|مكتبكم|مكاتبكم|الفرع|فرعكم|الشركة|شركتكم|الدعم|خدمة العملاء|المعرض|المركز)"
_PLACE_EN = r"(?:the|your) (?:\w+ )?(?:shop|store|office|support|branch|desk|team|hotline|showroom|warehouse|company|line)"
_YOU_EN = rf"(?:you|u|ya|y'?all|you guys|you all|{_PLACE_EN})"

# Said of you or of your place: a question by itself.
_OPEN = _any(
    r"\b(?:باز|تعطیل|دایر|بسته)\s?(?:هستید|هستین|هستيد|میباشید|اید|ید|ین|میکنید|میکنین)\b",
    r"\b(?:تعطیل|باز)\s?(?:میشید|میشین|میشوید)\b",
    rf"\b{_PLACE_FA}(?:\s\w+){{0,5}}\s(?:باز|تعطیل|دایر|بسته|پاسخ\s?گو|فعال)(?:\s?(?:است|هست|ه|میشه|میشود|میکنه|میکند))?\b",
    rf"\b(?:باز|تعطیل|دایر|بسته)\s?(?:است|هست|ه)?\s{_PLACE_FA}",
    r"\b(?:از|تا)\s(?:ساعت\s)?(?:چند|کی|چه ساعتی)\s(?:\w+\s){0,3}(?:باز|هستید|هستین|کار|پاسخ\s?گو|فعال|جواب)",
    r"\b(?:چه|کدام)\s(?:ساعتی|ساعاتی|روزی|روزهایی|روزها)\s(?:\w+\s){0,3}(?:باز|تعطیل|هستید|هستین|پاسخ\s?گو)",
    r"\b(?:مفتوحون|مفتوحين|فاتحين|فاتحون|تفتحون|تفتحوا|بتفتحوا?|مغلقون|مغلقين|تغلقون|تقفلون|مقفلين|مسكرين|مسكرون|تسكرون|بتسكروا?|مداومين|تداومون|معطلين|تعطلون)\b",
    rf"\b{_PLACE_AR}(?:\s\w+){{0,4}}\s(?:مفتوحة?|مغلقة?|فاتحة?|مسكرة?|مقفلة?|يعمل|تعمل|يفتح|تفتح|يغلق|تغلق)\b",
    rf"\b(?:مفتوحة?|مغلقة?|يفتح|تفتح|يغلق|تغلق|يعمل|تعمل)\s{_PLACE_AR}",
    r"\b(?:عندكم|لديكم|عندك|في|فيه|يوجد|هناك)\s(?:دوام|عطلة|إجازة)\b|\bدوامكم\b|\bعطلتكم\b",
    rf"\b(?:are|r|is|will|were) {_YOU_EN}(?: guys| all| still| also| even| be| gonna be| going to be)* (?:open|closed)\b(?! (?:to|source|account|ticket))",
    rf"\b(?:what|which) (?:time|hours|days)(?: \w+)? (?:do|does|are|is|will|can) {_YOU_EN}",
    rf"\b(?:when|what time|how late|how early|until when|till when) (?:do|does|are|is|will) {_YOU_EN}(?: \w+)? (?:open|close|shut|start|finish|there|available|work)",
    rf"\b{_YOU_EN}(?: guys)? open (?:on|at|today|tonight|tomorrow|tmrw|until|till|late|over|during|this|next|now)\b",
    rf"\b(?:do|does|will|would) {_YOU_EN}(?: guys| all| still)? (?:stay )?(?:open|close|shut)(?: up)? (?:on|at|for|over|during|early|late|today|tomorrow)\b",
)  # fmt: skip

# Said of you, but of more than hours: only beside a time.
_THERE = _any(
    r"\b(?:پاسخ\s?گو|فعال|در دسترس|سر\s?کار|مشغول کار)\s?(?:هستید|هستین|اید|ید|ین)\b",
    r"\b(?:جواب|پاسخ) (?:میدید|میدهید|میدین)\b|\bکار (?:میکنید|میکنین)\b",
    r"\b(?:هستید|هستین)\s*\?|\bهم (?:هستید|هستین|بازه|بازین)\b|\b(?:بازه|تعطیله)\s*\?",
    r"\b(?:تعملون|تعملوا|بتعملوا|تشتغلون|بتشتغلوا?|شغالين|موجودين|موجودون|متواجدين|متوفرين)\b",
    r"\b(?:تردون|تجيبون) (?:على|يوم|في)\b",
    rf"\b(?:are|r|is|will) {_YOU_EN}(?: guys| all| still| also)?(?: be)? (?:working|available|around|there|on duty|in)\b",
    rf"\b(?:do|does|will|can) {_YOU_EN}(?: guys| all| also)? (?:work|operate|answer|pick up)\b",
    r"\bis (?:anyone|anybody|someone|somebody) (?:there|in|around|working|available)\b",
)

# What the same words mean elsewhere: such a sentence asks for no hours.
_ELSE = _any(
    r"\b(?:با|روی|برای) (?:چه|کدام) (?:بانک|شرکت|برند|پست|نرم\s?افزار|درگاه)",
    r"\b(?:سایت|لینک|صفحه|فایل|حساب\w*|پیوست|برنامه|اپ|اپلیکیشن|درگاه|رمز)\s(?:\w+\s){0,2}(?:باز|بسته|کار)\b",
    r"\b(?:الموقع|الرابط|الصفحة|الملف|التطبيق|حسابي|الحساب)\s(?:\w+\s){0,2}(?:يفتح|مفتوح|مغلق|يعمل|تعمل|تفتح)",
    r"\b(?:open|close|closed) (?:a |an |the |my |this |your )?(?:\w+ )?(?:accounts?|tickets?|cases?|disputes?|files?|links?|attachments?|apps?|app|parcel|orders?)\b",
    r"\bopen (?:to|source)\b|\b(?:work|working) (?:with|on|for)\b(?! (?:mon|tues|wednes|thurs|fri|satur|sun|the|a|public|bank|holiday|eid|christmas|new|week))",
)

_TROUBLE = _any(
    r"\b(?:کسر|برداشت|پول|مبلغ|خطا|ارور|خراب|مشکل|فوری|اضطراری|برگشت|عودت|بازپرداخت|قطع|شکایت)",
    r"\b(?:نمیشه|نمیشود|نمیکنه|نمیکند|نشده|نرسیده|نیامده|نیومده|کار نمی)",
    r"\b(?:خصم|خصمت|سحب|مبلغ|استرداد|خطأ|مشكلة|عاجل|طارئ|شكوى|لم يصل|لم تصل|لا يعمل|لا تعمل|لا أستطيع|معطل)\b",
    r"\b(?:over)?charged?\b|\b(?:refund|error|broken|wrong|urgent|complaint|failed|missing|stolen|lost|damaged|outage|problem|issue)\b",
    r"\b(?:can't|cannot|can not|doesn't|does not|didn't|did not|isn't|hasn't|not working|never arrived)\b",
)


def asks_hours(text: str, language: str = "") -> bool:
    """Whether a message asks for opening hours and for hardly anything else: nothing that hurries.

    `language` may be "" or any code; it is not needed, people mix them.
    """
    found, rest = _parted(text[:LONGEST])
    if not found or _TROUBLE.search(" ".join((*found, *rest))):
        return False
    return sum(len(_WORD.findall(sentence)) for sentence in rest) <= MOST_ELSE


def mentions_hours(text: str) -> str:
    """The sentences of a message that ask for opening hours, folded; "" when none does. Other matters may stand
    beside them."""
    return " ".join(_parted(text[:LONGEST])[0])


@lru_cache(maxsize=256)
def _parted(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(sentences that ask for the hours, the others), folded."""
    sentences = [part.strip() for part in _SENTENCE.findall(fold(text)) if _WORD.search(part)]
    found = [sentence for sentence in sentences if _asks(sentence)]
    return tuple(found), tuple(sentence for sentence in sentences if sentence not in found)


def _asks(sentence: str) -> bool:
    if _ELSE.search(sentence):
        return False
    few = len(_WORD.findall(sentence)) <= 4
    if _NAMED.search(sentence):
        return few or _ASKS.search(sentence) is not None
    if _OPEN.search(sentence):
        return few or _ASKS.search(sentence) is not None or _TIME.search(sentence) is not None
    return _THERE.search(sentence) is not None and _TIME.search(sentence) is not None
