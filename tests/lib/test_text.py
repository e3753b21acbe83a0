import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.lib.text import (
    ZWNJ,
    clean_controls,
    direction,
    initials,
    isolate,
    language,
    latin_digits,
    local_digits,
    one_line,
    paragraphs,
    safe_header,
)


def test_digits():
    assert latin_digits("۱۲۳ ٤٥٦ x") == "123 456 x"
    assert local_digits("#12 ٣", "fa-IR") == "#۱۲ ۳"
    assert local_digits("12۳", "ar") == "١٢٣"
    assert local_digits("۱۲٣", "en") == "123"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سلام hello", "rtl"),
        ("hello سلام", "ltr"),
        ("12: سلام", "rtl"),
        ("\u2068hello\u2069 سلام", "rtl"),
        ("\u2069\u2068سلام", "ltr"),
        ("", "ltr"),
    ],
)
def test_direction_of_the_first_strong_letter(text, expected):
    assert direction(text) == expected


def test_direction_falls_back_to_what_is_asked():
    assert direction("123", default="rtl") == "rtl"


def test_each_paragraph_has_its_own_direction():
    assert paragraphs("سلام\n----\nError 500\n1") == [
        ("سلام", "rtl"),
        ("----", "rtl"),
        ("Error 500", "ltr"),
        ("1", "ltr"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("سفارش من نرسیده است", "fa"),
        ("چطور اشتراک را تمدید کنم؟", "fa"),
        ("سلام", "fa"),
        ("كجا مي شود پرداخت كرد", "fa"),
        ("أين طلبي؟", "ar"),
        ("كيف يمكنني تجديد الاشتراك", "ar"),
        ("شكرا جزيلا", "ar"),
        ("How do I renew my plan?", "en"),
        ("ok", "en"),
        ("Wie kann ich mein Konto löschen?", "de"),
        ("Où est ma commande? Je ne la trouve pas dans mon compte", "fr"),
        ("Где мой заказ", "ru"),
        ("میرا آرڈر کہاں ہے", "ur"),
        ("注文はどこですか", "ja"),
        ("12345 :)", ""),
    ],
)
def test_language(text, expected):
    assert language(text) == expected


def test_mi_29_nul_and_control_bytes_are_removed():
    assert clean_controls("a\x00b\x1b[31m\x07c\x85\tx\r\ny\rz") == "ab[31mc\tx\ny\nz"
    assert clean_controls("bad \ud800 half") == "bad \ufffd half"


def test_direction_overrides_cannot_reach_their_neighbours():
    assert clean_controls("invoice_\u202efdp.exe") == "invoice_fdp.exe"
    assert clean_controls("\u202bسلام\nb") == "\u202bسلام\u202c\nb"
    assert clean_controls("\u2067a\u202bb\u2069c\u202c") == "\u2067a\u202bb\u202c\u2069c"
    plain = "نیم‌فاصله و \u200fنشان"
    assert clean_controls(plain) == plain


@given(st.text())
def test_isolate_is_one_closed_pair(text):
    inner = isolate(text)[1:-1]
    assert not set(inner) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


@given(st.text())
def test_safe_header_is_one_line(text):
    header = safe_header(text)
    assert len(header.splitlines()) <= 1
    header.encode()


def test_safe_header_joins_folded_lines():
    assert safe_header("Subject\r\nBcc: x@example.com\x00") == "Subject Bcc: x@example.com"


@given(st.text(), st.integers(min_value=5, max_value=60))
def test_one_line_keeps_its_limit(text, limit):
    # closing marks for direction may be added after the cut
    assert len(one_line(text, limit).rstrip("…\u202c\u2069")) <= limit


def test_one_line_cuts_between_words():
    assert one_line("The payment\n\n was taken twice from my card", 20) == "The payment was…"
    assert one_line("short  one", 20) == "short one"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Sara Mohammadi", "SM"),
        ("سارا محمدی", f"س{ZWNJ}م"),
        ("أحمد عبد الله", f"أ{ZWNJ}ا"),
        ("لینا الخطیب", f"ل{ZWNJ}خ"),
        ("ali.rezaei@example.com", "AR"),
        ("مینا", "م"),
        ("  (7) ", ""),
    ],
)
def test_initials(name, expected):
    assert initials(name) == expected
