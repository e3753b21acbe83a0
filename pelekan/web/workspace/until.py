"""Until when? A moment in the reader's own calendar and zone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta

from django.utils.translation import gettext as _

from pelekan.lib.text import latin_digits
from pelekan.lib.time import Dates, day_from
from pelekan.lib.time import now as clock

MORNING = time(9, 0)


class NotADate(ValueError):
    """What was typed is no day to come; the text says how to write one."""


def presets(dates: Dates, now: datetime) -> list[tuple[str, str, datetime]]:
    """[(value, words, moment)]: the days that people mean, each at nine in the morning."""
    local = dates.local(now)
    found = [("hours-3", _("In three hours"), now + timedelta(hours=3))]
    for days, words in ((1, _("Tomorrow morning")), (2, _("In two days")), (7, _("In a week"))):
        day = local.date() + timedelta(days=days)
        at = datetime.combine(day, MORNING, local.tzinfo).astimezone(UTC)
        found.append((f"days-{days}", words, at))
    return found


def moment_of(form: Mapping[str, str], dates: Dates, now: datetime | None = None) -> datetime | None:
    """The moment that a form means by `until` (a preset, "date" or "") and `date` («۱۴۰۵/۰۹/۱۰»); None means
    until someone resumes it. Raises NotADate."""
    now = now or clock()
    choice = form.get("until", "")
    for value, _words, at in presets(dates, now):
        if choice == value:
            return at
    if choice != "date":
        return None
    match = re.fullmatch(r"\s*(\d{4})\D(\d{1,2})\D(\d{1,2})\s*", latin_digits(form.get("date", "")))
    example = dates.numeric(now + timedelta(days=7))
    wrong = NotADate(_("Write the day like %(example)s.") % {"example": example})
    if match is None:
        raise wrong
    try:
        day = day_from(dates.calendar, *(int(part) for part in match.groups()))
    except (ValueError, OverflowError):
        raise wrong from None
    at = datetime.combine(day, MORNING, dates.local(now).tzinfo).astimezone(UTC)
    if at <= now:
        raise NotADate(_("That day is over. Choose one to come, like %(example)s.") % {"example": example})
    if at > now + timedelta(days=3660):
        raise wrong
    return at
