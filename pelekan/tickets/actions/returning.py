"""What was handed over is accepted, or returned with a reason."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets.actions.accepting import mark_accepted
from pelekan.tickets.actions.moving import WhyMissing, assign, wake_up
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Outcome, Stay, Ticket
from pelekan.tickets.packs.fields import wanted
from pelekan.tickets.states import NotPossible


class NobodySent(Exception):
    """The ticket was not handed over to whoever has it now: there is nobody to return it to."""


@action
def accept(ticket: Ticket, *, by: Agent, now: datetime | None = None, because: str = "") -> Ticket:
    """`by` accepts the ticket for his team, and takes it where nobody has it. Accepting twice changes nothing."""
    ticket = lock(ticket)
    if ticket.handed_at is None:
        return ticket
    if ticket.assignee_id is None:
        return assign(ticket, by, by=by, now=now, because=because)  # who takes it has accepted
    mark_accepted(ticket, by=by, now=now or clock(), because=because)
    return ticket


@action
def send_back(
    ticket: Ticket, *, by: By, because: str, missing: Collection[str] = (), now: datetime | None = None
) -> Ticket:
    """Return the ticket to who handed it over: the person, where he still works in that team, else the team's queue.
    `missing`: the fields of the pack that he should fill. Raises WhyMissing, NobodySent; NotPossible when it is closed."""
    now, because = now or clock(), because.strip()
    if not because:
        raise WhyMissing
    ticket = lock(ticket)
    if ticket.status == "closed":
        raise NotPossible(ticket.status, "return")
    stay = ticket.stays.filter(left_at=None).select_related("sent_from__tier", "sent_by__user").first()
    team = stay.sent_from if stay else None
    if stay is None or team is None or team.archived_at:
        raise NobodySent
    sender = _still_there(stay.sent_by, team)
    asked, was_waiting = list(wanted(missing)), ticket.handed_at is not None
    stays_here = team.pk == ticket.team_id
    if stays_here and sender is None and (ticket.assignee_id is None or stay.sent_by_id is None):
        raise NobodySent
    before, tier_before, agent_before = ticket.team, ticket.tier, ticket.assignee_id
    old = [
        f"team:{before.pk}",
        f"tier:{tier_before.pk}",
        *([f"agent:{agent_before}"] if agent_before else []),
    ]
    ticket.stays.filter(pk=stay.pk).update(left_at=now, outcome=Outcome.RETURNED)
    Stay.objects.create(
        ticket=ticket, tier=team.tier, team=team, entered_at=now, why=because, missing=asked,
        sent_from=None if sender else before, sent_by=None if sender else by if isinstance(by, Agent) else None,
    )  # fmt: skip
    ticket.team, ticket.tier, ticket.assignee = team, team.tier, None
    # whoever sent it has it again; the queue of another team has to accept
    ticket.handed_at = None if sender or stays_here else now
    wake_up(ticket)
    ticket.save(update_fields=["team", "tier", "assignee", "status", "hold_until", "handed_at"])
    record(
        "ticket.returned", ticket, by=by, at=now, because=because, topics=[*old, f"customer:{ticket.customer_id}"],
        team=team.pk, team_before=before.pk, tier=team.tier.level, tier_before=tier_before.level,
        agent_before=agent_before, agent=sender.pk if sender else None, missing=asked, bounced=was_waiting,
        to_accept=ticket.handed_at is not None,
    )  # fmt: skip
    if sender is not None:
        assign(ticket, sender, by=by, now=now, because=because, despite=because)
    return ticket


def _still_there(sender: Agent | None, team: Team) -> Agent | None:
    if sender is None or sender.disabled_at or not sender.user.is_active or team.pk not in sender.team_ids:
        return None
    return sender
