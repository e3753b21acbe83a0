"""Who has the ticket: assign, take, release, escalate, hand over. It is never ownerless: a team always has it.

What people hand over waits to be accepted (`accepting`), and goes only where someone can do what it needs (`needs`),
unless whoever sends it writes down why it should go there anyway: `despite`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets.actions import packing
from pelekan.tickets.actions.accepting import mark_accepted
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import ChatState, Outcome, Stay, Ticket
from pelekan.tickets.needs import DoesNotFit, Suits, needs_of, skill_names, suits_of, suits_people
from pelekan.tickets.states import Act, Status, after


class WhyMissing(Exception):
    """A ticket that moves to other people needs a reason that they can read."""


@action
def assign(
    ticket: Ticket,
    agent: Agent,
    *,
    by: By,
    now: datetime | None = None,
    because: str = "",
    despite: str = "",
) -> Ticket:
    """Give the ticket to `agent`. The team stays; an agent of another team may help out. Whoever gives it to someone
    else without the skill that it needs says why in `despite`, or DoesNotFit is raised."""
    now = now or clock()
    ticket = lock(ticket)
    if agent.disabled_at:
        raise ValueError(f"{agent} no longer works here; choose someone else.")
    return _assigned(ticket, agent, by=by, now=now, because=because, despite=despite)


@action
def entrust(
    ticket: Ticket,
    agent: Agent,
    *,
    by: Agent,
    now: datetime | None = None,
    because: str = "",
    despite: str = "",
) -> Ticket:
    """As `assign`, to someone who did not ask for it: he accepts the ticket, or returns it. What already waits to be accepted
    was handed over by someone else, and goes back to that one."""
    now, ticket = now or clock(), lock(ticket)
    if agent.disabled_at:
        raise ValueError(f"{agent} no longer works here; choose someone else.")
    waits = (
        by.pk != agent.pk and ticket.assignee_id != agent.pk and ticket.handed_at is None and ticket.is_open
    )
    return _assigned(ticket, agent, by=by, now=now, because=because, despite=despite, to_accept=waits)


def _assigned(
    ticket: Ticket,
    agent: Agent,
    *,
    by: By,
    now: datetime,
    because: str,
    despite: str,
    to_accept: bool = False,
) -> Ticket:
    """`ticket` is locked. `to_accept`: from now on it waits for `agent` to accept it."""
    before = ticket.assignee_id
    himself = isinstance(by, Agent) and by.pk == agent.pk
    if before == agent.pk:
        if himself and ticket.handed_at is not None:
            mark_accepted(ticket, by=agent, now=now, because=because)
        return ticket
    if not himself:
        _must_suit(ticket, by, now, despite, agent=agent)
    if to_accept and isinstance(by, Agent):
        _begin_waiting(ticket, by, because, now)
    ticket.assignee = agent
    if ticket.status == Status.NEW:
        ticket.status = after(ticket.status, Act.TAKE)
    ticket.save(update_fields=["assignee", "status"])
    topics = [f"agent:{before}"] if before else []
    says: dict[str, Any] = {"to_accept": True} if to_accept else {}
    record(
        "ticket.assigned",
        ticket,
        by=by,
        at=now,
        because=because,
        topics=topics,
        agent=agent.pk,
        agent_before=before,
        **says,
    )
    if himself and ticket.handed_at is not None:
        mark_accepted(ticket, by=agent, now=now)
    return ticket


def _begin_waiting(ticket: Ticket, by: Agent, because: str, now: datetime) -> None:
    """Within its team it waits from now on to be accepted, as what `by` handed over. `ticket` is locked; saved here."""
    ticket.stays.filter(left_at=None).update(
        sent_from=ticket.team_id, sent_by=by, why=because, accepted_at=None, accepted_by=None, missing=[]
    )
    ticket.handed_at = now
    ticket.save(update_fields=["handed_at"])


def _must_suit(
    ticket: Ticket,
    by: By,
    now: datetime,
    despite: str,
    *,
    team: Team | None = None,
    agent: Agent | None = None,
) -> str:
    """Raise DoesNotFit where a person sends the ticket to whoever can't do what it needs and gives no reason; with one,
    write it down. The reason comes back where it was needed, else "". The desk's own rules choose by skill themselves."""
    if not isinstance(by, Agent) or (ticket.category_id is None and agent is not None):
        return ""
    needs = needs_of(ticket)
    if not needs and agent is not None:
        return ""
    if agent is not None:
        suits: Suits = suits_people([(agent.pk, "")], needs)[agent.pk]
    else:
        assert team is not None
        suits = suits_of([team.pk], needs)[team.pk]
    if suits:
        return ""
    despite = despite.strip()
    if not despite:
        raise DoesNotFit(suits, team, agent)
    if agent is not None:
        ticket.stays.filter(left_at=None, despite="").update(despite=despite)
    record(
        "ticket.overridden", ticket, by=by, at=now, because=despite, skill=", ".join(skill_names(needs).values()) if suits.members else "",
        level=needs[0][1] if needs else None, team=team.pk if team else None, agent=agent.pk if agent else None,
    )  # fmt: skip
    return despite


@action
def take(ticket: Ticket, *, by: Agent, now: datetime | None = None) -> Ticket:
    """`by` takes the ticket. When a colleague already has it, he keeps it: ask for `assign` to override. Whom the desk
    chose by itself gives way, as long as nobody but the desk has done anything with it."""
    current = lock(ticket)
    if current.assignee_id and current.assignee_id != by.pk and not _only_given(current):
        return current
    return assign(current, by, by=by, now=now)


def _only_given(ticket: Ticket) -> bool:
    """Whether the desk gave the ticket to its assignee, and he has not touched it since."""
    given = ticket.events.filter(name="ticket.assigned").order_by("-id").values("id", "agent_id").first()
    if given is None or given["agent_id"] is not None:
        return False
    return not ticket.events.filter(id__gt=given["id"], agent=ticket.assignee_id).exists()


@action
def release(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
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
    ticket: Ticket,
    team: Team,
    *,
    by: By,
    because: str,
    to: Agent | None = None,
    pack: Mapping[str, Any] | None = None,
    despite: str = "",
    now: datetime | None = None,
) -> Ticket:
    """Move the ticket to `team`, on whatever tier it is: up is an escalation, down a return, level a
    hand-over. Raises WhyMissing without a reason. Without `to` it waits in the team's queue.

    `pack` is what travels with it: PackMissing where it does not hold what the tier asks for. None lets the desk fill it
    with what is known. `despite`: why it goes there although nobody there has the skill; without it DoesNotFit."""
    now = now or clock()
    because = because.strip()
    if not because:
        raise WhyMissing
    ticket = lock(ticket)
    if team.archived_at:
        raise ValueError(f"{team} is archived; choose another team.")
    if team.pk == ticket.team_id:
        if to is None or to.pk == ticket.assignee_id:
            return ticket
        if isinstance(by, Agent) and to.pk != by.pk:
            return _to_colleague(ticket, to, by=by, because=because, pack=pack, despite=despite, now=now)
        return assign(ticket, to, by=by, now=now, because=because, despite=despite)
    before, tier_before, agent_before = ticket.team, ticket.tier, ticket.assignee_id
    climb = team.tier.level - tier_before.level
    kept = packing.checked(pack, team.tier.asks if climb > 0 else ())
    against = _must_suit(ticket, by, now, despite, team=team)
    # what a rule sorts out before anybody worked on it was not handed over by anybody
    handed = isinstance(by, Agent) or agent_before is not None or ticket.first_answer_at is not None
    old_topics = [
        f"team:{before.pk}",
        f"tier:{tier_before.pk}",
        *([f"agent:{agent_before}"] if agent_before else []),
    ]
    outcome = Outcome.ESCALATED if climb > 0 else Outcome.RETURNED if climb < 0 else Outcome.HANDED_OVER
    ticket.stays.filter(left_at=None).update(left_at=now, outcome=outcome)
    stay = Stay.objects.create(
        ticket=ticket, tier=team.tier, team=team, entered_at=now, why=because, despite=against,
        sent_from=before if handed else None, sent_by=by if isinstance(by, Agent) else None,
    )  # fmt: skip
    ticket.team, ticket.tier, ticket.assignee = team, team.tier, None
    ticket.handed_at = now if handed else None
    ticket.transfers += handed
    wake_up(ticket)
    ticket.save(update_fields=["team", "tier", "assignee", "status", "hold_until", "handed_at", "transfers"])
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
        to_accept=handed,
    )
    if isinstance(by, Agent) and (kept is not None or climb > 0):
        packing.send_along(ticket, stay, kept, by=by, now=now)
    if to is not None:
        assign(ticket, to, by=by, now=now, because=because, despite=despite)
    return ticket


def wake_up(ticket: Ticket) -> None:
    """What rested is open for whoever gets it. `ticket` is locked, and saved by whoever calls."""
    if ticket.status in (Status.WAITING, Status.ON_HOLD):
        ticket.status = after(ticket.status, Act.RESUME)
        ticket.hold_until = None


@action
def hand_over(
    ticket: Ticket,
    to: Agent,
    *,
    by: Agent,
    because: str,
    pack: Mapping[str, Any] | None = None,
    despite: str = "",
    now: datetime | None = None,
) -> Ticket:
    """Give the ticket to a colleague with a reason, moving it to his team where he is not in the present one. He accepts
    it, or returns it. `pack` and `despite` as in `escalate`."""
    if not because.strip():
        raise WhyMissing
    now, ticket = now or clock(), lock(ticket)
    if ticket.team_id not in to.team_ids:
        team = to.teams.filter(archived_at=None).order_by("tier__level").last()
        if team is not None:
            return escalate(ticket, team, by=by, because=because, to=to, pack=pack, despite=despite, now=now)
    return _to_colleague(ticket, to, by=by, because=because, pack=pack, despite=despite, now=now)


@action
def pass_chat(
    ticket: Ticket, to: Agent, *, by: Agent, because: str, despite: str = "", now: datetime | None = None
) -> Ticket:
    """A colleague goes on with a chat that is running: nobody waits for him to accept."""
    now, ticket = now or clock(), lock(ticket)
    if ticket.team_id not in to.team_ids:
        ticket = hand_over(ticket, to, by=by, because=because, despite=despite, now=now)
        if ticket.handed_at is not None:
            mark_accepted(ticket, by=to, now=now)
        return ticket
    if not because.strip():
        raise WhyMissing
    ticket = assign(ticket, to, by=by, now=now, because=because, despite=despite)
    _record_handed(ticket, to, by, because, now, to_accept=False)
    return ticket


def _to_colleague(
    ticket: Ticket,
    to: Agent,
    *,
    by: Agent,
    because: str,
    pack: Mapping[str, Any] | None,
    despite: str,
    now: datetime,
) -> Ticket:
    """Within the team: the stay goes on, and waits for its new owner to accept. `ticket` is locked."""
    kept = packing.checked(pack, ())
    himself, before = to.pk == by.pk, ticket.assignee_id
    ticket = assign(ticket, to, by=by, now=now, because=because, despite=despite)
    if not himself and before != to.pk and ticket.is_open:
        _begin_waiting(ticket, by, because.strip(), now)
    if kept is not None:
        packing.send_along(ticket, ticket.stays.filter(left_at=None).first(), kept, by=by, now=now)
    _record_handed(ticket, to, by, because, now, to_accept=ticket.handed_at is not None)
    return ticket


def _record_handed(
    ticket: Ticket, to: Agent, by: Agent, because: str, now: datetime, *, to_accept: bool
) -> None:
    conversation = ticket.conversations.filter(state=ChatState.ACTIVE).last()
    record(
        "ticket.handed_over",
        ticket,
        by=by,
        at=now,
        because=because,
        agent=to.pk,
        to_accept=to_accept,
        topics=[f"conversation:{conversation.pk}"] if conversation else (),
    )
