"""Every page before axe: nothing serious or critical, in a right-to-left and a left-to-right language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.conftest import ROOT, Desk
from tests.journeys.pages import PAGES, SESSIONS

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"


@pytest.mark.parametrize("language", ["fa", "en"])
def test_no_serious_finding(language: str, chromium: Any, tmp_path: Path) -> None:
    if not AXE.exists():
        pytest.skip("needs axe-core: run bin/setup, which fetches it with the browser packages")
    desk = Desk(tmp_path, language, empty=False)
    told = json.loads(desk.ask(SESSIONS, language))
    desk.start()
    found: list[str] = []
    try:
        for name, who, address in PAGES:
            context = chromium.new_context(
                viewport={"width": 1440, "height": 900}, bypass_csp=True, locale=language
            )
            if who:
                context.add_cookies([{"name": told["name"], "value": told["cookies"][who], "url": desk.url}])
            page = context.new_page()
            where = address.format(
                language=language, chat=told["chat"], mail=told["mail"], number=told["number"]
            )
            page.goto(desk.url + where)
            page.wait_for_load_state("load")
            page.add_script_tag(path=str(AXE))
            result = page.evaluate(
                "async () => (await axe.run(document, {resultTypes: ['violations']})).violations"
            )
            found += [
                f"{name}: {one['id']} {one['nodes'][0]['html'][:160]}"
                for one in result
                if one["impact"] in ("serious", "critical")
            ]
            context.close()
    finally:
        desk.stop()
    assert not found, "\n".join(found)
