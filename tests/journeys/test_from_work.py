"""From work to knowledge: what one customer was answered becomes an article that others find, without a word that tells whose
it was; what is typed again and again a saved reply; what was said on the phone a draft."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

ASKED = "سلام، من مینا صالحی هستم، ۰۹۱۲۱۲۳۴۵۶۷. فاکتور سفارش CH-20481 را از کجا بگیرم؟"
ANSWER = "سلام مینا جان، در «سفارش‌های من» سفارش CH-20481 را باز کنید و «فاکتور» را بزنید."
AGAIN = "در «حساب من» گزینهٔ «تمدید» را بزنید؛ صفحهٔ بانک باز می‌شود و رسید همان لحظه با ایمیل می‌رسد."
SAID = "به ۰۹۱۲۱۲۳۴۵۶۷ زنگ زدم: مودم را دو بار خاموش و روشن کند."
TITLE = "فاکتور سفارش را از کجا بگیرم؟"
EDITED = "فاکتور همیشه آنجاست."
PERSONAL = ("مینا", "صالحی", "۰۹۱۲", "0912", "20481", "۲۰۴۸۱")
PREPARE = """
import json, sys
from pelekan.knowledge import shelves
from pelekan.knowledge.deflection import repeated
from pelekan.people.models import Agent, Customer
from pelekan.tickets import actions, calls
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Category, Inbox, Ticket
words = json.loads(sys.argv[1])
sara = Agent.objects.get(user__email="sara@chakad.example")
inbox, mina = Inbox.objects.get(key="portal"), Customer.objects.get(identities__address="mina.salehi@example.com")
category = Category.objects.filter(parent=None).first()
shelves.save(None, by=None, names={"fa": "خرید"})
def asks(subject, text, answer):
    said = actions.receive(Incoming(inbox_id=inbox.pk, channel="portal", customer_id=mina.pk, text=text, subject=subject))
    ticket = Ticket.objects.get(pk=said.ticket_id)
    actions.categorise(ticket, category, by=sara)
    if answer:
        actions.reply(ticket, by=sara, text=answer)
    return ticket.pk
one = asks("فاکتور سفارش CH-20481", words["asked"], words["answer"])
for opening in ("سلام.", "روز به خیر.", "درود،"):
    asks("تمدید", "چطور تمدید کنم؟", f"{opening} {words['again']}")
other = asks("تمدید دوباره", "چطور تمدید کنم؟", "")
calls.propose(Ticket.objects.get(pk=other), because="", by=sara)
repeated.gather()
print(json.dumps({"one": one, "other": other, "category": category.name}))
"""


@pytest.fixture(scope="module")
def desk(empty_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(empty_demo, tmp_path_factory.mktemp("work"), "fa")
    one.live()
    yield one
    one.end()


@pytest.fixture(scope="module")
def told(desk: Demo) -> dict[str, Any]:
    words = {"asked": ASKED, "answer": ANSWER, "again": AGAIN}
    return json.loads(desk.in_django(PREPARE, json.dumps(words)))  # type: ignore[no-any-return]


def nobodys(text: str) -> None:
    assert not [one for one in PERSONAL if one in text], text


def covered(page: Any, category: str) -> list[str]:
    """The category's row: requests, with an article, share, without, articles."""
    page.goto(page.url.partition("/desk/")[0] + "/desk/insights/coverage/")
    row = page.locator(".insights__table tr", has=page.locator("th", has_text=category)).first
    return [one.strip() for one in row.locator("td").all_inner_texts()]


def test_from_a_ticket_to_an_article_that_others_find(
    desk: Demo, told: dict[str, Any], people: Callable[..., Any]
) -> None:
    sara, nika, reader = people("sara"), people("nika"), people("")
    nika.goto(desk.address + "/desk/insights/coverage/")
    assert covered(nika, told["category"])[:2] == ["۵", "۰"]

    sara.goto(f"{desk.address}/desk/tickets/{told['one']}/")
    sara.locator("#acts summary[aria-haspopup]").last.click()
    sara.locator("#acts [hx-post$='/article/']").click()
    sara.wait_for_url("**/desk/knowledge/*/fa/")
    draft = sara.url
    body = sara.locator("#f-body-rich")
    body.filter(has_text="سفارش‌های من").wait_for()
    for text in (
        sara.input_value("input[name=title]"),
        sara.input_value("input[name=summary]"),
        body.inner_text(),
    ):
        nobodys(text)
    assert "[شماره]" in sara.input_value("input[name=title]")  # where something was, one sees that it was
    sara.fill("input[name=title]", TITLE)
    sara.fill("input[name=summary]", "")
    body.focus()
    for key in ("Control+End", "Enter"):
        sara.keyboard.press(key)
    sara.keyboard.type(EDITED)
    sara.locator("button[value=review]").click()
    sara.locator(".banner--success").wait_for()

    reader.goto(f"{desk.address}/help/fa/search/?q={TITLE}")
    assert not reader.locator(".reads--found a").count()  # nobody reads it before it is out
    nika.goto(desk.address + "/desk/bell/")
    nika.locator(".bell__line", has_text=TITLE).first.click()
    nika.wait_for_url(draft)
    nika.locator("form[action$='/act/publish/'] [type=submit]").click()
    nika.locator(".banner--success").wait_for()

    reader.goto(f"{desk.address}/help/fa/")
    reader.fill("#help-q", "گرفتن فاکتور")
    reader.locator("#help-q").press("Enter")
    reader.locator(".reads--found a", has_text=TITLE).first.click()
    reader.locator(".prose", has_text=EDITED).wait_for()
    nobodys(reader.content())
    assert covered(nika, told["category"])[:2] == ["۵", "۵"]


def test_what_is_typed_again_is_a_saved_reply_in_one_click(
    desk: Demo, told: dict[str, Any], people: Callable[..., Any]
) -> None:
    nika, sara = people("nika"), people("sara")
    nika.goto(desk.address + "/desk/insights/repeated/")
    row = nika.locator(".fitting__one", has_text=AGAIN)
    row.locator("button[value=reply]").click()
    nika.locator(".banner--success").wait_for()
    row.locator(".badge", has_text="/again1").wait_for()

    sara.goto(f"{desk.address}/desk/tickets/{told['other']}/")
    box = sara.locator("#editor-reply")
    box.click()
    sara.keyboard.type("/again1")
    sara.locator("#composer [role=option]", has_text=AGAIN).wait_for()
    sara.keyboard.press("Enter")
    box.filter(has_text=AGAIN).wait_for()
    sara.keyboard.press("Control+Enter")
    sara.locator("#timeline", has_text=AGAIN).wait_for()


def test_a_call_note_becomes_a_draft(desk: Demo, told: dict[str, Any], people: Callable[..., Any]) -> None:
    sara = people("sara")
    sara.goto(f"{desk.address}/desk/tickets/{told['other']}/")
    call = sara.locator(".call__form")
    call.locator(".pill").first.click()
    call.locator("input[name=text]").fill(SAID)
    call.locator("button[name=article]").click()
    sara.wait_for_url("**/desk/knowledge/*/fa/")
    body = sara.locator("#f-body-rich")
    body.filter(has_text="دو بار خاموش و روشن").wait_for()
    nobodys(body.inner_text())
