"""What a text says of a person is gone before others read it; what it says of the matter stays."""

from __future__ import annotations

import pytest

from pelekan.knowledge.deflection.masking import anonymised, difference

TABLE = [
    # language, what was written, known names, what must be gone, what must stay
    ("fa", "سلام، من علی رضایی هستم و اشتراکم تمدید نمی‌شود.", [], ["علی", "رضایی"], ["اشتراکم تمدید نمی‌شود", "[نام]"]),
    ("fa", "شماره‌ام ۰۹۱۲۳۴۵۶۷۸۹ و ایمیلم ali@example.com است", [], ["۰۹۱۲", "ali@"], ["[شماره]", "[ایمیل]"]),
    ("fa", "مینا‌جان و خانم احمدی؛ مينا احمدي", ["مینا احمدی"], ["مینا", "احمدی", "مينا", "احمدي"], ["[نام]"]),
    ("fa", "نشانی: خیابان آزادی، کوچه گلستان، پلاک ۱۲ است.", [], ["آزادی", "گلستان", "۱۲"], ["[نشانی]"]),
    ("fa", "سفارش ORD-20231 با کارت ۶۰۳۷ ۹۹۱۱ ۲۲۳۳ ۴۴۵۵", [], ["20231", "۶۰۳۷", "۴۴۵۵"], ["سفارش", "کارت"]),
    ("fa", "مشتری گرامی، از منوی تنظیمات گزینهٔ تمدید را بزنید.", [], [], ["مشتری گرامی", "گزینهٔ تمدید"]),
    ("fa", "پیام خطا می‌دهد.\nبا تشکر\nرضا محمدی", [], ["رضا", "محمدی"], ["پیام خطا می‌دهد", "با تشکر"]),
    ("fa", "مبلغ ۲۵۰٬۰۰۰ تومان کم شد", [], [], ["۲۵۰٬۰۰۰ تومان"]),
    ("ar", "اسمي أحمد سالم ورقمي +966 50 123 4567", [], ["أحمد", "سالم", "966"], ["[الاسم]", "[رقم]"]),
    ("ar", "دفعت للسيد خالد في شارع الملك فهد، الرياض", [], ["خالد", "الملك فهد"], ["دفعت", "[العنوان]"]),
    ("ar", "كتبت فاطمة من fatima@example.org", ["فاطمه الزهراء"], ["فاطمة", "fatima"], ["كتبت", "[البريد]"]),
    ("ar", "عزيزي العميل، يرجى إعادة تشغيل التطبيق. مع التحية\nليلى حسن", [], ["ليلى"], ["عزيزي العميل", "إعادة تشغيل التطبيق"]),
    ("en", "Hi Sara, my name is John Smith.", [], ["Sara", "John", "Smith"], ["my name is [name]"]),
    ("en", "Card 6037-9911-2233-4455, IBAN IR820540102680020817909002, order #41", [], ["6037", "IR82", "#41"], ["[number]"]),
    ("en", "I live at 12 Baker Street and see https://shop.example/o?t=abc", [], ["Baker", "shop.example"], ["[address]", "[link]"]),
    ("en", "Version 2.4.1 on iOS 17.2 hangs for 20 minutes at 14:05", [], [], ["2.4.1", "17.2", "20 minutes", "14:05"]),
    ("en", "It works now.\nKind regards,\nJohn Smith", [], ["John"], ["It works now."]),
    ("en", "Ask emma.clarke or @emma_clarke at Nilgoon Ltd", ["Emma Clarke", "Nilgoon Ltd"], ["emma", "Nilgoon"], ["Ask"]),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "names", "gone", "kept"), TABLE)
def test_sp_names_addresses_and_numbers_are_taken_out(
    language: str, text: str, names: list[str], gone: list[str], kept: list[str]
) -> None:
    said = anonymised(text, language=language, names=names)
    assert not [one for one in gone if one in said], said
    assert all(one in said for one in kept), said


@pytest.mark.parametrize(("language", "text", "names", "gone", "kept"), TABLE)
def test_what_is_anonymous_stays_as_it_is(
    language: str, text: str, names: list[str], gone: list[str], kept: list[str]
) -> None:
    once = anonymised(text, language=language, names=names)
    assert anonymised(once, language=language, names=names) == once


def test_sums_of_money_only_where_it_is_wished() -> None:
    assert anonymised("$120.50 twice", language="en", amounts=True) == "[amount] twice"
    assert anonymised("۲۵۰٬۰۰۰ تومان", language="fa", amounts=True) == "[مبلغ]"


def test_the_difference_holds_both_texts_whole() -> None:
    before, after = "سلام من علی هستم", "سلام من [نام] هستم"
    pieces = difference(before, after)
    assert "".join(text for text, kind in pieces if kind != "new") == before
    assert "".join(text for text, kind in pieces if kind != "gone") == after
    assert ("علی", "gone") in pieces
