"""Another keyboard, Latin letters, slips of the fingers."""

from __future__ import annotations

import pytest

from pelekan.lib.tongues import finglish, layouts, slips


@pytest.mark.parametrize(
    ("typed", "language", "meant"),
    [
        ("jlndn hajvh;", "fa", "تمدید اشتراک"),
        ("\\hs", "fa", "پاس"),
        ("mv,n", "fa", "پرود"),
        ("Hnvs", "fa", "آدرس"),
        ("hg'gf", "ar", "الطلب"),
        ("buh,", "ar", "لاعاو"),
        ("قثبعدی", "en", "refund"),
        ("حشسسصخقی", "en", "password"),
        ("حشسسصخقي", "en", "password"),
        ("شقثش", "en", "area"),
    ],
)
def test_the_same_keys_on_another_keyboard(typed: str, language: str, meant: str) -> None:
    assert (language, meant) in layouts.others(typed)


def test_a_keyboard_without_letters_means_nothing_else() -> None:
    assert layouts.others("12 34") == []


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("tamdid", "تمدید"), ("eshterak", "اشتراک"), ("eshterAk", "اشتراک"), ("pardakht", "پرداخت"), ("faktor", "فاکتور"),
        ("factor", "فاکتور"), ("shomare", "شماره"), ("shomareh", "شماره"), ("ghabz", "قبض"), ("qabz", "قبض"), ("taghir", "تغییر"),
        ("vorood", "ورود"), ("vorud", "ورود"), ("ramz", "رمز"), ("sefaresh", "سفارش"), ("moshtari", "مشتری"), ("gozaresh", "گزارش"),
        ("estefade", "استفاده"), ("tahvil", "تحویل"), ("hesab", "حساب"),
    ],
)  # fmt: skip
def test_persian_in_latin_letters_meets_its_word(typed: str, word: str) -> None:
    assert set(finglish.heard(typed)) & set(finglish.skeletons(word))
    assert finglish.far(typed, word) <= max(1, len(typed) * 0.4)


def test_what_sounds_alike_is_told_apart_by_its_spelling() -> None:
    assert finglish.far("hesab", "حساب") < finglish.far("hesab", "حسب")
    assert not finglish.latin("تمدید") and not finglish.latin("a1b2c3")


@pytest.mark.parametrize(
    ("one", "other", "away"),
    [("password", "pasword", 1), ("password", "passwrod", 1), ("refund", "refund", 0), ("اشتراک", "اشترک", 1), ("card", "cord", 1), ("card", "words", 3)],
)  # fmt: skip
def test_slips_are_counted_and_near_words_share_a_number(one: str, other: str, away: int) -> None:
    assert slips.distance(one, other) == away
    if away <= 1:
        assert set(slips.keys(one)) & set(slips.keys(other))


def test_numbers_and_codes_are_no_slips() -> None:
    assert not slips.fit("14051") and not slips.fit("ab12") and not slips.fit("a" * 30)
