"""★ The desk's own words for every notice, each written in its language, and what placeholders say in it.

Admins may write their own; what they leave alone is this."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import Dates
from pelekan.tickets.notices import texts
from pelekan.tickets.notices.rules import Kind

FULL: dict[str, dict[str, str]] = {
    "fa": {
        Kind.RECEIVED: "درخواست شما ثبت شد. شمارهٔ آن {number} است.\n{hours}\n{promise}",
        Kind.MOVED: "درخواست {number} اکنون نزد {step} است. هرچه گفته‌اید همراه آن رفته و لازم نیست دوباره توضیح بدهید. از همان‌جا ادامه می‌دهند و پاسخ را همین‌جا می‌گیرید.",
        Kind.WAITING: "برای ادامهٔ کار روی درخواست {number} منتظر پاسخ شما هستیم.",
        Kind.REMINDER: "هنوز منتظر پاسخ شما دربارهٔ درخواست {number} هستیم. اگر مشکل حل شده است، همین را بنویسید تا آن را ببندیم.",
        Kind.SOLVED: "درخواست {number} حل شد. اگر هنوز درست نیست، همین‌جا پاسخ بدهید تا دوباره باز شود.",
        Kind.RATE: "از پاسخ‌گویی ما چقدر راضی بودید؟ نظر شما به بهتر شدن کار ما کمک می‌کند.",
        Kind.VERIFY: "چندی پیش درخواست {number} را حل‌شده ثبت کردیم. آیا واقعاً حل شده است؟ اگر نه، همین‌جا بنویسید تا دوباره باز شود.",
    },
    "ar": {
        Kind.RECEIVED: "سُجِّل طلبك، ورقمه {number}.\n{hours}\n{promise}",
        Kind.MOVED: "طلبك رقم {number} الآن لدى {step}. وصلهم كل ما كتبتَه، فلا حاجة إلى شرحه من جديد. سيتابعون من حيث توقفنا، ويصلك الرد هنا.",
        Kind.WAITING: "ننتظر ردّك لنتابع العمل على الطلب رقم {number}.",
        Kind.REMINDER: "ما زلنا ننتظر ردّك بشأن الطلب رقم {number}. إن كانت المشكلة قد حُلّت فاكتب لنا ذلك لنغلق الطلب.",
        Kind.SOLVED: "حُلّ الطلب رقم {number}. إن لم يكن الأمر كما ينبغي فردّ هنا ليُفتح من جديد.",
        Kind.RATE: "ما مدى رضاك عن خدمتنا؟ رأيك يساعدنا على تحسينها.",
        Kind.VERIFY: "سجّلنا طلبك رقم {number} محلولًا قبل مدة. هل حُلّ فعلًا؟ إن لم يُحل فاكتب لنا هنا ليُفتح من جديد.",
    },
    "en": {
        Kind.RECEIVED: "Your request is registered. Its number is {number}.\n{hours}\n{promise}",
        Kind.MOVED: "Your request {number} is now with {step}. They have everything that you told us, so you need not explain it again. They go on from there, and you get the answer here.",
        Kind.WAITING: "To go on with your request {number} we need an answer from you.",
        Kind.REMINDER: "We are still waiting for your answer about request {number}. If it is settled, just tell us and we close it.",
        Kind.SOLVED: "Your request {number} is solved. If something is still wrong, answer here and it opens again.",
        Kind.RATE: "How satisfied are you with our help? Your answer makes us better.",
        Kind.VERIFY: "Some time ago we marked your request {number} as solved. Is it really? If not, just write here and it opens again.",
    },
}

SHORT: dict[str, dict[str, str]] = {
    "fa": {
        Kind.RECEIVED: "{desk}: درخواست شما با شمارهٔ {number} ثبت شد. {link}",
        Kind.MOVED: "{desk}: درخواست {number} اکنون نزد {step} است. {link}",
        Kind.WAITING: "{desk}: برای درخواست {number} منتظر پاسخ شما هستیم. {link}",
        Kind.REMINDER: "{desk}: هنوز منتظر پاسخ شما برای درخواست {number} هستیم. {link}",
        Kind.ANSWER: "{desk}: به درخواست {number} پاسخ دادیم. {link}",
        Kind.SOLVED: "{desk}: درخواست {number} حل شد. {link}",
        Kind.RATE: "{desk}: از پاسخ‌گویی ما راضی بودید؟ {link}",
        Kind.VERIFY: "{desk}: آیا درخواست {number} واقعاً حل شده است؟ {link}",
    },
    "ar": {
        Kind.RECEIVED: "{desk}: سُجِّل طلبك برقم {number}. {link}",
        Kind.MOVED: "{desk}: طلبك رقم {number} الآن لدى {step}. {link}",
        Kind.WAITING: "{desk}: ننتظر ردّك على الطلب رقم {number}. {link}",
        Kind.REMINDER: "{desk}: ما زلنا ننتظر ردّك على الطلب رقم {number}. {link}",
        Kind.ANSWER: "{desk}: أجبنا عن طلبك رقم {number}. {link}",
        Kind.SOLVED: "{desk}: حُلّ الطلب رقم {number}. {link}",
        Kind.RATE: "{desk}: هل أنت راضٍ عن خدمتنا؟ {link}",
        Kind.VERIFY: "{desk}: هل حُلّ طلبك رقم {number} فعلًا؟ {link}",
    },
    "en": {
        Kind.RECEIVED: "{desk}: your request is registered as {number}. {link}",
        Kind.MOVED: "{desk}: request {number} is now with {step}. {link}",
        Kind.WAITING: "{desk}: we need your answer on request {number}. {link}",
        Kind.REMINDER: "{desk}: we still need your answer on request {number}. {link}",
        Kind.ANSWER: "{desk}: we have answered request {number}. {link}",
        Kind.SOLVED: "{desk}: request {number} is solved. {link}",
        Kind.RATE: "{desk}: are you satisfied with our help? {link}",
        Kind.VERIFY: "{desk}: is your request {number} really solved? {link}",
    },
}

STEP = {
    "fa": {"first": "گروه پشتیبانی", "higher": "متخصصان ما", "highest": "کارشناسان ارشد ما"},
    "ar": {"first": "فريق الدعم", "higher": "المختصين لدينا", "highest": "كبار الخبراء لدينا"},
    "en": {"first": "our support team", "higher": "our specialists", "highest": "our senior experts"},
}
"""{step}: who has the request."""

HOURS = {
    "fa": {
        "today": "اکنون بسته‌ایم و امروز از ساعت {time} رسیدگی می‌کنیم.",
        "tomorrow": "اکنون بسته‌ایم و فردا از ساعت {time} رسیدگی می‌کنیم.",
        "later": "اکنون بسته‌ایم و از {weekday} {date}، ساعت {time}، رسیدگی می‌کنیم.",
        "holiday": "امروز به مناسبت {holiday} تعطیل است.",
        "closed": "اکنون بسته‌ایم؛ درخواست شما محفوظ است و پس از بازگشایی به آن رسیدگی می‌کنیم.",
    },
    "ar": {
        "today": "نحن الآن خارج أوقات العمل، ونتابع طلبك اليوم من الساعة {time}.",
        "tomorrow": "نحن الآن خارج أوقات العمل، ونتابع طلبك غدًا من الساعة {time}.",
        "later": "نحن الآن خارج أوقات العمل، ونتابع طلبك يوم {weekday} {date} من الساعة {time}.",
        "holiday": "اليوم عطلة بمناسبة {holiday}.",
        "closed": "نحن الآن خارج أوقات العمل؛ طلبك محفوظ وسنتابعه حين نعود.",
    },
    "en": {
        "today": "We are closed now and look at it from {time} today.",
        "tomorrow": "We are closed now and look at it from {time} tomorrow.",
        "later": "We are closed now and look at it from {weekday}, {date}, {time}.",
        "holiday": "Today is a holiday: {holiday}.",
        "closed": "We are closed now; your request is kept, and we look at it when we are back.",
    },
}
"""{hours}: outside the opening hours when they begin again; nothing within them."""

PROMISE = {
    "fa": {
        "today": "تا امروز ساعت {time} یکی از همکاران ما پاسخ می‌دهد.",
        "tomorrow": "تا فردا ساعت {time} یکی از همکاران ما پاسخ می‌دهد.",
        "later": "تا {weekday} {date}، ساعت {time}، یکی از همکاران ما پاسخ می‌دهد.",
    },
    "ar": {
        "today": "سيجيبك أحد زملائنا اليوم قبل الساعة {time}.",
        "tomorrow": "سيجيبك أحد زملائنا غدًا قبل الساعة {time}.",
        "later": "سيجيبك أحد زملائنا قبل {weekday} {date}، الساعة {time}.",
    },
    "en": {
        "today": "One of us answers you by {time} today.",
        "tomorrow": "One of us answers you by {time} tomorrow.",
        "later": "One of us answers you by {weekday}, {date}, {time}.",
    },
}
"""{promise}: until when a person answers, by the service level; nothing where the public is promised nothing."""


def said_of(words: dict[str, str], dates: Dates, at: datetime, now: datetime) -> str:
    """One of HOURS or PROMISE for a moment: today, tomorrow or later, in the reader's calendar."""
    days = (dates.local(at).date() - dates.local(now).date()).days
    text = words[{0: "today", 1: "tomorrow"}.get(days, "later")]
    return texts.fill(text, {"time": dates.time(at), "weekday": dates.weekday(at), "date": dates.date(at)})


NEUTRAL = {
    "fa": {"subject": "درخواست شما", "name": ""},
    "ar": {"subject": "طلبك", "name": ""},
    "en": {"subject": "your request", "name": ""},
}
"""What stands for words of the customer where nobody has proved that the address is his."""

STARS = {
    "fa": ("خیلی بد", "بد", "متوسط", "خوب", "عالی"),
    "ar": ("سيئة جدًا", "سيئة", "متوسطة", "جيدة", "ممتازة"),
    "en": ("Very bad", "Bad", "So-so", "Good", "Excellent"),
}
"""What one to five stars mean."""

MAIL = {
    "fa": {
        "off": "این‌گونه ایمیل‌ها را نمی‌خواهم: {link}",
        "rate": "امتیاز بدهید: {link}",
        "verify_yes": "بله، حل شد",
        "verify_no": "نه، هنوز نه",
    },
    "ar": {
        "off": "إيقاف هذا النوع من الرسائل: {link}",
        "rate": "قيّمنا: {link}",
        "verify_yes": "نعم، حُلّ",
        "verify_no": "لا، ليس بعد",
    },
    "en": {
        "off": "No more mails of this kind: {link}",
        "rate": "Rate us: {link}",
        "verify_yes": "Yes, it is solved",
        "verify_no": "No, not yet",
    },
}
"""Lines below a notice by mail."""

SUBJECTS = {
    "fa": {
        Kind.RECEIVED: "درخواست شما ثبت شد", Kind.WAITING: "منتظر پاسخ شما هستیم", Kind.MOVED: "دربارهٔ درخواست شما",
        Kind.REMINDER: "منتظر پاسخ شما هستیم", Kind.SOLVED: "درخواست شما حل شد", Kind.RATE: "از ما راضی بودید؟",
        Kind.VERIFY: "واقعاً حل شد؟",
    },
    "ar": {
        Kind.RECEIVED: "سُجِّل طلبك", Kind.WAITING: "ننتظر ردّك", Kind.MOVED: "بشأن طلبك",
        Kind.REMINDER: "ننتظر ردّك", Kind.SOLVED: "حُلّ طلبك", Kind.RATE: "هل أنت راضٍ عن خدمتنا؟",
        Kind.VERIFY: "هل حُلّ طلبك فعلًا؟",
    },
    "en": {
        Kind.RECEIVED: "Your request is registered", Kind.WAITING: "We wait for your answer", Kind.MOVED: "About your request",
        Kind.REMINDER: "We wait for your answer", Kind.SOLVED: "Your request is solved", Kind.RATE: "Were you satisfied?",
        Kind.VERIFY: "Is it really solved?",
    },
}  # fmt: skip
"""The subject where nothing that a stranger typed may stand in it."""
