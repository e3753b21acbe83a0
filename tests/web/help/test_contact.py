"""How to reach us: the phone with its hours, links elsewhere, departments and the coming days, from what is set and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import time_machine

from pelekan.demo.world import World
from pelekan.people import desk
from pelekan.people.models import Desk, Team
from pelekan.sla import calendars
from pelekan.sla.models import BusinessHours
from pelekan.tickets import shaping
from pelekan.tickets.models import Event
from pelekan.web.help import asking
from tests.web.admin.test_health import english

FRIDAY = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)  # a day off of the week in Tehran
SUNDAY = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def fresh():
    for known in (desk, calendars, asking):
        known.forget()
    yield
    for known in (desk, calendars, asking):
        known.forget()


def office_hours() -> None:
    """Sunday to Thursday, nine to five in Tehran, are the default."""
    nine_to_five, off = [["09:00", "17:00"]], []
    week = [nine_to_five, nine_to_five, nine_to_five, nine_to_five, off, off, nine_to_five]
    BusinessHours.objects.update(is_default=False)
    BusinessHours.objects.create(name="office", zone="Asia/Tehran", week=week, is_default=True)
    calendars.forget()


def test_admins_say_how_to_reach_them_and_mistakes_are_told(world: World) -> None:
    arash = english(world, "arash")
    page = "/desk/settings/reach/"
    wrong = arash.post(page, {"phone": "12", "hours": "", "links": ""})
    assert wrong.status_code == 422 and "no complete phone number" in wrong.content.decode()
    wrong = arash.post(page, {"phone": "", "hours": "", "links": "Ours javascript:alert(1)"})
    assert wrong.status_code == 422 and "begins with https://" in wrong.content.decode()
    right = {
        "phone": "+۹۸ ۲۱ ۸۷۶۵ ۴۳۲۱",
        "hours": "",
        "links": "https://t.me/example\nOurs https://social.example/@us",
    }
    assert arash.post(page, right).status_code == 302
    assert Desk.objects.get(pk=1).reach["phone"] == "+982187654321"
    assert Event.objects.filter(name="desk.changed").latest("pk").data["changed"]["reach"]
    desk.forget()
    assert "+98 21 8765 4321" in arash.get(page).content.decode()
    assert english(world, "sara").get(page).status_code == 403


@pytest.mark.parametrize("language", ["fa", "ar", "en"])
def test_the_help_centre_shows_phone_departments_and_days(world: World, client, language: str) -> None:
    with time_machine.travel(FRIDAY, tick=False):
        shaping.save_reach(by=None, phone="+982187654321", hours=None, links="https://t.me/example")
        office_hours()
        Team.objects.filter(pk=world.teams["payments"].pk).update(
            offered=True, words={"en": {"name": "Payments desk", "description": "Money"}}
        )
        desk.forget()
        text = client.get(f"/help/{language}/contact/").content.decode()
        assert 'href="tel:+982187654321"' in text and "+98 21 8765 4321" in text
        assert {"fa": "تلگرام", "ar": "تيليغرام", "en": "Telegram"}[language] in text
        assert f"?team={world.teams['payments'].pk}" in text
        if language == "en":
            assert "Payments desk" in text and "Closed" in text and "Somebody answers now" not in text
            assert "Phone: We are closed now." in client.get("/help/en/").content.decode()
        assert text.count('scope="row"') == 7 and text.count('aria-current="date"') == 1
    with time_machine.travel(SUNDAY, tick=False):
        for known in (desk, calendars, asking):
            known.forget()
        again = client.get(f"/help/{language}/contact/").content.decode()
        if language == "en":
            assert "Somebody answers now" in again
