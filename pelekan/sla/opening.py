"""When a closed door opens again, in words for customers."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.lib.time import Dates
from pelekan.sla.calendars import Calendar, for_inbox
from pelekan.sla.hours import is_open, next_opening
from pelekan.tickets.models import Inbox


def holiday_words(calendar: Calendar | None, dates: Dates, now: datetime) -> str:
    """That today is a holiday, and which; "" where it is none."""
    holiday = calendar.closed_for(now, dates.language) if calendar else ""
    return _("Today is a holiday: %(name)s.") % {"name": isolate(holiday)} if holiday else ""


def opening_words(opens_at: datetime, dates: Dates, now: datetime) -> str:
    """When we open: today, tomorrow, or which day, by the reader's calendar and clock."""
    days = (dates.local(opens_at).date() - dates.local(now).date()).days
    time = dates.time(opens_at)
    if days == 0:
        return _("We open today at %(time)s.") % {"time": time}
    if days == 1:
        return _("We open tomorrow at %(time)s.") % {"time": time}
    words = {"weekday": dates.weekday(opens_at), "date": dates.date(opens_at), "time": time}
    return _("We open on %(weekday)s, %(date)s, at %(time)s.") % words


def closed_words(inbox: Inbox, dates: Dates, now: datetime) -> str:
    """That this door is closed now, why, and when it opens; "" while it is open."""
    return closed_in(for_inbox(inbox), dates, now)


def closed_in(calendar: Calendar | None, dates: Dates, now: datetime) -> str:
    """The same by its calendar."""
    if calendar is None or is_open(now, calendar.hours):
        return ""
    opens = next_opening(now, calendar.hours)
    words = [
        holiday_words(calendar, dates, now) or _("We are closed now."),
        opening_words(opens, dates, now) if opens else "",
    ]
    return " ".join(word for word in words if word)
