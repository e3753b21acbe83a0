"""An answer that lost its thread is joined with one key press and taken back with another; a colleague sees both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"


def write(emma: Any, desk: Demo, subject: str, text: str) -> None:
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", subject)
    emma.fill("textarea[name=text]", text)
    emma.locator("form[enctype] button.button--primary").click()


def test_a_lost_answer_is_joined_and_taken_back(desk: Demo, people: Callable[..., Any]) -> None:
    emma, sara, omid = people(""), people("sara"), people("omid")
    for page in (sara, omid):
        page.goto(desk.address + "/desk/list/all/")
    write(emma, desk, "Tent poles", "One of the poles is missing.")
    omid.locator(".row a", has_text="Tent poles").click()
    number = omid.locator(".header__number").inner_text()
    digits = "".join(str(int(digit)) for digit in re.findall(r"\d", number))
    write(emma, desk, f"Re: Poles [#{digits}]", "It is the long one.")
    omid.locator("#editor-reply").click()
    omid.keyboard.insert_text("Which one is")

    sara.locator(".row a", has_text="Re: Poles").click()
    sara.locator("#hints .button--primary").wait_for()
    sara.wait_for_function("() => !document.querySelector('.htmx-request, .htmx-settling, .htmx-added')")
    sara.locator("#hints .button--primary").focus()
    sara.keyboard.press("Enter")
    sara.locator("#timeline", has_text="One of the poles").get_by_text("It is the long one.").wait_for()
    assert sara.locator(".came-from").count() >= 1
    omid.locator("#timeline").get_by_text("It is the long one.").wait_for()
    assert omid.locator("#editor-reply").inner_text().strip() == "Which one is"

    sara.locator(".toast button").focus()
    sara.keyboard.press("Enter")
    sara.locator("#hints .button--primary").wait_for()
    sara.locator("#timeline").get_by_text("It is the long one.").wait_for()
    omid.locator("#timeline").get_by_text("It is the long one.").wait_for(state="detached")
    assert omid.locator("#timeline").get_by_text("One of the poles").count() == 1
    assert omid.locator("#editor-reply").inner_text().strip() == "Which one is"
