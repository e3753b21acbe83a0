"""Three, four and eight hours: an answer that takes too long is seen by everyone, told to those who can help, and in the
end the desk asks to phone. Nobody reloads a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.servers.desks import Demo

pytestmark = [pytest.mark.browser, pytest.mark.server, pytest.mark.slow]

EMMA = "emma.clarke@example.net"
SUBJECT = "The tent came without poles"


@pytest.fixture(scope="module", params=["fa", "en"])
def desk(
    request: pytest.FixtureRequest, empty_demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Demo]:
    """The office, open day and night so that every hour counts, and without service levels; its clock can be moved."""
    one = Demo(empty_demo, tmp_path_factory.mktemp("sla"), request.param)
    one.in_django(
        "from pelekan.tickets.models import Rulebook; from pelekan.sla.models import BusinessHours\n"
        "BusinessHours.objects.all().delete(); Rulebook.objects.filter(kind='sla').delete()"
    )
    one.live_ahead()
    yield one
    one.end()


def letters(page: Any, desk: Demo, address: str, most: int = 120) -> int:
    """How many letters lie in the post office for `address`, waiting for the first."""
    for _ in range(most):
        page.goto(f"{desk.address}/demo/post/?as={address}")
        found = page.locator(".story").count()
        if found:
            return int(found)
        page.wait_for_timeout(500)
    return 0


def test_three_four_and_eight_hours(desk: Demo, people: Callable[..., Any]) -> None:
    arash, sara, nika, emma, post = (people(who) for who in ("arash", "sara", "nika", "", ""))

    # the admin adds the preset and puts it in force
    arash.goto(desk.address + "/desk/settings/sla/")
    arash.locator('form[action$="/sla/preset/"] button').click()
    arash.locator(".ladder__stop").nth(3).wait_for()
    arash.locator('form[action$="/books/sla/enable/"] button').click()
    arash.locator(".inforce").wait_for()

    # a customer writes; whoever is in charge takes it
    for page in (sara, nika):
        page.goto(desk.address + "/desk/list/all/")
    emma.goto(f"{desk.address}/demo/post/?as={EMMA}&write=1")
    emma.fill("input[name=subject]", SUBJECT)
    emma.fill("textarea[name=text]", "How shall I sleep in it?")
    emma.locator("form[enctype] button.button--primary").click()
    rows = {who: page.locator(".row", has_text=SUBJECT) for who, page in (("sara", sara), ("nika", nika))}
    for row in rows.values():
        row.locator(".clock--far time[data-until]").wait_for()
    rows["sara"].locator("a").click()
    sara.locator('#acts [data-key="t"]').click()
    sara.locator(".target time[data-until]").first.wait_for()

    # 2 h 40: amber for both, by itself
    desk.ahead(160)
    for row in rows.values():
        row.and_(row.page.locator(".row--soon")).wait_for()
        assert row.locator(".clock--near use[href$='#clock']").count() == 1, "not by colour alone"

    # 3 h: late for both, and the agent gets one mail
    desk.ahead(182)
    for row in rows.values():
        row.and_(row.page.locator(".row--late")).wait_for()
        row.locator("use[href$='#alarm-clock']").wait_for()
    nika.locator("#list-heard", has_text=SUBJECT).wait_for(state="attached")
    desk.ahead(187)  # notices gather for some minutes
    assert letters(post, desk, "sara@chakad.example") == 1
    sara.locator("#head .clock--late").wait_for()

    # 4 h: the card asks to phone; the list of calls has it too
    desk.ahead(242)
    card = sara.locator("#calls .call")
    card.wait_for()
    nika.locator('.nav [data-count="calls"]').wait_for()
    nika.locator('.nav [data-key="g l"]').click()
    nika.locator(".calls .call", has_text=SUBJECT).wait_for()
    card.locator("label.pill").first.click()
    card.locator("input[name=text]").fill("She found the poles")
    card.locator("[data-send]").click()
    card.wait_for(state="detached")
    sara.locator("#timeline").get_by_text("She found the poles").wait_for()
    nika.locator(".calls .call").wait_for(state="detached")

    # 8 h: very late for both, and the manager gets a mail
    nika.goto(desk.address + "/desk/list/all/")
    desk.ahead(485)
    for row in rows.values():
        row.and_(row.page.locator(".row--very-late")).wait_for()
    desk.ahead(490)
    assert letters(post, desk, "nika@chakad.example") == 1
    assert letters(post, desk, "sara@chakad.example") == 1, "the agent was mailed once, not at each step"
