"""★ How a message sounds: feelings in its words, and how it is typed. Persian, Arabic and English; two numbers, 0 to 1.

Words are compared folded. A denied feeling («عصبانی نیستم», "not angry", «لست غاضبًا») is none; thanks take some of it
back. It is a lexicon, no understanding of language: irony passes, and so the score never rests on this alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pelekan.tickets.promises.folded import compiled, pattern

LONGEST = 6_000


@dataclass(frozen=True, slots=True)
class Sound:
    """`feeling`: anger, disappointment, threat to leave; `shouting`: !!!, CAPITALS, stretched letters."""

    feeling: float = 0.0
    shouting: float = 0.0


_STRONG = (
    r"furious|outrag\w+|unacceptable|disgust\w+|scam\w*|fraud|lawyer|sue you|legal action|consumer protection|worst \w+|pathetic"
    r"|(?:never|not) (?:use|buy|order|come) (?:\w+ ){0,3}again|want my money back|report you|rip~?off|liars?|thieves|useless|ridiculous"
    r"|کلاهبردار\w*|افتضاح\w*|مزخرف|شکایت می~\w+|شکایت خواه\w*|دزد\w*|دروغگو\w*|دروغ می~\w+|مسخره~?\w*|خجالت بکشید|تعزیرات|پلیس فتا|وکیل\w*"
    r"|دیگر (?:\w+ ){0,4}(?:خرید نمی~\w+|نمی~خرم)|پولم را پس|پولمو پس|وقیح\w*|شرم\w*"
    r"|نصب|نصاب\w*|احتیال|محتال\w*|فضیحة|مهزلة|غیر مقبول|سأشتکی|سأقدم شکوی|سارفع شکوی|محامی\w*|أکاذیب|کذابین|کذب|أرید نقودی|استرجاع أموالی|أسوأ \w+"
)
_PLAIN = (
    r"angry|annoy\w*|upset|disappoint\w*|frustrat\w*|terrible|awful|horrible|fed up|sick of|tired of|complain\w*|waste of (?:my )?time"
    r"|poor (?:service|support)|no one (?:answers|replies|cares|helps)|nobody (?:answers|replies|cares|helps)|ignor(?:ed|ing)"
    r"|how many times|how long (?:do|must|should) i|for the (?:third|fourth|fifth|tenth|\d+th) time|already (?:told|said|explained|sent)|again and again"
    r"|still (?:not|no|nothing|waiting|broken|does not|doesn't)|cancel my (?:account|order|subscription)|lost (?:my )?patience|why (?:is nobody|does nobody|has nobody)"
    r"|عصبانی\w*|عصبی\w*|ناراحت\w*|ناراضی\w*|کلافه\w*|خسته شد\w*|خسته ام|متاسفم برا\w*|پاسخگو نیست\w*|جواب نمی~\w+|جوابگو نیست\w*|پاسخ نمی~\w+"
    r"|هیچ~?کس (?:جواب|پاسخ|رسیدگی)\w*|چند بار (?:باید|دیگر|بگم|بگویم)\w*|صد بار|چندمین بار|چندمین باره|هنوز (?:\w+ ){0,3}(?:نشده|نشد|نکرد\w*|نرسید\w*|درست نشده|خبری نیست)"
    r"|شکایت دارم|اعتراض دارم|بی~مسئولیت\w*|بی~توجه\w*|بی~احترام\w*|وقتم (?:را|رو) (?:تلف|گرفت\w*)|معطل\w*|سرکار گذاشت\w*|پیگیری نمی~\w+|چرا کسی|واقعا که|قبلا (?:هم )?گفت\w*|دوباره همون"
    r"|غاضب\w*|منزعج\w*|مستاء\w*|محبط\w*|خیبة أمل|سئمت|تعبت من|مللت|لا أحد یرد|لم یرد\w* أحد|لا تردون|کم مرة|للمرة (?:الثالثة|الرابعة|الخامسة|العاشرة)|ما زلت أنتظر"
    r"|حتی الآن لم|لم (?:یحل|تحل|یصل\w*|تصل\w*)|خدمة سیئة|سیئ\w* جدا|أشتکی|شکوی|تضییع وقت\w*|تجاهل\w*|قلت لکم|أخبرتکم|إلغاء (?:حسابی|طلبی|اشتراکی)"
)
_THANKS = (
    r"thanks?|thank you|grateful|great|perfect|well done|appreciate\w*"
    r"|ممنون\w*|متشکر\w*|سپاس\w*|مرسی|تشکر|دمتون گرم|دستتون درد نکنه|عالی\w*"
    r"|شکرا|شکرا جزیلا|ممتاز|رائع|أشکرکم|جزاکم الله"
)
_NO = pattern("not|no|never|nothing|isn.t|wasn.t|don.t|didn.t|am not|without|لست|لیس|لسنا|غیر|لا|بدون")
_IS_NOT = pattern(r"نیست\w*|نبود\w*|نشد\w*|نمی~شو\w*|ندار\w*|نباش\w*")
_NOT_BEFORE = re.compile(rf"(?<!\w)(?:{_NO})(?:\s+\w+)?\s+$")
_NOT_AFTER = re.compile(rf"^\s*(?:\w+\s+)?(?:{_IS_NOT})(?!\w)")
_WEIGHTS = ((compiled(_STRONG), 0.6), (compiled(_PLAIN), 0.3))
_WELL = compiled(_THANKS)

_MARKS = re.compile(r"[!?؟‼⁉]{2,}")
_STRETCHED = re.compile(r"([^\W\d_])\1{3,}")
_CAPITALS = re.compile(r"\b[A-Z]{3,}\b")
_LATIN = re.compile(r"\b[A-Za-z]{3,}\b")


def sound(text: str, folded: str) -> Sound:
    """How `text` sounds; `folded` is it in the form of `lib.folding.fold`."""
    return Sound(_feeling(folded[:LONGEST]), _shouting(text[:LONGEST]))


def _feeling(folded: str) -> float:
    calm = 1.0
    for words, weight in _WEIGHTS:
        for hit in {match.group(): match for match in words.finditer(folded)}.values():
            denied = _NOT_BEFORE.search(folded[max(0, hit.start() - 24) : hit.start()])
            if denied or _NOT_AFTER.match(folded[hit.end() : hit.end() + 20]):
                continue
            calm *= 1 - weight
    felt = 1 - calm
    return round(felt * (0.7 if felt < 0.6 and _WELL.search(folded) else 1), 3)


def _shouting(text: str) -> float:
    runs = sum(min(len(match.group()) - 1, 3) for match in _MARKS.finditer(text))
    words = _LATIN.findall(text)
    capitals = len(_CAPITALS.findall(text))
    loud = capitals / len(words) if capitals >= 3 else 0.0
    return round(
        min(1.0, runs * 0.12 + (0.6 if loud > 0.8 else 0.0) + 0.2 * len(_STRETCHED.findall(text))), 3
    )


# What an agent's answer asks for

_DATA = (
    r"screen~?shots?|photos?|pictures?|videos?|logs?|log files?|details?|information|error (?:message|text|code)|serial|version|order number|invoice|receipt"
    r"|account (?:name|number)|user~?name|e-?mail address|phone number|transaction|tracking (?:number|code)|steps|browser|device|address|examples?"
    r"|اسکرین~?شات\w*|تصویر\w*|عکس\w*|ویدیو\w*|ویدئو\w*|فیلم\w*|لاگ\w*|جزئیات|اطلاعات\w*|متن خطا|پیام خطا|کد خطا|شماره~?\w*|نسخه~?\w*|فاکتور\w*|رسید\w*|فیش\w*"
    r"|نام کاربری|نشانی|آدرس\w*|ایمیل\w*|تراکنش\w*|کد (?:پیگیری|رهگیری|سفارش)|مراحل|مرورگر\w*|دستگاه\w*|مشخصات"
    r"|لقطة\w* (?:شاشة|للشاشة|الشاشة)|صورة\w*|صور|فیدیو|تفاصیل|معلومات|رسالة الخطأ|نص الخطأ|رمز الخطأ|رقم \w+|الرقم|الإصدار|فاتورة|الفاتورة|إیصال|الإیصال"
    r"|اسم المستخدم|عنوان\w*|البرید|المعاملة|الخطوات|خطوات|المتصفح|الجهاز"
)
_ASK = (
    r"please|could you|can you|would you|kindly|send (?:us|me)|what is|what's|which|provide|share|attach|tell (?:us|me)|need (?:your|the|a|some|more)|do you have"
    r"|لطفا|خواهشمند\w*|بفرستید|بفرمایید|ارسال (?:کنید|فرمایید|بفرمایید|نمایید)|می~فرستید|دارید|چیست|چیه|کدام|اعلام (?:کنید|فرمایید|بفرمایید)|ضمیمه|پیوست|بگویید|بگید|نیاز داریم|نیاز دارم|لازم است"
    r"|یرجی|نرجو|الرجاء|رجاء|أرجو|من فضلک|هل یمکنک\w*|أرسل\w*|ترسل\w*|زودنا|زودونا|تزویدنا|ما هو|ما هی|أخبرنا|أی \w+|نحتاج"
)
_ASKS, _ABOUT = compiled(_ASK), compiled(_DATA)
_SENTENCES = re.compile(r"[.!\n]+|(?<=\?)")


def asks_for_data(folded: str) -> bool:
    """Whether an answer asks the customer for something to look at or to look up by: one sentence with both words."""
    return any(
        _ASKS.search(sentence) and _ABOUT.search(sentence) for sentence in _SENTENCES.split(folded[:LONGEST])
    )
