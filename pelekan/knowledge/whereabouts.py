"""★ "Where is my request?" and "any news?", recognised by their words in Persian, Arabic and English.

Patterns over folded text (`lib.folding.fold`), each of which someone can read; no learning.
"""

from __future__ import annotations

import re

from pelekan.lib.folding import fold

LONGEST = 400
"""Letters that are looked at: who asks for news says so at once."""
FEW = 5
"""Who says a number in so few words may ask how that stands: "order 123", «درخواست ۱۲۳»."""


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in patterns))


_OURS_EN = r"(?:request|ticket|case|complaint|inquiry|enquiry)s?"
_THING_EN = r"(?:request|ticket|case|complaint|inquiry|enquiry|order|parcel|package|refund|delivery)s?"
_OURS_FA = r"(?:درخواست|تیکت|شکایت)\w*"
_THING_FA = r"(?:درخواست|تیکت|شکایت|سفارش|مرسوله|بسته)\w*"
_OURS_AR = r"(?:(?:ال)?تذکر\w*|(?:ال)?بلاغ\w*|(?:ال)?شكوى|شكواي|طلب الدعم)"
_THING_AR = r"(?:(?:ال)?تذکر\w*|(?:ال)?بلاغ\w*|(?:ال)?شكوى|شكواي|طلب الدعم|(?:ال)?طلب(?:ي|يتي|ية)?|(?:ال)?شحن(?:ة|تي)|طردي)"


def _where(english: str, persian: str, arabic: str) -> re.Pattern[str]:
    return _any(
        rf"\bwhere(?:'s|s| is| are)? my (?:\w+ )?{english}\b",
        rf"\b(?:status|state|progress) of (?:my|the) (?:\w+ )?{english}\b",
        rf"\bmy {english} status\b|\b{english} status\b",
        rf"\b(?:track|follow up on|check on) my (?:\w+ )?{english}\b",
        rf"\b(?:news|updates?|progress) (?:on|about|of|for|regarding) (?:my|the) (?:\w+ )?{english}\b",
        rf"\bwhat(?:'s| is| has)? happen(?:ed|ing) (?:to|with) my (?:\w+ )?{english}\b",
        rf"\b(?:وضعیت|پیگیری|پیگیر) (?:این |آن |اون )?{persian}",
        rf"\b{persian}(?: \w+){{0,4}} (?:کجاست|کجا|کجاس|چی شد|چه شد|چیشد|چی شده|به کجا رسید|در چه وضعی|خبری)\w*",
        rf"\b(?:أين|وين|فين) (?:هو |هي |صار |صارت |وصل |وصلت )?{arabic}",
        rf"\b(?:حالة|وضع|متابعة|تتبع) {arabic}",
        rf"\b(?:ماذا|ما الذي|شو|وش|ايش|إيش) (?:حدث|حصل|صار|تم) (?:\w+ )?[لبف]?\s?{arabic}",
    )


_ANYTHING = _where(_THING_EN, _THING_FA, _THING_AR)
_OURS = _where(_OURS_EN, _OURS_FA, _OURS_AR)

_NEWS = _any(
    r"\bany (?:\w+ )?(?:news|updates?|progress|word|development)\b",
    r"\b(?:still|am|are|been) (?:\w+ )?waiting\b|\bhow (?:much )?long(?:er)?\b",
    r"\b(?:no|not|nobody|no one|never) (?:\w+ )?(?:answer|reply|response|replied|answered|news)\w*",
    r"\b(?:have not|haven't|havent|did not|didn't) (?:\w+ )?(?:heard|hear|received?|got|get) (?:\w+ )?(?:back|anything|answer|reply|response|from you)",
    r"\b(?:following|follow) up\b|\bchecking in\b|\bupdate please\b|\bplease update\b|\bwhat(?:'s| is) the (?:status|state|progress)\b",
    r"\b(?:پیگیری|پیگیر)\b",
    r"\b(?:خبری|جوابی?|پاسخی?) (?:نشد|نیست|نیومد|نیامد|نرسید|ندادید|ندادین|نداد|نگرفتم|نگرفتیم|دریافت نکردم)\w*",
    r"\b(?:چه|چی) خبر\b|\bخبری (?:شد|هست|دارید|دارین)\b",
    r"\b(?:چی|چه) ?شد\b|\b(?:به )?کجا رسید\b|\bنتیجه (?:چی|چه) ",
    r"\bهنوز (?:\w+ ){0,3}(?:منتظر|جواب|پاسخ|خبر)\w*|\b(?:منتظر|در انتظار) (?:جواب|پاسخ|خبر)\w*",
    r"\bکسی (?:جواب|پاسخ) نداد\w*",
    r"\b(?:هل )?(?:من|في|فيه|أي|اي) (?:جديد|أخبار|تحديث|تحديثات|مستجدات|رد)\b|\bما (?:هو )?الجديد\b",
    r"\b(?:ما ?زلت|ما ?زلنا|لا ?زلت|لسه|للحين) (?:\w+ )?(?:أنتظر|انتظر|ننتظر|منتظر|في انتظار|بانتظار)\w*",
    r"\b(?:في انتظار|بانتظار) (?:ال)?(?:رد|جواب|ردكم|جوابكم)\w*",
    r"\b(?:لم|ما) (?:يصلني|تصلني|أتلق|اتلقى|يصل|أستلم|جاني|يرد|رد|ترد)\w*(?: \w+){0,2}",
    r"\b(?:ماحد|ما حد|لا أحد|لم أحد) (?:رد|يرد|جاوب)\w*|\b(?:شو|وش|ايش|إيش|ماذا) (?:صار|حدث|حصل|تم)\b|\b(?:للمتابعة|متابعة)\b",
)

_NUMBER = _any(
    rf"\b(?:{_THING_EN}|{_THING_FA}|{_THING_AR}|number|شماره|رقم)(?: (?:number|no|شماره|رقم|ی))?[.:\s]*#?\s*(\d{{1,15}})\b",
    r"#\s?(\d{1,15})\b",
)


def asks_where(text: str) -> bool:
    """Whether he asks how something of his stands: a request, or an order that may be one."""
    return bool(_ANYTHING.search(fold(text[:LONGEST])))


def names_only(text: str) -> bool:
    """Whether hardly more is said than a number: "order 123". It asks how that stands, where it is a request of his."""
    said = fold(text[:LONGEST])
    return len(said.split()) <= FEW and bool(_NUMBER.search(said))


def means_a_request(text: str) -> bool:
    """Whether he asks so of a request (ticket, case) by that word: no article can know how it stands."""
    return bool(_OURS.search(fold(text[:LONGEST])))


def asks_news(text: str) -> bool:
    """Whether a further line on his request asks for news of it."""
    said = fold(text[:LONGEST])
    return bool(_NEWS.search(said) or _ANYTHING.search(said))


def number_in(text: str) -> int | None:
    """The number that he names, in whatever digits; None where he names none."""
    found = _NUMBER.search(fold(text[:LONGEST]))
    return int(next(part for part in found.groups() if part)) if found else None
