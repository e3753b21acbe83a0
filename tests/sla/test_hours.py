"""Business hours against a table, and against an oracle that looks at every minute on the wall clock."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from pelekan.sla.hours import (
    add_working,
    closes_at,
    hours_from,
    is_open,
    next_opening,
    working_between,
)

OFF: list[list[str]] = []
DAY = [["08:00", "12:00"], ["13:00", "17:00"]]
OFFICE = {
    "zone": "Asia/Tehran",
    "week": [DAY, DAY, DAY, [["08:00", "12:00"]], OFF, DAY, DAY],
    "closed": ["2027-03-21"],
    "special": {"2027-03-10": [["10:00", "14:00"]]},
}
TEHRAN = ZoneInfo("Asia/Tehran")
BERLIN = ZoneInfo("Europe/Berlin")


def tehran(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=TEHRAN)


def hours(spans, zone="UTC", **more):
    return hours_from({"zone": zone, "week": [spans] * 7, **more})


@pytest.mark.parametrize(
    ("start", "amount", "due"),
    [
        # Saturday 6 March 2027 and after; lunch, the weekend (Friday), the short Thursday
        (tehran(2027, 3, 6, 9), timedelta(hours=2), tehran(2027, 3, 6, 11)),
        (tehran(2027, 3, 6, 11), timedelta(hours=2), tehran(2027, 3, 6, 14)),
        (tehran(2027, 3, 6, 11), timedelta(hours=1), tehran(2027, 3, 6, 12)),
        (tehran(2027, 3, 6, 12, 30), timedelta(microseconds=1), tehran(2027, 3, 6, 13, 0, 0, 1)),
        (tehran(2027, 3, 4, 11), timedelta(hours=2), tehran(2027, 3, 6, 9)),
        (tehran(2027, 3, 9, 16), timedelta(hours=2), tehran(2027, 3, 10, 11)),
        (tehran(2027, 3, 20, 16), timedelta(hours=3), tehran(2027, 3, 22, 10)),
        (tehran(2027, 3, 5, 3), timedelta(0), tehran(2027, 3, 5, 3)),
    ],
)
def test_add_working_in_an_office(start, amount, due):
    office = hours_from(OFFICE)
    assert add_working(start, amount, office) == due
    assert working_between(start, due, office) == amount
    assert working_between(due, start, office) == -amount


def test_answers_are_in_utc():
    assert add_working(tehran(2027, 3, 6, 9), timedelta(0), hours_from(OFFICE)).tzinfo is UTC


def test_a_repeated_hour_counts_twice_and_a_skipped_one_not_at_all():
    night = hours([["01:00", "04:00"]], "Europe/Berlin")
    spring, autumn = datetime(2026, 3, 29, tzinfo=BERLIN), datetime(2026, 10, 25, tzinfo=BERLIN)
    assert working_between(spring, spring + timedelta(days=1), night) == timedelta(hours=2)
    assert working_between(autumn, autumn + timedelta(days=1), night) == timedelta(hours=4)


def test_a_span_that_begins_within_the_repeated_hour_opens_twice():
    night = hours([["02:30", "05:00"]], "Europe/Berlin")
    opens = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)
    assert closes_at(opens, night) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    again = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert again.astimezone(BERLIN).strftime("%H:%M") == "02:30"
    assert next_opening(datetime(2026, 10, 25, 1, 0, tzinfo=UTC), night) == again


def test_a_day_that_a_zone_left_out():
    apia = hours([["00:00", "24:00"]], "Pacific/Apia")
    zone = ZoneInfo("Pacific/Apia")
    start, end = datetime(2011, 12, 29, 12, tzinfo=zone), datetime(2011, 12, 31, 12, tzinfo=zone)
    assert working_between(start, end, apia) == timedelta(days=1)


def test_a_night_span_runs_on_into_a_closed_day():
    night = hours([["22:00", "06:00"]], closed=["2027-01-02"])
    assert is_open(datetime(2027, 1, 2, 5, 59, tzinfo=UTC), night)
    assert closes_at(datetime(2027, 1, 2, 1, tzinfo=UTC), night) == datetime(2027, 1, 2, 6, tzinfo=UTC)
    assert not is_open(datetime(2027, 1, 2, 23, tzinfo=UTC), night)
    assert next_opening(datetime(2027, 1, 2, 6, tzinfo=UTC), night) == datetime(2027, 1, 3, 22, tzinfo=UTC)


def test_special_hours_win_over_closed_and_an_empty_list_closes():
    both = hours(
        [["08:00", "16:00"]],
        closed=["2027-01-02"],
        special={"2027-01-02": [["10:00", "11:00"]], "2027-01-03": []},
    )
    day = datetime(2027, 1, 2, tzinfo=UTC)
    assert working_between(day, day + timedelta(days=1), both) == timedelta(hours=1)
    assert next_opening(day + timedelta(days=1), both) == datetime(2027, 1, 4, 8, tzinfo=UTC)


def test_overlapping_spans_count_once():
    overlap = hours([["08:00", "12:00"], ["10:00", "14:00"], ["20:00", "09:00"]])
    day = datetime(2027, 1, 2, tzinfo=UTC)
    assert working_between(day, day + timedelta(days=1), overlap) == timedelta(hours=18)


def test_never():
    closed, always = hours(OFF), hours([["00:00", "24:00"]])
    at = datetime(2027, 1, 2, tzinfo=UTC)
    assert add_working(at, timedelta(microseconds=1), closed) is None
    assert next_opening(at, closed) is None
    assert closes_at(at, always) is None
    assert closes_at(at, closed) is None
    assert add_working(at, timedelta(days=365 * 200), always) is None
    assert add_working(datetime(9999, 12, 31, 23, tzinfo=UTC), timedelta(hours=2), always) is None


def test_one_special_day_is_all_there_is():
    once = hours(OFF, special={"2030-05-05": [["10:00", "11:00"]]})
    at = datetime(2027, 1, 2, tzinfo=UTC)
    assert add_working(at, timedelta(hours=1), once) == datetime(2030, 5, 5, 11, tzinfo=UTC)
    assert add_working(at, timedelta(hours=1, microseconds=1), once) is None
    assert next_opening(datetime(2030, 5, 5, 11, tzinfo=UTC), once) is None


@pytest.mark.parametrize(
    ("change", "advice"),
    [
        ({"zone": "Tehran"}, "Asia/Tehran"),
        ({"zone": None}, "Asia/Tehran"),
        ({"week": [DAY] * 6}, "seven lists"),
        ({"week": ["08:00-12:00"] * 7}, "list of spans"),
        ({"week": [[["8:00", "12:00"]]] * 7}, "like 08:30"),
        ({"week": [[["08:00", "24:30"]]] * 7}, "like 08:30"),
        ({"week": [[["24:00", "08:00"]]] * 7}, "next day"),
        ({"week": [[["08:00"]]] * 7}, "is no span"),
        ({"closed": ["21.3.2027"]}, "like 2027-03-21"),
        ({"closed": "2027-03-21"}, "list of dates"),
        ({"special": {"tomorrow": []}}, "like 2027-03-21"),
        ({"special": [["2027-03-21", []]]}, "must be an object"),
        ({"holidays": []}, "take out 'holidays'"),
    ],
)
def test_bad_hours_say_what_to_write(change, advice):
    with pytest.raises(ValueError, match=advice):
        hours_from({**OFFICE, **change})


def test_naive_moments_and_negative_amounts_are_refused():
    office, naive = hours_from(OFFICE), datetime(2027, 1, 1)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        add_working(naive, timedelta(0), office)
    with pytest.raises(ValueError, match="zero or more"):
        add_working(tehran(2027, 1, 1), timedelta(-1), office)


# The oracle: every minute from `start`, asked on the wall clock. It knows nothing of offsets or blocks.


def wall_open(at: datetime, stored: dict) -> bool:
    wall = at.astimezone(ZoneInfo(stored["zone"])).replace(tzinfo=None)
    for day in (wall.date(), wall.date() - timedelta(days=1)):
        if str(day) in stored["special"]:
            spans = stored["special"][str(day)]
        else:
            spans = [] if str(day) in stored["closed"] else stored["week"][day.weekday()]
        midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001
        for start, end in spans:
            since, until = (timedelta(hours=int(c[:2]), minutes=int(c[3:])) for c in (start, end))
            if midnight + since <= wall < midnight + until + timedelta(days=int(until <= since)):
                return True
    return False


def counted_by_minutes(start: datetime, amount: timedelta, stored: dict, limit: int) -> datetime | None:
    """Steps end on whole minutes: all edges of hours and clock changes after 2000 lie on them."""
    if not amount:
        return start
    at, left = start, amount
    for _ in range(limit):
        step = timedelta(minutes=1) - timedelta(seconds=at.second, microseconds=at.microsecond)
        if wall_open(at, stored):
            if left <= step:
                return at + left
            left -= step
        at += step
    return None


ZONES = """
    Asia/Tehran Asia/Riyadh Asia/Dubai Africa/Cairo Africa/Casablanca Asia/Beirut Asia/Gaza Asia/Kabul
    Europe/Istanbul Europe/Berlin Europe/London Europe/Dublin America/New_York America/Sao_Paulo
    America/St_Johns America/Caracas Australia/Lord_Howe Australia/Adelaide Pacific/Apia Pacific/Chatham
    Asia/Kathmandu Asia/Kolkata Asia/Pyongyang Antarctica/Troll America/Havana Asia/Amman Asia/Baghdad
    Pacific/Auckland America/Santiago UTC
""".split()  # noqa: SIM905


def clock(dice: random.Random) -> str:
    return f"{dice.randrange(24):02}:{dice.choice((0, 0, 15, 30, 59)):02}"


def random_case(dice: random.Random) -> tuple[datetime, timedelta, dict]:
    zone = dice.choice(ZONES)
    start = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(
        microseconds=dice.randrange(40 * 365 * 86400 * 10**6)
    )
    if dice.random() < 0.6:
        start = near_a_clock_change(start, zone, dice)

    def spans():
        return [
            [clock(dice), dice.choice((clock(dice), "24:00"))] for _ in range(dice.choice((0, 1, 1, 2, 3)))
        ]

    near = [str(start.date() + timedelta(days=i)) for i in range(-1, 5)]
    stored = {
        "zone": zone,
        "week": [spans() for _ in range(7)],
        "closed": [day for day in near if dice.random() < 0.15],
        "special": {day: spans() for day in near if dice.random() < 0.1},
    }
    return start, timedelta(microseconds=dice.choice((0, 1, dice.randrange(10**11)))), stored


def near_a_clock_change(start: datetime, zone: str, dice: random.Random) -> datetime:
    info = ZoneInfo(zone)
    for _ in range(400):
        later = start + timedelta(days=1)
        if start.astimezone(info).utcoffset() != later.astimezone(info).utcoffset():
            return start - timedelta(microseconds=dice.randrange(86400 * 10**6))
        start = later
    return start


def test_add_working_and_working_between_agree_with_every_minute_of_the_wall_clock():
    dice = random.Random(20270321)
    for _ in range(150):
        start, amount, stored = random_case(dice)
        office = hours_from(stored)
        limit = 3 * 1440
        expected = counted_by_minutes(start, amount, stored, limit)
        answer = add_working(start, amount, office)
        assert is_open(start, office) == wall_open(start, stored), (start, stored)
        if expected is None:
            horizon = start + timedelta(minutes=limit - 1)
            assert answer is None or answer >= horizon, (start, amount, stored)
            assert working_between(start, horizon, office) <= amount
        else:
            assert answer == expected, (start, amount, stored)
            assert working_between(start, expected, office) == amount, (start, amount, stored)


def test_openings_agree_with_sums():
    """Two ways to the same answer: the least working time ends a microsecond after the next opening."""
    dice = random.Random(7)
    for _ in range(400):
        start, _, stored = random_case(dice)
        office = hours_from(stored)
        opening, first = next_opening(start, office), add_working(start, timedelta(microseconds=1), office)
        assert (opening is None) == (first is None)
        if opening is None or first is None:
            continue
        assert opening == first - timedelta(microseconds=1)
        closing = closes_at(opening, office)
        if closing is not None:
            assert not is_open(closing, office)
            assert working_between(opening, closing, office) == closing - opening


def test_far_answers_come_by_blocks():
    office = hours_from(OFFICE)
    start = tehran(2027, 3, 6, 9)
    due = add_working(start, timedelta(hours=10_000), office)
    assert working_between(start, due, office) == timedelta(hours=10_000)
    days = [date(2027, 3, 6) + timedelta(days=i) for i in range((due.date() - start.date()).days + 1)]
    assert sum(len(office.spans_on(day)) * 4 for day in days) == pytest.approx(10_000, abs=9)
