"""Step lists as text: pasted, and written as a message."""

from __future__ import annotations

from pelekan.tickets.guides import steps


def test_numbers_and_bullets_go_and_indented_lines_belong_to_the_step_above() -> None:
    pasted = (
        "1. Close the app\n   wait ten seconds\n\n۲) دوباره باز کنید\n• Sign in\n10:30 is no number\n- Pay"
    )
    assert steps.from_lines(pasted) == [
        {"title": "Close the app", "text": "wait ten seconds"},
        {"title": "دوباره باز کنید", "text": ""},
        {"title": "Sign in", "text": ""},
        {"title": "10:30 is no number", "text": ""},
        {"title": "Pay", "text": ""},
    ]
    assert steps.from_lines(" \n\t\n") == []


def test_typed_words_are_text_in_the_html_and_addresses_links() -> None:
    made = steps.as_html(
        "", [{"title": "<b>x</b>", "text": 'see https://example.com/a?b=1&c="2"\nthen "go"'}], "fa"
    )
    assert '<ol dir="rtl">' in made
    assert "<b>&lt;b&gt;x&lt;/b&gt;</b>" in made
    assert '<a href="https://example.com/a?b=1&amp;c=">' in made and "<br>then" in made


def test_numbers_are_those_of_the_language() -> None:
    told = steps.as_text("سلام", [{"title": "الف", "text": "یک\nدو"}, {"title": "ب", "text": ""}], "fa")
    assert told == "سلام\n\n۱. الف\n   یک\n   دو\n۲. ب"


def test_a_language_is_offered_only_when_every_step_has_it() -> None:
    guide = [{"title": {"fa": "الف", "en": "a"}, "text": {}}, {"title": {"en": "b"}, "text": {}}]
    assert steps.language_for(guide, "fa", ("fa", "ar", "en")) == "en"
    assert steps.language_for(guide, "en", ()) == "en"
    assert steps.language_for([], "en", ("en",)) == ""
