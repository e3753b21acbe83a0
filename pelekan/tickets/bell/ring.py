"""The reaction that rings: a line for each agent who should know, in the transaction of what happened."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import DateTimeField, F, Q, Value
from django.db.models.functions import Coalesce

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.folding import fold
from pelekan.lib.time import zone_named
from pelekan.people.models import ZONE_OF, Agent, Role, User
from pelekan.tickets.bell import rules
from pelekan.tickets.bell.rules import By, Ring, Ringing, Rung
from pelekan.tickets.events import record
from pelekan.tickets.models import Bell, BellChoice, ChatState, Event, Ticket

GATHER = timedelta(minutes=3)
"""How long mail to an agent waits for more of it: one letter tells all."""

WORKING = Q(disabled_at=None, user__is_active=True)


def ring(event: Event) -> None:
    """Reaction: tell the agents whom this event concerns, but never the one who did it."""
    if event.name == "message.received" and event.ticket is not None and event.ticket.bot_at is not None:
        return  # said to the bot
    if event.name == "message.noted" and "@" not in (event.message.text if event.message else ""):
        return
    rung: list[int] = []
    for one in rules.ringing(_as_seen(event)):
        rung += _ring(one, event)
    if rung:
        record("bell.rung", at=event.at, topics=[f"agent:{pk}" for pk in rung])
        fp("bell.rung")


def _as_seen(event: Event) -> Rung:
    message, ticket = event.message, event.ticket
    in_chat = None
    if event.name == "message.received" and message is not None:
        talk = message.conversation
        in_chat = talk.agent_id if talk.channel == "chat" and talk.state == ChatState.ACTIVE else None
    return Rung(
        name=event.name,
        data=event.data,
        because=event.because,
        ticket=ticket.pk if ticket else None,
        assignee=ticket.assignee_id if ticket else None,
        author=message.agent_id if message else None,
        in_chat=in_chat,
        automatic=message.automatic if message else False,
        held=message.held_at is not None if message else False,
        mentioned=_mentioned(event) if event.name == "message.noted" else (),
    )


def _mentioned(event: Event) -> tuple[int, ...]:
    assert event.message is not None
    names = Agent.objects.filter(WORKING).values_list("pk", "user__name")[:2_000]
    return rules.mentioned(
        fold(event.message.text.replace("\xa0", " ")), [(pk, fold(name)) for pk, name in names]
    )


def _ring(one: Ringing, event: Event) -> list[int]:
    """Write the lines; the agents for whom something is new comes back."""
    agents = _listeners(one, event)
    if not agents:
        return []
    chosen = {
        row.agent_id: row for row in BellChoice.objects.filter(agent__in=[agent.pk for agent in agents])
    }
    ways = {
        agent.pk: rules.ways(one.kind, chosen[agent.pk].ways if agent.pk in chosen else {})
        for agent in agents
    }
    if one.mail:
        ways = {pk: (*its, By.MAIL) for pk, its in ways.items()}
    told = [agent for agent in agents if ways[agent.pk] or _digests(chosen.get(agent.pk))]
    unread = Bell.objects.filter(agent__in=[agent.pk for agent in told], key=one.key, read_at=None)
    known = set(unread.values_list("agent_id", flat=True)) if told else set()
    by_mail = {agent.pk for agent in told if By.MAIL in ways[agent.pk]}
    if known:
        unread.update(count=F("count") + 1, at=event.at, event=event)
        unread.filter(agent__in=by_mail).update(mail=True)
    Bell.objects.bulk_create(
        [
            Bell(
                agent=agent, key=one.key, kind=one.kind, ticket=event.ticket, event=event, at=event.at,
                shown=By.BELL in ways[agent.pk] or By.BROWSER in ways[agent.pk], mail=agent.pk in by_mail,
            )
            for agent in told if agent.pk not in known
        ],
        ignore_conflicts=True,  # two mailboxes may fail at once
    )  # fmt: skip
    for agent in told:
        if agent.pk in by_mail:
            post_later(agent, chosen.get(agent.pk), event.at)
    return [agent.pk for agent in told if By.BELL in ways[agent.pk] or By.BROWSER in ways[agent.pk]]


def _digests(choice: BellChoice | None) -> bool:
    return choice is not None and bool(choice.digest)


def _listeners(one: Ringing, event: Event) -> list[Agent]:
    """Who is told, as long as he may see what it is about."""
    rows = Agent.objects.filter(WORKING).select_related("user")
    if event.agent_id is not None:
        rows = rows.exclude(pk=event.agent_id)
    if one.admins:
        rows = rows.filter(role=Role.ADMIN)
    elif one.team is not None:
        rows = rows.filter(teams=one.team)
    else:
        rows = rows.filter(pk__in=one.agents)
    found = list(rows.order_by("pk")[: rules.MOST])
    if one.kind == Ring.MENTIONED and event.ticket_id:
        for agent in found[1:]:  # the desk's choice is read once for all
            agent.desk_visibility = found[0].desk_visibility
        found = [
            agent for agent in found if Ticket.objects.visible_to(agent).filter(pk=event.ticket_id).exists()
        ]
    return found


def post_later(agent: Agent, choice: BellChoice | None, at: datetime) -> None:
    """His letter falls due: soon, or when his quiet hours end. What is due already comes with it. The row is written in
    any case: whoever posts the letter meanwhile holds it, and either sees this line or leaves us to make it due again."""
    choice = choice or BellChoice.objects.get_or_create(agent=agent)[0]
    later = at + GATHER
    quiet = rules.quiet_until(later, rules.quiet_from(choice.quiet), zone_named(zone_of(agent.user)))
    first = Coalesce(F("due_at"), Value(quiet or later), output_field=DateTimeField())
    BellChoice.objects.filter(pk=choice.pk).update(due_at=first)
    due.queued(BellChoice)


def zone_of(user: User) -> str:
    """Whose clock his quiet hours follow."""
    return user.zone or ZONE_OF[user.language]
