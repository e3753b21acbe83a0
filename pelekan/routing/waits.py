"""Automations that go by time: due rows, one for each ticket and rule, and rounds through many tickets.

Nothing looks through the open tickets to find what may be due: an event that sets a moment makes the row due; the row
finds out whether the moment still stands.
"""

from __future__ import annotations

import copy
from datetime import datetime, timedelta
from typing import Any

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock
from pelekan.routing import engine, rules
from pelekan.routing.models import Round, Wait
from pelekan.routing.rules import After, Daily, Rule, Rules
from pelekan.sla import calendars
from pelekan.sla.hours import Hours, add_working
from pelekan.tickets.by_hand import chosen
from pelekan.tickets.conditions import ast, sql
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.events import action, lock
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.rulebooks import Book, in_force, parsed

PIECE = 200
"""Tickets that a round takes in one go."""

_SETS = {
    "created_at": {"ticket.created"},
    "waiting_since": {"message.received", "ticket.joined", "bot.left"},
    "last_at": {"message.received", "message.sent"},
    "solved_at": {"ticket.solved"},
}
"""Which event sets which moment of a ticket."""


def begin(event: Event) -> None:
    """Reaction: automations that count from what just happened will look at the ticket when their time has passed."""
    book, document = _in_force()
    if book is None or event.ticket_id is None:
        return
    wanted = [
        rule for rule in document.timed
        if isinstance(rule.time, After) and event.name in _SETS[rule.time.since]
    ]  # fmt: skip
    if not wanted:
        return
    ticket = lock(event.ticket_id)
    for rule in wanted:
        assert isinstance(rule.time, After)
        if (moment := getattr(ticket, rule.time.since) or _meant(rule.time, event)) is not None:
            _plan(ticket, rule, moment)
    due.queued(Wait)


def move(event: Event) -> None:
    """Reaction: the ticket went to people with other hours: what counts business time falls due by theirs from now on."""
    book, document = _in_force()
    wanted = {rule.id: rule for rule in document.timed if isinstance(rule.time, After) and rule.time.business}
    if book is None or not wanted or event.ticket_id is None:
        return
    ticket = lock(event.ticket_id)
    for row in Wait.objects.filter(ticket=ticket, rule__in=wanted):
        time = wanted[row.rule].time
        assert isinstance(time, After)
        _replan(row, getattr(ticket, time.since), time, calendars.for_ticket(ticket))
    due.queued(Wait)


def other_hours(event: Event) -> None:
    """Reaction: business hours were changed: what counts by them is planned anew, 200 tickets at a time."""
    _book, document = _in_force()
    for rule in document.timed:
        if isinstance(rule.time, After) and rule.time.business:
            _begin_round(rule.id, True, event.at)
    due.queued(Round)


def falls_due(time: After, moment: datetime, hours: Hours | None) -> datetime | None:
    """When `time` has passed since `moment`; None where these hours never open again. `hours` None: always open."""
    length = timedelta(hours=time.hours)
    if hours is None or not time.business:
        return moment + length
    return add_working(moment, length, hours)


def _replan(row: Wait, moment: datetime | None, time: After, hours: Hours | None) -> None:
    if moment is None or row.since == moment:
        return  # nothing to wait for, or it ran already and comes again by itself
    at = falls_due(time, moment, hours)
    if at != row.due_at:  # whoever holds the row just now looks for himself
        Wait.objects.filter(pk=row.pk, leased_until=row.leased_until).update(due_at=at)


def _meant(time: After, event: Event) -> datetime | None:
    # solve() records before it sets the moment
    return event.at if time.since == "solved_at" and event.name == "ticket.solved" else None


def _plan(ticket: Ticket, rule: Rule, moment: datetime) -> None:
    assert isinstance(rule.time, After)
    at = falls_due(rule.time, moment, _hours(rule.time, ticket))
    row = Wait.objects.filter(ticket=ticket, rule=rule.id).first()
    if row is None:
        Wait.objects.create(ticket=ticket, rule=rule.id, due_at=at)
    elif row.since != moment and row.due_at is None:  # one that is due already looks for itself
        Wait.objects.filter(pk=row.pk).update(due_at=at)


def _hours(time: After, ticket: Ticket) -> Hours | None:
    """Those of its team, its inbox, or the desk, where the rule asks for them."""
    return calendars.for_ticket(ticket) if time.business else None


def look(row: Wait) -> datetime | None:
    """The job of a due row."""
    _look(row, clock())
    return None


@action
def _look(leased: Wait, now: datetime) -> None:
    row = copy.copy(leased)  # the change may be repeated
    ticket = lock(row.ticket_id)
    book, document = _in_force()
    rule = document.named(row.rule) if book else None
    if book is None or rule is None or rule.off or not isinstance(rule.time, After):
        due.settle(row, None)
        return
    moment = getattr(ticket, rule.time.since)
    if moment is None or ticket.joined_into_id is not None or (row.since == moment and not rule.time.again):
        due.settle(row, None, tries=0)
        return
    hours = _hours(rule.time, ticket)
    falls = falls_due(rule.time, moment, hours)
    if falls is None or falls > now:
        due.settle(row, falls, tries=0)
        return
    again = falls_due(rule.time, now, hours) if rule.time.again else None
    due.settle(row, again, since=moment, tries=0)
    fp("wait.settled")
    facts = _facts(ticket, document, now)
    if ast.holds(rule.when, facts):
        engine.run(rule, book, ticket, facts, now=now)


def _facts(ticket: Ticket, document: Rules, now: datetime) -> dict[str, Any]:
    more = engine.facts_around(ticket, document, now)
    return facts_of(ticket, now=now, by_hand=chosen(ticket), **more)


# Rounds


def renew(event: Event) -> None:
    """Reaction: other automations are in force: those of the clock get their next hour, and those that count from a moment
    are planted on the tickets that are there already."""
    if event.data.get("kind") != "automations":
        return
    _book, document = _in_force()
    keys = set()
    for rule in document.timed:
        planting = isinstance(rule.time, After)
        keys.add((rule.id, planting))
        at = event.at if isinstance(rule.time, After) else rule.time.next_after(event.at)  # type: ignore[union-attr]
        _begin_round(rule.id, planting, at)
    for row in Round.objects.filter(due_at__isnull=False):
        if (row.rule, row.planting) not in keys:
            Round.objects.filter(pk=row.pk).update(due_at=None)
    due.queued(Round)


def _begin_round(rule: str, planting: bool, at: datetime) -> None:
    Round.objects.update_or_create(
        rule=rule, planting=planting, defaults={"due_at": at, "last_id": 0, "done": 0, "began_at": None}
    )


def go(row: Round) -> datetime | None:
    """The job of a due round: one piece of it."""
    now = clock()
    book, document = _in_force()
    rule = document.named(row.rule) if book else None
    if book is None or rule is None or rule.off or isinstance(rule.time, After) is not row.planting:
        due.settle(row, None)
        return None
    if row.planting:
        _plant(row, rule, now)
    else:
        _round(row, rule, now)
    return None


@action
def _plant(row: Round, rule: Rule, now: datetime) -> None:
    assert isinstance(rule.time, After)
    since = rule.time.since
    rows = Ticket.objects.filter(pk__gt=row.last_id, **{f"{since}__isnull": False}).exclude(status="closed")
    found = list(rows.order_by("pk").only("pk", since, "team_id", "inbox_id")[:PIECE])
    due.settle(
        row, now if len(found) == PIECE else None, last_id=found[-1].pk if found else row.last_id, tries=0
    )
    known = {one.ticket_id: one for one in Wait.objects.filter(rule=rule.id, ticket__in=found)}
    hours: dict[tuple[int, int], Hours | None] = {}
    new = []
    for ticket in found:
        place = (ticket.team_id, ticket.inbox_id)
        if place not in hours:
            hours[place] = _hours(rule.time, ticket)
        moment = getattr(ticket, since)
        if (wait := known.get(ticket.pk)) is None:
            at = falls_due(rule.time, moment, hours[place])
            new.append(Wait(ticket=ticket, rule=rule.id, due_at=at))
        else:  # the rule or the hours may be others than when it was planned
            _replan(wait, moment, rule.time, hours[place])
    Wait.objects.bulk_create(new, ignore_conflicts=True)
    due.queued(Wait, Round)


def _round(row: Round, rule: Rule, now: datetime) -> None:
    """One piece of the tickets that match, each in a change of its own; whoever dies in between goes on behind the last."""
    assert isinstance(rule.time, Daily)
    began = row.began_at or now
    found = list(
        Ticket.objects.filter(sql.matching(rule.when, now), pk__gt=row.last_id, joined_into=None)
        .exclude(status="closed")
        .order_by("pk")
        .values_list("pk", flat=True)[:PIECE]
    )
    for pk in found:
        _one(row, rule.id, pk, now, began)
    if len(found) < PIECE:
        due.settle(row, rule.time.next_after(now), last_id=0, began_at=None, tries=0)
    else:
        due.settle(row, now, last_id=found[-1], began_at=began, tries=0)


@action
def _one(row: Round, rule_id: str, pk: int, now: datetime, began: datetime) -> None:
    mine = Round.objects.filter(pk=row.pk, leased_until=row.leased_until, last_id__lt=pk)
    if not mine.update(last_id=pk, began_at=began, done=row.done + 1):
        return  # someone else goes on with it
    row.last_id, row.done = pk, row.done + 1
    ticket = lock(pk)
    book, document = _in_force()
    rule = document.named(rule_id) if book else None
    if book is None or rule is None:
        return
    facts = _facts(ticket, document, now)
    if ast.holds(rule.when, facts):
        engine.run(rule, book, ticket, facts, now=now)


def _in_force() -> tuple[Book | None, Rules]:
    book = in_force().get("automations")
    return book, parsed(book, rules.automations_from) or Rules()


JOBS = [due.Job(Wait, look, at_once=20), due.Job(Round, go, at_once=1)]
