"""The scene that Pelekan exists for, with two agents and a customer at once. Nobody reloads a page: what one does,
the others see."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

WORDS = {
    "fa": {
        "ask": "سلام، اشتراکم را چطور تمدید کنم؟",
        "article": "از «حساب من» دکمهٔ «تمدید» را بزنید: https://chakad.example/help/renew",
        "trouble": "بانک پول را کم کرد ولی پنل چیزی نشان نمی‌دهد",
        "answer": "پرداخت شما تأیید شد؛ اشتراک فعال است.",
        "number": "۱۰۰۱",
    },
    "en": {
        "ask": "Hello, how do I renew my subscription?",
        "article": "Open “My account” and choose “Renew”: https://chakad.example/help/renew",
        "trouble": "The bank took the money but the panel shows nothing",
        "answer": "Your payment is confirmed; the subscription is active.",
        "number": "1001",
    },
}


def see(page: Any, text: str) -> None:
    """Wait until `text` can be seen."""
    page.get_by_text(text).last.wait_for()


def test_from_the_first_line_to_the_specialists_answer(desk: Demo, people: Callable[..., Any]) -> None:
    words = WORDS[desk.language]
    sara, dara, mina = people("sara", form=True), people("dara"), people("")
    sara.goto(desk.address + "/desk/chats/")
    dara.goto(desk.address + "/desk/list/all/")

    # a visitor asks; it shows on the front line's board by itself
    mina.goto(f"{desk.shop}/account/renew?lang={desk.language}")
    mina.locator("button").last.click()
    chat = mina.frame_locator("iframe")
    chat.locator(".choice--main").click()
    line = chat.get_by_role("textbox")
    line.fill(words["ask"])
    line.press("Enter")
    see(sara, words["ask"])

    # accepted, answered, and the answer is in the chat
    sara.locator("[data-accept]").first.click()
    pane = sara.locator(".chatpane").first
    pane.wait_for()
    answer = pane.locator("[data-line]")
    answer.fill(words["article"])
    answer.press("Enter")
    chat.locator(".line__text", has_text="chakad.example/help/renew").wait_for()

    # the bank took the money: one click makes it official, on the customer's behalf
    line.fill(words["trouble"])
    line.press("Enter")
    pane.get_by_text(words["trouble"]).first.wait_for()
    pane.locator("[data-dialog*='register']").click()
    sara.locator("#register-quick").click()
    chat.get_by_text(re.compile(words["number"])).first.wait_for()

    # the specialists' list has it, with its number and everything said so far; nobody asks again
    row = dara.locator(".row").first
    row.wait_for()
    row.locator("a").click()
    see(dara, words["trouble"])
    dara.locator("#head [data-key='t']").click()
    editor = dara.locator("#editor-reply")
    editor.click()
    dara.keyboard.insert_text(words["answer"])
    dara.keyboard.press("Control+Enter")

    # and the customer reads the answer where he asked, while Sara sees it too
    chat.locator(".line__text", has_text=words["answer"]).wait_for()
    pane.get_by_text(words["answer"]).first.wait_for()
    dara.locator("#head [data-key='s']").click()
    dara.locator("#head[data-status='solved']").wait_for()


def test_two_agents_type_at_once(desk: Demo, people: Callable[..., Any]) -> None:
    """CC-01 on screen: the second one is shown what the first wrote before anything of his is sent."""
    mina = people("")
    mina.goto(f"{desk.shop}/?lang={desk.language}")
    mina.locator("button").last.click()
    chat = mina.frame_locator("iframe")
    chat.locator(".choice--main").click()
    chat.get_by_role("textbox").fill("two at once")
    chat.get_by_role("textbox").press("Enter")
    sara, omid = people("sara"), people("omid")
    for page in (sara, omid):
        page.goto(desk.address + "/desk/list/all/")
        page.locator(".row a", has_text="two at once").click()
        page.locator("#editor-reply").click()
    omid.keyboard.insert_text("Omid writes")
    sara.locator("#looking, #typing").get_by_text(re.compile(r"\S")).first.wait_for()
    sara.keyboard.insert_text("Sara writes")
    sara.keyboard.press("Control+Enter")
    chat.locator(".line__text", has_text="Sara writes").wait_for()
    omid.keyboard.press("Control+Enter")
    omid.locator("#guard [data-anyway]").wait_for()
    see(omid, "Sara writes")
    assert chat.locator(".line__text", has_text="Omid writes").count() == 0
    omid.locator("#guard [data-anyway]").click()
    chat.locator(".line__text", has_text="Omid writes").wait_for()


def test_the_visitor_registers_it_himself(desk: Demo, people: Callable[..., Any]) -> None:
    """S31: at the end of a chat that did not solve it."""
    mina, sara = people(""), people("sara")
    mina.goto(f"{desk.shop}/?lang={desk.language}")
    mina.locator("button").last.click()
    chat = mina.frame_locator("iframe")
    chat.locator(".choice--main").click()
    chat.get_by_role("textbox").fill("not solved at all")
    chat.get_by_role("textbox").press("Enter")
    sara.goto(desk.address + "/desk/chats/")
    sara.locator("[data-accept]").first.click()
    pane = sara.locator(".chatpane", has_text="not solved at all")
    pane.wait_for()
    pane.locator("[hx-post$='/end-chat/']").click()
    chat.locator(".chat__offer button").first.click()
    chat.locator("input[name=email]").fill("visitor@example.com")
    chat.locator("form button[type=submit]").last.click()
    digits = r"[۰-۹]{4}" if desk.language == "fa" else r"\d{4}"
    chat.get_by_text(re.compile(digits)).first.wait_for()
    pane.get_by_text(re.compile(digits)).first.wait_for()


def test_text_in_receipt_link_portal_answer(desk: Demo, people: Callable[..., Any]) -> None:
    """A text message becomes a ticket; its receipt bears a link into the portal; the answer goes out as a text."""
    emma, sara = people(""), people("sara")
    phone = desk.address + "/demo/phones/?as=%2B12025550123"
    emma.goto(phone)
    emma.locator("textarea").fill("Where is parcel 2240?")
    emma.locator("form.form button").click()
    see(emma, "Where is parcel 2240?")
    receipt = emma.locator("a[href*='/s/']")

    def until(place: Any) -> None:  # the page of a phone is looked at again by hand
        for _ in range(60):
            if place.count():
                return
            emma.wait_for_timeout(500)
            emma.goto(phone)
        place.first.wait_for(timeout=1000)

    until(receipt)
    browser = people("")
    browser.goto(receipt.first.get_attribute("href"))
    assert "/s/" not in browser.url
    see(browser, "Where is parcel 2240?")
    sara.goto(desk.address + "/desk/list/all/")
    sara.locator(".row a", has_text="parcel 2240").click()
    sara.locator("#editor-reply").click()
    sara.keyboard.insert_text("It left today")
    sara.locator("#text-parts", has_text=re.compile("[1۱]")).wait_for()
    sara.keyboard.press("Control+Enter")
    see(browser, "It left today")  # in the portal at once
    until(emma.get_by_text("It left today"))
    sara.locator("article", has_text="It left today").locator("[data-sending] svg").wait_for()


def test_mail_in_answered_and_back_on_the_same_ticket(desk: Demo, people: Callable[..., Any]) -> None:
    """A letter becomes a ticket with a receipt; the answer goes out; the customer's answer joins by proof."""
    emma, sara = people(""), people("sara")
    sara.goto(desk.address + "/desk/list/all/")
    emma.goto(desk.address + "/demo/post/?as=emma.clarke@example.net&write=1")
    emma.fill("input[name=subject]", "Charged twice")
    emma.fill("textarea[name=text]", "My card was charged twice.")
    emma.locator("form[enctype] button.button--primary").click()
    row = sara.locator(".row a", has_text="Charged twice")
    row.wait_for()
    row.click()
    sara.locator("#editor-reply").click()
    sara.keyboard.insert_text("We have refunded one of them.")
    sara.keyboard.press("Control+Enter")
    sara.locator("#ticket").get_by_text("We have refunded one of them.").first.wait_for()

    letter = emma.locator("a", has_text="Re: Charged twice").first
    for _ in range(60):
        emma.goto(desk.address + "/demo/post/?as=emma.clarke@example.net")
        if emma.locator("a", has_text="Re: Charged twice").count() >= 2:  # the receipt and the answer
            break
        emma.wait_for_timeout(500)
    letter.click()
    emma.locator("a[href*='answer=1']").click()
    emma.fill("textarea[name=text]", "Thank you, I see it on my card.")
    emma.locator("form[enctype] button.button--primary").click()
    sara.locator("#ticket").get_by_text("Thank you, I see it on my card.").first.wait_for()
    assert sara.locator(".row a", has_text="Charged twice").count() == 1
