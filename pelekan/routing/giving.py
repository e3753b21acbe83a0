"""Reactions: a ticket that nobody has is given to someone of its team, by the team's way (`assigning`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Q, QuerySet

from pelekan.people.models import Agent, Presence
from pelekan.routing.assigning import URGENT, Assignment, Given, assignment_from, choose
from pelekan.routing.chats import is_there, levels_of
from pelekan.routing.models import Turn
from pelekan.sla.hours import hours_from, is_open
from pelekan.tickets.actions import assign
from pelekan.tickets.bell.telling import managers_of
from pelekan.tickets.by_hand import chosen
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import ChatState, Conversation, Event, Ticket
from pelekan.tickets.needs import WORKING, needs_of
from pelekan.tickets.rulebooks import Book, decide, in_force, parsed
from pelekan.tickets.states import Status

AT_WORK = (Status.NEW, Status.OPEN)
"""What counts as someone's work: what waits for the customer or rests takes no place."""
MOST = 10
"""Tickets that one freed agent is offered at once."""


def give(event: Event) -> None:
    """Reaction: the ticket came, or came to another team, or its owner lost it: if its team gives tickets out, someone gets
    it. Whoever put it back into the queue himself meant that."""
    book = in_force().get("assignment")
    document = parsed(book, assignment_from)
    if book is None or document is None or event.ticket_id is None:
        return
    if event.name == "ticket.released" and event.agent_id is not None:
        return
    if event.name == "message.received" and not (event.message and event.message.is_first):
        return
    ticket = lock(event.ticket_id)
    if not document.way_of(ticket.team_id).gives or not _is_free(ticket):
        return
    if event.name == "message.received" and ticket.registered_at is not None:
        return  # its registering is still to come in this change, and may send it elsewhere
    by_hand = chosen(ticket)
    if by_hand["agent"]:
        return
    given = _given(ticket, document, by_hand["refused"], event, book)
    if given.nobody_free:
        record(
            "ticket.nobody_free", ticket, at=event.at, agents=managers_of(ticket.team_id), team=ticket.team_id
        )


def serve(event: Event) -> None:
    """Reaction: someone came, or has room again: what waits in the queues of his teams is offered, most urgent first."""
    book = in_force().get("assignment")
    document = parsed(book, assignment_from)
    if book is None or document is None:
        return
    giving = [team for team, way in document.teams.items() if way.gives]
    if not giving:
        return
    if event.name == "agent.presence":
        freed = event.agent if event.agent and event.agent.presence == Presence.ONLINE else None
    else:
        freed = event.ticket.assignee if event.ticket else None
    if freed is not None:
        teams = freed.teams.filter(pk__in=giving).values_list("pk", flat=True)
        _serve(list(teams), event.at)


def serve_all(now: datetime) -> None:
    """Chore: what nobody was free for is offered again; people come and go without any event when their hours begin."""
    with_queue = _waiting().values_list("team", flat=True).distinct()
    book = in_force().get("assignment")
    document = parsed(book, assignment_from)
    if book is not None and document is not None:
        giving = [team for team, way in document.teams.items() if way.gives]
        for team in set(with_queue.filter(team__in=giving)) if giving else ():
            serve_team(team, now)


@action
def serve_team(team: int, now: datetime) -> None:
    """Offer what waits in the queue of one team."""
    _serve([team], now)


@action
def give_one(ticket_id: int, now: datetime) -> Given | None:
    """Offer one ticket of a queue; None where it is not to be given, or someone has it."""
    book = in_force().get("assignment")
    document = parsed(book, assignment_from)
    ticket = lock(ticket_id)
    if book is None or document is None or not _is_free(ticket) or not document.way_of(ticket.team_id).gives:
        return None
    by_hand = chosen(ticket)
    if by_hand["agent"]:
        return None
    return _given(ticket, document, by_hand["refused"], None, book, now=now, only_if_given=True)


def _serve(teams: list[int], now: datetime) -> None:
    if not teams:
        return
    waiting = _waiting().filter(team__in=teams).order_by("rank_at", "created_at", "id")
    for pk in waiting.values_list("pk", flat=True)[:MOST]:
        give_one(pk, now)


def _waiting() -> QuerySet[Ticket]:
    return Ticket.objects.filter(assignee=None, status__in=AT_WORK, joined_into=None)


def _is_free(ticket: Ticket) -> bool:
    """Whether it can be given: open work that nobody has. A waiting chat is given by `chats`, and what the
    bot talks about by nobody."""
    if ticket.assignee_id is not None or ticket.status not in AT_WORK or ticket.joined_into_id is not None:
        return False
    chats = Conversation.objects.filter(ticket=ticket, state__in=[ChatState.WAITING, ChatState.BOT])
    return ticket.channel != "chat" or not chats.exists()


def _given(
    ticket: Ticket,
    document: Assignment,
    refused: Iterable[int],
    event: Event | None,
    book: Book,
    *,
    now: datetime | None = None,
    only_if_given: bool = False,
) -> Given:
    now = now or (event.at if event else ticket.last_at)
    needs = needs_of(ticket)
    facts = {
        "team": ticket.team_id, "language": ticket.language, "priority": ticket.priority, "now": now.isoformat(),
        "need": list(needs[0]) if needs else None, "refused": list(refused),
        "candidates": _candidates(ticket, now, [skill for skill, _level in needs]),
    }  # fmt: skip
    if len(needs) > 1:  # further causes ask for more than the category
        facts["needs"] = [list(need) for need in needs]
    given = _settled(document, facts)
    if given.agent is not None or not only_if_given:
        decide(
            ticket, "assignment", book=book, facts=facts, outcome=given.outcome, event=event, now=now,
            trace={"way": given.way, "ranked": [one.json for one in given.ranked]},
        )  # fmt: skip
    if given.agent is not None:
        agent = Agent.objects.select_related("user").get(pk=given.agent)
        assign(ticket, agent, by=None, because=f"given: {','.join(given.because)}", now=now)
        Turn.objects.update_or_create(agent=agent, defaults={"last_at": now})
    return given


def _settled(document: Assignment, facts: dict[str, Any]) -> Given:
    """Who gets it, once his row is held and his work counted: two tickets at once must not both find his last free place."""
    held: set[int] = set()
    while True:
        given = choose(document, facts)
        if given.agent is None or given.agent in held:
            return given
        held.add(given.agent)
        _hold(given.agent)
        fresh = _work_of([given.agent]).get(given.agent, {"tickets": 0, "urgent": 0})
        candidate = next(one for one in facts["candidates"] if one["agent"] == given.agent)
        candidate |= fresh


def _hold(pk: int) -> None:
    if connection.features.has_select_for_update_of:
        Agent.objects.select_for_update(of=("self",)).get(pk=pk)


def _candidates(ticket: Ticket, now: datetime, needed: list[int]) -> list[dict[str, Any]]:
    """Everybody of the team as `assigning.choose` wants to see them. Five queries, fewer without a skill."""
    team = (
        Agent.objects.filter(WORKING, teams=ticket.team_id)
        .annotate(last_at=Max("turn__last_at"))
        .order_by("pk")
    )
    rows = list(team)
    ids = [agent.pk for agent in rows]
    work = _work_of(ids)
    chats = Conversation.objects.filter(agent__in=ids, state=ChatState.ACTIVE).values_list("agent")
    running = dict(chats.annotate(Count("pk")).order_by())
    levels = levels_of(ids, needed)
    before = Ticket.objects.filter(customer=ticket.customer_id, assignee__isnull=False).exclude(pk=ticket.pk)
    last = before.order_by("-last_at").values_list("assignee", flat=True).first()
    return [
        {
            "agent": agent.pk, "online": is_there(agent, now), "on_shift": is_on_shift(agent, now),
            "languages": [str(code) for code in agent.languages],
            "skills": levels.get(agent.pk, {}),
            **work.get(agent.pk, {"tickets": 0, "urgent": 0}),
            "capacity": agent.ticket_capacity, "chats": running.get(agent.pk, 0),
            "last_at": agent.last_at.isoformat() if agent.last_at else None, "before": agent.pk == last,
        }
        for agent in rows
    ]  # fmt: skip


def _work_of(ids: list[int]) -> dict[int, dict[str, int]]:
    rows = Ticket.objects.filter(assignee__in=ids, status__in=AT_WORK).values("assignee").order_by()
    counted = rows.annotate(tickets=Count("pk"), urgent=Count("pk", filter=Q(priority__gte=URGENT)))
    return {row["assignee"]: {"tickets": row["tickets"], "urgent": row["urgent"]} for row in counted}


def is_on_shift(agent: Agent, now: datetime) -> bool:
    """Whether these are his hours; without any, all are."""
    return not agent.shift or is_open(now, hours_from(agent.shift))
