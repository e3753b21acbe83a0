"""Special days: public holidays, own days of three calendars, and what counts when several speak of one day."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pelekan.lib.calendars import day_from, day_in
from pelekan.sla.days import Days, own_from
from pelekan.sla.feasts import feast_in
from pelekan.sla.hours import add_working, hours_from, is_open, next_opening, working_between

NINE = [["09:00", "17:00"]]
SPANS = ((540, 1020),)


def own(**more):
    return own_from([{"name": "x", "calendar": "gregorian", "from": [1, 1], **more}])


def dates(row, year):
    return [day.isoformat() for day in row.dates(year)]


@pytest.mark.parametrize(
    ("stored", "year", "expected"),
    [
        ({"calendar": "jalali", "from": [1, 1]}, 2027, ["2027-03-21"]),
        ({"calendar": "jalali", "from": [12, 30]}, 2027, []),  # Esfand of 1405 has 29 days
        ({"calendar": "jalali", "from": [12, 30]}, 2025, ["2025-03-20"]),
        ({"calendar": "jalali", "from": [1, 13], "year": 1406}, 2027, ["2027-04-02"]),
        ({"calendar": "jalali", "from": [1, 13], "year": 1406}, 2028, []),
        ({"calendar": "jalali", "from": [10, 10], "year": 1406}, 2027, ["2027-12-31"]),
        (
            {"calendar": "hijri", "from": [1, 1]},
            2008,
            ["2008-01-10", "2008-12-29"],
        ),  # two of them in one year
        ({"calendar": "hijri", "from": [1, 1]}, 2090, []),  # beyond the tables
        ({"from": [2, 29]}, 2027, []),
        ({"from": [12, 30], "to": [1, 2]}, 2027, ["2027-01-01", "2027-01-02", "2027-12-30", "2027-12-31"]),
        ({"from": [2, 27], "to": [2, 31]}, 2027, ["2027-02-27", "2027-02-28"]),
        ({"from": [2, 30], "to": [3, 2]}, 2027, ["2027-03-01", "2027-03-02"]),
    ],
)
def test_own_days_of_a_year(stored, year, expected):
    assert sorted(dates(own(**stored)[0], year)) == expected


@pytest.mark.parametrize("year", range(2000, 2077))
def test_ramadan_is_the_whole_month_whether_it_has_29_days_or_30(year):
    (ramadan,) = own(calendar="hijri", **{"from": [9, 1], "to": [9, 30]}, does="open", spans=NINE)
    days = list(ramadan.dates(year))
    assert days == [
        day
        for step in range(366)
        if (day := date(year, 1, 1) + timedelta(days=step)).year == year and day_in(day, "hijri")[2] == 9
    ]


def test_what_counts_when_several_speak_of_one_day():
    rows = own_from([
        {"name": "Ramadan", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "14:00"]]},
        {"name": "break", "calendar": "gregorian", "from": [2, 20], "to": [2, 25]},
        {"name": "we work", "calendar": "jalali", "from": [11, 22], "does": "usual"},
        {"name": "yearly", "calendar": "gregorian", "from": [2, 21], "does": "open", "spans": [["08:00", "09:00"]]},
        {"name": "once", "calendar": "gregorian", "from": [2, 21], "year": 2027},
    ])  # fmt: skip
    days = Days("IR", "", rows)
    usual = SPANS
    said = {
        day: (days(date(2027, 2, day), usual), days.named(date(2027, 2, day), "en"))
        for day in (7, 8, 11, 19, 20, 21)
    }
    assert said[7] == (usual, "")
    assert said[8] == (((600, 840),), "Ramadan")
    assert said[11] == (usual, "we work")  # 22 Bahman is a public holiday
    assert said[19][0] == ((600, 840),)
    assert said[20] == ((), "break")
    assert said[21] == ((), "once")
    assert days(date(2028, 2, 21), usual) == ((480, 540),)
    assert days(date(2027, 2, 8), ()) == ()  # Ramadan's hours don't open what the week closes
    assert days(date(2028, 2, 21), ()) == ((480, 540),)  # a day of its own does
    assert days(date(2027, 3, 1), usual) == ()  # a public holiday within Ramadan: 21 Ramadan


def test_a_holiday_closes_and_the_night_before_it_works_on():
    week = {"zone": "Asia/Tehran", "week": [[["22:00", "06:00"]]] * 7}
    night = hours_from(week, Days("IR"))
    eve = datetime(
        2027, 3, 19, 20, tzinfo=UTC
    )  # 23:30 in Tehran, a Friday; 29 Esfand is a holiday, so is Nowruz
    assert is_open(eve, night)
    assert is_open(datetime(2027, 3, 20, 2, tzinfo=UTC), night)
    assert not is_open(datetime(2027, 3, 20, 20, tzinfo=UTC), night)
    opens = next_opening(datetime(2027, 3, 20, 12, tzinfo=UTC), night)
    assert opens == datetime(2027, 3, 25, 18, 30, tzinfo=UTC)  # after the four days of Nowruz


def test_holidays_of_countries_and_their_parts():
    assert Days("AE")(date(2026, 12, 2), SPANS) == ()
    assert Days("SA")(date(2026, 9, 23), SPANS) == ()
    assert Days("IQ")(date(2026, 1, 6), SPANS) == ()
    assert Days("DE", "BY")(date(2026, 1, 6), SPANS) == ()
    assert Days("DE", "BE")(date(2026, 1, 6), SPANS) == SPANS
    assert Days("??")(date(2026, 1, 1), SPANS) == SPANS


@pytest.mark.parametrize(
    ("country", "day", "names"),
    [
        ("IR", date(2027, 3, 21), ("نوروز", "نوروز", "Nowruz")),
        ("IR", date(2027, 3, 10), ("عید فطر", "عيد الفطر", "Eid al-Fitr")),
        ("IR", date(2027, 6, 16), ("عاشورا", "عاشوراء", "Ashura")),
        ("AE", date(2026, 12, 2), ("روز ملی", "اليوم الوطني", "National Day")),
        ("SA", date(2027, 5, 16), ("عید قربان", "عيد الأضحى", "Eid al-Adha")),
        ("IR", date(2027, 3, 22), ("نوروز", "نوروز", "Nowruz")),
    ],
)
def test_names_in_the_readers_language(country, day, names):
    assert tuple(Days(country).named(day, language) for language in ("fa", "ar", "en")) == names


def test_hours_that_only_special_days_open():
    shut = {"zone": "UTC", "week": [[]] * 7}
    yearly = hours_from(shut, Days("", "", own(**{"from": [7, 1]}, does="open", spans=NINE)))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    assert next_opening(at, yearly) == datetime(2026, 7, 1, 9, tzinfo=UTC)
    assert add_working(at, timedelta(hours=9), yearly) == datetime(2027, 7, 1, 10, tzinfo=UTC)
    once = hours_from(shut, Days("", "", own(**{"from": [7, 1]}, year=2028, does="open", spans=NINE)))
    assert next_opening(at, once) == datetime(2028, 7, 1, 9, tzinfo=UTC)
    assert next_opening(datetime(2029, 1, 1, tzinfo=UTC), once) is None
    ramadan = hours_from(
        shut, Days("", "", own(calendar="hijri", **{"from": [9, 1], "to": [9, 30]}, does="open", spans=NINE))
    )
    assert add_working(at, timedelta(hours=1), ramadan) is None


def test_ramadan_hours_in_a_sum():
    week = {"zone": "Asia/Dubai", "week": [NINE] * 5 + [[], []]}
    rows = own(calendar="hijri", **{"from": [9, 1], "to": [9, 30]}, does="open", spans=[["10:00", "14:00"]])
    office = hours_from(week, Days("AE", "", rows))
    first = day_from("hijri", 1448, 9, 1)  # 8 February 2027, a Monday
    start = datetime(first.year, first.month, first.day, tzinfo=office.zone)
    assert working_between(start, start + timedelta(days=7), office) == timedelta(hours=20)
    assert working_between(start - timedelta(days=7), start, office) == timedelta(hours=40)


@pytest.mark.parametrize(
    "broken",
    [
        {"calendar": "lunar"},
        {"from": [13, 1]},
        {"from": "1/1"},
        {"from": [True, 1]},
        {"does": "open"},
        {"does": "closed", "spans": NINE},
        {"does": "maybe"},
        {"year": "1406"},
        {"to": [1]},
        {"colour": "red"},
    ],
)
def test_what_cannot_be_read_says_so(broken):
    with pytest.raises(ValueError, match="own"):
        own(**broken)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("تعطیلات نوروز", "nowruz"),
        ("روز سیزده به در", "sizdah"),
        ("عيد الأضحى المبارك", "eid_adha"),
        ("Eid ul-Fitr", "eid_fitr"),
        ("عید سعید فطر", "eid_fitr"),
        ("New Year's Eve", "year_eve"),
        ("Christmas Eve", "christmas_eve"),
        ("رأس السنة الهجرية", "hijri_year"),
        ("عاشورای حسینی", "ashura"),
        ("Martyrdom of Imam Ali", "ali"),
        ("nothing special", None),
    ],
)
def test_feasts_by_name(text, key):
    found = feast_in(text)
    assert (found.key if found else None) == key


def test_when_a_feast_comes_next():
    assert feast_in("نوروز").begins(date(2026, 11, 22)) == date(2027, 3, 21)
    assert feast_in("نوروز").begins(date(2027, 3, 23)) == date(2027, 3, 21)  # it is not over
    assert feast_in("christmas").begins(date(2026, 12, 26)) == date(2027, 12, 25)
    assert feast_in("Easter Monday").begins(date(2026, 1, 1)) is None
