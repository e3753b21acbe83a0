"""A request climbs to the developers with its context pack, comes back because something is missing, climbs again, is
accepted and solved; the customer follows it in the portal and explains nothing twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"
ISSUE = "https://git.example.org/shop/issues/7"
WORDS = {
    "fa": {"subject": "گزارش فروش صفر است", "text": "گزارش مرداد صفر است. کی درست می‌شود؟", "why": "فقط یک ماه صفر است", "steps": "گزارش ← مرداد", "back": "نسخه کدام است؟", "answer": "درست شد."},
    "en": {"subject": "The report shows zero", "text": "August is zero. When will it be right?", "why": "Only one month is zero", "steps": "Reports, August", "back": "Which version?", "answer": "It is right now."},
}  # fmt: skip


def test_up_with_a_pack_back_and_up_again(desk: Demo, people: Callable[..., Any]) -> None:
    words = WORDS[desk.language]
    desk.in_django(
        "import sys; from pelekan.tickets import actions; actions.welcome(sys.argv[1], language=sys.argv[2])",
        EMMA, desk.language,
    )  # fmt: skip
    emma, sara, james, arash = people(""), people("sara"), people("james"), people("arash")
    emma.context.add_cookies([desk.sessions(anew=True)["emma"]])

    # an admin says what the developers must be told
    arash.goto(desk.address + "/desk/settings/staircase/")
    arash.locator(".entries__link").first.click()
    for field in ("reproduction", "version"):
        arash.locator(f"input[name=asks][value={field}]").check()
    arash.locator(".savebar button[type=submit]").click()
    arash.locator(".banner--success").wait_for()

    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", words["subject"])
    emma.fill("textarea[name=text]", words["text"])
    emma.locator("form[enctype] button.button--primary").click()

    sara.goto(desk.address + "/desk/list/all/")
    sara.locator(".row a", has_text=words["subject"]).click()
    sara.locator("#head [data-key='t']").click()
    sara.locator("#head [data-key='t']").wait_for(state="detached")
    escalate(sara, words["why"], reproduction=words["steps"], version="?")

    # the developers' queue says that it waits to be accepted; what is known is on top
    james.goto(desk.address + "/desk/list/unassigned/")
    row = james.locator(".row", has_text=words["subject"])
    row.locator(".row__handed").wait_for()
    row.locator("a").first.click()
    pack = james.locator("#pack")
    pack.get_by_text(words["steps"]).wait_for()
    pack.get_by_text("مرداد صفر است" if desk.language == "fa" else "August is zero").first.wait_for()
    james.locator("#climb .hint", has_text=words["why"]).wait_for()
    james.locator("#timeline-scroll").click()
    james.keyboard.press("b")
    james.locator("#act-dialog textarea[name=why]").fill(words["back"])
    james.locator("#act-dialog input[name=missing][value=version]").check()
    james.locator("#act-dialog [data-send]").click()
    james.locator("#act-dialog").wait_for(state="hidden")

    # back with who sent it, with what is missing; up again with it
    sara.goto(desk.address + "/desk/list/mine/")
    sara.locator(".row a", has_text=words["subject"]).click()
    sara.locator("#climb .hint", has_text=words["back"]).wait_for()
    sara.locator("#climb .climb-note").wait_for()
    escalate(sara, words["why"], version="7.2.1", issue=ISSUE)
    number = emma_looks(emma, desk)
    emma.locator(".climb__step--now").wait_for()
    before = emma.locator(".climb__step").count()

    james.goto(desk.address + "/desk/list/unassigned/")
    james.locator(".row a", has_text=words["subject"]).click()
    james.locator("#pack").get_by_text("7.2.1").wait_for()
    james.locator(".issue__link", has_text="git.example.org").wait_for()
    james.locator("#timeline-scroll").click()
    james.keyboard.press("t")
    james.locator("#climb .hint").wait_for(state="detached")
    james.locator("#editor-reply").click()
    james.keyboard.insert_text(words["answer"])
    james.keyboard.press("Control+Enter")
    james.locator("#timeline .sheet", has_text=words["answer"]).wait_for()
    james.locator("#head [data-key='s']").click()
    james.locator("#head[data-status='solved']").wait_for()

    emma.goto(f"{desk.address}/portal/requests/{number}/")
    emma.locator(".bubble", has_text=words["answer"]).wait_for()
    assert emma.locator(".climb__step--done").count() == emma.locator(".climb__step").count() >= before
    assert emma.locator(".bubble", has_text="7.2.1").count() == 0


def emma_looks(emma: Any, desk: Demo) -> str:
    """Her request in the portal; its number."""
    emma.goto(f"{desk.address}/portal/")
    link = emma.locator("a[href*='/portal/requests/10']").first
    address = link.get_attribute("href") or ""
    emma.goto(desk.address + address)
    return address.rstrip("/").rsplit("/", 1)[-1]


def escalate(page: Any, why: str, **pack: str) -> None:
    """By the dialog: to the developers, with what they ask for."""
    page.locator("#timeline-scroll").click()
    page.keyboard.press("e")
    dialog = page.locator("#act-dialog")
    dialog.locator("input[name=team][data-level='3']").first.check()
    dialog.locator("[data-pack=version].pack-form__field--asked").wait_for()
    dialog.locator("textarea[name=why]").fill(why)
    if "issue" in pack and not dialog.locator("#pack-issue").is_visible():
        dialog.locator("[data-pack-more]").click()
    for name, value in pack.items():
        dialog.locator(f"#pack-{name}").fill(value)
    dialog.locator("[data-send]").click()
    dialog.wait_for(state="hidden")
