"""What an agent is writing and has not sent; and whether he is there. None of it is history of the ticket."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Presence
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Draft, Ticket


@action
def keep_draft(
    ticket: Ticket,
    *,
    by: Agent,
    kind: str,
    html: str,
    via: str = "",
    saw_id: int = 0,
    now: datetime | None = None,
) -> None:
    """Remember what `by` writes here, so that another device or another day can go on. Empty forgets it. `via` says to
    whom: what was begun for one customer must not go to another, should a join bring him here."""
    if not html.strip():
        drop_draft(ticket, by=by, kind=kind)
        return
    draft, _made = Draft.objects.update_or_create(
        agent=by,
        ticket=ticket,
        kind=kind,
        defaults={"html": html, "updated_at": now or clock()},
        create_defaults={"html": html, "updated_at": now or clock(), "saw_id": saw_id},
    )
    if via and draft.rest.get("via") != via:
        draft.rest = {**draft.rest, "via": via}
        draft.save(update_fields=["rest"])


@action
def drop_draft(ticket: Ticket, *, by: Agent, kind: str) -> None:
    """It was sent, or given up."""
    Draft.objects.filter(agent=by, ticket=ticket, kind=kind).delete()


@action
def set_presence(agent: Agent, presence: str, *, now: datetime | None = None) -> None:
    """`agent` is there for chats, is away, or has gone home. Raises ValueError for another word."""
    if presence not in Presence.values:
        raise ValueError(f"{presence!r} is not one of {', '.join(Presence.values)}.")
    now = now or clock()
    before = Agent.objects.values_list("presence", flat=True).get(pk=agent.pk)
    Agent.objects.filter(pk=agent.pk).update(presence=presence, seen_at=now)
    agent.presence, agent.seen_at = presence, now
    if before != presence:
        topics = [f"agent:{agent.pk}", *(f"team:{team}" for team in agent.team_ids)]
        record("agent.presence", None, by=agent, at=now, topics=topics, presence=presence)


@action
def set_auto_accept(agent: Agent, wanted: bool, *, now: datetime | None = None) -> None:
    """Whether waiting chats may come to `agent` by themselves while he is online and has room."""
    if Agent.objects.filter(pk=agent.pk).exclude(auto_accept=wanted).update(auto_accept=wanted):
        agent.auto_accept = wanted
        record("agent.presence", None, by=agent, at=now, topics=[f"agent:{agent.pk}"], auto_accept=wanted)


@action
def seen(agent: Agent, *, now: datetime | None = None) -> None:
    """The agent's page is open: chats may come to him. A sign of life, not an event."""
    Agent.objects.filter(pk=agent.pk).update(seen_at=now or clock())
