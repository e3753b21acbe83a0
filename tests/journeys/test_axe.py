"""Every page before axe: nothing serious or critical. The languages take turns, a page each; `AXE=all` shows every page in
every language."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.pages import LOOKED_AT, PAGES
from tests.servers.desks import ROOT, Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
CHECK = """async () => {
  const mild = axe._audit.rules.filter((rule) => ["minor", "moderate"].includes(rule.impact));
  const rules = Object.fromEntries(mild.map((rule) => [rule.id, { enabled: false }]));
  return (await axe.run(document, { resultTypes: ["violations"], preload: false, rules })).violations;
}"""
"""What cannot be serious is not looked for: that, and reading all style sheets for it, is the smaller half of the work."""
LANGUAGES = ("fa", "en", "ar")


@pytest.fixture(scope="module")
def office(full_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = Demo(full_demo, tmp_path_factory.mktemp("axe"), "fa")
    one.live()
    yield one
    one.end()


@pytest.fixture(scope="module")
def told(office: Demo) -> dict[str, Any]:
    return json.loads(office.in_django(LOOKED_AT, office.language))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def cookies(office: Demo, told: dict[str, Any]) -> dict[str, Any]:
    return office.sessions(anew=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_serious_finding(
    language: str, office: Demo, told: dict[str, Any], cookies: dict[str, Any], chromium: Any
) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: run bin/setup, which fetches it with the browser packages")
    office.speak(language)
    told = {**told, **told["articles"][language], "language": language}
    pages: dict[str, Any] = {}
    found: list[str] = []
    for one in (
        PAGES if os.environ.get("AXE") == "all" else PAGES[LANGUAGES.index(language) :: len(LANGUAGES)]
    ):
        if one.who not in pages:
            context = chromium.new_context(
                viewport={"width": 1440, "height": 900}, bypass_csp=True, locale=language
            )
            context.add_cookies([{"name": "language", "value": language, "url": office.address}])
            if one.who:
                context.add_cookies([cookies[one.who]])
            pages[one.who] = context.new_page()
        page = pages[one.who]
        page.goto(one.at(office, told))
        assert page.locator("html").get_attribute("lang") == language, one.name
        for place in one.press:
            page.locator(place).locator("visible=true").first.click()
        if one.press:
            page.locator("dialog[open], details[open] > [role=menu], .letter").first.wait_for()
        page.add_script_tag(path=str(AXE))
        result = page.evaluate(CHECK)
        found += [
            f"{one.name}: {fault['id']} {fault['nodes'][0]['html'][:160]}"
            for fault in result
            if fault["impact"] in ("serious", "critical")
        ]
    assert not found, "\n".join(found)
