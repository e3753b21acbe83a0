"""A question of one customer is answered by another, accepted, becomes an article and is found; what a newcomer writes is counted
at the desk at once and waits for a look."""

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
keeping.save_space(None, names={"fa": "سفارش‌ها", "ar": "الطلبات", "en": "Orders"}, by=None)
Section.objects.get_or_create(slug="community-tents", defaults={"names": {"fa": "چادرها", "ar": "الخيام", "en": "Tents"}})
for address, name in (("emma.clarke@example.net", "Emma-C"), ("mina.salehi@example.com", "مینا.ص"), ("yusuf.almansouri@example.org", "يوسف")):
    actions.welcome(address, language=sys.argv[1])
    member = members.choose_name(Customer.objects.get(identities__address=address), name)
    member.approved = 0 if name == "يوسف" else 5
    member.save()
"""
WORDS = {  # title, text (its end is marked), the marked words, answer, question to the search
    "fa": ("میخ‌های چادرم کجاست؟", "چادر بدون میخ رسید. **حالا چه کنم؟**", "حالا چه کنم؟", "یک بسته رایگان می‌فرستند؛ شمارهٔ سفارش را بنویسید.", "میخ چادر"),
    "ar": ("أين أوتاد خيمتي؟", "وصلت الخيمة من دونها. **ماذا أفعل الآن؟**", "ماذا أفعل الآن؟", "يرسلون مجموعة مجانية، اذكر رقم طلبك.", "اوتاد خيمتي"),
    "en": ("Where are the pegs of my tent?", "The tent came without them. **What now?**", "What now?", "They send a set for free: ask with the number of your order.", "tent pegs"),
}  # fmt: skip


@pytest.mark.parametrize("desk", ["fa", "ar", "en"], indirect=True)
def test_question_answer_accepted_article(desk: Demo, people: Callable[..., Any]) -> None:
    desk.in_django(READY, desk.language)
    title, text, marked, answer, query = WORDS[desk.language]
    known = desk.sessions(anew=True)
    mina, emma, yusuf, sara, nika, anyone = (people(one) for one in ("", "", "", "sara", "nika", ""))
    for page, name in ((mina, "mina"), (emma, "emma"), (yusuf, "yusuf")):
        page.context.add_cookies([known[name]])
    front = f"{desk.address}/community/{desk.language}/"

    def ask(page: Any, title: str, text: str) -> str:
        page.goto(front + "ask/")
        page.fill("input[name=title]", title)
        page.fill("#text", text)
        page.wait_for_timeout(3_500)  # nobody writes a post in less time, and the desk knows it
        page.locator("form[data-keep-form=topic] button.button--primary").click()
        page.wait_for_url("**/t/**")
        return str(page.url).split("#")[0]

    address = ask(mina, title, text)
    assert mina.locator("html").get_attribute("dir") == ("ltr" if desk.language == "en" else "rtl")

    emma.goto(address)
    assert emma.locator(".post .said strong").first.inner_text() == marked
    emma.fill("#text", answer)
    emma.wait_for_timeout(3_500)
    emma.keyboard.press("Control+Enter")
    emma.locator(".answers .post").wait_for()

    mina.reload()
    mina.locator(".answers .votes__button").click()
    mina.locator(".answers .votes__button[aria-pressed=true]").wait_for()
    mina.locator("form[action$='/accept/'] button").click()
    mina.locator(".post--accepted").wait_for()

    anyone.goto(address)
    assert anyone.locator(".post--accepted .said").inner_text().startswith(answer[:12])
    assert not anyone.locator("textarea").count()

    sara.goto(desk.address + "/desk/community/?list=topics")
    count = sara.locator(".nav [data-count=community]")
    assert not count.is_visible()
    sara.wait_for_timeout(2_000)  # its stream is open by then
    waits = ask(yusuf, title + " ؟", answer + " " + text)
    count.wait_for(state="visible")  # without a reload
    assert anyone.goto(waits).status == 404
    sara.goto(desk.address + "/desk/community/")
    sara.locator("form[action$='/approve/'] button").click()
    sara.locator(".banner--success").wait_for()
    assert not count.is_visible() and anyone.goto(waits).status == 200

    sara.goto(desk.address + "/desk/community/?list=topics")
    number = address.split("/t/")[1].split("-")[0]
    sara.locator(f".forgotten__row[href$='/{number}/']").click()
    sara.locator("form[action$='/article/'] button").click()
    sara.locator(".banner--success").wait_for()
    assert desk.in_django(
        "import sys; from pelekan.knowledge.models import Translation as T; t = T.objects.get(newest__title=sys.argv[1]);"
        "print(t.published_id is None, sys.argv[2] in t.newest.text)", title, answer[:12]
    ).split() == ["True", "True"]  # fmt: skip
    nika.goto(sara.url)
    nika.locator(".topic-act a[href*='/knowledge/']").click()
    nika.locator("button[value=publish]").click()
    nika.locator(".banner--success").first.wait_for()

    anyone.goto(f"{desk.address}/help/{desk.language}/search/?q={query}")
    found = anyone.locator(".reads--found li")
    article = found.filter(has=anyone.locator("a[href*='/help/']")).first
    assert title in article.inner_text()
    solved = found.filter(has=anyone.locator("a[href*='/community/']")).first
    assert solved.locator(".badge--success").count() == 1, "and the topic, as solved"
    article.locator("a").click()
    anyone.wait_for_url("**/a/**")
    back = anyone.locator("article a[href*='/community/']")
    assert answer[:12] in anyone.locator("article").inner_text()
    back.click()
    anyone.wait_for_url("**/t/**")
    assert anyone.locator("a[href*='/help/'][href*='/a/']").count(), "the topic leads to the article"
