"""Business hours, and sums of working time over them. Pure: values in, values out, no clock.

Hours are wall-clock spans in one IANA zone. A moment is open when its wall time there lies in a span
(start included, end not). From this one sentence follow the two rules for clock changes: an hour that the
clock repeats counts twice, an hour that it skips not at all.

Decided here:

* A span belongs to the day on which it begins. A night span runs on into the next day even if that day is
  closed or has special hours; a closed day cancels what would begin on it. (A night shift that starts on
  the eve of a holiday works until its end; the one that would start on the holiday stays at home.)
* `days` (public holidays, days that come again each year) speaks of the dates that are in neither of the two below.
* Special hours of a date replace those of its weekday and win over `closed`; an empty list closes the day.
* Spans that overlap are one opening; nothing is counted twice.
* What would take longer than 100 years from the start counts as never.

How: openings are laid out in UTC microseconds in blocks of 32 days, with running sums, built when first
asked for and kept by the `Hours` value; every question is then one bisection, or a step per block.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol
from zoneinfo import ZoneInfo

HORIZON = timedelta(days=36525)

Span = tuple[int, int]  # minutes after midnight of the day that it begins on; an end above 1440 is next day's

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_MICROSECOND = timedelta(microseconds=1)
_MINUTE = 60_000_000
_DAY = 86_400_000_000
_BLOCK_DAYS = 32
_BLOCK = _BLOCK_DAYS * _DAY
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
_FIRST_DAY, _LAST_DAY = date.min.toordinal() - _EPOCH_DAY, date.max.toordinal() - _EPOCH_DAY


class SpecialDays(Protocol):
    """Days that differ, told date by date."""

    def __call__(self, day: date, usual: tuple[Span, ...], /) -> tuple[Span, ...]:
        """The spans that begin on `day`, where the week has `usual`."""

    @property
    def may_open(self) -> bool:
        """Whether days without hours in the week may open, again and again."""

    @property
    def opens_until(self) -> date | None:
        """The last day that opens once; None without one."""


@dataclass(frozen=True, slots=True)
class _Block:
    """Openings that fall into 32 days: starts, ends and the open time before each, in microseconds."""

    starts: list[int]
    ends: list[int]
    before: list[int]
    total: int

    def worked_by(self, at: int) -> int:
        """Open time from the beginning of the block to `at`."""
        i = bisect_right(self.starts, at) - 1
        return 0 if i < 0 else self.before[i] + min(at, self.ends[i]) - self.starts[i]

    def reached(self, worked: int) -> int:
        """The earliest moment at which `worked` (more than 0, at most total) has been worked."""
        i = bisect_left(self.before, worked) - 1
        return self.starts[i] + worked - self.before[i]


@dataclass(frozen=True)
class Hours:
    """When a team works. Build it with `hours_from`, keep it: it remembers what it has laid out.

    `week` is seven tuples of spans, Monday first; `closed` the dates without work; `special` other spans
    for a date; `days` what is asked of every other date (holidays: see `sla.days`).
    """

    zone: ZoneInfo
    week: tuple[tuple[Span, ...], ...]
    closed: frozenset[date] = frozenset()
    special: Mapping[date, tuple[Span, ...]] = field(default_factory=dict, hash=False)
    days: SpecialDays | None = None
    _blocks: dict[int, _Block] = field(default_factory=dict, init=False, repr=False, compare=False)

    def spans_on(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on this date."""
        if day in self.special:
            return self.special[day]
        if day in self.closed:
            return ()
        usual = self.week[day.weekday()]
        return usual if self.days is None else self.days(day, usual)

    def ever_again(self, at: int) -> bool:
        """Whether any opening may end after this moment (microseconds since 1970)."""
        if any(self.week) or (self.days is not None and self.days.may_open):
            return True
        once = self.days.opens_until if self.days is not None else None
        last = max(
            [*(day for day, spans in self.special.items() if spans), *([once] if once else [])], default=None
        )
        return last is not None and (last.toordinal() - _EPOCH_DAY + 3) * _DAY > at

    def block(self, number: int) -> _Block:
        """The openings of one block; threads may ask at once, at worst the same block is laid out twice."""
        block = self._blocks.get(number)
        if block is None:
            if len(self._blocks) > 1500:  # a century and more; forget rather than grow for ever
                self._blocks.clear()
            block = self._blocks[number] = self._lay_out(number)
        return block

    def _lay_out(self, number: int) -> _Block:
        low, high = number * _BLOCK, (number + 1) * _BLOCK
        pieces = _offsets(self.zone, number)
        openings: list[tuple[int, int]] = []
        # Zones lie up to a day apart from UTC and a night span reaches one day on.
        for day in range(number * _BLOCK_DAYS - 3, (number + 1) * _BLOCK_DAYS + 2):
            if not _FIRST_DAY <= day <= _LAST_DAY:
                continue
            for start, end in self.spans_on(date.fromordinal(day + _EPOCH_DAY)):
                wall_start, wall_end = day * _DAY + start * _MINUTE, day * _DAY + end * _MINUTE
                for since, until, offset in pieces:
                    opens = max(wall_start - offset, since, low)
                    closes = min(wall_end - offset, until, high)
                    if opens < closes:
                        openings.append((opens, closes))
        return _block_of(sorted(openings))


def _block_of(openings: Iterable[tuple[int, int]]) -> _Block:
    starts: list[int] = []
    ends: list[int] = []
    for opens, closes in openings:
        if ends and opens <= ends[-1]:
            ends[-1] = max(ends[-1], closes)
        else:
            starts.append(opens)
            ends.append(closes)
    before, total = [], 0
    for opens, closes in zip(starts, ends, strict=True):
        before.append(total)
        total += closes - opens
    return _Block(starts, ends, before, total)


@lru_cache(maxsize=8192)
def _offsets(zone: ZoneInfo, number: int) -> tuple[tuple[int, int, int], ...]:
    """The zone's offsets during a block: (from, until, offset), all in microseconds."""
    low, high = number * _BLOCK, (number + 1) * _BLOCK
    pieces: list[tuple[int, int, int]] = []
    since, offset = low, _offset(zone, low)
    # Every day: some zones change twice within a month (Ramadan); the least gap since 2000 is a week.
    for at in range(low + _DAY, high + 1, _DAY):
        if (later := _offset(zone, at)) != offset:
            change = _change(zone, at - _DAY, at, offset)
            pieces.append((since, change, offset))
            since, offset = change, later
    return (*pieces, (since, high, offset))


def _change(zone: ZoneInfo, low: int, high: int, offset: int) -> int:
    """The second after `low` at which the offset is no longer `offset`."""
    while high - low > 1_000_000:
        middle = (low + high) // 2_000_000 * 1_000_000
        if _offset(zone, middle) == offset:
            low = middle
        else:
            high = middle
    return high


def _offset(zone: ZoneInfo, at: int) -> int:
    try:
        offset = (_EPOCH + timedelta(microseconds=at)).astimezone(zone).utcoffset()
    except OverflowError:  # at the very ends of the calendar
        return 0
    return (offset or timedelta(0)) // _MICROSECOND


def add_working(start: datetime, amount: timedelta, hours: Hours) -> datetime | None:
    """The earliest moment (UTC) by which `amount` of open time has passed since `start`; None for never.

    An amount of zero is reached at `start` itself, open or not. An amount that ends with an opening is
    reached at its closing, not at the next opening. ValueError: naive start, negative amount.
    """
    at = _microseconds(start)
    left = amount // _MICROSECOND
    if left < 0:
        raise ValueError(f"Working time of {amount} cannot be added; give zero or more")
    if not left:
        return _moment(at)
    if not hours.ever_again(at):
        return None
    number = at // _BLOCK
    left += hours.block(number).worked_by(at)
    limit = at + HORIZON // _MICROSECOND
    while left > (block := hours.block(number)).total:
        left -= block.total
        number += 1
        if number * _BLOCK > limit:
            return None
    reached = block.reached(left)
    return _moment(reached) if reached <= min(limit, _LAST) else None


def working_between(start: datetime, end: datetime, hours: Hours) -> timedelta:
    """The open time from `start` to `end`; negative when `end` comes first. ValueError: naive datetimes."""
    since, until = _microseconds(start), _microseconds(end)
    if until < since:
        return -working_between(end, start, hours)
    first, last = since // _BLOCK, until // _BLOCK
    worked = hours.block(last).worked_by(until) - hours.block(first).worked_by(since)
    for number in range(first, last):
        worked += hours.block(number).total
    return timedelta(microseconds=worked)


def is_open(at: datetime, hours: Hours) -> bool:
    """Whether this moment lies in an opening. ValueError: naive datetime."""
    moment = _microseconds(at)
    block = hours.block(moment // _BLOCK)
    i = bisect_right(block.starts, moment) - 1
    return i >= 0 and moment < block.ends[i]


def next_opening(at: datetime, hours: Hours) -> datetime | None:
    """The first open moment (UTC) not before `at`: `at` itself when it is open, None for never."""
    moment = _microseconds(at)
    for opens, closes in _openings_from(moment, hours):
        if closes > moment:
            opening = max(opens, moment)
            return _moment(opening) if opening <= _LAST else None
    return None


def closes_at(at: datetime, hours: Hours) -> datetime | None:
    """When the opening around `at` ends (UTC). None when `at` is closed, and when it never ends."""
    moment = _microseconds(at)
    if not is_open(at, hours):
        return None
    end = moment
    for opens, closes in _openings_from(moment, hours):
        if closes <= moment:
            continue
        if opens > max(end, moment):
            return _moment(end)
        end = closes
    return _moment(end) if end - moment < HORIZON // _MICROSECOND - 2 * _BLOCK else None


def _openings_from(moment: int, hours: Hours) -> Iterator[tuple[int, int]]:
    """Openings from the block of this moment on, up to the horizon; one that spans blocks comes in parts."""
    number = moment // _BLOCK
    last = min((moment + HORIZON // _MICROSECOND) // _BLOCK, _LAST // _BLOCK)
    while number <= last and hours.ever_again(number * _BLOCK):
        block = hours.block(number)
        yield from zip(block.starts, block.ends, strict=True)
        number += 1


def _microseconds(at: datetime) -> int:
    if at.tzinfo is None:
        raise ValueError("A moment without a time zone came in; give an aware datetime, for instance in UTC")
    return (at - _EPOCH) // _MICROSECOND


def _moment(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)


# Reading hours from their stored form


def hours_from(stored: Mapping[str, Any], days: SpecialDays | None = None) -> Hours:
    """Hours from their JSON form. ValueError says what is wrong and what to write instead.

    ``{"zone": "Asia/Tehran", "week": [[["08:00", "12:00"], ["13:00", "17:00"]], … seven lists, Monday
    first], "closed": ["2027-03-21"], "special": {"2027-03-10": [["10:00", "14:00"]]}}``; `closed` and
    `special` may be missing. "24:00" ends a day; an end not after its start belongs to the next day.
    """
    if not isinstance(stored, Mapping):
        raise ValueError('Hours must be an object like {"zone": "Asia/Tehran", "week": [[], …]}')
    if unknown := set(stored) - {"zone", "week", "closed", "special"}:
        raise ValueError(
            f"Hours know zone, week, closed and special; take out {', '.join(map(repr, sorted(unknown)))}"
        )
    week = stored.get("week")
    if not isinstance(week, list | tuple) or len(week) != 7:
        raise ValueError("week must be a list of seven lists of spans, Monday first; [] is a day off")
    closed, special = stored.get("closed") or (), stored.get("special") or {}
    if isinstance(closed, str) or not isinstance(closed, Iterable):
        raise ValueError('closed must be a list of dates like ["2027-03-21"]')
    if not isinstance(special, Mapping):
        raise ValueError('special must be an object like {"2027-03-10": [["10:00", "14:00"]]}')
    return Hours(
        zone=_zone(stored.get("zone")),
        week=tuple(spans_from(spans, f"week[{i}]") for i, spans in enumerate(week)),
        closed=frozenset(_date(day, "closed") for day in closed),
        special={
            _date(day, "special"): spans_from(spans, f"special[{day}]") for day, spans in special.items()
        },
        days=days,
    )


def _zone(name: Any) -> ZoneInfo:
    try:
        if isinstance(name, str):
            return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # OSError: the name is a folder, as in "Asia"
        pass
    raise ValueError(f"Unknown time zone {name!r}; write it like Asia/Tehran, Asia/Riyadh or UTC")


def _date(day: Any, where: str) -> date:
    if isinstance(day, date) and not isinstance(day, datetime):
        return day
    try:
        return date.fromisoformat(day)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{where}: {day!r} is no date; write it like 2027-03-21") from error


def spans_from(spans: Any, where: str) -> tuple[Span, ...]:
    """Spans from their JSON form, [["08:00", "12:00"], …]. ValueError names `where` they stand."""
    if not isinstance(spans, list | tuple):
        raise ValueError(f'{where} must be a list of spans like [["08:00", "12:00"]], not {spans!r}')
    read = []
    for span in spans:
        if not isinstance(span, list | tuple) or len(span) != 2:
            raise ValueError(f'{where}: {span!r} is no span; write it like ["08:00", "12:00"]')
        start, end = _minutes(span[0], where), _minutes(span[1], where)
        if start == 1440:
            raise ValueError(f'{where}: a span cannot begin at "24:00"; begin the next day at "00:00"')
        read.append((start, end if end > start else end + 1440))
    return tuple(sorted(read))


_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00")


def _minutes(clock: Any, where: str) -> int:
    match = _CLOCK.fullmatch(clock) if isinstance(clock, str) else None
    if match is None:
        raise ValueError(f"{where}: {clock!r} is no time of day; write it like 08:30, from 00:00 to 24:00")
    return 1440 if match[1] is None else int(match[1]) * 60 + int(match[2])
