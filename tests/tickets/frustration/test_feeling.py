"""How messages sound, and which answers ask for data, by tables."""

from __future__ import annotations

import pytest

from pelekan.lib.folding import fold
from pelekan.tickets.frustration.feeling import asks_for_data, sound


def felt(text: str) -> float:
    return sound(text, fold(text)).feeling


@pytest.mark.parametrize(
    "text",
    [
        "I am furious. This is unacceptable.",
        "This is a scam and I will get a lawyer.",
        "این افتضاح است و از شما شکایت می‌کنم.",
        "کلاهبردارید! پولم را پس بدهید.",
        "خیلی عصبانی هستم، هیچ‌کس جواب نمی‌دهد و هنوز درست نشده.",
        "هذا احتيال وسأشتكي عليكم.",
        "أنا غاضب جدًا، لا أحد يرد ولم يصلني شيء، قلت لكم ذلك.",
    ],
)
def test_anger(text: str) -> None:
    assert felt(text) >= 0.5


@pytest.mark.parametrize(
    "text",
    [
        "Still not working, I am disappointed.",
        "من واقعاً ناراحتم",
        "برای چندمین بار می‌نویسم",
        "أنا منزعج من هذا",
        "I have already told you my order number.",
    ],
)
def test_annoyance(text: str) -> None:
    assert 0.2 <= felt(text) < 0.6


@pytest.mark.parametrize(
    "text",
    [
        "How can I renew my subscription?",
        "I am not angry, just asking.",
        "No complaint, thank you.",
        "عصبانی نیستم، فقط می‌پرسم.",
        "ناراحت نشدم، ممنون از شما.",
        "چطور اشتراکم را تمدید کنم؟",
        "لست غاضبًا، أريد أن أسأل فقط.",
        "كيف أجدد اشتراكي؟",
        "",
    ],
)
def test_calm(text: str) -> None:
    assert felt(text) == 0


def test_how_it_is_typed() -> None:
    assert sound("WHERE IS MY ORDER NOW", "").shouting >= 0.6
    assert sound("چراااااا جواب نمی‌دهید؟؟؟!!!", "").shouting >= 0.5
    assert sound("My order TR-2291 by DHL, USPS or UPS?", "").shouting == 0
    assert sound("سلام! خوبید؟", "").shouting == 0


@pytest.mark.parametrize(
    "text",
    [
        "Could you send us a screenshot of the error?",
        "What is your order number?",
        "لطفاً تصویر صفحه را بفرستید.",
        "سلام.\nشماره سفارش خود را اعلام فرمایید.",
        "نسخهٔ برنامه چیست؟",
        "يرجى إرسال لقطة شاشة.",
        "ما هو رقم الطلب؟",
    ],
)
def test_asking_for_data(text: str) -> None:
    assert asks_for_data(fold(text))


@pytest.mark.parametrize(
    "text",
    [
        "We have looked at your screenshot and found the fault.",
        "Please wait a moment.",
        "اطلاعات شما بررسی شد و مشکل حل است.",
        "لطفاً کمی صبر کنید.",
        "شكرًا لك، تم حل المشكلة.",
    ],
)
def test_not_asking(text: str) -> None:
    assert not asks_for_data(fold(text))
