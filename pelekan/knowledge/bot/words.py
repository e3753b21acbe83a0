"""★ What people say to a bot besides their question: that they want a person, yes, no, hello. Persian, Arabic, English.

Patterns over folded text (`lib.folding.fold`), each of which someone can read. Who wants a person gets one: better once too
often than once too few.
"""

from __future__ import annotations

import re

from pelekan.lib.folding import fold

LONGEST = 400


def _any(*patterns: str) -> re.Pattern[str]:
    """Any of these. Folding makes small letters of all: no \\W, \\S or \\B in a pattern, but [^\\w]."""
    return re.compile("|".join(f"(?:{fold(pattern)})" for pattern in patterns))


_PERSON_FA = r"(?:کارشناس|اپراتور|اوپراتور|پشتیبان|پشتیبانی|نفر|انسان|ادم|ادمیزاد|همکار|همکارتان|همکارتون|مسئول|مسیول|کارمند|ادمین)"
_WANT_FA = r"(?:میخوا\w*|می خوا\w*|لطفا|وصل|حرف|صحبت|گفتگو|گفت و گو|بده|بدین|بدید|بدهید|کنید|کنین|کن)"
_PERSON_AR = r"(?:شخص|موظف|انسان|بشر|بشري|مندوب|مشرف|موظفه|زميل|احد|وكيل|ممثل)"
_WANT_AR = r"(?:اريد|اريدك|ابي|ابغي|ابغا|بدي|عايز|عاوز|اتكلم|اتحدث|التحدث|التكلم|الكلام|حولني|تحويلي|وصلني|كلم|اكلم|ممكن)"
_PERSON_EN = r"(?:human|person|agent|operator|representative|rep|somebody|someone|colleague|advisor|adviser|real people|people|staff|support team)"
_WANT_EN = (
    r"(?:talk|speak|chat|connect|transfer|want|need|get|give|pass|forward|switch|put|prefer|let|call|reach)"
)

_PERSON = _any(
    rf"\b{_WANT_FA}(?:\s\w+){{0,4}}\s(?:یک |یه |با |به )*{_PERSON_FA}\b",
    rf"\b{_PERSON_FA}(?:ی)?(?:\s\w+){{0,4}}\s{_WANT_FA}",
    rf"^\s*(?:یک |یه )?{_PERSON_FA}[^\w]*$",
    r"\b(?:با|به) (?:یک |یه )?(?:ادم|انسان|نفر)(?:ی)? (?:واقعی|زنده)?",
    r"\b(?:ربات|روبات|بات)\b.{0,30}(?:نمیخوا|نمی خوا|نباش|نیست|به درد نمیخور|حرف نمیزن)",
    r"\b(?:وصلم|وصل) (?:کن|کنید|کنین)",
    rf"\b{_WANT_AR}(?:\s\w+){{0,4}}\s(?:ال|مع |الي |ب|ل)*(?:ال)?{_PERSON_AR}\b",
    rf"^\s*(?:ال)?{_PERSON_AR}[^\w]*$",
    r"\b(?:خدمه العملاء|خدمة العملاء|الدعم الفني|فريق الدعم)\b.{0,12}$",
    r"\b(?:لا اريد|ما ابي|مابي|ما بدي|مش عايز).{0,20}(?:روبوت|بوت|الي)\b",
    rf"\b{_WANT_EN}(?:\s\w+){{0,5}}\s(?:a |an |the |your |some |real |actual |live )*{_PERSON_EN}\b",
    rf"^\s*(?:a |an |the |real |live |actual |human )*{_PERSON_EN}(?: please| pls)?[^\w]*$",
    r"\b(?:real|live|actual) (?:human|person|agent|people)\b",
    r"\b(?:no|not|stop|don't want|do not want|hate)\b.{0,15}\b(?:bot|robot|machine)s?\b",
)

_YES = _any(
    r"بله", r"بلی", r"اره", r"اوکی", r"حل شد\w*", r"درست شد", r"کمک کرد", r"ممنون\w*", r"مرسی", r"تشکر", r"دقیقا", r"سپاس\w*",
    r"نعم", r"ايوه", r"اي", r"تمام", r"شكرا\w*", r"انحلت", r"تم الحل", r"ساعدني", r"اكيد",
    r"yes", r"yeah", r"yep", r"yup", r"sure", r"solved", r"it (?:did|helped|works)", r"thanks?", r"thank you", r"ok(?:ay)?", r"perfect", r"great",
)  # fmt: skip
_NO = _any(
    r"نه", r"خیر", r"نخیر", r"نشد", r"حل نشد", r"کمکی? نکرد", r"نبود", r"فایده نداشت", r"غلط\w*", r"اشتباه\w*",
    r"لا", r"كلا", r"لم (?:تحل|تنحل|يساعد\w*|ينفع)", r"ما (?:انحلت|نفع|ساعدني)", r"خطا", r"غلط",
    r"no", r"nope", r"not really", r"not (?:solved|helpful)", r"it (?:did not|didn't|does not|doesn't) (?:help|work)", r"wrong", r"didn't help",
)  # fmt: skip
_HELLO = _any(
    r"سلام\w*", r"درود\w*", r"وقت بخیر", r"روز بخیر", r"صبح بخیر", r"عصر بخیر", r"خوبید", r"خسته نباشید",
    r"مرحبا\w*", r"السلام عليكم", r"سلام عليكم", r"اهلا\w*", r"صباح الخير", r"مساء الخير", r"هلا",
    r"hello", r"hi", r"hey", r"good (?:morning|afternoon|evening|day)", r"salam", r"greetings",
    r"و", r"there", r"and", r"ورحمه الله", r"وبركاته", r"بكم", r"بک", r"team", r"all",
)  # fmt: skip
_PARTS = re.compile(r"[^\w\s']+|\s+")


def wants_person(text: str) -> bool:
    """Whether he asks for a person instead of the bot."""
    return bool(_PERSON.search(fold(text[:LONGEST]).strip()))


def is_yes(text: str) -> bool:
    """Whether this is nothing but yes, or thanks."""
    return _only(_YES, text) and not _only(_NO, text)


def is_no(text: str) -> bool:
    """Whether this is nothing but no."""
    return _only(_NO, text)


def is_hello(text: str) -> bool:
    """Whether this greets and asks nothing yet."""
    return _only(_HELLO, text)


def _only(words: re.Pattern[str], text: str) -> bool:
    """Whether the text consists of these words alone."""
    said = " ".join(_PARTS.sub(" ", fold(text[:LONGEST])).split())
    if not said or len(said) > 60:
        return False
    at = 0
    while at < len(said):
        match = words.match(said, at)
        # the longest of the words that begin here
        ends = [match.end()] if match and match.end() > at else []
        if not ends:
            return False
        end = ends[0]
        if end < len(said) and said[end] != " ":
            return False
        at = end + 1
    return True
