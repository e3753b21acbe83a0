"""Search finds what people mean, however their keyboard spells it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.lib.text import ZWNJ, fold, fold_tokens, highlight, query_tokens


def found(text: str, query: str) -> bool:
    index = set(fold_tokens(text))
    groups = query_tokens(query)
    return bool(groups) and all(any(word in index for word in group) for group in groups)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\u0643\u062a\u0627\u0628\u064a", "\u06a9\u062a\u0627\u0628\u06cc"),
        ("مدرسة", "مدرسه"),
        ("أحمد إبراهيم آمنة ٱسم", "احمد ابراهيم امنه اسم"),
        ("مسؤول", "مسوول"),
        ("رئيس", "رییس"),
        ("على", "علی"),
        ("سَلامٌ", "سلام"),
        ("ســـلام", "سلام"),
        ("۱۲۳۴", "1234"),
        ("١٢٣٤", "1234"),
        ("خانۀ", "خانه"),
        ("Straße ÉTÉ ﬁn", "strasse ete fin"),
        ("\u202bسلام\u202c\u200f", "سلام"),
        ("ﻻ", "لا"),
    ],
)
def test_fold_makes_alike(one, other):
    assert fold(one) == fold(other)


def test_fold_keeps_other_scripts_readable():
    assert fold("नमस्ते") == "नमस्ते"
    assert fold("ガ") == "ガ"


@given(st.text())
def test_fold_twice_is_fold_once(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "parts",
    [
        ["می", "خواهم"],
        ["نمی", "شود"],
        ["کتاب", "ها"],
        ["سفارش", "هایم"],
        ["بزرگ", "ترین"],
        ["پشتیبان", "گیری"],
        ["رفته", "ام"],
        ["بی", "جواب"],
    ],
)
@pytest.mark.parametrize("typed", ["", " ", ZWNJ])
@pytest.mark.parametrize("stored", ["", " ", ZWNJ])
def test_ex_06_persian_search_joiners(parts, stored, typed):
    assert found(f"سلام، {stored.join(parts)}، ممنون", typed.join(parts))


@pytest.mark.parametrize("typed", ["", " ", ZWNJ])
@pytest.mark.parametrize("stored", ["", ZWNJ])
def test_open_compounds_match_where_they_are_joined(stored, typed):
    assert found(f"این {stored.join(['گل', 'خانه'])} است", typed.join(["گل", "خانه"]))
    assert found(f"{stored.join(['نرم', 'افزار'])}{ZWNJ}ها", typed.join(["نرم", "افزار"]))
    assert found(f"{stored.join(['نرم', 'افزار', 'ها'])}", typed.join(["نرم", "افزار", "ها"]))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("\u0643\u062a\u0627\u0628\u064a", "کتابی"),
        ("۱۲۳", "123"),
        ("١٢٣", "۱۲۳"),
        ("ســـلامٌ", "سلام"),
    ],
)
def test_ex_07_persian_and_arabic_forms(text, query):
    assert found(text, query)
    assert found(query, text)


def test_article_and_plural_are_optional():
    assert found("الفاتورة مفقودة", "فاتوره")
    assert found("فاتورة", "الفاتورة")
    assert found("کتابهای من", "کتاب")


def test_words_that_are_not_there_are_not_found():
    assert not found("می‌خواهم بروم", "نمی‌خواهم")
    assert not found("سفارش من", "سفارش شما")
    assert not found("abc def", "abcdef")
    assert query_tokens("… ! _") == []


def test_words_on_two_lines_or_in_two_sentences_are_no_compound():
    assert "بیجواب" not in fold_tokens("بی\nجواب")
    assert "بیجواب" not in fold_tokens("بی، جواب")


@given(st.text(alphabet="می خواهکتبة\u200ca1۱. \n"))
def test_every_text_is_found_by_itself(text):
    if query_tokens(text):
        assert found(text, text)


@pytest.mark.parametrize(
    ("text", "query", "hits"),
    [
        ("من می خواهم", "میخواهم", ["می خواهم"]),
        (f"من می{ZWNJ}خواهم", "می خواهم", [f"می{ZWNJ}خواهم"]),
        ("سَلامٌ بر تو", "سلام", ["سَلامٌ"]),
        ("\u0627\u0644\u0643\u062a\u0627\u0628", "کتاب", ["\u0627\u0644\u0643\u062a\u0627\u0628"]),
        ("شماره ۱۲۳۴", "1234", ["۱۲۳۴"]),
        ("Bank BANK embankment", "bank", ["Bank", "BANK"]),
        ("ﬁnd me", "find", ["ﬁnd"]),
        ("a (b [c", "(b", ["b"]),
        ("nothing", "else", []),
    ],
)
def test_highlight_marks_the_original(text, query, hits):
    assert [piece for piece, hit in highlight(text, query) if hit] == hits


@given(st.text(), st.text())
def test_highlight_loses_nothing(text, query):
    assert "".join(piece for piece, _ in highlight(text, query)) == text
