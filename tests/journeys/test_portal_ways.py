"""A customer signs in by a code on the phone, asks, is answered, and says that the answer helped; the agent sees it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

NUMBER = "+989124445566"
WORDS = {
    "fa": {"subject": "رسید خرید", "text": "رسید خریدم را می‌خواهم.", "answer": "رسید در پرونده است.", "why": "خیلی سریع"},
    "ar": {"subject": "إيصال الشراء", "text": "أحتاج إيصال شرائي.", "answer": "الإيصال مرفق بالطلب.", "why": "سريع جدا"},
    "en": {"subject": "My receipt", "text": "I need my receipt.", "answer": "It is attached.", "why": "Very quick"},
}  # fmt: skip
ANSWER = """
import sys
from pelekan.people.models import Agent
from pelekan.tickets import actions
from pelekan.tickets.models import Ticket
actions.reply(Ticket.objects.get(subject=sys.argv[1]), by=Agent.objects.get(user__email="sara@chakad.example"), text=sys.argv[2])
"""


@pytest.fixture(scope="module", params=["fa", "ar", "en"])
def desk(
    request: pytest.FixtureRequest, empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The office in the three languages of its customers."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("desk"), request.param)
    one.live()
    yield one
    one.end()


def test_in_by_sms_and_an_answer_is_rated(desk: Demo, people: Callable[..., Any]) -> None:
    words = WORDS[desk.language]
    customer, phone, sara = people(""), people(""), people("sara")
    customer.goto(desk.address + "/portal/sign-in/")
    customer.fill("input[name=email]", NUMBER)
    customer.locator("main form button[type=submit]").first.click()
    customer.wait_for_url("**/sign-in/code/")

    phone.goto(f"{desk.address}/demo/phones/?as={NUMBER.replace('+', '%2B')}")
    for _again in range(40):
        code = re.search(r"\b\d{6}\b", phone.locator("main").inner_text())
        if code:
            break
        phone.wait_for_timeout(500)
        phone.reload()
    assert code
    customer.fill("input[name=code]", code[0])
    customer.locator("main form button[type=submit]").first.click()
    customer.wait_for_url("**/portal/")

    customer.goto(desk.address + "/portal/requests/new/")
    customer.locator("input[name=team]").first.check()
    customer.fill("input[name=subject]", words["subject"])
    customer.fill("textarea[name=text]", words["text"])
    customer.locator("form[data-once] button[type=submit]").click()
    customer.wait_for_url(re.compile(r"/portal/requests/\d+/"))
    desk.in_django(ANSWER, words["subject"], words["answer"])

    customer.get_by_text(words["answer"]).wait_for()  # it comes by itself
    helped = customer.locator(".helped").last
    helped.locator("[value=yes]").first.click()
    customer.locator(".helped__more[open] textarea").fill(words["why"])
    customer.locator(".helped__more button").click()
    customer.locator(".helped__more", has_text=words["why"]).wait_for()
    assert customer.locator(".helped__one[value=yes]").get_attribute("aria-pressed") == "true"

    sara.goto(desk.address + "/desk/list/all/")
    sara.locator(".row a", has_text=words["subject"]).click()
    sara.locator(".rated", has_text=words["why"]).wait_for()
