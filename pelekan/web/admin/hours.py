"""The editor of opening hours: the request's fields, in the reader's calendar and digits, and its sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pelekan.lib.calendars import WEEKDAYS
from pelekan.sla.hours import hours_from
from pelekan.web.admin.hours_form import (
    DAYS,
    MOST_DATES,
    MOST_SPANS,
    Fault,
    HoursForm,
    Read,
    Span,
    Special,
    form_of,
    stored_of,
    week_from,
)  # fmt: skip


def editor(request: HttpRequest, stored: Mapping[str, Any]) -> dict[str, Any]:
    """What the editor shows, and after a POST what is to be kept (`stored`) or what is wrong (`faults`)."""
    dates = request.dates  # type: ignore[attr-defined]
    language = request.LANGUAGE_CODE
    zones = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")} | {"UTC"}
    read = Read()
    if request.method == "POST":
        form = _typed(request)
        read = stored_of(form, dates.calendar, zones)
        if not read.faults and read.stored:
            hours_from(read.stored)  # what is kept can be read
    else:
        form = form_of(stored, dates.calendar, dates.zone, dates.digits or language)
    names = WEEKDAYS[language if language in WEEKDAYS else "en"]
    faults = {fault.where: sentence(fault) for fault in read.faults}
    return {
        "always": form.always,
        "zone": form.zone,
        "zones": sorted(zones),
        "week": [
            {"day": day, "name": names[day], "spans": form.week[day], "fault": faults.get(f"week:{day}", "")}
            for day in week_from(language)
        ],
        "specials": [
            {
                "number": number,
                "day": special.day,
                "spans": special.spans,
                "fault": faults.get(f"special:{number}", ""),
            }
            for number, special in enumerate(form.specials)
        ],
        "calendar": dates.calendar,
        "faults": faults,
        "stored": read.stored,
    }


def _typed(request: HttpRequest) -> HoursForm:
    form = request.POST
    week = tuple(_spans(request, f"day{day}") for day in range(DAYS))
    days = form.getlist("date")[:MOST_DATES]
    opens, closes = form.getlist("date_open"), form.getlist("date_close")
    specials = []
    for number, day in enumerate(days):
        span = Span(
            opens[number] if number < len(opens) else "", closes[number] if number < len(closes) else ""
        )
        if day.strip() or span.opens.strip() or span.closes.strip():
            specials.append(Special(day[:20], (span,) if span.opens.strip() or span.closes.strip() else ()))
    return HoursForm(form.get("zone", ""), form.get("always") == "yes", week, tuple(specials))


def _spans(request: HttpRequest, name: str) -> tuple[Span, ...]:
    pairs = zip(request.POST.getlist(f"{name}_open"), request.POST.getlist(f"{name}_close"), strict=False)
    return tuple(
        Span(opens[:8], closes[:8])
        for opens, closes in list(pairs)[:MOST_SPANS]
        if opens.strip() or closes.strip()
    )


def sentence(fault: Fault) -> str:
    """What is wrong, in the reader's language."""
    return {
        "zone": _("There is no such time zone; write it like %(example)s.") % {"example": "Asia/Tehran"},
        "time": _("Write both times like 09:00 and 17:30; a day ends at 24:00."),
        "empty": _("It opens and closes at the same time."),
        "date": _("There is no such date in your calendar; write year/month/day."),
        "twice": _("This date is in the list twice."),
        "never": _("With these hours it would never be open. Give at least one day hours."),
    }[fault.kind]
