"""The morning batch: overnight three requests came. The overcharge stands on top and says why, though it came second; the
question about the holiday has its answer from the calendar below it, and one click sends it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

NIGHT = {
    "fa": [
        ("mina", "تعطیلات عید", "سلام، روز اول نوروز باز هستید؟"),
        ("kaveh", "سفارش ۲۲۹۱", "برای یک سفارش دو بار پول برداشتید. بانک هر دو را کسر کرد."),
        ("yusuf", "تجديد الاشتراك", "كيف أجدد اشتراكي؟"),
    ],
    "en": [
        ("emma", "New year holiday", "Hello, are you open on Nowruz?"),
        ("kaveh", "Order 2291", "You took the money twice: my card was charged two times for one order."),
        ("yusuf", "Renewal", "How do I renew my subscription?"),
    ],
}
DAY = {"fa": "۱ فروردین", "en": r"2[01] March 20\d\d"}
REASON = "بانک|کسر|برداشت|took the money|charged"
CUSTOMERS = """
import json, sys
from pelekan.demo.world import CUSTOMERS
json.dump({key: row[1] for key, row in CUSTOMERS.items()}, sys.stdout)
"""


@pytest.fixture(scope="module", params=["fa", "en"])
def desk(
    request: pytest.FixtureRequest, empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The office as it is, with a clock that can be moved to the morning."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("morning"), request.param)
    one.live_ahead()
    yield one
    one.end()


def test_the_overcharge_first_and_the_holiday_with_one_click(desk: Demo, people: Callable[..., Any]) -> None:
    address = json.loads(desk.in_django(CUSTOMERS))
    (who, holiday, _asked), (_, overcharge, _said), (_, howto, _how) = NIGHT[desk.language]
    customer, sara = people(""), people("sara")
    for key, subject, text in NIGHT[desk.language]:
        customer.goto(f"{desk.address}/demo/post/?as={address[key]}&write=1")
        customer.fill("input[name=subject]", subject)
        customer.fill("textarea[name=text]", text)
        customer.locator("form[enctype] button.button--primary").click()
    sara.goto(desk.address + "/desk/list/all/")
    for subject in (holiday, overcharge, howto):
        sara.locator(".row", has_text=subject).wait_for()

    # it is morning: the most urgent stands on top, with its reason beside it
    desk.ahead(10 * 60)
    sara.goto(desk.address + "/desk/list/all/")
    first = sara.locator(".row").first
    first.filter(has_text=overcharge).wait_for()
    assert re.search(REASON, first.locator(".row__why").inner_text())

    # the ticket explains its priority, sentence by sentence
    first.locator("a.row__open").click()
    sara.locator("#head .fact__why").wait_for()
    sara.locator("#head .fact[data-dialog*=assess]").click()
    sara.locator(".why li").first.wait_for()
    assert re.search(REASON, sara.locator(".why").inner_text())
    sara.keyboard.press("Escape")

    # the simple question bears its answer, from the real calendar, and one click sends it
    sara.locator(".row", has_text=holiday).locator("a.row__open").click()
    ready = sara.locator(".ready-answer")
    said = ready.locator("p").inner_text()
    assert re.search(DAY[desk.language], said), said
    ready.locator("[data-send-now]").click()
    sara.locator(".message--outgoing, .sheet--outgoing").filter(has_text=said).wait_for()
    ready.wait_for(state="hidden")
    for _ in range(120):
        customer.goto(f"{desk.address}/demo/post/?as={address[who]}")
        if customer.locator(".story", has_text=holiday).count():
            customer.locator(".story", has_text=holiday).first.click()
            if customer.frame_locator(".letter__frame").get_by_text(said).count():
                break
        customer.wait_for_timeout(500)
    customer.frame_locator(".letter__frame").get_by_text(said).wait_for()
