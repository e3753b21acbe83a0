"""Business hours are made, changed and given to teams and inboxes. Events: hours.added, hours.changed, hours.archived,
hours.restored; `hours` in their data is the calendar's id."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.sla import calendars
from pelekan.sla.countries import NAMES
from pelekan.sla.models import BusinessHours
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

FIELDS = ("name", "zone", "week", "closed", "special", "country", "subdivision", "own", "is_default")


@action
def save_hours(
    row: BusinessHours | None,
    *,
    by: Agent | None,
    now: datetime | None = None,
    teams: Iterable[Team] | None = None,
    inboxes: Iterable[Inbox] | None = None,
    **values: Any,
) -> BusinessHours:
    """Make a calendar or change one; `values` as in FIELDS. What is not named stays. A team or an inbox has one calendar:
    it leaves the one it had. Raises CannotBe."""
    require(by, "settings")
    made = row is None
    row = row or BusinessHours(created_at=now or clock())
    if made or "name" in values:
        values["name"] = one_line(values.get("name", ""), 80)
        if not values["name"]:
            raise CannotBe("name", _("Give these hours a name."))
        unique(BusinessHours.objects, values["name"], row, _("Other hours have this name."))
    changed = put(row, values, FIELDS)
    _check(row)
    if changed.get("is_default"):
        BusinessHours.objects.filter(is_default=True).exclude(pk=row.pk).update(
            is_default=False, changed_at=now or clock()
        )
    row.changed_at = now or clock()
    row.save()
    whose = _given(row, "teams", teams, row.changed_at) | _given(row, "inboxes", inboxes, row.changed_at)
    if made or changed or whose:
        name = "hours.added" if made else "hours.changed"
        record(
            name,
            by=by,
            at=now,
            topics=["desk"],
            hours=row.pk,
            title=row.name,
            changed=sorted({*changed, *whose}),
        )
        _forget()
    return row


def _check(row: BusinessHours) -> None:
    if row.zone not in available_timezones():
        raise CannotBe(
            "zone", _("There is no such time zone; write it like %(example)s.") % {"example": "Asia/Tehran"}
        )
    if row.country and row.country not in NAMES:
        raise CannotBe("country", _("The holidays of this country are not known."))
    try:
        calendars.calendar_of(row)
    except ValueError as fault:
        raise CannotBe("week", str(fault))


def _given(row: BusinessHours, field: str, wanted: Iterable[Any] | None, at: datetime) -> set[str]:
    """Set whose hours they are; {field} when that changed."""
    if wanted is None:
        return set()
    mine = getattr(row, field)
    before, after = set(mine.values_list("pk", flat=True)), {one.pk for one in wanted}
    if before == after:
        return set()
    for other in (
        BusinessHours.objects.filter(**{f"{field}__in": after - before}).exclude(pk=row.pk).distinct()
    ):
        getattr(other, field).remove(*(after - before))
        BusinessHours.objects.filter(pk=other.pk).update(changed_at=at)
    mine.set(after)
    return {field}


@action
def give_inbox(
    inbox: Inbox, row: BusinessHours | None, *, by: Agent | None, now: datetime | None = None
) -> None:
    """The inbox keeps these hours from now on; None: no own ones."""
    require(by, "settings")
    now = now or clock()
    had = list(inbox.business_hours.all())
    if had == ([row] if row else []):
        return
    for one in [*had, *([row] if row else [])]:
        (one.inboxes.add if one == row else one.inboxes.remove)(inbox)
        BusinessHours.objects.filter(pk=one.pk).update(changed_at=now)
        record(
            "hours.changed", by=by, at=now, topics=["desk"], hours=one.pk, title=one.name, changed=["inboxes"]
        )
    _forget()


@action
def archive_hours(row: BusinessHours, *, by: Agent | None, now: datetime | None = None) -> None:
    """Nobody keeps these hours any more: teams and inboxes that had them follow the default ones."""
    require(by, "settings")
    now = now or clock()
    done = BusinessHours.objects.filter(pk=row.pk, archived_at=None)
    if done.update(archived_at=now, changed_at=now, is_default=False):
        record("hours.archived", by=by, at=now, topics=["desk"], hours=row.pk, title=row.name)
        _forget()


@action
def restore_hours(row: BusinessHours, *, by: Agent | None, now: datetime | None = None) -> None:
    """They hold again for whom they held."""
    require(by, "settings")
    now = now or clock()
    if (
        BusinessHours.objects.filter(pk=row.pk)
        .exclude(archived_at=None)
        .update(archived_at=None, changed_at=now)
    ):
        record("hours.restored", by=by, at=now, topics=["desk"], hours=row.pk, title=row.name)
        _forget()


def _forget() -> None:
    """At once for what follows in this change, and again after its commit for what others read meanwhile."""
    calendars.forget()
    transaction.on_commit(calendars.forget, robust=True)
