"""Which lines ask how a request stands, and which only sound like it."""

from __future__ import annotations

import pytest

from pelekan.knowledge.whereabouts import asks_news, asks_where, means_a_request, names_only, number_in


@pytest.mark.parametrize(
    "text",
    [
        "Where is my request?", "where's my order", "What is the status of my ticket?", "any news on my case",
        "درخواستم کجاست؟", "درخواست من چی شد", "پیگیری درخواست", "وضعیت تیکت من", "سفارشم به کجا رسید؟",
        "أين طلبي؟", "اين طلبى", "ما حالة طلبي", "وين التذكرة", "متابعة الطلب",
    ],
)  # fmt: skip
def test_who_asks_where_it_is(text: str) -> None:
    assert asks_where(text)


@pytest.mark.parametrize(
    "text",
    [
        "How do I renew my subscription?", "I want to order three tents", "My card was charged twice for order 5121",
        "چطور اشتراکم را تمدید کنم؟", "می‌خواهم سفارش تازه بدهم", "أريد تجديد الاشتراك", "كيف أدفع", "",
    ],
)  # fmt: skip
def test_who_asks_something_else(text: str) -> None:
    assert not asks_where(text) and not asks_news(text)


@pytest.mark.parametrize(
    "text",
    [
        "Any news?", "any update please", "I'm still waiting", "nobody answered me", "just following up",
        "خبری نشد؟", "خبري نشد", "پیگیری", "چی شد پس؟", "هنوز منتظر جوابم", "کسی جواب نداد",
        "هل من جديد؟", "أين طلبي", "ما زلت أنتظر", "لم يصلني رد",
    ],
)  # fmt: skip
def test_who_asks_for_news(text: str) -> None:
    assert asks_news(text)


def test_a_request_by_its_word_and_its_number_in_any_digits() -> None:
    assert means_a_request("where is my ticket") and means_a_request("وضعیت درخواستم")
    assert not means_a_request("where is my order")
    assert (
        names_only("order 123")
        and names_only("درخواست ۱۲۳")
        and not names_only("I was charged twice for order 5121")
    )
    assert [number_in(one) for one in ("order 123", "#۱۲۳ چی شد", "طلب رقم ١٢٣", "any news?")] == [123, 123, 123, None]  # fmt: skip
