"""Business hours with names: the list, the editor with the reader's calendar and digits, the coming days, who keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zoneinfo import available_timezones

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.calendars import MONTHS, WEEKDAYS
from pelekan.lib.text import isolate
from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people.models import CALENDAR_OF, Team
from pelekan.sla import calendars, keeping
from pelekan.sla.countries import NAMES, country_named
from pelekan.sla.days import parts_of
from pelekan.sla.hours import closes_at, next_opening
from pelekan.sla.models import BusinessHours
from pelekan.sla.said import coming
from pelekan.tickets.models import Inbox
from pelekan.tickets.shaping import CannotBe
from pelekan.web.admin.doors import agent, behind, get_object_or_404, told, went
from pelekan.web.admin.frame import show
from pelekan.web.admin.hours_form import (
    CALENDARS,
    DAYS,
    MOST_OWN,
    MOST_SPANS,
    Fault,
    HoursForm,
    OwnRow,
    Span,
    form_of,
    stored_of,
    week_from,
)  # fmt: skip

AHEAD = 60  # days that the preview shows
NEAR = ("IR", "AF", "TJ", "IQ", "SA", "AE", "KW", "QA", "BH", "OM", "YE", "JO", "LB", "SY", "EG", "TR")
"""Countries that stand first in the list: where Persian and Arabic are spoken, and their neighbours."""
USUAL = [["09:00", "17:00"]]
WEEKENDS = {
    "IR": (4,),
    "AE": (5, 6),
    "TR": (5, 6),
    "LB": (5, 6),
}  # days off; elsewhere below: Friday and Saturday


@behind("settings")
def all_hours(request: HttpRequest) -> HttpResponse:
    rows = BusinessHours.objects.prefetch_related("teams", "inboxes").order_by("archived_at", "name")
    now, dates = clock(), request.dates  # type: ignore[attr-defined]
    listed = [_row(row, dates, now, request.LANGUAGE_CODE) for row in rows]
    lead = _(
        "When your teams work. Clocks of tickets, the chat and the portal go by them; without any it is always open."
    )
    return show(request, "all_hours", "settings_all_hours", _("Business hours"), lead, rows=listed)


def _row(row: BusinessHours, dates: Dates, now: Any, language: str) -> dict[str, Any]:
    found = calendars.calendar_of(row)
    here = Dates(dates.language, dates.calendar, found.zone, dates.digits)
    closes = closes_at(now, found.hours)
    opens = None if closes else next_opening(now, found.hours)
    return {
        "id": row.pk, "name": row.name, "zone": row.zone, "default": row.is_default, "archived": row.archived_at is not None,
        "country": country_named(row.country, language) if row.country else "",
        "teams": [team.name for team in row.teams.all()], "inboxes": [inbox.name for inbox in row.inboxes.all()],
        "open": opens == now or closes is not None, "until": here.time(closes) if closes else "",
        "opens": f"{here.weekday(opens)} {here.time(opens)}" if opens and opens != now else "",
        "holiday": found.closed_for(now, language),
    }  # fmt: skip


@behind("settings", "GET", "POST")
def new_hours(request: HttpRequest) -> HttpResponse:
    zone = request.dates.zone  # type: ignore[attr-defined]
    country = next((code for code, zones in _HOME.items() if zone in zones), "")
    off = WEEKENDS.get(country, (4, 5) if country else (5, 6))
    week = [[] if day in off else USUAL for day in range(DAYS)]
    begin = BusinessHours(zone=zone, week=week, country=country)
    return _edit(request, None, begin)


_HOME = {
    "IR": ("Asia/Tehran",), "AE": ("Asia/Dubai",), "SA": ("Asia/Riyadh",), "IQ": ("Asia/Baghdad",), "AF": ("Asia/Kabul",),
    "KW": ("Asia/Kuwait",), "QA": ("Asia/Qatar",), "BH": ("Asia/Bahrain",), "OM": ("Asia/Muscat",), "TR": ("Europe/Istanbul",),
}  # fmt: skip


@behind("settings", "GET", "POST")
def one_hours(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(BusinessHours, pk=pk)
    return _edit(request, row, row)


def _edit(request: HttpRequest, row: BusinessHours | None, begin: BusinessHours) -> HttpResponse:
    posted = request.method == "POST"
    editor = _editor(request, begin)
    values = _values(request, row, begin)
    if posted and not editor["faults"] and "preview" not in request.POST:
        try:
            return _kept(request, row, editor["stored"], values)
        except CannotBe as refused:
            editor["faults"][refused.field] = refused.text
    if posted and not editor["faults"]:
        begin = BusinessHours(
            name=values["name"],
            country=values["country"],
            subdivision=values["subdivision"],
            **editor["stored"],
        )
    shown = [] if editor["faults"] else _preview(request, begin)
    language = request.LANGUAGE_CODE
    return show(
        request, "one_hours", "settings_all_hours", row.name if row else _("New business hours"), back="settings_all_hours", row=row,
        editor=editor, values=values, countries=_countries(language), parts=_parts(values["country"]),
        teams=_others(Team.objects.filter(archived_at=None).order_by("tier__level", "name"), "teams", row),
        inboxes=_others(Inbox.objects.filter(archived_at=None), "inboxes", row), days=shown, month_groups=_months(language),
        acts=_acts(row), previewed="preview" in request.POST, status=422 if editor["faults"] else 200,
    )  # fmt: skip


def _values(request: HttpRequest, row: BusinessHours | None, begin: BusinessHours) -> dict[str, Any]:
    if request.method == "POST":
        form = request.POST
        country = form.get("country", "")
        return {
            "name": form.get("name", ""), "country": country, "is_default": "is_default" in form,
            "subdivision": form.get("subdivision", "") if form.get("subdivision", "") in dict(parts_of(country)) else "",
            "teams": set(form.getlist("teams")), "inboxes": set(form.getlist("inboxes")),
        }  # fmt: skip
    return {
        "name": begin.name, "country": begin.country, "subdivision": begin.subdivision, "is_default": begin.is_default,
        "teams": {str(pk) for pk in row.teams.values_list("pk", flat=True)} if row else set(),
        "inboxes": {str(pk) for pk in row.inboxes.values_list("pk", flat=True)} if row else set(request.GET.getlist("inbox")),
    }  # fmt: skip


def _kept(
    request: HttpRequest, row: BusinessHours | None, stored: dict[str, Any], values: dict[str, Any]
) -> HttpResponse:
    plain = {name: values[name] for name in ("name", "country", "subdivision", "is_default")}
    kept = keeping.save_hours(
        row, by=agent(request), **stored, **plain,
        teams=[team for team in Team.objects.all() if str(team.pk) in values["teams"]],
        inboxes=[inbox for inbox in Inbox.objects.all() if str(inbox.pk) in values["inboxes"]],
    )  # fmt: skip
    return went(request, "settings_one_hours", _("Kept."), kept.pk)


def next_days(request: HttpRequest, row: BusinessHours | None) -> list[dict[str, Any]]:
    """The next two weeks of these hours; [] where it is always open."""
    return _preview(request, row, 14) if row else []


def _preview(request: HttpRequest, row: BusinessHours, count: int = AHEAD) -> list[dict[str, Any]]:
    found = calendars.calendar_of(row)
    reader: Dates = request.dates  # type: ignore[attr-defined]
    dates = Dates(reader.language, reader.calendar, found.zone, reader.digits)
    return coming(found, dates.local(clock()).date(), count, dates)


def _countries(language: str) -> list[tuple[str, Any]]:
    names = {code: country_named(code, language) for code in NAMES}
    near = [(code, names[code]) for code in NEAR if code in names]
    rest = sorted(
        ((code, name) for code, name in names.items() if code not in NEAR), key=lambda pair: pair[1]
    )
    return [("", pgettext("holidays", "None")), *near, *rest]


def _parts(country: str) -> list[tuple[str, str]]:
    found = parts_of(country) if country in NAMES else ()
    return [("", _("The whole country")), *sorted(found, key=lambda pair: pair[1])] if found else []


def _months(language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """The months of the three calendars, that of the language first."""
    words = language if language in WEEKDAYS else "en"
    names = {"jalali": _("Jalali"), "hijri": _("Hijri"), "gregorian": _("Gregorian")}
    first = CALENDAR_OF[words]
    return [
        (
            names[calendar],
            [(f"{calendar}-{number}", name) for number, name in enumerate(MONTHS[calendar, words], 1)],
        )
        for calendar in sorted(CALENDARS, key=lambda one: one != first)
    ]


def _others(rows: Any, field: str, row: BusinessHours | None) -> list[dict[str, Any]]:
    """Teams or inboxes to choose from, with the hours that they would leave."""
    held: dict[int, str] = {}
    for other in (
        BusinessHours.objects.filter(archived_at=None)
        .exclude(pk=row.pk if row and row.pk else 0)
        .prefetch_related(field)
    ):
        held |= {one.pk: other.name for one in getattr(other, field).all()}
    return [
        {
            "id": str(one.pk),
            "name": one.name,
            "has": _("has “%(name)s”") % {"name": isolate(held[one.pk])} if one.pk in held else "",
        }
        for one in rows
    ]


def _acts(row: BusinessHours | None) -> list[dict[str, Any]]:
    if row is None:
        return []
    if row.archived_at:
        return [
            {
                "label": _("Restore"),
                "post": reverse("settings_hours_restore", args=[row.pk]),
                "sign": "undo-2",
            }
        ]
    return [
        {
            "label": _("Archive"),
            "post": reverse("settings_hours_archive", args=[row.pk]),
            "sign": "archive",
            "danger": True,
        }
    ]


@behind("settings")
def country_parts(request: HttpRequest) -> HttpResponse:
    """A fragment: the parts of a country that have holidays of their own."""
    return render(
        request, "settings/hours_parts.html", {"parts": _parts(request.GET.get("country", "")), "values": {}}
    )


@behind("settings", "POST")
def archive_hours(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(BusinessHours, pk=pk)
    done = _("Archived. Who kept these hours follows the default ones now.")
    return told(request, "settings_all_hours", lambda: keeping.archive_hours(row, by=agent(request)), done)


@behind("settings", "POST")
def restore_hours(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(BusinessHours, pk=pk)
    return told(
        request, "settings_all_hours", lambda: keeping.restore_hours(row, by=agent(request)), _("Restored.")
    )


# The editor


def _editor(request: HttpRequest, row: BusinessHours) -> dict[str, Any]:
    """What the editor shows, and after a POST what is to be kept (`stored`) or what is wrong (`faults`)."""
    dates, language = request.dates, request.LANGUAGE_CODE  # type: ignore[attr-defined]
    zones = {zone for zone in available_timezones() if "/" in zone and not zone.startswith("Etc/")} | {"UTC"}
    stored: Mapping[str, Any] = {}
    faults: dict[str, str] = {}
    if request.method == "POST":
        form = _typed(request)
        read = stored_of(form, zones)
        stored, faults = read.stored, {fault.where: sentence(fault) for fault in read.faults}
    else:
        kept = {name: getattr(row, name) for name in ("zone", "week", "closed", "special", "own")}
        form = form_of(kept, dates.calendar, dates.digits or language)
    names = WEEKDAYS[language if language in WEEKDAYS else "en"]
    return {
        "always": form.always,
        "zone": form.zone,
        "zones": sorted(zones),
        "week": [
            {"day": day, "name": names[day], "spans": form.week[day], "fault": faults.get(f"week:{day}", "")}
            for day in week_from(language)
        ],
        "own": [
            {"row": own, "fault": faults.get(f"own:{number}", "")} for number, own in enumerate(form.own)
        ],
        "faults": faults,
        "stored": stored,
    }


def _typed(request: HttpRequest) -> HoursForm:
    form = request.POST
    week = tuple(_spans(request, f"day{day}") for day in range(DAYS))
    names = ("name", "day", "month", "to_day", "to_month", "year", "does", "spans")
    columns = {name: form.getlist(f"own_{name}") for name in names}
    count = min(len(columns["name"]), MOST_OWN)
    own = tuple(
        OwnRow(
            **{
                name: (values[number] if number < len(values) else "")[:120]
                for name, values in columns.items()
            }
        )
        for number in range(count)
    )
    return HoursForm(
        form.get("zone", ""), form.get("always") == "yes", week, tuple(row for row in own if not row.empty)
    )


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
        "date": _("There is no such day in this month; choose another one."),
        "year": _("Write the year with four digits, or leave it empty for every year."),
        "calendars": _("The first and the last day must be of the same calendar."),
        "long": _("At most %(count)s days go into one row.") % {"count": 100},
        "does": _("Choose what happens on this day."),
        "never": _("With these hours it would never be open. Give at least one day hours."),
    }[fault.kind]


# Whose hours an inbox keeps


def choice_of(inbox: Inbox) -> dict[str, Any]:
    """What an inbox may choose from, what it has, and what holds without a choice."""
    rows = list(BusinessHours.objects.filter(archived_at=None))
    own = inbox.business_hours.filter(archived_at=None).first()
    team = next((row for row in inbox.team.business_hours.filter(archived_at=None)), None)
    usual = team or next((row for row in rows if row.is_default), None)
    return {
        "rows": rows, "own": own.pk if own else None, "usual": usual.name if usual else "", "by_team": team is not None,
        "holds": own or usual,
    }  # fmt: skip
