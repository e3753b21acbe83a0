"""Waiting chats come by themselves to agents who wish so and have room. Reactions; see `pelekan.reactions`."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count, Max, Q

from pelekan.people.models import Agent, Presence
from pelekan.routing.choose import Hand, least_busy
from pelekan.tickets.actions import accept_chat
from pelekan.tickets.models import ChatState, Conversation, Event

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
        _give(waiting, event.at)


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
        if not _give(waiting, event.at):
            return


def _give(waiting: Conversation, now: datetime) -> bool:
    """Let the least busy take it; whether anyone did."""
    refused: set[int] = set()
    while (chosen := least_busy(_hands(waiting, now, refused))) is not None:
        agent = _hold(chosen)
        if agent.presence == Presence.ONLINE and _running(chosen) < agent.chat_capacity:
            accept_chat(waiting, by=agent, because="accepted by itself", now=now)
            return True
        refused.add(chosen)  # he became full while we looked
    return False


def _hands(waiting: Conversation, now: datetime, refused: set[int]) -> list[Hand]:
    active = Q(chats__state=ChatState.ACTIVE)
    rows = Agent.objects.filter(
        teams=waiting.ticket.team_id, auto_accept=True, presence=Presence.ONLINE, seen_at__gte=now - THERE,
        disabled_at=None, user__is_active=True,
    ).exclude(pk__in=refused)  # fmt: skip
    counted = rows.annotate(
        running=Count("chats", filter=active), last=Max("chats__accepted_at", filter=active)
    )
    return [Hand(agent.pk, agent.running, agent.chat_capacity, agent.last) for agent in counted]


def _hold(pk: int) -> Agent:
    """The agent's row, held until the commit: two chats at once must not both find his last free place."""
    rows = Agent.objects.select_related("user")
    if connection.features.has_select_for_update_of:
        return rows.select_for_update(of=("self",)).get(pk=pk)
    return rows.get(pk=pk)


def _running(agent_id: int) -> int:
    return Conversation.objects.filter(agent_id=agent_id, state=ChatState.ACTIVE).count()
