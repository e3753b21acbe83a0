"""The reactions that keep a ticket's mood: a few values carried on from step to step, nothing is read again.

A calm ticket costs nothing but the reading of its words: a row is made when there is something to watch.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.folding import fold
from pelekan.lib.prepared import PreparedModels, insert, update
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.models import Agent
from pelekan.tickets import calls, rulebooks
from pelekan.tickets.bell.telling import managers_of, people
from pelekan.tickets.calls.models import TO_DO
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.frustration import document, score, signals
from pelekan.tickets.frustration.document import Rules
from pelekan.tickets.frustration.feeling import LONGEST, asks_for_data, sound
from pelekan.tickets.frustration.sentences import sentence
from pelekan.tickets.frustration.signals import State
from pelekan.tickets.models import Call, Event, Mood, Ticket
from pelekan.tickets.states import OPEN_STATES

KIND = "frustration"
SOURCE = "frustration"
"""Of the calls that are proposed here."""

AGAIN = timedelta(hours=1)
"""While a customer with a mood waits for us, his silence is looked at so often."""

RISE = 10
"""What an agent called "not so" is shown again when the score has risen by so much since."""

LATELY = timedelta(days=14)
_LEVELS = ("", "watch", "act")
_MOOD = PreparedModels(lambda ticket: Mood.objects.filter(ticket=ticket))
_ELSEWHERE = PreparedModels(
    lambda customer, pk, channel, since: (
        Ticket.objects.filter(customer=customer, last_at__gt=since, status__in=OPEN_STATES)
        .exclude(pk=pk)
        .exclude(channel=channel)[:1]
    )
)


def faults(body: Mapping[str, Any]) -> list[rulebooks.Fault]:
    """For `rulebooks.CHECKS`."""
    try:
        document.check(body)
    except document.BadDocument as bad:
        return [rulebooks.Fault(tuple(bad.where.split(".")) if bad.where else (), bad.text)]
    return []


def rules_now() -> Rules:
    """What is in force; the usual where nobody chose anything."""
    return rulebooks.parsed(rulebooks.in_force().get(KIND), document.parse) or document.usual()


# Reactions


def heard(event: Event) -> None:
    """A customer wrote."""
    message, ticket = event.message, event.ticket
    if message is None or ticket is None or message.automatic or message.held_at is not None:
        return
    first = bool(message.is_first)
    mood = None if first else _MOOD.one(ticket.pk)
    before = signals.state_from(mood.state) if mood else State(ways=(ticket.channel,))
    if first and _came_elsewhere(ticket, event.at):
        before = State(ways=(ticket.channel,), channels=1)
    folded = fold(message.text[:LONGEST])
    waits = ticket.waiting_since or event.at
    waited = max(0.0, (event.at - waits).total_seconds() / 3600)
    heard = sound(message.text, folded)
    state = signals.after_customer(before, heard, folded=folded, channel=message.channel, waited=waited)
    _weigh(ticket, mood, state, event.at)


def answered(event: Event) -> None:
    """An agent wrote to the customer: of interest here only when he asks for something."""
    message, ticket = event.message, event.ticket
    if message is None or ticket is None or message.automatic or message.agent_id is None:
        return
    if asks_for_data(fold(message.text[:LONGEST])):
        mood = _MOOD.one(ticket.pk)
        state = signals.state_from(mood.state) if mood else State(ways=(ticket.channel,))
        _weigh(ticket, mood, signals.after_agent(state, asks=True, waited=0.0), event.at)


def moved(event: Event) -> None:
    """It went to other people, or was opened again."""
    ticket = event.ticket
    assert ticket is not None
    if ticket.transfers > 1 or ticket.reopened:
        mood = _MOOD.one(ticket.pk)
        _weigh(
            ticket, mood, signals.state_from(mood.state) if mood else State(ways=(ticket.channel,)), event.at
        )


def _came_elsewhere(ticket: Ticket, at: datetime) -> bool:
    """Whether he has open requests that came by other channels lately."""
    return _ELSEWHERE.one(ticket.customer_id, ticket.pk, ticket.channel, at - LATELY) is not None


def _weigh(ticket: Ticket, mood: Mood | None, state: State, now: datetime) -> None:
    counts = signals.Counts(
        ticket.round_trips, ticket.reopened, ticket.transfers, ticket.created_at, ticket.waiting_since, ticket.solved_at
    )  # fmt: skip
    values = signals.values(state, counts, now)
    shares = score.shares(values)
    if (
        mood is None
        and not state.asked
        and not any(shares[name] for name in signals.SIGNALS if name != "hours")
    ):
        return
    rules = rules_now()
    found = score.mark(values, rules)
    made = mood is None
    mood = mood or Mood(ticket=ticket, changed_at=now)
    before = mood.level
    mood.state = signals.kept_as(state)
    mood.score = found.score
    mood.reasons = [[reason.signal, reason.value, reason.points] for reason in found.reasons]
    mood.proposed = found.act.propose if found.act else ""
    if mood.dismissed_at is not None and found.score >= mood.dismissed_score + RISE:
        mood.dismissed_at = None
    mood.level = "" if mood.dismissed_at is not None else found.level
    waiting = ticket.waiting_since is not None and ticket.is_open
    mood.due_at = now + AGAIN if waiting and not mood.dismissed_at else None
    rises = ticket.is_open and _LEVELS.index(mood.level) > _LEVELS.index(mood.told)
    if rises or not mood.level:
        mood.told = mood.level
    if mood.level != before:
        mood.changed_at = now
    mood.leased_until = None
    if made:
        insert(mood)
    else:
        update(
            mood, "state", "score", "reasons", "proposed", "dismissed_at", "level", "told", "changed_at", "due_at",
            "leased_until",
        )  # fmt: skip
    counted = 0 if mood.dismissed_at else found.score
    if ticket.frustration != counted:
        ticket.frustration = counted
        update(ticket, "frustration")
    if rises:
        rulebooks.decide(
            ticket, KIND, book=rulebooks.in_force().get(KIND), facts=values,
            outcome={"score": found.score, "level": found.level, "propose": mood.proposed}, now=now,
        )  # fmt: skip
        _tell(ticket, mood, now)
    elif mood.level != before:
        record("ticket.mood_changed", ticket, at=now, level=mood.level)


def _tell(ticket: Ticket, mood: Mood, now: datetime) -> None:
    """Once for each level: who has it, and at the second level who answers for the team as well."""
    agents = people(ticket, "agent") if ticket.assignee_id else managers_of(ticket.team_id)
    if mood.level == "act":
        agents = list(dict.fromkeys([*agents, *managers_of(ticket.team_id)]))
    record(
        "ticket.frustrated", ticket, at=now, score=mood.score, level=mood.level, reasons=mood.reasons, proposed=mood.proposed,
        agents=agents,
    )  # fmt: skip
    if (
        mood.level == "act"
        and mood.proposed == "call"
        and not Call.objects.filter(TO_DO, ticket=ticket).exists()
    ):
        with translation.override(desk.sign().language):
            because = "; ".join(sentence(signal, value) for signal, value, _points in mood.reasons)
            script = _(
                "Say that you have read everything, say in your own words what is wrong, and agree on one next step and a time."
            )
        calls.propose(ticket, because=because, script=script, source=SOURCE, now=now)


# What is due: silence makes it worse by itself


def look_again(mood: Mood) -> datetime | None:
    """Weigh a leased row anew, as time has passed."""
    _look(mood, clock())
    return None


@action
def _look(mood: Mood, now: datetime) -> None:
    ticket = lock(mood.ticket_id)
    due.settle(copy.copy(mood), None)
    if ticket.waiting_since is not None and ticket.is_open:
        as_it_is = _MOOD.one(ticket.pk)
        assert as_it_is is not None
        _weigh(ticket, as_it_is, signals.state_from(as_it_is.state), now)


JOB = due.Job(Mood, look_again, at_once=20)


# What people say of it


@action
def dismiss(ticket: Ticket, *, by: Agent, because: str = "", now: datetime | None = None) -> Mood | None:
    """ "Not so": the mark goes until it has risen clearly, and a call that was proposed for it is not asked for any more.
    Kept for learning. None where there is nothing to dismiss."""
    now = now or clock()
    ticket = lock(ticket)
    mood = _MOOD.one(ticket.pk)
    if mood is None or mood.dismissed_at is not None:
        return mood
    mood.dismissed_at, mood.dismissed_by, mood.dismissed_score = now, by, mood.score
    mood.dismissed_why = one_line(because, 250)
    mood.level = mood.told = ""
    mood.changed_at, mood.due_at, mood.leased_until = now, None, None
    mood.save()
    ticket.frustration = 0
    update(ticket, "frustration")
    for call in Call.objects.filter(ticket=ticket, source=SOURCE, done_at=None):
        calls.drop(call, by=by, because=mood.dismissed_why, now=now)
    record("ticket.calmed", ticket, by=by, at=now, because=mood.dismissed_why, score=mood.score)
    return mood
