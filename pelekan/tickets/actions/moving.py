"""Who has the ticket: assign, take, release, escalate, hand over. It is never ownerless: a team always has it."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import ChatState, Outcome, Stay, Ticket
from pelekan.tickets.states import Act, Status, after


class WhyMissing(Exception):
    """A ticket that moves to other people needs a reason that they can read."""


@action
def assign(ticket: Ticket, agent: Agent, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """Give the ticket to `agent`. The team stays; an agent of another team may help out."""
    now = now or clock()
    ticket = lock(ticket)
    if agent.disabled_at:
        raise ValueError(f"{agent} no longer works here; choose someone else.")
    before = ticket.assignee_id
    if before == agent.pk:
        return ticket
    ticket.assignee = agent
    if ticket.status == Status.NEW:
        ticket.status = after(ticket.status, Act.TAKE)
    ticket.save(update_fields=["assignee", "status"])
    topics = [f"agent:{before}"] if before else []
    record(
        "ticket.assigned",
        ticket,
        by=by,
        at=now,
        because=because,
        topics=topics,
        agent=agent.pk,
        agent_before=before,
    )
    return ticket


@action
def take(ticket: Ticket, *, by: Agent, now: datetime | None = None) -> Ticket:
    """`by` takes the ticket. When a colleague already has it, he keeps it: ask for `assign` to override."""
    current = lock(ticket)
    if current.assignee_id and current.assignee_id != by.pk:
        return current
    return assign(current, by, by=by, now=now)


@action
def release(ticket: Ticket, *, by: Agent, now: datetime | None = None, because: str = "") -> Ticket:
    """Put the ticket back into its team's queue."""
    ticket = lock(ticket)
    if ticket.assignee_id is None:
        return ticket
    before = ticket.assignee_id
    ticket.assignee = None
    ticket.save(update_fields=["assignee"])
    record(
        "ticket.released",
        ticket,
        by=by,
        at=now,
        because=because,
        topics=[f"agent:{before}"],
        agent_before=before,
    )
    return ticket


@action
def escalate(
    ticket: Ticket, team: Team, *, by: By, because: str, to: Agent | None = None, now: datetime | None = None
) -> Ticket:
    """Move the ticket to `team`, on whatever tier it is: up is an escalation, down a return, level a
    hand-over. Raises WhyMissing without a reason. Without `to` it waits in the team's queue."""
    now = now or clock()
    because = because.strip()
    if not because:
        raise WhyMissing
    ticket = lock(ticket)
    if team.archived_at:
        raise ValueError(f"{team} is archived; choose another team.")
    if team.pk == ticket.team_id:
        return assign(ticket, to, by=by, now=now, because=because) if to else ticket
    before, tier_before, agent_before = ticket.team, ticket.tier, ticket.assignee_id
    old_topics = [
        f"team:{before.pk}",
        f"tier:{tier_before.pk}",
        *([f"agent:{agent_before}"] if agent_before else []),
    ]
    climb = team.tier.level - tier_before.level
    outcome = Outcome.ESCALATED if climb > 0 else Outcome.RETURNED if climb < 0 else Outcome.HANDED_OVER
    ticket.stays.filter(left_at=None).update(left_at=now, outcome=outcome)
    Stay.objects.create(ticket=ticket, tier=team.tier, team=team, entered_at=now, why=because)
    ticket.team, ticket.tier, ticket.assignee = team, team.tier, None
    if ticket.status in (Status.WAITING, Status.ON_HOLD):
        ticket.status = after(ticket.status, Act.RESUME)
        ticket.hold_until = None
    ticket.save(update_fields=["team", "tier", "assignee", "status", "hold_until"])
    name = {Outcome.ESCALATED: "ticket.escalated", Outcome.RETURNED: "ticket.returned"}.get(
        outcome, "ticket.handed_over"
    )
    record(
        name,
        ticket,
        by=by,
        at=now,
        because=because,
        topics=[*old_topics, f"customer:{ticket.customer_id}"],
        team=team.pk,
        team_before=before.pk,
        tier=team.tier.level,
        tier_before=tier_before.level,
        agent_before=agent_before,
    )
    if to is not None:
        assign(ticket, to, by=by, now=now, because=because)
    return ticket


@action
def hand_over(ticket: Ticket, to: Agent, *, by: Agent, because: str, now: datetime | None = None) -> Ticket:
    """Give the ticket to a colleague with a reason, moving it to his team where he is not in the present one."""
    if not because.strip():
        raise WhyMissing
    ticket = lock(ticket)
    if ticket.team_id not in to.team_ids:
        team = to.teams.filter(archived_at=None).order_by("tier__level").last()
        if team is not None:
            return escalate(ticket, team, by=by, because=because, to=to, now=now)
    conversation = ticket.conversations.filter(state=ChatState.ACTIVE).last()
    ticket = assign(ticket, to, by=by, now=now, because=because)
    record(
        "ticket.handed_over",
        ticket,
        by=by,
        at=now,
        because=because,
        agent=to.pk,
        topics=[f"conversation:{conversation.pk}"] if conversation else (),
    )
    return ticket
