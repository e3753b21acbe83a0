"""Where a ticket begins: the team to which a rule sends what has just arrived."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people.models import Team
from pelekan.tickets.actions.moving import escalate
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Ticket


@action
def route(
    ticket: Ticket, team: Team, *, because: str, rule: str, name: str, now: datetime | None = None
) -> Ticket:
    """A rule sends the ticket to `team`. What arrived this very moment has been nowhere else yet: its first stay is there.
    Later it moves like any other, up or down. `rule` is its id, `name` what people call it."""
    now = now or clock()
    ticket = lock(ticket)
    if team.archived_at:
        raise ValueError(f"{team} is archived; choose another team.")
    if team.pk == ticket.team_id:
        return ticket
    if ticket.created_at != now or ticket.assignee_id is not None or ticket.first_answer_at is not None:
        return escalate(ticket, team, by=None, because=because, now=now)
    before, tier_before = ticket.team, ticket.tier
    ticket.stays.filter(left_at=None).update(team=team, tier=team.tier)
    ticket.team, ticket.tier = team, team.tier
    ticket.save(update_fields=["team", "tier"])
    record(
        "ticket.routed",
        ticket,
        at=now,
        because=because,
        topics=[f"team:{before.pk}", f"tier:{tier_before.pk}"],
        team=team.pk,
        team_before=before.pk,
        tier=team.tier.level,
        tier_before=tier_before.level,
        rule=rule,
        title=name,
    )
    return ticket
