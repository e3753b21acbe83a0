#!/usr/bin/env python3
"""Business hours against an oracle that looks at the wall clock minute by minute, on random cases:

    bench/oracle.py [--cases 100000] [--seed N]

30 zones, the years 2000 to 2040, most windows around a change of the clock; nights, lunch breaks, closed and special days,
public holidays. It prints how many answers differed; the goal is none. The oracle shares nothing with `pelekan.sla.hours`:
it asks the zone for the wall time of every minute and the calendar for the spans of that date.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import holidays

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from pelekan.sla.days import Days
from pelekan.sla.hours import add_working, closes_at, hours_from, is_open, next_opening, working_between

ZONES = """
    Asia/Tehran Asia/Riyadh Asia/Dubai Africa/Cairo Africa/Casablanca Asia/Beirut Asia/Gaza Asia/Kabul
    Europe/Istanbul Europe/Berlin Europe/London Europe/Dublin America/New_York America/Sao_Paulo
    America/St_Johns America/Caracas Australia/Lord_Howe Australia/Adelaide Pacific/Apia Pacific/Chatham
    Asia/Kathmandu Asia/Kolkata Asia/Pyongyang Antarctica/Troll America/Havana Asia/Amman Asia/Baghdad
    Pacific/Auckland America/Santiago UTC
""".split()  # noqa: SIM905
COUNTRIES = ("IR", "AE", "SA", "IQ", "DE", "US", "")
DAYS = 12  # of one window
MINUTES = DAYS * 1440
CASES = 25  # in one window
MINUTE = timedelta(minutes=1)


def spans(dice: random.Random) -> list[list[str]]:
    def clock() -> str:
        return f"{dice.randrange(24):02}:{dice.choice((0, 0, 15, 30, 59)):02}"

    return [[clock(), dice.choice((clock(), clock(), "24:00"))] for _ in range(dice.choice((0, 1, 1, 2, 3)))]


def window(dice: random.Random) -> tuple[datetime, dict[str, Any], str]:
    """(a whole minute at which the window begins, hours as they are stored, a country or "")"""
    zone = ZoneInfo(dice.choice(ZONES))
    begin = datetime(2000, 1, 1, tzinfo=UTC) + timedelta(minutes=dice.randrange(40 * 365 * 1440))
    if dice.random() < 0.7:
        begin = before_a_change(begin, zone) - timedelta(minutes=dice.randrange(5 * 1440))
    near = [str(begin.date() + timedelta(days=step)) for step in range(-1, DAYS + 1)]
    country = dice.choice(COUNTRIES) if dice.random() < 0.5 else ""
    stored = {
        "zone": zone.key,
        "week": [spans(dice) for _ in range(7)],
        "closed": [day for day in near if dice.random() < 0.1],
        "special": {day: spans(dice) for day in near if dice.random() < 0.08},
    }
    return begin, stored, country


def before_a_change(at: datetime, zone: ZoneInfo) -> datetime:
    for _day in range(400):
        later = at + timedelta(days=1)
        if at.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            return at
        at = later
    return at


def every_minute(begin: datetime, stored: dict[str, Any], country: str) -> bytes:
    """For each minute of the window 1 where it is open, by the wall clock."""
    zone = ZoneInfo(stored["zone"])
    public = (
        holidays.country_holidays(country, years=range(begin.year - 1, begin.year + 2)) if country else {}
    )
    known: dict[date, list[tuple[int, int]]] = {}

    def of(day: date) -> list[tuple[int, int]]:
        if day not in known:
            if str(day) in stored["special"]:
                its = stored["special"][str(day)]
            else:
                its = [] if str(day) in stored["closed"] or day in public else stored["week"][day.weekday()]
            known[day] = []
            for opens, closes in its:
                since, until = (int(text[:2]) * 60 + int(text[3:]) for text in (opens, closes))
                known[day].append((since, until if until > since else until + 1440))
        return known[day]

    found = bytearray(MINUTES)
    one = timedelta(days=1)
    for number in range(MINUTES):
        wall = (begin + timedelta(minutes=number)).astimezone(zone)
        minute, day = wall.hour * 60 + wall.minute, wall.date()
        found[number] = any(since <= minute < until for since, until in of(day)) or any(
            since <= minute + 1440 < until for since, until in of(day - one)
        )
    return bytes(found)


def check(
    open_: bytes, begin: datetime, stored: dict[str, Any], country: str, dice: random.Random
) -> list[str]:
    """What differed in one case."""
    hours = HOURS(stored, country)
    start = begin + timedelta(microseconds=dice.randrange(6 * 86_400 * 10**6))
    amount = timedelta(microseconds=dice.choice((0, 1, dice.randrange(10**10), dice.randrange(2 * 10**11))))
    wrong = []
    first, past = divmod(start - begin, MINUTE)
    if is_open(start, hours) != bool(open_[first]):
        wrong.append("is_open")
    due = counted(open_, begin, start, amount)
    answer = add_working(start, amount, hours)
    end = begin + MINUTES * MINUTE
    if due is None:
        if answer is not None and answer < end:
            wrong.append(f"add_working {answer} too early")
    elif answer != due:
        wrong.append(f"add_working {answer}, not {due}")
    other = start + timedelta(microseconds=dice.randrange(5 * 86_400 * 10**6))
    last, rest = divmod(other - begin, MINUTE)
    worked = sum(open_[first:last]) * MINUTE - past * open_[first] + rest * open_[last]
    if working_between(start, other, hours) != worked:
        wrong.append(f"working_between {working_between(start, other, hours)}, not {worked}")
    place = open_.find(1, first)
    opens = None if place < 0 else max(begin + place * MINUTE, start)
    found = next_opening(start, hours)
    if (opens is None and found is not None and found < end) or (opens is not None and found != opens):
        wrong.append(f"next_opening {found}, not {opens}")
    if open_[first]:
        place = open_.find(0, first)
        if place > 0 and closes_at(start, hours) != begin + place * MINUTE:
            wrong.append(f"closes_at {closes_at(start, hours)}")
    return [f"{one}: start {start.isoformat()}, amount {amount}, {country} {stored}" for one in wrong]


def counted(open_: bytes, begin: datetime, start: datetime, amount: timedelta) -> datetime | None:
    """The earliest moment by which `amount` has been worked, minute after minute; None: not in this window."""
    if not amount:
        return start
    number, past = divmod(start - begin, MINUTE)
    left = amount + past if open_[number] else amount  # as if from the beginning of the minute
    while number < MINUTES:
        ahead = sum(open_[number : number + 60])
        if left > ahead * MINUTE:
            left -= ahead * MINUTE
            number += 60
            continue
        for minute in range(number, min(number + 60, MINUTES)):
            if open_[minute]:
                if left <= MINUTE:
                    return begin + minute * MINUTE + left
                left -= MINUTE
        number += 60
    return None


def HOURS(stored: dict[str, Any], country: str) -> Any:
    key = id(stored)
    if _kept.get("key") != key:
        _kept.update(key=key, hours=hours_from(stored, Days(country) if country else None))
    return _kept["hours"]


_kept: dict[str, Any] = {}


def run(cases: int, seed: int) -> tuple[int, list[str]]:
    """(how many cases were asked, what differed)"""
    dice = random.Random(seed)
    done, wrong = 0, []
    while done < cases:
        begin, stored, country = window(dice)
        open_ = every_minute(begin, stored, country)
        for _case in range(min(CASES, cases - done)):
            wrong += check(open_, begin, stored, country, dice)
            done += 1
        _kept.clear()
    return done, wrong


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=20270321)
    args = parser.parse_args()
    begun = time.process_time()
    done, wrong = run(args.cases, args.seed)
    for line in wrong[:20]:
        print(line)
    print(f"{done} cases, {len(ZONES)} zones, 2000–2040, seed {args.seed}: {len(wrong)} differences, "
          f"{time.process_time() - begun:.0f} s of CPU time")  # fmt: skip
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
