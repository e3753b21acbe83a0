"""Nothing forgotten: a promise is seen while it is written, and a ticket that nobody has stands where it alarms."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"


def test_promised_taken_out_brought_back_and_not_forgotten(desk: Demo, people: Callable[..., Any]) -> None:
    emma, sara, arash = people(""), people("sara"), people("arash")
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", "Where is order 2291")
    emma.fill("textarea[name=text]", "This is unacceptable. I am furious and disappointed!!!")
    emma.locator("form[enctype] button.button--primary").click()

    # the row bears the mark, the ticket says why
    sara.goto(desk.address + "/desk/list/all/")
    row = sara.locator(".row", has_text="Where is order 2291")
    row.locator("use[href$='#frown'], use[href$='#meh']").wait_for()
    row.locator("a.row__open").click()
    sara.locator("#care .care__reasons li").first.wait_for()

    # what is promised is seen while it is written, can be taken out and brought back
    sara.locator("#editor-reply").click()
    sara.keyboard.insert_text("We look into it and will write to you by tomorrow at 10:30.")
    sara.keyboard.type(" ")
    chip = sara.locator("#promises [data-promise]")
    chip.wait_for()
    chip.locator("[data-promise-drop]").click()
    sara.locator("#promises .promise--dropped [data-promise-back]").click()
    sara.locator("#promises [data-promise-at]").wait_for()
    sara.locator("[data-send-button]").click()
    sara.locator("#care .care--promise").wait_for()

    # it was no joke: not so
    sara.locator("#care .care__not summary").first.click()
    sara.locator("#care .care__why [name=why]").first.fill("He is a friend")
    sara.locator("#care .care__why button[type=submit]").first.click()
    sara.locator("#care .care__reasons").wait_for(state="detached")

    # with no patience at all, what nobody has stands in the list at once
    arash.goto(desk.address + "/desk/settings/frustration/")
    arash.fill("[name=forgotten-no_owner]", "0")
    arash.locator(".savebar button[type=submit]").click()
    arash.locator(".draft__enable button[type=submit]").click()
    arash.locator(".inforce").wait_for()
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", "Nobody has this one")
    emma.fill("textarea[name=text]", "How do I renew?")
    emma.locator("form[enctype] button.button--primary").click()
    forgotten = arash.locator("#no_owner .forgotten__row", has_text="Nobody has this one")
    for _ in range(60):
        arash.goto(desk.address + "/desk/forgotten/")
        if forgotten.count():
            break
        arash.wait_for_timeout(500)

    # and the nav counts it, on every page; the number is kept for some seconds
    counted = arash.locator('.nav__link [data-count="forgotten"]')
    for _ in range(60):
        arash.goto(desk.address + "/desk/forgotten/")
        arash.wait_for_timeout(500)
        if counted.is_visible():
            break
    assert re.fullmatch("[1-9۱-۹]+", counted.inner_text())
    forgotten.click()
    arash.locator("#ticket-page").wait_for()
