"""Questions about opening hours as people really write them, and what only looks like one."""

import pytest

from pelekan.sla.asking import asks_hours, mentions_hours

ASKED = [
    # Persian
    "سلام، فردا باز هستید؟",
    "ببخشید پنجشنبه ها تعطیلید؟",
    "ساعت کاری‌تون چنده؟",
    "ساعات کاری فروشگاه",
    "تا ساعت چند هستین",
    "سلام خسته نباشید عید نوروز هم پاسخگو هستید؟",
    "روز عاشورا کار میکنید؟",
    "دفتر شما روز سه‌شنبه بازه؟",
    "از کی تا کی باز هستید؟",
    "۱۳ فروردین بازید؟",
    "جمعه‌ها هم هستید؟",
    "چه ساعتی پاسخگو هستید",
    "آیا پشتیبانی شما در تعطیلات نوروز هم پاسخگو هست؟",
    "آيا در تعطيلات عيد فطر پشتيباني تعطيل است؟",
    "سلام. می‌خواستم بدونم روزهای تعطیل هم جواب میدید؟ ممنون",
    # Arabic
    "مرحباً، هل أنتم مفتوحون غداً؟",
    "ما هي أوقات الدوام عندكم؟",
    "متى تفتحون؟",
    "هل تعملون يوم العيد؟",
    "السلام عليكم، ساعات العمل في رمضان لو سمحت؟",
    "عندكم دوام يوم الخميس؟",
    "بكرة فاتحين؟",
    "هل المتجر مفتوح يوم الجمعة؟",
    "هل لديكم إجازة في عيد الأضحى؟",
    "لأي ساعة شغالين اليوم؟",
    # English
    "Hi, are you open on the bank holiday?",
    "What are your opening hours?",
    "what time do you close today",
    "Are you guys open tomorrow?",
    "Do you work on Fridays?",
    "Is the shop open on 25 December?",
    "Will you be closed for Eid?",
    "Is anyone there on Sunday?",
    "business hours pls",
    "How late are you open tonight?",
    "Hello team, could you tell me whether your office is open on Nowruz? Is your office open at all that week? Thanks!",
]
NOT_ASKED = [
    "لینک باز نمی‌شود",
    "سایت شما باز نمیشه",
    "با چه بانکی کار می‌کنید؟",
    "در ساعات کاری دو بار زنگ زدم و کسی جواب نداد و خیلی ناراحتم",
    "حسابم بسته است؟",
    "چطور اشتراکم را تمدید کنم؟",
    "سفارش من فردا می‌رسد؟",
    "شما خیلی خوب هستید",
    "الرابط لا يفتح",
    "حسابي مغلق",
    "متى يصل طلبي؟",
    "كيف أجدد الاشتراك؟",
    "My account was closed yesterday",
    "Are you open to a discount?",
    "Can you open a ticket for me?",
    "Is this project open source?",
    "Do you work with DHL?",
    "The app doesn't open",
    "When does my parcel arrive?",
    "",
    "؟",
]  # fmt: skip


@pytest.mark.parametrize("text", ASKED)
def test_a_question_about_the_hours(text: str) -> None:
    assert asks_hours(text)
    assert mentions_hours(text)


@pytest.mark.parametrize("text", NOT_ASKED)
def test_what_only_looks_like_one(text: str) -> None:
    assert not asks_hours(text)
    assert not mentions_hours(text)


@pytest.mark.parametrize(
    "text",
    [
        "پول دو بار از حسابم کسر شد. فردا باز هستید؟",
        "You charged me twice! Are you open tomorrow?",
        "خُصم المبلغ مرتين من بطاقتي، هل أنتم مفتوحون اليوم؟",
    ],
)
def test_beside_something_that_hurries_it_is_seen_but_does_not_count_as_simple(text: str) -> None:
    assert mentions_hours(text)
    assert not asks_hours(text)


def test_a_long_letter_that_also_asks_is_not_simple() -> None:
    story = "I ordered two tents for our club and would like them in green, with the longer poles and a second groundsheet. "
    assert not asks_hours(story + "Are you open tomorrow?")
    assert mentions_hours(story + "Are you open tomorrow?") == "are you open tomorrow?"


def test_hostile_text_takes_no_time() -> None:
    for text in ("are you " * 5000, "باز " * 5000, "ساعت " * 5000, "فروشگاه " * 5000, "?" * 9000):
        asks_hours(text)
