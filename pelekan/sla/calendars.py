"""Which business hours hold for a ticket, a team, an inbox; kept laid out in memory.

A policy's own calendar comes first, then the team's, then the inbox's, then the default one. Without any, it is always
open. Two ways to ask: `for_ticket` makes sure in one small query that no other process has changed a calendar meanwhile,
because a due moment follows from it; what is only shown (`for_inbox`) is remembered for a moment.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache

from pelekan.lib.prepared import Prepared
from pelekan.lib.time import now as clock
from pelekan.sla.days import Days, own_from
from pelekan.sla.hours import Hours, Span, hours_from
from pelekan.sla.models import BusinessHours
from pelekan.tickets.models import Inbox, Ticket

log = logging.getLogger("pelekan.sla")

REMEMBERED = timedelta(seconds=10)
"""How long another process may still show the former hours."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """Named hours, ready to be asked: `hours` for sums, `days` for why a day is special."""

    id: int
    name: str
    hours: Hours
    days: Days

    @property
    def zone(self) -> str:
        return self.hours.zone.key

    def spans(self, day: date) -> tuple[Span, ...]:
        """The spans that begin on a day, as minutes after its midnight."""
        return self.hours.spans_on(day)

    def why(self, day: date, language: str) -> str:
        """The name of the holiday or own day that makes this day differ from its weekday; "" where nothing does."""
        special = self.days.on(day)
        if special is None or day in self.hours.special or day in self.hours.closed:
            return ""
        if special.own and special.own.last and special.own.does == "open" and not self.spans(day):
            return ""  # the range has other hours on working days; this is a day off of the week
        return self.days.named(day, language)

    def closed_for(self, at: datetime, language: str) -> str:
        """The holiday or own day for which it is closed all day at this moment; "" where it is not."""
        day = at.astimezone(self.hours.zone).date()
        return "" if self.spans(day) or not self.hours.week[day.weekday()] else self.why(day, language)

    def expected(self, day: date) -> bool:
        """Whether the day is a holiday by reckoning alone: it may move by a day."""
        special = self.days.on(day)
        return special is not None and special.expected


@dataclass(frozen=True, slots=True)
class _Known:
    """All calendars in use, and who has which. `stamp` changes when any of them does."""

    stamp: tuple[tuple[int, datetime], ...]
    by_id: Mapping[int, Calendar] = field(default_factory=dict)
    by_team: Mapping[int, int] = field(default_factory=dict)
    by_inbox: Mapping[int, int] = field(default_factory=dict)
    default: int | None = None


_STAMP = Prepared(lambda: BusinessHours.objects.order_by("pk").values("pk", "changed_at"))
_known: tuple[datetime, _Known] | None = None
_lock = threading.Lock()


def for_ticket(ticket: Ticket, hours_id: int | None = None) -> Hours | None:
    """The hours of a ticket: those of the policy (`hours_id`), else the team's, the inbox's, the default ones. None: always
    open. One query, more only after a change."""
    found = calendar_for(ticket, hours_id)
    return found.hours if found else None


def calendar_for(ticket: Ticket, hours_id: int | None = None) -> Calendar | None:
    """The calendar behind `for_ticket`."""
    return _choose(_up_to_date(), hours_id, ticket.team_id, ticket.inbox_id)


def for_inbox(inbox: Inbox) -> Calendar | None:
    """When the door of an inbox is open, to be shown: its own calendar, else its team's, else the default one. None:
    always. Usually no query."""
    known = _remembered()
    own = known.by_inbox.get(inbox.pk)
    return known.by_id[own] if own is not None else _choose(known, None, inbox.team_id, inbox.pk)


def for_team(team: int, inbox: int = 0) -> Calendar | None:
    """When a team works, to be shown: its own calendar, else that of the inbox, else the default one. Usually no query."""
    return _choose(_remembered(), None, team, inbox)


def shown_for(ticket: Ticket, hours_id: int | None = None) -> Calendar | None:
    """The calendar of a ticket, to be shown: remembered like `for_inbox`."""
    return _choose(_remembered(), hours_id, ticket.team_id, ticket.inbox_id)


def by_id(pk: int) -> Calendar | None:
    """A calendar in use; None for one that is archived or unknown."""
    return _up_to_date().by_id.get(pk)


def shown(pk: int | None = None) -> Calendar | None:
    """A calendar, else the default one, to be shown: remembered like `for_inbox`. None: always open."""
    known = _remembered()
    chosen = pk if pk in known.by_id else known.default
    return known.by_id[chosen] if chosen is not None else None


def all_of_them() -> list[Calendar]:
    """Every calendar in use, by name."""
    return sorted(_up_to_date().by_id.values(), key=lambda one: one.name)


def _choose(known: _Known, wanted: int | None, team: int, inbox: int) -> Calendar | None:
    if wanted is not None and wanted in known.by_id:
        return known.by_id[wanted]
    for found in (known.by_team.get(team), known.by_inbox.get(inbox), known.default):
        if found is not None:
            return known.by_id[found]
    return None


def _up_to_date() -> _Known:
    global _known
    stamp = tuple((row["pk"], row["changed_at"]) for row in _STAMP())
    with _lock:
        if _known is not None and _known[1].stamp == stamp:
            return _known[1]
    found = _read(stamp)
    with _lock:
        _known = (clock(), found)
    return found


def _remembered() -> _Known:
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    return _again(now)


def _again(now: datetime) -> _Known:
    global _known
    found = _up_to_date()
    with _lock:
        _known = (now, found)
    return found


def _read(stamp: tuple[tuple[int, datetime], ...]) -> _Known:
    if not stamp:
        return _Known(stamp)
    rows = {row.pk: row for row in BusinessHours.objects.filter(archived_at=None)}
    ready: dict[int, Calendar] = {}
    for row in rows.values():
        try:
            ready[row.pk] = calendar_of(row)
        except ValueError as fault:  # written past the editor: the others hold all the same
            log.error("the business hours “%s” can't be read and are left out: %s", row.name, fault)
    teams, inboxes = BusinessHours.teams.through.objects, BusinessHours.inboxes.through.objects
    # of two calendars the older one: the editor lets each have one only
    by_team = dict(teams.order_by("-businesshours_id").values_list("team_id", "businesshours_id"))
    by_inbox = dict(inboxes.order_by("-businesshours_id").values_list("inbox_id", "businesshours_id"))
    return _Known(
        stamp,
        ready,
        {team: pk for team, pk in by_team.items() if pk in ready},
        {inbox: pk for inbox, pk in by_inbox.items() if pk in ready},
        next((pk for pk, row in rows.items() if row.is_default and pk in ready), None),
    )


def hours_of(row: BusinessHours) -> Hours:
    """The hours of a calendar, laid out as far as they were asked for. ValueError: what is stored can't be read."""
    return calendar_of(row).hours


def calendar_of(row: BusinessHours) -> Calendar:
    """A row made ready. Rows of the same content share what is laid out."""
    week = {"zone": row.zone, "week": row.week, "closed": row.closed, "special": row.special}
    hours, days = _laid_out(
        json.dumps(week, sort_keys=True), row.country, row.subdivision, json.dumps(row.own, sort_keys=True)
    )
    return Calendar(row.pk, row.name, hours, days)


@lru_cache(maxsize=256)
def _laid_out(week: str, country: str, subdivision: str, own: str) -> tuple[Hours, Days]:
    days = Days(country, subdivision, own_from(json.loads(own)))
    return hours_from(json.loads(week), days if days else None), days


def forget() -> None:
    """Read them anew at the next question."""
    global _known
    with _lock:
        _known = None
