"""From a question to an answer without anybody: search, read, "this solved it", counted; and the step to a person."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

WORDS = {"fa": "بانک دو بار پول", "ar": "البنك مرتين", "en": "bank charged twice"}
COUNTED = """
import json
from pelekan.knowledge.models import Translation
from pelekan.knowledge.trail.models import Question, Reading
reading = Reading.objects.filter(solved=True).select_related("question", "translation").last()
print(json.dumps({
    "question": reading.question.text if reading.question else "", "language": reading.translation.language,
    "helped": reading.translation.helped, "visit": reading.visit_id is not None,
}))
"""


@pytest.fixture(scope="module")
def office(full_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(full_demo, tmp_path_factory.mktemp("help"), "en")
    one.live()
    yield one
    one.end()


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_search_read_solved(language: str, office: Demo, chromium: Any) -> None:
    context = chromium.new_context(locale=language)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None
    )
    page.goto(office.address + "/")
    page.wait_for_url(f"**/help/{language}/")
    assert page.locator("html").get_attribute("dir") == ("ltr" if language == "en" else "rtl")
    field = page.locator("#help-q")
    field.fill(WORDS[language])
    page.locator(".hints [role=option]").first.wait_for()
    field.press("Enter")  # no hint is chosen: the search itself
    page.wait_for_url(re.compile("/search/"))
    page.locator(".reads--found a").first.click()
    page.wait_for_url(re.compile(rf"/help/{language}/a/\d+-"))
    assert page.locator("article h1").inner_text()
    page.locator(".said button[value=yes]").click()
    page.locator(".said__thanks").wait_for()
    assert re.search(r"/help/\w\w/a/", page.url)  # without leaving the page
    told = json.loads(office.in_django(COUNTED))
    assert told == {
        "question": WORDS[language],
        "language": language,
        "helped": told["helped"],
        "visit": True,
    }
    assert told["helped"] >= 1
    assert not faults
    context.close()


def test_by_keyboard_and_without_scripts(office: Demo, chromium: Any) -> None:
    page = chromium.new_context(locale="en").new_page()
    page.goto(office.address + "/help/en/")
    page.locator("#help-q").press_sequentially("sign in")
    page.locator(".hints [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator(".hints [aria-selected=true]").count() == 1
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/help/en/a/\d+-"))

    plain = chromium.new_context(locale="en", java_script_enabled=False).new_page()
    plain.goto(office.address + "/help/en/search/?q=I+cannot+sign+in")
    plain.locator(".reads--found a").first.click()
    plain.locator(".tree__choice").first.click()
    while plain.locator(".tree__choice").count():
        plain.locator(".tree__choice").first.click()
    assert plain.locator(".tree__taken li").count() >= 1
    assert "way=" in (plain.locator(".tree__end a").get_attribute("href") or "")
    plain.locator(".tree__end button").click()
    plain.wait_for_url(re.compile(r"/said/\?word=yes"))
    plain.locator(".said__thanks").wait_for()
