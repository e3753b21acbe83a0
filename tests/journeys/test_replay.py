"""The demo's month, tried with one rule less: what would have gone elsewhere, both traces, and the draft in force."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]


@pytest.fixture(scope="module", params=["fa", "en"])
def desk(
    request: pytest.FixtureRequest, full_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The office with its month behind it."""
    one = Demo(full_demo, tmp_path_factory.mktemp("replay"), request.param)
    one.live()
    yield one
    one.end()


def test_the_month_is_tried_with_one_rule_less(desk: Demo, people: Callable[..., Any]) -> None:
    arash = people("arash")
    arash.goto(desk.address + "/desk/settings/rules/")
    arash.locator(".rule .switchlike--on").first.click()
    arash.locator(".draft__differences").wait_for()

    arash.goto(desk.address + "/desk/settings/replay/")
    arash.locator("select[name=draft-routing]").select_option(index=1)
    arash.locator("form:has(input[value=drafts]) button[type=submit]").click()
    arash.wait_for_url("**/replay/*/")
    arash.locator(".replay__draft .button--primary").wait_for()  # comes by itself when all is looked at
    changed = int(
        arash.locator(".tile b").first.inner_text().translate(str.maketrans("۰۱۲۳۴۵۶۷۸۹", "0123456789"))
    )
    assert changed > 0
    assert arash.locator(".entries__link").count() == min(changed, 50)
    where = arash.url
    arash.locator(".entries__link").first.click()
    arash.locator(".replay__side").nth(1).wait_for()
    assert arash.locator(".replay__side").first.locator(".replay__rule--matched").count() == 1
    assert arash.locator(".replay__side").nth(1).locator(".replay__rule--off").count() >= 1

    arash.goto(where)
    arash.locator(".replay__draft .button--primary").click()
    arash.locator(".replay__draft .badge--success").wait_for()

    # the rules in force check themselves: another version decided then, and decides the same again
    arash.goto(desk.address + "/desk/settings/replay/")
    arash.locator("form:has(input[value=check]) button[type=submit]").click()
    arash.locator(".replay__why").wait_for()
    assert arash.locator(".replay__why .icon").count() == 1
