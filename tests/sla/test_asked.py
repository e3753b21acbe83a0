"""Which days a question means, and what the calendar answers."""

from datetime import UTC, date, datetime

import pytest

from pelekan.lib.time import Dates
from pelekan.sla.asked import days_asked
from pelekan.sla.calendars import Calendar, calendar_of
from pelekan.sla.models import BusinessHours
from pelekan.sla.said import answer

TODAY = date(2026, 11, 22)  # a Sunday, 1 Azar 1405, 12 Jumada II 1448
NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
DAY = [["09:00", "13:00"], ["14:00", "18:00"]]
SHORT = [["09:00", "13:00"]]


@pytest.fixture
def tehran() -> Calendar:
    own = [
        {"name": "Ramadan hours", "calendar": "hijri", "from": [9, 1], "to": [9, 30], "does": "open", "spans": [["10:00", "15:00"]]},
        {"name": "سالگرد فروشگاه", "calendar": "jalali", "from": [9, 25]},
    ]  # fmt: skip
    week = [DAY, DAY, DAY, SHORT, [], DAY, DAY]
    return calendar_of(BusinessHours(name="x", zone="Asia/Tehran", week=week, country="IR", own=own))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("فردا باز هستید؟", ["2026-11-23"]),
        ("پس‌فردا چی؟", ["2026-11-24"]),
        ("are you open the day after tomorrow?", ["2026-11-24"]),
        ("هل أنتم مفتوحون غدًا؟", ["2026-11-23"]),
        ("امروز تا ساعت چند هستید؟", ["2026-11-22"]),
        ("پنج شنبه ها تعطیلید؟", ["2026-11-26"]),
        ("یکشنبه بازید؟", ["2026-11-22"]),
        ("شنبه بازید؟", ["2026-11-28"]),
        ("سه‌شنبه و چهارشنبه", ["2026-11-24", "2026-11-25"]),
        ("هل تعملون يوم الجمعة؟", ["2026-11-27"]),
        ("Do you work on Fridays?", ["2026-11-27"]),
        ("are you open this weekend", ["2026-11-27"]),
        ("۱۳ فروردین بازید؟", ["2027-04-02"]),
        ("1405/9/25 باز هستید؟", ["2026-12-16"]),
        ("open on 2026-12-25?", ["2026-12-25"]),
        ("open on 25/12/2026?", ["2026-12-25"]),
        ("Are you open on December 25th?", ["2026-12-25"]),
        ("Is the shop open 1st of January 2027?", ["2027-01-01"]),
        ("هل تفتحون في ١٠ محرم ١٤٤٩؟", ["2027-06-15"]),
        ("١ كانون الثاني", ["2027-01-01"]),
        ("عاشورا بازید؟", ["2027-06-16"]),  # as the calendar of Iran has it
        ("روز تاسوعا و عاشورا", ["2027-06-15", "2027-06-16"]),
        ("Are you open on Christmas?", ["2026-12-25"]),
        ("نوروز بازید؟", ["2027-03-21…2027-03-24"]),
        ("عید فطر", ["2027-03-10…2027-03-11"]),
        ("عید بازید؟", ["2027-03-10…2027-03-11"]),  # the next of the feasts
        ("are you open on the bank holiday?", ["2026-12-16"]),
        ("روزهای تعطیل جواب میدید؟", ["2026-12-16"]),
        ("What are your opening hours?", []),
        ("31 فروردین and 30 Esfand 1405", ["2027-04-20"]),
    ],
)
def test_the_days_that_are_meant(text: str, expected: list[str], tehran: Calendar) -> None:
    found = [
        f"{one.first}…{one.last}" if one.first != one.last else str(one.first)
        for one in days_asked(text, TODAY, tehran)
    ]
    assert found == expected


def test_without_a_calendar_a_feast_has_its_day() -> None:
    (found,) = days_asked("Nowruz?", TODAY, None)
    assert found.first == date(2027, 3, 21)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Are you open tomorrow?", "We are open tomorrow (Monday, 23 November 2026): 09:00 to 13:00 and 14:00 to 18:00."),
        ("Do you work on Fridays?", "We are closed on Friday, 27 November 2026. We open again on Saturday, 28 November 2026 at 09:00."),
        ("Are you open on Nowruz?", "From Sunday, 21 March 2027 to Wednesday, 24 March 2027 we are closed: Nowruz. We open again on Thursday, 25 March 2027 at 09:00."),
        ("Are you open on 10 February 2027?", "We are open on Wednesday, 10 February 2027: 10:00 to 15:00 (Ramadan hours)."),
        ("Are you open on Christmas?", "We are closed on Friday, 25 December 2026. We open again on Saturday, 26 December 2026 at 09:00."),
        ("opening hours?", "Our hours: Monday to Wednesday: 09:00 to 13:00 and 14:00 to 18:00; Thursday: 09:00 to 13:00; Saturday to Sunday: 09:00 to 13:00 and 14:00 to 18:00. We are closed on Wednesday, 16 December 2026: سالگرد فروشگاه."),
    ],
)  # fmt: skip
def test_the_answer_quotes_the_calendar(text: str, said: str, tehran: Calendar) -> None:
    assert answer(text, tehran, "en", Dates("en", "gregorian", "Asia/Tehran"), NOW) == said


def test_the_customers_calendar_and_digits(tehran: Calendar) -> None:
    said = answer("نوروز بازید؟", tehran, "fa", Dates("fa", "jalali", "Asia/Tehran"), NOW)
    assert "۱ فروردین ۱۴۰۶" in said
    assert "نوروز" in said
    arabic = answer("هل تعملون يوم عاشوراء؟", tehran, "ar", Dates("ar", "hijri", "Asia/Riyadh"), NOW)
    assert "محرم" in arabic
    assert "١٤٤٩" in arabic
    assert "عاشوراء" in arabic
    assert "Tehran" in arabic


def test_round_the_clock_and_hours_that_are_not_known() -> None:
    always = calendar_of(BusinessHours(name="x", zone="UTC", week=[[["00:00", "24:00"]]] * 7))
    dates = Dates("en", "gregorian", "UTC")
    assert (
        answer("open on Sunday?", always, "en", dates, NOW)
        == "We are open today (Sunday, 22 November 2026): round the clock."
    )
    assert answer("opening hours?", always, "en", dates, NOW) == "We are here around the clock, every day."
    assert answer("opening hours?", None, "en", dates, NOW) == "We are here around the clock, every day."
