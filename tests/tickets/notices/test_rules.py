"""Which happening is told, when, and by which ways: no database."""

from __future__ import annotations

import pytest

from pelekan.tickets.notices import defaults, rules, texts
from pelekan.tickets.notices.rules import Happening, Kind, Truth, Way


@pytest.mark.parametrize(
    ("what", "told"),
    [
        (Happening("ticket.registered"), (Kind.RECEIVED,)),
        (Happening("ticket.escalated"), (Kind.MOVED,)),
        (Happening("ticket.returned"), (Kind.MOVED,)),
        (Happening("ticket.handed_over"), ()),  # on the same step: nothing that the customer would notice
        (Happening("ticket.escalated", at_once=True), ()),  # the receipt tells it
        (Happening("ticket.solved", at_once=True), (Kind.SOLVED, Kind.RATE)),
        (Happening("ticket.waited"), (Kind.WAITING, Kind.REMINDER)),
        (Happening("ticket.solved"), (Kind.SOLVED, Kind.RATE)),
        (Happening("ticket.solved", by_customer=True), ()),
        (Happening("ticket.solved", registered=False), (Kind.RATE,)),
        (Happening("ticket.escalated", registered=False), ()),
        (Happening("message.sent"), ()),
    ],
)
def test_what_is_told(what: Happening, told: tuple[Kind, ...]) -> None:
    assert rules.wanted(what) == told


@pytest.mark.parametrize(
    ("kinds", "truth", "told"),
    [
        (["moved"], Truth("open"), ("moved",)),
        (["moved"], Truth("open", answered=True), ()),  # the answer says more
        (["moved"], Truth("open", returned=True), ()),  # it came back within the window
        (["moved", "solved", "rate"], Truth("solved"), ("solved", "rate")),
        (["waiting"], Truth("waiting"), ("waiting",)),
        (["waiting"], Truth("open"), ()),
        (["waiting"], Truth("waiting", answered=True), ()),  # the question itself went out
        (["reminder"], Truth("waiting", answered=True), ("reminder",)),
        (["reminder"], Truth("waiting", wrote=True), ()),
        (["solved", "rate"], Truth("open"), ()),  # reopened meanwhile
        (["solved", "rate"], Truth("closed", rated=True), ("solved",)),
    ],
)
def test_what_is_left_when_it_is_due(kinds: list[str], truth: Truth, told: tuple[str, ...]) -> None:
    assert rules.left(kinds, truth) == told


def test_choices_and_proof() -> None:
    kinds = (Kind.WAITING, Kind.SOLVED, Kind.RATE)
    assert rules.by_way(kinds, Way.EMAIL, off=["rate:email"]) == (Kind.WAITING, Kind.SOLVED)
    assert rules.by_way(kinds, Way.EMAIL, off=["waiting:email"]) == kinds, "essential mail is never off"
    assert rules.by_way(kinds, Way.SMS, off=["waiting:sms"], has_mail=False) == (Kind.SOLVED, Kind.RATE)
    assert rules.by_way(kinds, Way.SMS) == (), "mail reaches him: SMS only by choice"
    assert rules.by_way(kinds, Way.SMS, on=["solved:sms"]) == (Kind.SOLVED,)
    assert rules.by_way(kinds, Way.EMAIL, off=[], only_essential=True) == (Kind.WAITING,)
    assert rules.may_switch_off(["solved", "rate"]) == (Kind.RATE,)
    assert rules.may_switch_off(["moved"]) == (Kind.MOVED,) and rules.may_switch_off(["waiting"]) == ()


def test_merging_keeps_the_order_of_the_table() -> None:
    assert rules.merged(["solved"], ["moved", "solved"]) == ["moved", "solved"]
    assert set(rules.lanes([Kind.WAITING, Kind.REMINDER])) == {"soon", "later"}


def test_every_kind_has_its_words_in_every_language() -> None:
    for language in ("fa", "ar", "en"):
        assert set(defaults.SHORT[language]) == {str(kind) for kind in Kind}
        assert set(defaults.FULL[language]) == {str(kind) for kind in Kind} - {"answer"}
        for text in defaults.FULL[language].values():
            texts.check(text, "full")
        for text in defaults.SHORT[language].values():
            texts.check(text, "short")


@pytest.mark.parametrize(
    "text", ["{nummer}", "{number.__class__}", "{0}", "{}", "{{number}}", "{number", "a } b"]
)
def test_unknown_placeholders_are_refused(text: str) -> None:
    with pytest.raises(texts.BadText):
        texts.check(text)


def test_a_value_is_never_looked_at_again() -> None:
    filled = texts.fill(
        "{subject} / {number}", {"subject": "{number} {desk}", "number": "7", "desk": "secret"}
    )
    assert "secret" not in filled and "{number} {desk}" in filled
    assert texts.fill("No. {number}.\n{hours}", {"number": "7"}).endswith(".")


def test_a_short_english_text_stays_ascii() -> None:
    said = texts.fill(
        defaults.SHORT["en"]["solved"],
        {"desk": "Chakad", "number": "1042", "link": "https://x.test/s/1"},
        short=True,
    )
    assert said.isascii() and said == "Chakad: request 1042 is solved. https://x.test/s/1"
    assert "\u2068Chakad\u2069" in texts.fill(defaults.SHORT["fa"]["solved"], {"desk": "Chakad"}, short=True)
