"""Waiting chats come by themselves to agents who wish so, suit them and have room. Reactions; see `pelekan.reactions`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q

from pelekan.people.models import Agent, AgentSkill, Presence
from pelekan.routing.assigning import Assignment, Given, assignment_from, choose
from pelekan.tickets.actions import accept_chat
from pelekan.tickets.by_hand import BY_ITSELF
from pelekan.tickets.models import ChatState, Conversation, Event
from pelekan.tickets.needs import WORKING, needs_of
from pelekan.tickets.rulebooks import decide, in_force, parsed

THERE = timedelta(minutes=3)
"""An open page gives a sign of life every minute; who gave none for so long gets no chat, whatever his switch says."""
MOST = 10
"""Chats that one freed agent can be given at once: more than any capacity in use."""


def offer(event: Event) -> None:
    """A chat began, or its ticket moved to another team: if it waits, someone may take it."""
    if event.ticket_id is None or (event.name == "ticket.created" and event.data.get("channel") != "chat"):
        return
    waiting = Conversation.objects.filter(ticket_id=event.ticket_id, state=ChatState.WAITING).last()
    if waiting is not None:
        _give(waiting, event, offered=True)


def serve_waiting(event: Event) -> None:
    """Someone came, or has room again: who waits longest in his teams goes first."""
    freed = event.agent
    if event.ticket_id is not None:
        chat = Conversation.objects.filter(ticket_id=event.ticket_id).exclude(agent=None).last()
        freed = chat.agent if chat else None
    if freed is None or not freed.auto_accept or freed.presence != Presence.ONLINE:
        return
    rows = Conversation.objects.filter(
        state__in=[ChatState.WAITING, ChatState.ACTIVE], ticket__team__in=freed.teams.all()
    )
    for waiting in rows.filter(state=ChatState.WAITING).order_by("started_at", "id")[:MOST]:
        if not _give(waiting, event) and _running(freed.pk) >= freed.chat_capacity:
            return  # he is full; what he can't take does not keep from him what he can


def _give(waiting: Conversation, event: Event, *, offered: bool = False) -> bool:
    """Let whom `assigning.choose` chooses take it; whether anyone did. Written down where someone did, and where it was
    `offered` for the first time to people who let chats come."""
    book, ticket = in_force().get("assignment"), waiting.ticket
    document = parsed(book, assignment_from) or Assignment({})
    needs = needs_of(ticket)
    facts: dict[str, Any] = {
        "chat": True, "team": ticket.team_id, "language": ticket.language, "now": event.at.isoformat(),
        "need": list(needs[0]) if needs else None,
        "candidates": _candidates(ticket.team_id, event.at, [skill for skill, _level in needs]),
    }  # fmt: skip
    if len(needs) > 1:
        facts["needs"] = [list(need) for need in needs]
    given = _settled(document, facts)
    if given.agent is not None or (offered and given.ranked):
        decide(
            ticket, "assignment", book=book, facts=facts, outcome=given.outcome, event=event, now=event.at,
            trace={"way": given.way, "ranked": [one.json for one in given.ranked]},
        )  # fmt: skip
    if given.agent is None:
        return False
    agent = Agent.objects.select_related("user").get(pk=given.agent)
    accept_chat(waiting, by=agent, because=BY_ITSELF, now=event.at)
    return True


def _settled(document: Assignment, facts: dict[str, Any]) -> Given:
    """Who gets it, once his row is held and his chats counted: two chats at once must not both find his last free place."""
    held: set[int] = set()
    while True:
        given = choose(document, facts)
        if given.agent is None or given.agent in held:
            return given
        held.add(given.agent)
        agent = _hold(given.agent)
        candidate = next(one for one in facts["candidates"] if one["agent"] == given.agent)
        candidate["chats"] = _running(agent.pk)
        candidate["online"] = candidate["online"] and agent.presence == Presence.ONLINE


def _candidates(team: int, now: datetime, needed: list[int]) -> list[dict[str, Any]]:
    """Everybody of the team who lets chats come, as `assigning.choose` wants to see them. One query, two where a skill is
    needed."""
    active = Q(chats__state=ChatState.ACTIVE)
    rows = list(
        Agent.objects.filter(WORKING, teams=team, auto_accept=True)
        .annotate(running=Count("chats", filter=active), last=Max("chats__accepted_at", filter=active))
        .order_by("pk")
    )
    levels = levels_of([agent.pk for agent in rows], needed)
    return [
        {
            "agent": agent.pk, "online": is_there(agent, now), "languages": [str(code) for code in agent.languages],
            "skills": levels.get(agent.pk, {}), "chats": agent.running, "capacity": agent.chat_capacity,
            "last_at": agent.last.isoformat() if agent.last else None,
        }
        for agent in rows
    ]  # fmt: skip


def is_there(agent: Agent, now: datetime) -> bool:
    """Whether he is on line: his switch says so, and a page of his gave a sign of life lately."""
    return agent.presence == Presence.ONLINE and agent.seen_at is not None and agent.seen_at >= now - THERE


def levels_of(agents: list[int], needed: list[int]) -> dict[int, dict[str, int]]:
    """agent → {skill, as text: level}, of the skills that are needed. One query, none without."""
    found: dict[int, dict[str, int]] = {}
    if needed:
        rows = AgentSkill.objects.filter(agent__in=agents, skill__in=needed).order_by("skill_id")
        for agent, skill, level in rows.values_list("agent_id", "skill_id", "level"):
            found.setdefault(agent, {})[str(skill)] = level
    return found


def _hold(pk: int) -> Agent:
    """The agent's row, held until the commit: two chats at once must not both find his last free place."""
    rows = Agent.objects.select_related("user")
    if connection.features.has_select_for_update_of:
        return rows.select_for_update(of=("self",)).get(pk=pk)
    return rows.get(pk=pk)


def _running(agent_id: int) -> int:
    return Conversation.objects.filter(agent_id=agent_id, state=ChatState.ACTIVE).count()
