"""An admin writes two rules; a mail goes by the first. He drags the second above it, and the next mail goes elsewhere; the
ticket says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"


def write_rule(arash: Any, desk: Demo, name: str, team: str) -> None:
    """A rule on the word “charged”, put together with the keyboard as far as one would."""
    arash.goto(desk.address + "/desk/settings/rules/routing/new/")
    arash.fill("#f-name", name)
    arash.locator("select[name=when-1-name]").select_option("text")
    arash.locator("#when-row-1 input[data-words]").wait_for(state="attached")
    words = arash.locator("#when-row-1 .chipbox__input")
    words.press_sequentially("charged")
    words.press("Enter")
    arash.locator("#when-row-1 .chip", has_text="charged").wait_for()
    arash.locator(".cond__said", has_text="charged").wait_for()
    arash.locator("select[name=do-0-team]").select_option(label=team)
    arash.locator(".savebar button[type=submit]").click()
    arash.locator(".rule__name", has_text=name).wait_for()


def put_in_force(arash: Any) -> None:
    arash.locator(".draft__enable button").click()
    arash.locator(".inforce").wait_for()


def mail(emma: Any, desk: Demo, subject: str) -> None:
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", subject)
    emma.fill("textarea[name=text]", "My card was charged twice.")
    emma.locator("form[enctype] button.button--primary").click()


def names(arash: Any) -> list[str]:
    return [one.inner_text() for one in arash.locator(".rule__name").all()]


def test_a_dragged_rule_sends_the_next_ticket_elsewhere(desk: Demo, people: Callable[..., Any]) -> None:
    arash, nika, emma = people("arash"), people("nika"), people("")
    nika.goto(desk.address + "/desk/list/all/?order=newest")
    arash.goto(desk.address + "/desk/settings/rules/")
    for grip in range(arash.locator(".rule").count()):  # rules that the office has already are put aside
        switch = arash.locator(".rule .switchlike--on").first
        if switch.count():
            switch.click()
            arash.wait_for_load_state()
        assert grip < 50
    before = len(names(arash))
    write_rule(arash, desk, "To payments", "پرداخت و مالی")
    write_rule(arash, desk, "To the engineers", "فنی")
    put_in_force(arash)

    mail(emma, desk, "Charged, first")
    nika.locator(".row a", has_text="Charged, first").click()
    nika.locator(".stay--here", has_text="پرداخت و مالی").wait_for()
    nika.locator(".traced__line", has_text="To payments").wait_for()

    # dragged with the mouse; it is a draft, and told as one
    grip = arash.locator(".rule [data-grip]").nth(before + 1)
    grip.scroll_into_view_if_needed()
    start, above = grip.bounding_box(), arash.locator(".rule").nth(before).bounding_box()
    x = start["x"] + start["width"] / 2
    arash.mouse.move(x, start["y"] + start["height"] / 2)
    arash.mouse.down()
    arash.mouse.move(x, above["y"] + 4, steps=8)
    with arash.expect_response("**/order/"):
        arash.mouse.up()
    arash.locator(".draft__differences").wait_for()
    assert names(arash)[before:] == ["To the engineers", "To payments"]

    # the arrow keys do the same, and the place is said
    arash.locator(".rule [data-grip]").nth(before).focus()
    with arash.expect_response("**/order/"):
        arash.keyboard.press("ArrowDown")
    assert names(arash)[before:] == ["To payments", "To the engineers"]
    arash.locator("#sorted", has_text="To the engineers").wait_for(state="attached")
    with arash.expect_response("**/order/"):
        arash.keyboard.press("ArrowUp")
    arash.locator(f".rulelist > .rule:nth-child({before + 1})", has_text="To the engineers").wait_for()
    put_in_force(arash)

    mail(emma, desk, "Charged, second")
    nika.goto(desk.address + "/desk/list/all/?order=newest")
    nika.locator(".row a", has_text="Charged, second").click()
    nika.locator(".stay--here", has_text="فنی").wait_for()
    line = nika.locator(".traced__line", has_text="To the engineers")
    line.locator("summary").click()
    line.locator(".answer--yes", has_text="charged").wait_for()
    line.locator("button").click()
    line.locator(".trace__step--matched", has_text="To the engineers").wait_for()
    line.locator(".trace__step--skipped", has_text="To payments").wait_for()
