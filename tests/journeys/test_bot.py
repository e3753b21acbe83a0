"""The bot in the three languages: answered and solved without anybody; what it does not know goes to a person who has read
it all; a flow by keyboard alone; a question typed in the wrong keyboard layout."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

WORDS = {
    "fa": {
        "ask": "بانک دو بار پول کم کرده است", "wrong": "jlndn hajvh; fha'hi", "title": "تمدید", "yes": "بله", "unknown": "پنگوئن‌ها شلوار می‌پوشند؟",
        "flow": "سفارش یا پرداختم", "parcel": "سفارشم نرسیده", "few": "کمتر از پنج روز", "end": "تا پنج روز کاری",
    },
    "ar": {
        "ask": "خصم البنك المبلغ مرتين", "wrong": "j[]d] hajvh; hgkh]d", "title": "تجديد", "yes": "نعم", "unknown": "هل تلبس البطاريق السراويل؟",
        "flow": "طلبي أو دفعتي", "parcel": "لم يصل طلبي", "few": "أقل من خمسة أيام", "end": "خلال خمسة أيام",
    },
    "en": {
        "ask": "The bank charged me twice", "wrong": "قثدثص ئثئذثقساهح", "title": "enew", "yes": "Yes", "unknown": "Do penguins wear trousers?",
        "flow": "My order or payment", "parcel": "My order has not come", "few": "Less than five days", "end": "within five working days",
    },
}  # fmt: skip
COUNTED = """
import json
from pelekan.knowledge.bot.models import BotAnswer, Talk
talk = Talk.objects.order_by("pk").last()
answer = BotAnswer.objects.filter(talk=talk).select_related("offer").last()
print(json.dumps({
    "outcome": talk.outcome, "visit": talk.visit_id is not None, "helped": answer.helped if answer else None,
    "clicked": bool(answer and answer.offer and answer.offer.clicked_at),
}))
"""


@pytest.fixture(scope="module")
def office(full_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(full_demo, tmp_path_factory.mktemp("bot"), "en")
    one.live()
    yield one
    one.end()


@pytest.fixture
def visitor(office: Demo, chromium: Any) -> Iterator[Callable[[str], Any]]:
    """A visitor before the bot, as the help centre's button leads to it. What scripts throw fails the test."""
    contexts, faults = [], []

    def come(language: str) -> Any:
        context = chromium.new_context(locale=language)
        context.set_default_timeout(120_000)
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{office.address}/help/{language}/")
        with context.expect_page() as opened:
            page.locator(".person a[href$='#bot']").click()
        opened.value.on("pageerror", lambda error: faults.append(str(error)))
        opened.value.locator(".chat__write textarea").wait_for()
        return opened.value

    yield come
    for context in contexts:
        context.close()
    assert not faults


def ask(page: Any, text: str) -> None:
    page.locator(".chat__write textarea").fill(text)
    page.keyboard.press("Enter")


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_asked_answered_opened_solved_and_counted(
    language: str, office: Demo, visitor: Callable[[str], Any]
) -> None:
    words, page = WORDS[language], visitor(language)
    assert page.locator("html").get_attribute("dir") == ("ltr" if language == "en" else "rtl")
    ask(page, words["ask"])
    card = page.locator(".passage").last
    card.wait_for()
    assert page.locator(".line__bot").count() and card.locator("q").inner_text().strip()
    with page.context.expect_page() as opened:
        card.click()
    opened.value.wait_for_url(re.compile(rf"/help/{language}/a/\d+-"))
    quoted = card.locator("q").inner_text().lstrip("- ")[:30]
    assert quoted in opened.value.locator("main").inner_text()
    opened.value.close()
    said = page.locator(".line--bot").count()
    page.locator(".press", has_text=words["yes"]).last.click()
    page.locator(".line--bot").nth(said).wait_for()
    assert json.loads(office.in_django(COUNTED)) == {
        "outcome": "solved",
        "visit": True,
        "helped": True,
        "clicked": True,
    }


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_what_it_does_not_know_goes_to_a_person_who_has_read_it_all(
    language: str, office: Demo, visitor: Callable[[str], Any], chromium: Any
) -> None:
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="en")
    context.set_default_timeout(120_000)
    context.add_cookies([office.sessions()["sara"]])
    sara = context.new_page()
    sara.goto(office.address + "/desk/chats/")
    words, page = WORDS[language], visitor(language)
    ask(page, words["unknown"])
    page.locator(".press--person").wait_for()
    talk = sara.locator(".chatline--bot", has_text=words["unknown"])
    talk.wait_for()  # by itself
    talk.locator("[data-pane-open]").click()
    pane = sara.locator(".chatpane", has_text=words["unknown"])
    pane.locator("header [data-accept]").wait_for()  # she reads along; the visitor does not notice
    page.locator(".press--person").last.click()
    note = pane.locator(".note").last  # the bot's summary, in the desk's own language
    note.wait_for()
    assert words["unknown"] in note.inner_text()
    pane.locator("header [data-accept]", has_text="Accept").click()
    pane.locator("header [data-accept]").wait_for(state="detached")
    line = pane.locator("[data-line]")
    line.fill("A person answers: 4711")
    line.press("Enter")
    page.get_by_text("A person answers: 4711").wait_for()
    pane.locator("[data-dialog$='/answers/']").click()  # an article from beside the talk, as a card
    sara.locator("dialog [name=q]").fill(words["ask"])
    card = sara.locator("dialog .fitting__one", has=sara.locator("[data-put-card]")).first
    title = card.locator("b").inner_text()
    card.locator("[data-put-card]").click()
    pane.locator("[data-line]", has_text="/c/").press("Enter")
    page.locator("a[href*='/c/']").last.wait_for()
    assert title in page.locator(".line").last.inner_text()
    context.close()


def reach(page: Any, label: str) -> None:
    """To a button by keyboard, from where one writes back through what was said."""
    page.get_by_role("button", name=label, exact=True).last.wait_for()
    for _key in range(30):
        if page.evaluate("document.activeElement.textContent") == label:
            return
        page.keyboard.press("Shift+Tab")
    raise AssertionError(f"{label} can't be reached by keyboard")


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_a_flow_by_keyboard_alone(language: str, office: Demo, visitor: Callable[[str], Any]) -> None:
    words, page = WORDS[language], visitor(language)
    page.locator(".chat__write textarea").focus()
    for label in (words["flow"], words["parcel"]):
        reach(page, label)
        page.keyboard.press("Enter")
    page.locator(".press--person").last.wait_for()
    page.locator(".line--bot").nth(1).wait_for()
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.type("8814-K")
    page.keyboard.press("Enter")
    reach(page, words["few"])
    page.keyboard.press("Enter")
    page.get_by_text(words["end"]).last.wait_for()
    page.locator(".press", has_text=words["yes"]).last.wait_for()
    reach(page, page.locator(".press", has_text=words["yes"]).last.inner_text())
    page.keyboard.press("Enter")
    page.locator(".press").first.wait_for(state="detached")


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_a_question_in_the_wrong_keyboard_layout_is_answered(
    language: str, visitor: Callable[[str], Any]
) -> None:
    page = visitor(language)
    ask(page, WORDS[language]["wrong"])
    card = page.locator(".passage").last
    card.wait_for()
    assert WORDS[language]["title"] in card.inner_text()
