from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pelekan.lib.time import Dates, day_from, day_in, now, zone_named

FA = Dates("fa", "jalali", "Asia/Tehran")
AR = Dates("ar", "hijri", "Asia/Riyadh")
EN = Dates("en", "gregorian", "UTC")
NOON = datetime(2026, 11, 3, 12, 35, tzinfo=UTC)


def test_now_is_aware_utc():
    assert now().utcoffset() == timedelta(0)


def test_each_calendar_in_its_language():
    assert FA.date(NOON) == "۱۲ آبان ۱۴۰۵"
    assert FA.numeric(NOON) == "۱۴۰۵/۰۸/۱۲"
    assert FA.moment(NOON) == "۱۲ آبان ۱۴۰۵، ۱۶:۰۵"
    assert FA.weekday(NOON) == "سه‌شنبه"
    assert AR.date(NOON) == "٢٣ جمادى الأولى ١٤٤٨"
    assert EN.moment(NOON) == "3 November 2026, 12:35"
    assert EN.numeric(NOON) == "2026-11-03"


def test_any_calendar_in_any_language_with_any_digits():
    assert Dates("en", "jalali", "Asia/Tehran").date(NOON) == "12 Aban 1405"
    assert Dates("fa", "gregorian", "UTC", digits="en").date(NOON) == "3 نوامبر 2026"
    assert Dates("ar", "jalali", "UTC").date(NOON) == "١٢ آبان ١٤٠٥"
    assert Dates("fa-IR", "hijri", "UTC").date(NOON) == "۲۳ جمادی‌الاول ۱۴۴۸"
    assert Dates("de", "gregorian", "UTC").date(NOON) == "3 November 2026"


def test_the_day_is_that_of_the_zone():
    late = datetime(2026, 3, 20, 20, 45, tzinfo=UTC)
    assert FA.date(late) == "۱ فروردین ۱۴۰۵"
    assert Dates("fa", "jalali", "UTC").date(late) == "۲۹ اسفند ۱۴۰۴"


def test_leap_years_of_jalali():
    assert day_from("jalali", 1403, 12, 30) == date(2025, 3, 20)
    with pytest.raises(ValueError, match="no day of the jalali calendar"):
        day_from("jalali", 1404, 12, 30)


def test_hijri_outside_umm_al_qura_is_gregorian():
    assert AR.date(datetime(2100, 1, 2, tzinfo=UTC)) == "٢ يناير ٢١٠٠"
    assert AR.short(datetime(2100, 1, 2, tzinfo=UTC), datetime(2100, 5, 2, tzinfo=UTC)) == "٢ يناير"


@given(st.dates(date(1930, 1, 1), date(2070, 1, 1)), st.sampled_from(["jalali", "hijri", "gregorian"]))
def test_there_and_back(day, calendar):
    assert day_from(*day_in(day, calendar)) == day


@pytest.mark.parametrize(
    ("back", "fa", "en"),
    [
        (timedelta(hours=1), "۱۵:۰۵", "11:35"),
        (timedelta(days=1), "دوشنبه", "Monday"),
        (timedelta(days=6), "چهارشنبه", "Wednesday"),
        (timedelta(days=7), "۵ آبان", "27 October"),
        (timedelta(days=-1), "۱۳ آبان", "4 November"),
        (timedelta(days=300), "۱۷ دی ۱۴۰۴", "7 January"),
        (timedelta(days=310), "۷ دی ۱۴۰۴", "28 December 2025"),
    ],
)
def test_short(back, fa, en):
    assert FA.short(NOON - back, NOON) == fa
    assert EN.short(NOON - back, NOON) == en


@pytest.mark.parametrize(
    ("seconds", "fa", "ar", "en"),
    [
        (20, "همین حالا", "الآن", "just now"),
        (60, "۱ دقیقه پیش", "منذ دقيقة", "1 minute ago"),
        (125, "۲ دقیقه پیش", "منذ دقيقتين", "2 minutes ago"),
        (18 * 60, "۱۸ دقیقه پیش", "منذ ١٨ دقيقة", "18 minutes ago"),
        (7 * 3600, "۷ ساعت پیش", "منذ ٧ ساعات", "7 hours ago"),
        (11 * 86400, "۱۱ روز پیش", "منذ ١١ يومًا", "11 days ago"),
        (800 * 86400, "۲ سال پیش", "منذ سنتين", "2 years ago"),
        (-3 * 60, "۳ دقیقه دیگر", "بعد ٣ دقائق", "in 3 minutes"),
    ],
)
def test_ago(seconds, fa, ar, en):
    moment = NOON - timedelta(seconds=seconds)
    assert (FA.ago(moment, NOON), AR.ago(moment, NOON), EN.ago(moment, NOON)) == (fa, ar, en)


@pytest.mark.parametrize(
    ("length", "fa", "ar", "en"),
    [
        (timedelta(0), "۰ ثانیه", "٠ ثانية", "0 seconds"),
        (timedelta(minutes=18), "۱۸ دقیقه", "١٨ دقيقة", "18 minutes"),
        (
            timedelta(hours=2, minutes=5, seconds=9),
            "۲ ساعت و ۵ دقیقه",
            "ساعتان و٥ دقائق",
            "2 hours 5 minutes",
        ),
        (timedelta(hours=3, seconds=9), "۳ ساعت", "٣ ساعات", "3 hours"),
        (timedelta(days=1, hours=1), "۱ روز و ۱ ساعت", "يوم واحد وساعة واحدة", "1 day 1 hour"),
        (timedelta(days=103), "۱۰۳ روز", "١٠٣ أيام", "103 days"),
        (timedelta(days=100), "۱۰۰ روز", "١٠٠ يوم", "100 days"),
        (timedelta(seconds=-61), "۱ دقیقه و ۱ ثانیه", "دقيقة واحدة وثانية واحدة", "1 minute 1 second"),
    ],
)
def test_span(length, fa, ar, en):
    assert (FA.span(length), AR.span(length), EN.span(length)) == (fa, ar, en)


def test_hours_never_become_days():
    length = timedelta(hours=26, minutes=5, seconds=40)
    assert Dates("fa").hours(length) == "۲۶ ساعت و ۵ دقیقه"
    assert Dates("en").hours(length) == "26 hours 5 minutes"
    assert Dates("ar").hours(timedelta(hours=2)) == "ساعتان"
    assert Dates("en").hours(timedelta(seconds=20)) == "0 minutes"


def test_span_in_one_part():
    assert EN.span(timedelta(hours=2, minutes=59), parts=1) == "2 hours"


@pytest.mark.parametrize("name", ["Tehran", "Asia", "../etc/passwd", "", "Asia/Teheran"])
def test_a_wrong_zone_says_what_to_write(name):
    with pytest.raises(ValueError, match="Asia/Tehran"):
        zone_named(name)


def test_a_wrong_calendar_or_a_naive_moment_is_refused():
    with pytest.raises(ValueError, match="jalali"):
        Dates("fa", "persian")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="tzinfo"):
        EN.time(datetime(2026, 1, 1))  # noqa: DTZ001
