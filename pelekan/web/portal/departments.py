"""The departments that a customer may choose: in his language, with their hours and the languages they speak."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from pelekan.lib.time import Dates
from pelekan.people.models import Agent, Language, Team
from pelekan.sla.calendars import for_team
from pelekan.sla.hours import is_open, next_opening
from pelekan.tickets.models import Inbox
from pelekan.web.opening import opening_words


def open_to_strangers() -> Inbox | None:
    """The portal's inbox, where it takes requests of people who have not signed in."""
    rows = Inbox.objects.filter(channel="portal", archived_at=None).order_by("pk")
    found = rows.first()
    return found if found is not None and not found.require_identity else None


def offered() -> list[Team]:
    """Teams that customers may choose, with the people who work there."""
    working = Agent.objects.filter(disabled_at=None, user__is_active=True).only("pk", "languages")
    rows = Team.objects.filter(offered=True, archived_at=None).select_related("tier")
    return list(rows.prefetch_related(Prefetch("agents", working, to_attr="working")))


def shapes(
    teams: list[Team], inbox: Inbox | None, language: str, dates: Dates, now: datetime
) -> list[dict[str, Any]]:
    """For the form: [{"id", "name", "description", "open", "hours" (a sentence), "languages" [names]}]."""
    return [
        {
            "id": team.pk,
            "name": team.said("name", language),
            "description": team.said("description", language),
            "languages": [str(Language(code).label) for code in spoken(team)],
            **_hours(team, inbox, dates, now),
        }
        for team in teams
    ]


def spoken(team: Team) -> list[str]:
    """The languages of a department: as it says, else of its people."""
    known = team.languages or [code for agent in getattr(team, "working", ()) for code in agent.languages]
    return [code for code in Language.values if code in known]


def _hours(team: Team, inbox: Inbox | None, dates: Dates, now: datetime) -> dict[str, Any]:
    calendar = for_team(team.pk, inbox.pk if inbox else 0)
    if calendar is None:
        return {"open": True, "hours": ""}
    if is_open(now, calendar.hours):
        return {"open": True, "hours": _("Open now")}
    opens = next_opening(now, calendar.hours)
    return {"open": False, "hours": opening_words(opens, dates, now) if opens else _("We are closed now.")}
