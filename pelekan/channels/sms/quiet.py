"""★ Quiet hours: automatic text messages wake nobody; they wait until the morning."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])")


def minutes(clock: str) -> int:
    """Minutes after midnight of "22:30". ValueError when it is no time of day."""
    found = _CLOCK.fullmatch(clock.strip())
    if found is None:
        raise ValueError(f"{clock!r} is no time of day; write it like 22:00")
    return int(found[1]) * 60 + int(found[2])


def quiet_until(at: datetime, zone: ZoneInfo, begins: str, ends: str) -> datetime | None:
    """When the quiet hours in which `at` (aware) lies are over; None when it may be loud. `begins` included, `ends`
    not; both "" or equal: never quiet. An end that the clock skips in spring is the same instant an hour on."""
    if not begins or not ends or (first := minutes(begins)) == (last := minutes(ends)):
        return None
    local = at.astimezone(zone)
    now = local.hour * 60 + local.minute
    if not (first <= now < last if first < last else now >= first or now < last):
        return None
    day = local.date() + timedelta(days=1 if first > last and now >= first else 0)
    over = datetime(day.year, day.month, day.day, last // 60, last % 60, tzinfo=zone)
    return over.astimezone(at.tzinfo)
