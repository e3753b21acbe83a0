"""What changed, word by word."""

from __future__ import annotations

from pelekan.knowledge.comparing import GONE, NEW, SAME, compare, shortened


def test_words_are_told_apart_in_persian_too() -> None:
    (one,) = compare("پول تا ۷۲ ساعت برمی‌گردد.", "پول تا ۷۲ ساعت کاری برمی‌گردد.")
    assert one.how == SAME
    assert [text for text, how in one.pieces if how == NEW] == ["کاری "] or [
        text for text, how in one.pieces if how == NEW
    ] == [" کاری"]
    assert not [text for text, how in one.pieces if how == GONE]


def test_other_paragraphs_stand_below_each_other() -> None:
    found = compare("same\nold words here", "same\nentirely different")
    assert [(one.how, one.pieces[0][0]) for one in found] == [
        (SAME, "same"), (GONE, "old words here"), (NEW, "entirely different"),
    ]  # fmt: skip


def test_nothing_new_is_nothing() -> None:
    assert shortened(compare("a\nb", "a\nb")) == []
    many = "\n".join(f"line {number}" for number in range(30))
    short = shortened(compare(many, many + "\nthe end"))
    assert short[-1].how == NEW and short[0].skipped == 28
