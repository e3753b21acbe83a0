"""Opening hours in words, for people inside and outside: the coming days, and one day."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.calendars import WEEKDAYS
from pelekan.lib.text import local_digits
from pelekan.lib.time import Dates
from pelekan.sla.asked import Asked, days_asked
from pelekan.sla.calendars import Calendar
from pelekan.sla.feasts import BY_KEY
from pelekan.sla.hours import Span, next_opening

_NOON = time(12)


def moment_of(day: date, calendar: Calendar) -> datetime:
    """A moment that lies on this day where the calendar is; to write the day with `Dates` of that zone."""
    return datetime.combine(day, _NOON, calendar.hours.zone).astimezone(UTC)


def spans_words(spans: tuple[Span, ...], dates: Dates) -> list[str]:
    """Spans as people write them, «۰۹:۰۰–۱۳:۰۰»; a span over midnight ends at the next day's time."""
    return [f"{clock_words(start, dates)}–{clock_words(end, dates)}" for start, end in spans]


def clock_words(minutes: int, dates: Dates) -> str:
    """Minutes after midnight as a time of day; the end of a day is 24:00."""
    shown = minutes if minutes == 1440 else minutes % 1440
    return local_digits(f"{shown // 60:02}:{shown % 60:02}", dates.digits or dates.language)


def coming(calendar: Calendar, first: date, count: int, dates: Dates) -> list[dict[str, Any]]:
    """The days from `first` on: {"weekday", "date", "spans", "why", "differs", "closed", "expected", "today"}. `dates` are
    of the calendar's zone."""
    found = []
    for step in range(count):
        day = first + timedelta(days=step)
        moment, spans = moment_of(day, calendar), calendar.spans(day)
        found.append({
            "weekday": dates.weekday(moment), "date": dates.date(moment), "spans": spans_words(spans, dates),
            "why": calendar.why(day, dates.language), "closed": not spans, "today": step == 0,
            "differs": spans != calendar.hours.week[day.weekday()], "expected": calendar.expected(day),
        })  # fmt: skip
    return found


def week_words(office: Calendar | None, language: str, dates: Dates, now: datetime) -> str:
    """The usual week in one sentence, with the next day within a month that differs; for places that nobody asked in."""
    with translation.override(language):
        if office is None:
            return _("We are here around the clock, every day.")
        here = Dates(dates.language, dates.calendar, office.zone, dates.digits)
        return _of_week(office, here, here.local(now).date())


# The answer to a customer


def answer(text: str, office: Calendar | None, language: str, dates: Dates, now: datetime) -> str:
    """An answer to a question about opening hours, from the calendar: for the days that are asked for, else for the week.

    `dates` are the customer's, his language and calendar; the times are the office's."""
    with translation.override(language):
        if office is None:
            return _("We are here around the clock, every day.")
        here = Dates(dates.language, dates.calendar, office.zone, dates.digits)
        today = here.local(now).date()
        asked = days_asked(text, today, office)
        said = (
            [_of_days(one, office, here, today) for one in asked]
            if asked
            else [_of_week(office, here, today)]
        )
        if here.local(now).utcoffset() != dates.local(now).utcoffset():
            said.append(
                _("All times are those of %(place)s.")
                % {"place": office.zone.rpartition("/")[2].replace("_", " ")}
            )
        return " ".join(said)


def _of_days(asked: Asked, office: Calendar, dates: Dates, today: date) -> str:
    days = [asked.first + timedelta(days=step) for step in range((asked.last - asked.first).days + 1)]
    open_ = [day for day in days if office.spans(day)]
    if open_:
        return " ".join(_of_day(day, office, dates, today) for day in days[:4])
    name = office.why(asked.first, dates.language) or (
        BY_KEY[asked.feast].named(dates.language) if asked.feast else ""
    )
    if len(days) == 1:
        text = _of_day(asked.first, office, dates, today)
    else:
        words = {
            "first": _day(asked.first, office, dates),
            "last": _day(asked.last, office, dates),
            "name": name,
        }
        text = (
            _("From %(first)s to %(last)s we are closed: %(name)s.") % words
            if name
            else _("From %(first)s to %(last)s we are closed.") % words
        )
    if any(office.expected(day) for day in days):
        text += " " + _("The date depends on the moon and may move by a day.")
    return f"{text} {_again(asked.last, office, dates)}".strip()


def _of_day(day: date, office: Calendar, dates: Dates, today: date) -> str:
    spans, name = office.spans(day), office.why(day, dates.language)
    when = {0: _("today (%(day)s)"), 1: _("tomorrow (%(day)s)")}.get(
        (day - today).days, pgettext("opening", "on %(day)s")
    )
    words = {"when": when % {"day": _day(day, office, dates)}, "name": name, "hours": _hours(spans, dates)}
    if spans:
        return (
            _("We are open %(when)s: %(hours)s (%(name)s).")
            if name
            else _("We are open %(when)s: %(hours)s.")
        ) % words
    return (_("We are closed %(when)s: %(name)s.") if name else _("We are closed %(when)s.")) % words


def _again(after: date, office: Calendar, dates: Dates) -> str:
    opens = next_opening(moment_of(after, office) + timedelta(hours=12), office.hours)
    if opens is None:
        return ""
    day = dates.local(opens).date()
    return _("We open again on %(day)s at %(time)s.") % {
        "day": _day(day, office, dates),
        "time": dates.time(opens),
    }


def _of_week(office: Calendar, dates: Dates, today: date) -> str:
    """The usual week, days with the same hours together, and what differs within a month."""
    first = 5 if dates.language in ("fa", "ar") else 0
    groups: list[tuple[list[int], tuple[Span, ...]]] = []
    for step in range(7):
        weekday = (first + step) % 7
        spans = office.hours.week[weekday]
        if groups and groups[-1][1] == spans:
            groups[-1][0].append(weekday)
        else:
            groups.append(([weekday], spans))
    names = WEEKDAYS[dates.language if dates.language in WEEKDAYS else "en"]
    if len(groups) == 1 and groups[0][1] == ((0, 1440),):
        text = _("We are here around the clock, every day.")
    else:
        parts = []
        for weekdays, spans in groups:
            if spans:
                days = {
                    "first": names[weekdays[0]],
                    "last": names[weekdays[-1]],
                    "hours": _hours(spans, dates),
                }
                parts.append(
                    (
                        _("%(first)s to %(last)s: %(hours)s")
                        if len(weekdays) > 1
                        else _("%(first)s: %(hours)s")
                    )
                    % days
                )
        text = _("Our hours: %(hours)s.") % {"hours": pgettext("between spans of days", "; ").join(parts)}
    for step in range(31):
        day = today + timedelta(days=step)
        if not office.spans(day) and office.why(day, dates.language):
            return f"{text} {_of_day(day, office, dates, today)}"
    return text


def _hours(spans: tuple[Span, ...], dates: Dates) -> str:
    if spans == ((0, 1440),):
        return _("round the clock")
    parts = [
        _("%(from)s to %(to)s") % {"from": clock_words(start, dates), "to": clock_words(end, dates)}
        for start, end in spans
    ]
    return pgettext("between times of a day", " and ").join(parts)


def _day(day: date, office: Calendar, dates: Dates) -> str:
    moment = moment_of(day, office)
    return pgettext("opening", "%(weekday)s, %(date)s") % {
        "weekday": dates.weekday(moment),
        "date": dates.date(moment),
    }
