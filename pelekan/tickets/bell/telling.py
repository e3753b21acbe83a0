"""Telling colleagues of a ticket because a rule or a clock says so."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from pelekan.people.models import Agent, Role
from pelekan.tickets.bell import rules
from pelekan.tickets.bell.ring import WORKING
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Event, Ticket


def people(ticket: Ticket, whom: str) -> list[int]:
    """The agents whom `whom` means for `ticket`: "agent" (whoever has it; while nobody has, its team), "team", "manager" (the
    team's managers, else all managers, else the admins), "agent:5", "team:3"."""
    kind, _, number = whom.partition(":")
    if kind == "manager":
        return managers_of(ticket.team_id)
    working = Agent.objects.filter(WORKING)
    if kind == "agent" and (one := int(number or ticket.assignee_id or 0)):
        working = working.filter(pk=one)
    else:
        working = working.filter(teams=int(number) if number else ticket.team_id)
    return list(working.order_by("pk").values_list("pk", flat=True)[: rules.MOST])


def managers_of(team_id: int) -> list[int]:
    """Who answers for a team: its managers, else all managers, else the admins."""
    bosses = Agent.objects.filter(WORKING).order_by("pk")
    for who in (Q(role=Role.MANAGER, teams=team_id), Q(role=Role.MANAGER), Q(role=Role.ADMIN)):
        if found := list(bosses.filter(who).values_list("pk", flat=True)[: rules.MOST]):
            return found
    return []


@action
def tell(
    ticket: Ticket,
    whom: str,
    *,
    source: str,
    name: str = "",
    text: str = "",
    ways: Collection[str] = ("bell",),
    because: str = "",
    by: By = None,
    now: datetime | None = None,
) -> Event | None:
    """Ring for `whom` (see `people`), and write to them where `ways` holds "mail". The line says `text`, or the `name` of
    what tells; one that is unread counts further for the same `source`. None when nobody is left to be told."""
    ticket = lock(ticket)
    agents = people(ticket, whom)
    if not agents:
        return None
    return record(
        "ticket.told", ticket, by=by, at=now, because=because, agents=agents, source=source, title=name, text=text,
        mail="mail" in ways,
    )  # fmt: skip
