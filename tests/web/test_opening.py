"""Outside the hours the widget, the portal and the receipt say so, with the holiday's name and the next opening."""

from __future__ import annotations

from datetime import UTC, datetime

import time_machine
from django.utils import translation

from pelekan.channels.telling import hours_words
from pelekan.demo.world import World
from pelekan.lib.time import Dates
from pelekan.tickets.actions import receive
from pelekan.tickets.incoming import Incoming
from pelekan.web.opening import closed_words
from pelekan.web.widget import shapes
from tests.conftest import NOON
from tests.office_hours import keep

NOWRUZ = datetime(2027, 3, 22, 8, tzinfo=UTC)  # Monday, 2 Farvardin
ENGLISH = Dates("en", "gregorian", "Asia/Tehran")
SAID = "Today is a holiday: \u2068Nowruz\u2069. We open on Thursday, 25 March 2027, at 09:00."


def test_d31_the_widget_and_the_portal_name_the_holiday(world: World) -> None:
    shop, portal = world.inboxes["shop"], world.inboxes["portal"]
    keep(shop, country="IR")
    keep(portal, country="IR")
    with translation.override("en"), time_machine.travel(NOWRUZ, tick=False):
        desk = shapes.desk(shop, ENGLISH, NOWRUZ)
        assert (desk["state"], desk["hours"]) == ("closed", SAID)
        assert closed_words(portal, ENGLISH, NOWRUZ) == SAID
    with translation.override("en"), time_machine.travel(NOON, tick=False):
        assert closed_words(portal, ENGLISH, NOON) == ""


def test_d31_the_receipt_names_the_holiday_in_his_language(world: World) -> None:
    keep(world.inboxes["mail"], country="IR")
    ticket = receive(
        Incoming(
            inbox_id=world.inboxes["mail"].pk,
            channel="email",
            customer_id=world.customers["mina"].pk,
            text="سلام",
        )
    ).ticket
    with time_machine.travel(NOWRUZ, tick=False):
        said = hours_words(ticket, "fa", NOWRUZ)
    assert said.startswith("امروز به مناسبت نوروز تعطیل است.")
    assert "۵ فروردین ۱۴۰۶" in said


def test_a_night_in_the_week_is_no_holiday(world: World) -> None:
    keep(world.inboxes["portal"], country="IR")
    night = datetime(2026, 11, 22, 17, tzinfo=UTC)
    with translation.override("en"), time_machine.travel(night, tick=False):
        assert (
            closed_words(world.inboxes["portal"], ENGLISH, night)
            == "We are closed now. We open tomorrow at 09:00."
        )
