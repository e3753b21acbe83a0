"""The formulas, against tables made by hand."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.knowledge.trail.deflection import Facts, difference, verdict, wilson
from pelekan.knowledge.trail.handling import seconds_of
from pelekan.knowledge.trail.masking import masked
from pelekan.knowledge.trail.stems import key_of

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        (Facts(looked=False, said=True, read=True), ""),
        (Facts(looked=True, over=False, said=True), "pending"),
        (Facts(looked=True), "left"),
        (Facts(looked=True, read=True), "solved"),
        (Facts(looked=True, said=True), "solved"),
        (Facts(looked=True, said=True, read=True, requested=True), "requested"),
    ],
)
def test_a_visit_counts_once_and_a_request_weighs_more_than_what_was_said(facts: Facts, said: str) -> None:
    assert verdict(facts) == said


def test_wilson_and_newcombe_as_published() -> None:
    """Newcombe 1998, table II, (a) 56/70 and 48/80, method 10: 0.0524 to 0.3339."""
    found = difference((56, 70), (48, 80))
    assert (round(found.low, 4), round(found.high, 4)) == (0.0524, 0.3339)
    assert not found.enough  # seventy are too few to be told
    low, high = wilson(81, 263)
    assert (round(low, 4), round(high, 4)) == (0.2553, 0.3662)  # Newcombe 1998, table I
    assert difference((120, 400), (80, 400)).certain
    assert not difference((1, 0), (5, 10)).enough


def test_handling_counts_work_and_not_waiting() -> None:
    stays = [(AT, AT + timedelta(minutes=12)), (AT, AT + timedelta(hours=9)), (AT, None)]
    assert seconds_of(stays, calls=2) == (12 + 30 + 10) * 60


@pytest.mark.parametrize(
    "same",
    [
        ("تمدید اشتراک", "اشتراک‌ها را چطور تمدید کنم؟", "اشتراک ها تمدید", "تمديد اشتراك"),
        ("تجديد الاشتراك", "تجديد اشتراك", "كيف تجديد الاشتراكات؟"),
        ("renew subscription", "How do I renew my subscriptions?", "Renewing a subscription"),
    ],
)
def test_the_same_question_in_other_words(same: tuple[str, ...]) -> None:
    assert len({key_of(text) for text in same}) == 1
    assert key_of(same[0]) != key_of("delivery ارسال")


@pytest.mark.parametrize(
    "text",
    [
        "کد به ۰۹۱۲۱۲۳۴۵۶۷ نمی‌رسد", "رقمي ٠٥٠١٢٣٤٥٦٧", "call +98 (912) 123-45-67", "6037-9911-1234-5678",
        "IR12 0560 0000 0000 1234 5678 90", "mina.salehi@example.com", "سلام مینا صالحی هستم", "مينا صالحي", "MINA salehi",
        "من مینا‌صالحی‌ام", "اسم من مینا صالحی", "my name is Mina Salehi", "http://example.com/?u=mina", "@mina_salehi",
    ],
)  # fmt: skip
def test_g_nothing_tells_who_asked(text: str) -> None:
    said = masked(text, ["مینا صالحی", "Mina Salehi"])
    assert not re.search(r"\d{5}|@\w|mina|salehi|صالحی|صالحي", said, re.IGNORECASE), said


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        # phones and mobiles: Latin, Persian and Arabic digits, with and without signs between
        ("شماره ۰۹۱۲۳۴۵۶۷۸۹ من", "شماره [#] من"), ("شماره ۰۹۱۲ ۳۴۵ ۶۷۸۹ من", "شماره [#] من"), ("هاتفي ٠٥٠-١٢٣-٤٥٦٧", "هاتفي [#]"),
        ("+98 912 345 6789", "[#]"), ("call (021) 8877-6655 now", "call [#] now"), ("۰۰۹۸۹۱۲۳۴۵۶۷۸۹", "[#]"),
        # mail
        ("ايميلي mina@example.com لا يعمل", "ايميلي [@] لا يعمل"), ("ایمیل مینا@مثال.ایران", "ایمیل [@]"),
        # national ids and papers
        ("کد ملی ۰۰۱۲۳۴۵۶۷۸", "کد ملی [#]"), ("الهوية ١٠٢٣٤٥٦٧٨٩", "الهوية [#]"), ("ID 784-1990-1234567-1", "ID [#]"),
        ("گذرنامه A12345678", "گذرنامه [#]"), ("passport ab1234567", "passport [#]"),
        # cards and accounts
        ("کارت ۶۰۳۷ ۹۹۱۱ ۱۲۳۴ ۵۶۷۸", "کارت [#]"), ("بطاقة ٤١١١١١١١١١١١١١١١", "بطاقة [#]"), ("4111-1111-1111-1111 declined", "[#] declined"),
        ("شبا IR120560000000001234567890", "شبا [#]"), ("IBAN SA03 8000 0000 6080 1016 7519", "IBAN [#]"),
        # names that are told as names
        ("اسم من علی رضایی است", "اسم من [name] است"), ("اینجانب علی رضایی", "اینجانب [name]"), ("اسمي سارة الأحمد", "اسمي [name]"),
        ("my name is Sara Ahmadi", "my name is [name]"), ("نامم رضا است", None),
        # what tells nobody stays, whatever its digits
        ("سفارش ۵۱۲۱", "سفارش ۵۱۲۱"), ("iPhone 15 Pro", "iPhone 15 Pro"), ("٣ أيام", "٣ أيام"), ("error 404", "error 404"),
    ],
)  # fmt: skip
def test_g_what_is_taken_out_and_what_stays(typed: str, kept: str | None) -> None:
    said = masked(typed)
    assert said == kept if kept is not None else "رضا" not in said, said


@given(
    st.lists(
        st.one_of(
            st.emails(),
            st.from_regex(r"(\+98|0098|0)9[0-9]{9}", fullmatch=True),
            st.from_regex(r"[۰-۹]{4}[- ][۰-۹]{4}[- ][۰-۹]{4}", fullmatch=True),
            st.sampled_from(["مینا", "صالحی", "صالحي", "Mina", "MINA"]),
            st.sampled_from(["تمدید", "اشتراک", "renew", "order 5121", "چطور", "الطلب", "؟", "،", "-"]),
        ),
        max_size=8,
    ),
    st.sampled_from([" ", "  ", "\n", " , ", " / "]),
)
def test_whatever_stands_beside_it(parts: list[str], between: str) -> None:
    said = masked(between.join(parts), ["مینا صالحی", "Mina"])
    bare = re.sub(r"\[(?:@|#|link|name)\]", " ", said)
    assert not re.search(r"@|\d{5}|\d{4}[- ]\d{4}", bare), said
    assert not re.search(r"(?<!\w)(mina|مینا|صالحی|صالحي)(?!\w)", bare, re.IGNORECASE), said
    assert masked(said) == said
