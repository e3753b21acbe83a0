"""Business hours at the settings: typed in anybody's digits and calendar, shown day by day, given to teams and inboxes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.sla import calendars
from pelekan.sla.hours import is_open
from pelekan.sla.models import BusinessHours
from pelekan.web.admin.hours_form import OwnRow, form_of, spans_typed, stored_of
from tests.conftest import NOON

S = "/desk/settings/"
VALUES = {
    "name": "Dubai", "zone": "Asia/Dubai", "always": "no", "country": "AE", "day0_open": ["۹", "۱۴:۰۰"], "day0_close": ["۱۳", "18.30"],
    "day4_open": ["22:00"], "day4_close": ["6"],
    "own_name": ["ساعت رمضان", "Move", "Open after all", ""], "own_day": ["۱", "7", "2", ""],
    "own_month": ["hijri-9", "jalali-10", "gregorian-12", "jalali-1"], "own_to_day": ["30", "", "3", ""],
    "own_to_month": ["hijri-9", "", "gregorian-12", ""], "own_year": ["", "۱۴۰۵", "", ""], "own_does": ["open", "closed", "usual", "closed"],
    "own_spans": ["۱۰ تا ۱۳، ۱۴-۱۵:۳۰", "", "", ""],
}  # fmt: skip


@pytest.fixture(autouse=True)
def _empty(world: World) -> None:
    BusinessHours.objects.all().delete()
    calendars.forget()


def test_typed_in_persian_digits_and_three_calendars(world: World, admin: Client) -> None:
    team, mail = world.teams["technical"], world.inboxes["mail"]
    values = {**VALUES, "teams": [team.pk], "inboxes": [mail.pk], "is_default": "on"}
    assert admin.post(f"{S}hours/new/", values).status_code == 302
    row = BusinessHours.objects.get()
    assert (row.zone, row.country, row.is_default) == ("Asia/Dubai", "AE", True)
    assert (row.week[0], row.week[4]) == ([["09:00", "13:00"], ["14:00", "18:30"]], [["22:00", "06:00"]])
    assert row.own == [
        {"name": "ساعت رمضان", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "13:00"], ["14:00", "15:30"]]},
        {"name": "Move", "calendar": "jalali", "from": [10, 7], "year": 1405, "does": "closed"},
        {"name": "Open after all", "calendar": "gregorian", "from": [12, 2], "to": [12, 3], "does": "usual"},
    ]  # fmt: skip
    assert (list(row.teams.all()), list(row.inboxes.all())) == ([team], [mail])
    with time_machine.travel(NOON, tick=False):
        shown = admin.get(f"{S}hours/{row.pk}/").content.decode()
    assert "۱۰:۰۰-۱۳:۰۰، ۱۴:۰۰-۱۵:۳۰" in shown
    assert "Move" in shown
    assert admin.post(f"{S}hours/{row.pk}/", values).status_code == 302  # what is shown can be kept again
    assert BusinessHours.objects.get().own == row.own


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"zone": "Mars/Base"}, "time zone"),
        ({"name": ""}, "name"),
        ({"day0_close": ["13", "25"]}, "both times"),
        ({"own_day": ["1", "31", "2", ""]}, "no such day"),
        (
            {"own_day": ["1", "30", "2", ""], "own_month": ["hijri-9", "jalali-12", "gregorian-12", ""]},
            "no such day",
        ),
        ({"own_to_month": ["jalali-9", "", "gregorian-12", ""]}, "same calendar"),
        ({"own_spans": ["", "", "", ""]}, "both times"),
        ({"own_year": ["", "5", "", ""]}, "four digits"),
        ({"own_to_month": ["hijri-2", "", "gregorian-12", ""]}, "At most"),
    ],
)
def test_what_cannot_be_is_said_where_it_stands_and_nothing_is_kept(
    world: World, admin: Client, wrong: dict[str, object], said: str
) -> None:
    answer = admin.post(f"{S}hours/new/", {**VALUES, **wrong}, headers={"accept-language": "en"})
    admin.cookies["django_language"] = "en"
    answer = admin.post(f"{S}hours/new/", {**VALUES, **wrong})
    assert answer.status_code == 422
    assert not BusinessHours.objects.exists()
    assert 'aria-invalid="true"' in answer.content.decode() or "field__error" in answer.content.decode()


def test_the_coming_days_before_they_are_kept(world: World, admin: Client) -> None:
    with time_machine.travel(NOON, tick=False):
        page = admin.post(f"{S}hours/new/", {**VALUES, "preview": "yes"})
    text = page.content.decode()
    assert page.status_code == 200
    assert not BusinessHours.objects.exists()
    assert text.count("coming-days__day ") + text.count('coming-days__day"') >= 60
    assert "سال نو میلادی" in text  # 1 January, in the reader's words
    assert "۲۲:۰۰–۰۶:۰۰" in text


def test_parts_of_a_country_come_with_it(world: World, admin: Client) -> None:
    assert "Bayern" in admin.get(f"{S}hours/parts/?country=DE").content.decode()
    assert "<select" not in admin.get(f"{S}hours/parts/?country=IR").content.decode()
    assert admin.post(f"{S}hours/new/", {**VALUES, "country": "DE", "subdivision": "BY"}).status_code == 302
    assert BusinessHours.objects.get().subdivision == "BY"


def test_round_the_clock(world: World, admin: Client) -> None:
    admin.post(f"{S}hours/new/", {"name": "all", "zone": "UTC", "always": "yes"})
    row = BusinessHours.objects.get()
    assert all(is_open(NOON + timedelta(hours=step), calendars.hours_of(row)) for step in range(200))
    assert 'value="yes" checked' in admin.get(f"{S}hours/{row.pk}/").content.decode()


def test_an_inbox_chooses_archives_and_gets_back(world: World, admin: Client) -> None:
    admin.post(f"{S}hours/new/", VALUES)
    row, shop = BusinessHours.objects.get(), world.inboxes["shop"]
    page = f"{S}inboxes/{shop.pk}/hours/"
    assert admin.post(page, {"hours": row.pk}).status_code == 302
    assert calendars.for_inbox(shop).id == row.pk
    assert "Dubai" in admin.get(page).content.decode()
    assert "Dubai" in admin.get(f"{S}inboxes/").content.decode()
    admin.post(f"{S}hours/{row.pk}/archive/")
    assert calendars.for_inbox(shop) is None
    admin.post(f"{S}hours/{row.pk}/restore/")
    assert calendars.for_inbox(shop).id == row.pk
    admin.post(page, {"hours": ""})
    assert calendars.for_inbox(shop) is None
    assert "Dubai" in admin.get(f"{S}hours/").content.decode()


def test_former_dates_without_names_become_rows() -> None:
    stored = {
        "zone": "UTC",
        "week": [[]] * 7,
        "closed": ["2027-03-21"],
        "special": {"2027-03-22": [["10:00", "12:00"]]},
    }
    form = form_of(stored, "jalali", "fa")
    assert form.own == (
        OwnRow("", "۱", "jalali-1", year="۱۴۰۶"),
        OwnRow("", "۲", "jalali-1", year="۱۴۰۶", does="open", spans="۱۰:۰۰-۱۲:۰۰"),
    )
    kept = stored_of(form, {"UTC"}).stored
    hours = calendars.calendar_of(BusinessHours(**kept))
    assert hours.spans(date(2027, 3, 22)) == ((600, 720),)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("9-17", [["09:00", "17:00"]]),
        ("۹ تا ۱۳، ۱۴ تا ۱۸", [["09:00", "13:00"], ["14:00", "18:00"]]),
        ("9:30 – 13:00; 14 to 18", [["09:30", "13:00"], ["14:00", "18:00"]]),
        ("22-6", [["22:00", "06:00"]]),
        ("من 9", []),
        ("9-9", []),
        ("9-17-20", []),
    ],
)
def test_spans_as_people_type_them(typed: str, read: list[list[str]]) -> None:
    assert spans_typed(typed)[0] == read
