"""Which answers promise what, by tables. The moment is Sunday, 22 November 2026, 12:00 in Tehran (1 Azar 1405)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pelekan.tickets.promises.moments import WEEKENDS, Where
from pelekan.tickets.promises.phrases import promises_in

AT = datetime(2026, 11, 22, 8, 30, tzinfo=UTC)
TEHRAN = Where("Asia/Tehran", WEEKENDS["fa"])
RIYADH = Where("Asia/Riyadh", WEEKENDS["ar"])
LONDON = Where("Europe/London", WEEKENDS["en"])


def when(text: str, where: Where) -> list[str]:
    zone = ZoneInfo(where.zone)
    return [one.due_at.astimezone(zone).strftime("%m-%d %H:%M") for one in promises_in(text, AT, where)]


PROMISED = [
    # English; 08:30 in London, a Sunday
    (LONDON, "We will get back to you by tomorrow.", "11-23 18:00"),
    (LONDON, "I'll call you tomorrow at 10:30.", "11-23 10:30"),
    (LONDON, "We'll send the refund within 24 hours.", "11-23 08:30"),
    (LONDON, "You will have an answer in two working days.", "11-24 18:00"),
    (LONDON, "We are checking it with the bank and will let you know by Wednesday.", "11-25 18:00"),
    (LONDON, "Your money will be returned by 27 November.", "11-27 18:00"),
    (LONDON, "We'll have it fixed by December 3rd, 2026.", "12-03 18:00"),
    (LONDON, "I will write to you before 5 pm.", "11-22 17:00"),
    (LONDON, "We will look at it next week.", "12-04 18:00"),
    (LONDON, "I'm on it. We'll be done in half an hour.", "11-22 09:00"),
    (LONDON, "Please be patient, we will answer by the end of the day.", "11-22 18:00"),
    (LONDON, "We'll update you tomorrow morning.", "11-23 12:00"),
    (LONDON, "We will reply within 24 to 48 hours.", "11-24 08:30"),
    # Persian; 12:00 in Tehran
    (TEHRAN, "تا فردا نتیجه را به شما اعلام می‌کنیم.", "11-23 18:00"),
    (TEHRAN, "ظرف ۲۴ ساعت مبلغ به حساب شما برمی‌گردد.", "11-23 12:00"),
    (TEHRAN, "ظرف بیست و چهار ساعت خبرتان می‌کنم", "11-23 12:00"),
    (TEHRAN, "حداکثر تا ۴۸ ساعت آینده مشکل برطرف خواهد شد.", "11-24 12:00"),
    (TEHRAN, "فردا ساعت ۱۰ با شما تماس می‌گیرم.", "11-23 10:00"),
    (TEHRAN, "پس‌فردا عصر با شما تماس میگیریم", "11-24 18:00"),
    (TEHRAN, "تا پایان وقت اداری امروز پیگیری می کنیم.", "11-22 18:00"),
    (TEHRAN, "بررسی می‌کنیم و تا سه‌شنبه پاسخ می‌دهیم.", "11-24 18:00"),
    (TEHRAN, "فاکتور را تا ۵ آذر ارسال خواهیم کرد.", "11-26 18:00"),
    (TEHRAN, "تا تاریخ ۱۴۰۵/۰۹/۱۰ درست می‌شود.", "12-01 18:00"),
    (TEHRAN, "تا دو روز کاری دیگر مبلغ واریز می‌شود.", "11-24 18:00"),
    (TEHRAN, "تا نیم ساعت دیگر خبر می‌دم", "11-22 12:30"),
    (TEHRAN, "لطفاً تا فردا صبر کنید.", "11-23 18:00"),
    (TEHRAN, "تا آخر هفته نسخهٔ تازه را می‌فرستیم.", "11-25 18:00"),
    (TEHRAN, "تا ساعت ۵ پاسخ شما را می‌دهیم.", "11-22 17:00"),
    # Arabic; 11:30 in Riyadh
    (RIYADH, "سنردّ عليك غدًا.", "11-23 18:00"),
    (RIYADH, "سيتم إرجاع المبلغ خلال ٢٤ ساعة.", "11-23 11:30"),
    (RIYADH, "سنتواصل معك خلال ساعتين.", "11-22 13:30"),
    (RIYADH, "سأتصل بك غدًا الساعة ١٠ صباحًا.", "11-23 10:00"),
    (RIYADH, "سوف نحل المشكلة قبل يوم الأربعاء.", "11-25 18:00"),
    (RIYADH, "سيصلك الرد في غضون ثلاثة أيام.", "11-25 11:30"),
    (RIYADH, "سنرسل الفاتورة حتى ٢٧ نوفمبر.", "11-27 18:00"),
    (RIYADH, "خرجت الحقيبة أمس ونتوقع وصولها غدًا.", "11-23 18:00"),
    (RIYADH, "سنخبرك بعد غد.", "11-24 18:00"),
    (RIYADH, "سنرسلها بحلول ١٥ جمادى الآخرة.", "11-25 18:00"),
]


@pytest.mark.parametrize(("where", "text", "due"), PROMISED)
def test_what_promises(where: Where, text: str, due: str) -> None:
    assert when(text, where) == [due]


NOTHING = [
    "Could you send us the receipt by tomorrow?",
    "Please send us the order number by Friday.",
    "We won't be able to finish it by tomorrow.",
    "If you pay today, we will ship it tomorrow.",
    "Will you be at home tomorrow?",
    "Your payment of 12 November has arrived.",
    "The office is closed tomorrow.",
    "We received your mail yesterday.",
    "You need to renew it by 30 November.",
    "We will never ask for your password.",
    "We worked on it for 24 hours.",
    "> We will answer by tomorrow.",
    "We have 3 days of stock and will tell you more.",
    "لطفاً تا فردا رسید پرداخت را بفرستید.",
    "آیا تا فردا فرصت دارید؟",
    "تا فردا نمی‌توانیم پاسخ بدهیم.",
    "اگر تا فردا رسید را بفرستید، سفارش را ارسال می‌کنیم.",
    "پرداخت شما در ۲۰ آبان انجام شده است.",
    "فردا تعطیل است.",
    "باید تا شنبه تمدید کنید.",
    "در ۲ روز گذشته بررسی می‌کنیم.",
    "يرجى إرسال الإيصال غدًا.",
    "لن نتمكن من الرد غدًا.",
    "إذا دفعت اليوم فسنرسل الطلب غدًا.",
    "هل يناسبك غدًا؟",
    "وصلتنا رسالتك قبل ساعة.",
]


@pytest.mark.parametrize("text", NOTHING)
@pytest.mark.parametrize("where", [TEHRAN, RIYADH, LONDON], ids=["fa", "ar", "en"])
def test_what_does_not(where: Where, text: str) -> None:
    assert when(text, where) == []


def test_the_words_are_found_where_they_stand() -> None:
    text = "سلام. می‌خواهیم کمک کنیم؛ تا فردا ساعت ۱۰ پاسخ می‌دهیم."
    (found,) = promises_in(text, AT, TEHRAN)
    assert text[found.start : found.end] == "تا فردا ساعت ۱۰" == found.words


def test_two_promises_of_one_answer() -> None:
    assert when("I call you today, and we will send the refund by Friday.", LONDON) == [
        "11-22 18:00",
        "11-27 18:00",
    ]


def test_late_at_night_today_ends_at_midnight() -> None:
    (found,) = promises_in("We will answer today.", AT + timedelta(hours=13), LONDON)
    assert found.due_at == datetime(2026, 11, 23, tzinfo=UTC)


def test_any_text_is_read_without_harm() -> None:
    for text in (
        "",
        "\n\n",
        "." * 20_000,
        "in " * 5_000,
        "تا " * 5_000,
        "٣" * 9_000,
        "we will 99:99 by 31 February 2026",
    ):
        promises_in(text, AT, LONDON)
