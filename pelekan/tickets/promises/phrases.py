"""★ Which sentences of an agent's answer promise something by a time, in Persian, Arabic and English.

A promise is a clause with a time (`moments`) in which we say that we shall do something, or its sentence does. What
asks the customer for something, denies, asks back, or depends on an "if" is none. Pure; doubtful cases are no promise:
the agent sees what was found and can add a time himself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from pelekan.tickets.promises.folded import Folded, compiled, folded
from pelekan.tickets.promises.moments import Where, times_in

FARTHEST = timedelta(days=120)
"""Nobody is reminded of what lies farther ahead; such dates are of other things."""

MOST = 5
"""Promises of one answer."""


@dataclass(frozen=True, slots=True)
class Found:
    """One promise: the letters `start` to `end` of the answer say `words`, which is due at `due_at` (aware)."""

    start: int
    end: int
    words: str
    due_at: datetime


_WE_SHALL = compiled(
    # English
    r"(?:we|i)(?:'ll|’ll| will| shall| are going to| am going to|'re going to|'m going to|’re going to|’m going to)(?! not)"
    r"|(?:we|i) (?:promise|expect to|aim to|plan to|commit to)"
    r"|our (?:\w+ ){0,2}(?:team|colleagues?|specialists?|engineers?|experts?) will(?! not)"
    r"|you(?:'ll|’ll| will| shall| can expect to| should) (?:have|get|receive|hear|see)(?! to)"
    r"|(?:it|this|that|everything)(?:'ll|’ll| will) (?:be|work)|will be (?!closed|open|away|off|unavailable|a|an|the)\w+"
    r"|expect (?:an|our|a|my|the) (?:answer|reply|call|response|refund|solution|update)"
    r"|let me (?:get|come|call|check)|get back to you|(?:is|are) (?:due|promised|scheduled)|give (?:us|me) until"
    r"|wait (?:until|till)|(?:we|i) (?:\w+ ){0,6}(?:and|then) will"
    # Persian
    r"|خواهیم \w+|خواهم \w+|خواهد شد|\w+ خواهد (?:گرفت|رسید)|دریافت خواهید کرد|خواهید داشت"
    r"|(?:بر|در|وا|باز|اصلاح|ارسال|اعلام)?می~(?:کنیم|کنم|دهیم|دهم|دیم|دم|فرستیم|فرستم|زنیم|زنم|گیریم|گیرم|رسانیم|رسانم|رسونیم|رسونم"
    r"|شود|شه|رسد|رسه|گردد|گردیم|گردم|نویسیم|نویسم|سازیم|گذاریم|گذارم|پردازیم|پردازم|بندیم|ریزیم|آییم|آورم|آوریم|توانید داشته باشید)"
    r"|قول می\w*|صبر (?:کنید|بفرمایید)|فرصت بدهید"
    # Arabic
    r"|[وف]?(?:سوف \w+|سن(?!ه|وات|تی|ین|د|وی)\w{2,}|سا(?!ع|بق|بع|دس|خن|ری|لم|لف|ءل|یل|حه|حل)\w{2,}"
    r"|سی(?:تم|صل|کون|جری|رد|تواصل|عاد|حل|رسل|تصل|عود|بلغ|صدر|عمل|وافی)\w*|ست(?:صل|کون|جد|تلق|حصل|ستلم|عود|حل|تم|رسل)\w*"
    r"|نعدکم|نعدک|اعدک|اعدکم|نتوقع|امهلونا|انتظر(?:نا|ونا)?)"
)

_ASKS = compiled(
    r"please(?! (?:wait|be patient|bear|allow|give (?:us|me)|expect))|kindly|could you|can you|would you|will you"
    r"|you(?:'ll|’ll| will)? (?:need to|must|have to)|send us|let us know|reply to|your (?:answer|reply) by"
    r"|لطفا(?! (?:\w+ ){0,4}(?:صبر|فرصت))|خواهشمند\w*|بفرستید|ارسال کنید|ارسال بفرمایید|ارسال فرمایید|اعلام کنید|اعلام فرمایید|پاسخ دهید|بدهید به ما|باید|منتظر (?:پاسخ|جواب) شما\w*"
    r"|یرجی|نرجو|الرجاء|رجاء|ارجو|من فضلک|ارسل لنا|ارسلوا|زودنا|زودونا|(?:علیک|علیکم) ان|یجب"
)
_DENIES = compiled(
    r"won't|won’t|(?:will|shall|can|could|do|does|did|is|are) not|cannot|can't|can’t|couldn't|isn't|aren't|unable|never|no longer"
    r"|نمی~\w+|نخواه\w*|نیست\w*|ن(?:داریم|دارم|شد|شده)|امکان~?پذیر نیست"
    r"|لن|لا (?:نستطیع|یمکن\w*|استطیع|نقدر)|لم|لیس|لیست|تعذر"
)
_DEPENDS = compiled(
    r"if|unless|once you|when you|after you|provided|should you|would have"
    r"|اگر|اگه|در صورت\w*|در صورتی|چنانچه|به شرط\w*|پس از (?:ارسال|دریافت|پرداخت|پاسخ) \w+|بعد از (?:ارسال|پرداخت|پاسخ) شما"
    r"|اذا|ان کنت|فی حال|لو|بشرط|بعد ان (?:ترسل|تدفع)\w*"
)
_PAST = compiled(r"was|were|had|did|ago|yesterday|بود|بودیم|شده بود|دیروز|پیش|امس|کان|کانت|قبل یوم\w*")

_SENTENCE = re.compile(r"(?<=[!?\n;])|(?<=[.])(?=\s|$)")
_CLAUSE = re.compile(
    r",(?=\s)|:(?=\s)|\s(?:and|but|so|or|ولی|اما|لکن|ثم|تا اینکه)\s(?!a half)|(?<!بیست)(?<!چهل)(?<!هفتاد)\sو\s(?!نیم)|\s[-–—]\s"
)


def promises_in(text: str, at: datetime, where: Where) -> list[Found]:
    """What an answer that is written at `at` (aware) promises, in its order. Lines that quote (">") say nothing."""
    whole = folded(text)
    found: list[Found] = []
    for start, end in _pieces(_SENTENCE, whole.text, 0, len(whole.text)):
        sentence = whole.text[start:end]
        if not sentence.strip() or _is_quoted(whole.text, start) or sentence.rstrip().endswith("?"):
            continue
        found += [
            one for one in _in_sentence(text, whole, start, end, at, where)
            if one.due_at not in {known.due_at for known in found}
        ]  # fmt: skip
    return found[:MOST]


def _in_sentence(text: str, whole: Folded, start: int, end: int, at: datetime, where: Where) -> list[Found]:
    sentence = whole.text[start:end]
    if _DEPENDS.search(sentence) or not _WE_SHALL.search(sentence):
        return []
    asked = _ASKS.search(sentence) is not None
    found = []
    for left, right in _pieces(_CLAUSE, whole.text, start, end):
        clause = whole.text[left:right]
        says = _WE_SHALL.search(clause) is not None
        if _DENIES.search(clause) or _ASKS.search(clause) or (asked and not says):
            continue
        if not says and _PAST.search(clause):
            continue
        for time in times_in(clause, at, where):
            if at < time.due_at <= at + FARTHEST:
                first, last = whole.typed(left + time.start, left + time.end)
                found.append(Found(first, last, text[first:last].strip(), time.due_at))
                break
    return found


def _is_quoted(text: str, start: int) -> bool:
    return text[text.rfind("\n", 0, start) + 1 : start + 2].lstrip().startswith(">")


def _pieces(cut: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The parts of text[start:end] between the cuts."""
    found, begin = [], start
    for match in cut.finditer(text, start, end):
        if match.end() > begin:
            found.append((begin, match.start() if match.start() > begin else match.end()))
            begin = match.end()
    if begin < end:
        found.append((begin, end))
    return found
