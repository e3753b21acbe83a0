"""A question of one customer is answered by another, accepted, and becomes a draft of an article."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

READY = """
import sys
from pelekan.knowledge.community import keeping, members
from pelekan.knowledge.models import Section
from pelekan.people.models import Customer
from pelekan.tickets import actions
keeping.save_space(None, names={"fa": "سفارش‌ها", "en": "Orders"}, by=None)
Section.objects.get_or_create(slug="community-tents", defaults={"names": {"fa": "چادرها", "en": "Tents"}})
for address, name in (("emma.clarke@example.net", "Emma-C"), ("mina.salehi@example.com", "مینا.ص")):
    actions.welcome(address, language=sys.argv[1])
    member = members.choose_name(Customer.objects.get(identities__address=address), name)
    member.approved = 5
    member.save()
"""


def test_question_answer_accepted_article(desk: Demo, people: Callable[..., Any]) -> None:
    desk.in_django(READY, desk.language)
    known = desk.sessions(anew=True)
    mina, emma, sara, anyone = people(""), people(""), people("sara"), people("")
    mina.context.add_cookies([known["mina"]])
    emma.context.add_cookies([known["emma"]])
    front = f"{desk.address}/community/{desk.language}/"

    mina.goto(front + "ask/")
    mina.fill("input[name=title]", "Where are the pegs of my tent?")
    mina.fill("#text", "The tent came without them. **What now?**")
    mina.click("[data-marks] .marks button >> nth=1")
    mina.wait_for_timeout(3_500)  # nobody writes a post in less time, and the desk knows it
    mina.locator("form[data-keep-form=topic] button.button--primary").click()
    mina.wait_for_url("**/t/**")
    address = mina.url.split("#")[0]

    emma.goto(address)
    assert emma.locator(".post .said strong").first.inner_text() == "What now?"
    emma.fill("#text", "They send a set for free: ask with the number of your order.")
    emma.wait_for_timeout(3_500)
    emma.keyboard.press("Control+Enter")
    emma.locator(".answers .post").wait_for()

    mina.reload()
    mina.locator(".answers .votes__button").click()
    mina.locator(".answers .votes__button[aria-pressed=true]").wait_for()
    mina.locator("form[action$='/accept/'] button").click()
    mina.locator(".post--accepted").wait_for()

    anyone.goto(address)
    assert anyone.locator(".post--accepted .said").inner_text().startswith("They send a set")
    assert not anyone.locator("textarea").count()

    sara.goto(desk.address + "/desk/community/?list=topics")
    sara.locator(".forgotten__row", has_text="Where are the pegs").click()
    sara.locator("form[action$='/article/'] button").click()
    sara.locator(".banner--success").wait_for()
    assert desk.in_django(
        "from pelekan.knowledge.models import Translation as T; t = T.objects.get(newest__title__startswith='Where are the pegs');"
        "print(t.published_id is None, 'They send a set' in t.newest.body)"
    ).split() == ["True", "True"]
