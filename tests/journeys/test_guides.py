"""Guided steps: a manager pastes them, an agent sends them, the customer ticks in the portal, and the agent sees it live."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"
LINES = "1. Close the app\n   not only the window\n2. Empty the cache\n3. Sign in again"
WELCOME = (
    "import sys; from pelekan.tickets import actions; actions.welcome(sys.argv[1], language=sys.argv[2])"
)


def done(page: Any, number: int) -> None:
    """Wait until the card says that so many of three are done."""
    local = "۰۱۲۳"[number]
    page.locator("#guides .guide__count", has_text=re.compile(f"[{number}{local}].*[3۳]")).wait_for()


def test_pasted_sent_ticked_stuck_and_solved(desk: Demo, people: Callable[..., Any]) -> None:
    desk.in_django(WELCOME, EMMA, desk.language)
    nika, emma, sara = people("nika"), people(""), people("sara")
    emma.context.add_cookies([desk.sessions(anew=True)["emma"]])

    # written once, from a list
    nika.goto(desk.address + "/desk/settings/guides/new/")
    nika.fill("input[name=name]", "Sign in again")
    nika.locator(".savebar [type=submit]").click()
    nika.locator("textarea[name=lines]").fill(LINES)
    nika.locator("select[name=language]").select_option("en")
    nika.locator("form[action$='/paste/'] [type=submit]").click()
    nika.locator(".rule__name").nth(2).wait_for()
    assert nika.locator(".rule__name").all_inner_texts() == [
        "Close the app",
        "Empty the cache",
        "Sign in again",
    ]

    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", "I cannot sign in")
    emma.fill("textarea[name=text]", "Whatever I do, I cannot sign in to the app.")
    emma.locator("form[enctype] button.button--primary").click()

    # chosen and sent with the keyboard alone
    sara.goto(desk.address + "/desk/list/all/")
    sara.locator(".row a", has_text="I cannot sign in").click()
    sara.locator("#composer [data-dialog*='/guides/']").focus()
    sara.keyboard.press("Enter")
    first = sara.locator("#guide-list button", has_text="Sign in again")
    first.wait_for()
    sara.keyboard.press("Tab")
    sara.keyboard.press("Enter")
    for number in range(3):
        sara.locator("#act-dialog input[name=take]").nth(number).uncheck()
    sara.locator("#act-dialog [data-send]").click()
    sara.locator("#act-dialog [data-told] .banner").wait_for()  # what is missing is said where he looks
    for number in range(3):
        sara.locator("#act-dialog input[name=take]").nth(number).check()
    sara.locator("input[name=title-2]").fill("Sign in again, slowly")
    sara.locator("#act-dialog [data-send]").focus()
    sara.keyboard.press("Enter")
    sara.locator("#act-dialog").wait_for(state="hidden")
    done(sara, 0)

    # the customer ticks in the portal; the agent, who reloads nothing, sees it
    emma.goto(f"{desk.address}/portal/")
    emma.locator("a[href*='/portal/requests/']", has_text="I cannot sign in").first.click()
    ticks = emma.locator(".guide [role=checkbox]")
    ticks.nth(2).wait_for()
    ticks.nth(0).focus()
    emma.keyboard.press("Space")
    emma.locator(".guide [aria-checked=true]").wait_for()
    done(sara, 1)
    ticks.nth(1).click()
    done(sara, 2)

    # where it does not work, he says so
    emma.locator(".guide details summary").click()
    emma.locator(".guide details textarea").fill("The button is grey")
    emma.locator(".guide [value=stuck]").click()
    sara.locator("#guides .guide--stuck").get_by_text("The button is grey").wait_for()
    sara.locator("#timeline").get_by_text("The button is grey").first.wait_for()

    # on the phone it works after all: the agent ticks; the customer is asked, and it is solved
    sara.locator("#guides [role=checkbox]").nth(2).click()
    done(sara, 3)
    emma.locator(".guide [value=solved]").click()
    sara.locator("#head[data-status='solved']").wait_for()
