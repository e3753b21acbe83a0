"""How an agent wants to be told, kept by himself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, time

from django.utils.translation import gettext as _

from pelekan.lib.time import now as clock
from pelekan.lib.time import zone_named
from pelekan.people.models import CALENDAR_OF, Agent
from pelekan.tickets.bell import rules
from pelekan.tickets.bell.ring import zone_of
from pelekan.tickets.events import action, record
from pelekan.tickets.models import BellChoice
from pelekan.tickets.shaping.values import CannotBe

RHYTHMS = ("", "daily", "weekly")


def choice_of(agent: Agent) -> BellChoice:
    """What he chose; an unsaved row of the usual where he never did."""
    return BellChoice.objects.filter(agent=agent).first() or BellChoice(agent=agent)


@action
def choose(
    agent: Agent,
    *,
    ways: Mapping[str, Iterable[str]],
    start: str = "",
    end: str = "",
    days: Iterable[int] = (),
    digest: str = "",
    now: datetime | None = None,
) -> None:
    """Keep it all. `start` and `end` are "22:00"; CannotBe for one without the other, or for what is no time."""
    now = now or clock()
    for name, text in (("start", start), ("end", end)):
        try:
            if text:
                time.fromisoformat(text)
        except ValueError:
            raise CannotBe(name, _("Write the time like %(example)s.") % {"example": "22:00"})
    if bool(start) != bool(end):
        raise CannotBe("end" if start else "start", _("Quiet hours need a beginning and an end."))
    if digest not in RHYTHMS:
        raise CannotBe("digest", _("Choose from the list."))
    row = choice_of(agent)
    row.ways = {
        str(kind): [str(way) for way in rules.By if way in set(ways.get(kind, ()))] for kind in rules.Ring
    }
    row.quiet = {"from": start, "until": end, "days": sorted(day for day in set(days) if day in range(7))}
    if digest != row.digest or (digest and row.digest_at is None):
        user = agent.user
        first = rules.first_day_of_week(user.calendar or CALENDAR_OF[user.language])
        row.digest, row.digest_since = digest, now
        row.digest_at = rules.next_digest(now, digest, zone_named(zone_of(user)), first)
    row.save()
    record("agent.chose_notices", by=agent, at=now, topics=[f"agent:{agent.pk}"], digest=digest)
