"""Nobody reloads: a mention rings at once; the answer that solves asks for stars; they are seen on the ticket."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"


def test_named_in_a_note_answered_and_rated(desk: Demo, people: Callable[..., Any]) -> None:
    emma, sara, omid = people(""), people("sara"), people("omid")
    for page in (sara, omid):
        page.goto(desk.address + "/desk/list/all/")
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", "Stars for order 2291")
    emma.fill("textarea[name=text]", "My card was charged twice.")
    emma.locator("form[enctype] button.button--primary").click()

    # Omid names Sara: @ and the beginning of her name are enough
    omid.locator(".row a", has_text="Stars for order").click()
    omid.locator('.composer__mode[data-mode="note"]').click()
    omid.locator("#editor-note").click()
    omid.keyboard.type("@سار")
    omid.locator(".picker__line", has_text="سارا موحد").wait_for()
    omid.keyboard.press("Enter")
    omid.keyboard.insert_text("look")
    omid.keyboard.press("Control+Enter")

    # her bell rings where she is; its line leads to the ticket and is read
    count = sara.locator("#bell [data-bell-count]")
    count.wait_for()
    assert re.fullmatch("[1۱]", count.inner_text())
    sara.locator("#bell summary").click()
    sara.locator("#bell .bell__line--unread", has_text="Stars for order").click()
    sara.locator("#editor-reply").click()
    count.wait_for(state="hidden")

    # one mail holds the answer, the word that it is solved, and the stars
    sara.keyboard.insert_text("We have refunded one of them.")
    sara.locator(".button-pair .menu summary").click()
    sara.locator('.button-pair [name="then"][value="solve"]').click()
    sara.locator("#head[data-status='solved']").wait_for()
    stars = emma.frame_locator(".letter__frame").locator("a[href*='/portal/rate/']")
    for _ in range(120):
        emma.goto(f"{desk.address}/demo/post/?as={EMMA}")
        letters = emma.locator(".story", has_text="Stars for order")
        if letters.count() >= 2:  # the receipt and the answer
            letters.first.click()
            break
        emma.wait_for_timeout(500)
    emma.frame_locator(".letter__frame").get_by_text("We have refunded one of them.").wait_for()
    assert stars.count() == 5
    with emma.context.expect_page() as opened:
        stars.nth(3).click()
    rate = opened.value
    rate.locator('input[name=stars][value="4"]:checked').wait_for(state="attached")
    rate.fill("textarea[name=words]", "Quick and kind")
    rate.locator("form:has(textarea) [type=submit]").click()
    rate.wait_for_url("**done=1")

    # and Sara sees it on the ticket, by itself
    sara.locator("#ticket").get_by_text("Quick and kind").wait_for()
    count.wait_for()
