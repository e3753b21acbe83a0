"""How to reach us: every way with its hours, the departments, and the coming days from the calendar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people.desk import sign
from pelekan.sla.calendars import Calendar, for_inbox, for_team, shown
from pelekan.sla.said import coming, week_words
from pelekan.tickets.models import Channel, Inbox
from pelekan.web.help import addresses, asking
from pelekan.web.help.frame import in_language, page
from pelekan.web.portal import departments

DAYS = 7


@require_safe
@in_language
def contact(request: HttpRequest, language: str) -> HttpResponse:
    """All ways to a person, with the hours of those that have them."""
    dates: Dates = request.dates  # type: ignore[attr-defined]
    portal = Inbox.objects.filter(channel=Channel.PORTAL, archived_at=None).order_by("pk").first()
    reach = sign().reach
    office = shown() or (asking.phone_hours(reach) if reach.phone else None)  # whose days the table shows
    teams = _departments(portal, language, dates)
    chat = _chat(language)
    return page(
        request,
        "help/contact.html",
        language,
        path=reverse("help_contact", args=[language]),
        others={code: reverse("help_contact", args=[code]) for code in addresses.LANGUAGES},
        title=_("How to reach us"),
        summary=_("Every way to us, with its hours, and the days on which we are closed."),
        crumbs=[(_("Help"), addresses.home(language))],
        days=_days(office, dates),
        phone_hours=_differs(asking.phone_hours(reach), office, language, dates) if reach.phone else "",
        chat_hours=_differs(for_inbox(chat), office, language, dates) if chat else "",
        around_the_clock=office is None and not teams,
        departments=[
            {
                **shape,
                "week": _differs(for_team(team.pk, portal.pk if portal else 0), office, language, dates),
            }
            for team, shape in teams
        ],
        zone=_zone(office, dates),
    )


def _chat(language: str) -> Inbox | None:
    rows = [
        one
        for one in Inbox.objects.filter(channel=Channel.CHAT, archived_at=None).order_by("pk")
        if not one.require_identity
    ]
    return next((one for one in rows if one.language == language), rows[0] if rows else None)


def _departments(portal: Inbox | None, language: str, dates: Dates) -> list[tuple[Any, dict[str, Any]]]:
    teams = departments.offered()
    return list(zip(teams, departments.shapes(teams, portal, language, dates, clock()), strict=True))


def _differs(calendar: Calendar | None, office: Calendar | None, language: str, dates: Dates) -> str:
    """The week of a way whose hours are not those of the table of days; "" where they are."""
    if calendar is office or (calendar is not None and office is not None and calendar.id == office.id):
        return ""
    return week_words(calendar, language, dates, clock())


def _days(office: Calendar | None, dates: Dates) -> list[dict[str, Any]]:
    if office is None:
        return []
    here = Dates(dates.language, dates.calendar, office.zone, dates.digits)
    return coming(office, here.local(clock()).date(), DAYS, here)


def _zone(office: Calendar | None, dates: Dates) -> str:
    """Whose clock the times are of, where the reader's is another."""
    if office is None:
        return ""
    here, now = Dates(dates.language, dates.calendar, office.zone, dates.digits), clock()
    if here.local(now).utcoffset() == dates.local(now).utcoffset():
        return ""
    return _("All times are those of %(place)s.") % {
        "place": office.zone.rpartition("/")[2].replace("_", " ")
    }
