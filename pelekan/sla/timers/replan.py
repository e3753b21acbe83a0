"""Bringing running targets under other service levels, or other business hours, in the background.

The change itself only writes one row; a worker then walks through the open tickets, some hundred in a transaction, so that
nobody who writes waits longer than for one of them. It is arithmetic and two bulk updates; nothing is asked per ticket.
What lies behind already when a target becomes a ticket's own is not done: a hundred thousand tickets are not a hundred
thousand mails. Colours and due times are true at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db import connection

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.prepared import update_many
from pelekan.lib.time import now as clock_now
from pelekan.sla import clock
from pelekan.sla.clock import Mark
from pelekan.sla.models import Replan, Timer
from pelekan.sla.plan import word_of
from pelekan.sla.policies import (
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    RESOLUTION,
    Document,
    Policy,
    Target,
    choose,
)
from pelekan.sla.rank import rank_at
from pelekan.sla.story import NAMES, episodes, told_from
from pelekan.sla.timers.follow import retarget
from pelekan.sla.timers.models import LIVE
from pelekan.sla.timers.office import KIND, document_of, in_force, target_of
from pelekan.sla.timers.standing import COLUMNS, passed_over, planned, standing_of, take_over
from pelekan.tickets.conditions.sql import matching
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Event, Ticket

BATCH = 250
NEEDED = (
    "status", "priority", "team", "tier", "inbox", "waiting_since", "first_answer_at", "last_at", "created_at", "alarm",
    "next_due_at", "rank_at",
)  # fmt: skip
TICKET_COLUMNS = ("alarm", "next_due_at", "rank_at")
STORIES = ("marks", "done", "history")
PLAIN = tuple(name for name in COLUMNS if name not in STORIES and name != "book")
_plain = attrgetter(*PLAIN)


def begin(event: Event) -> None:
    """Reaction: service levels came into force, or business hours changed."""
    if event.name == "rulebook.enabled":
        if event.data.get("kind") != KIND:
            return
        why = "policy"
    else:
        why = "hours"
    book, _document = in_force()
    if book is None:
        return
    if why == "policy":  # what the former one did not reach is reached by this one
        Replan.objects.filter(finished_at=None).update(finished_at=event.at, due_at=None, leased_until=None)
    elif Replan.objects.filter(finished_at=None, why="hours", reached=0).exists():
        return
    last = Ticket.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    Replan.objects.create(
        book_id=book.id,
        why=why,
        total=Ticket.objects.open().count(),
        last=last,
        started_at=event.at,
        due_at=event.at,
    )
    due.queued(Replan)


def go_on(row: Replan) -> datetime | None:
    """One batch. The row falls due again at once while there is more."""
    batch(row, clock_now())
    fp("replan.batch")
    return None


JOB = due.Job(Replan, go_on, at_once=1)


@action
def batch(row: Replan, now: datetime) -> None:
    """Plan the next tickets anew, in the transaction that says how far it is."""
    tickets = _next(row)
    document = document_of(row.book_id) if row.book_id else Document()
    changed, tiers = _replan(tickets, row, document, now) if tickets else (0, set())
    values: dict[str, Any] = {"done": row.done + len(tickets), "changed": row.changed + changed, "tries": 0}
    if len(tickets) == BATCH:
        due.settle(row, now, reached=tickets[-1].pk, **values)
        due.queued(Replan)
    else:
        due.settle(row, None, finished_at=now, reached=row.last, **values)
    # one poke for all of it: the lists of those who see these steps, and the ticket that they have open, look again
    record(
        "timers.replanned",
        at=now,
        topics=["desk", *(f"tier:{tier}" for tier in sorted(tiers))] if tiers else (),
        replan=row.pk,
        done=row.done,
        total=row.total,
        changed=row.changed,
    )


def _next(row: Replan) -> list[Ticket]:
    rows = Ticket.objects.open().filter(pk__gt=row.reached, pk__lte=row.last).order_by("pk").only(*NEEDED)
    if connection.features.has_select_for_update_of:
        rows = rows.select_for_update(of=("self",))
    return list(rows[:BATCH])


def _replan(
    tickets: Sequence[Ticket], row: Replan, document: Document, now: datetime
) -> tuple[int, set[int]]:
    """How many targets are others now, and on which tiers anything can look different."""
    live: dict[int, dict[str, Timer]] = defaultdict(dict)
    for timer in Timer.objects.filter(LIVE, ticket__in=[one.pk for one in tickets]):
        live[timer.ticket_id][timer.target] = timer
    if row.why == "policy":
        policies = _policies(tickets, document, now)
        missing = _missing(tickets, live, policies)
    else:
        policies, missing = {}, {}
    begun: list[Timer] = []
    moved: list[Timer] = []
    stood: list[Ticket] = []
    told = {one.pk: (_story(one), _plain(one)) for its in live.values() for one in its.values()}
    changed, tiers = 0, set()
    for ticket in tickets:
        mine, changed_before = live[ticket.pk], changed + len(begun)
        for timer in list(mine.values()):
            policy = policies.get(ticket.pk) if row.why == "policy" else None
            if row.why == "policy":
                changed += _under(timer, policy, row, now)
            before = timer.breach_at
            _count(timer, ticket, now)
            changed += row.why == "hours" and timer.breach_at != before
            moved.append(timer)
        for target, marks in missing.get(ticket.pk, ()):
            timer = _begun(ticket, policies[ticket.pk], target, marks, row, now)
            mine[target.kind] = timer
            begun.append(timer)
        if _stand(ticket, mine.values()):
            stood.append(ticket)
        if changed + len(begun) > changed_before or (stood and stood[-1] is ticket):
            tiers.add(ticket.tier_id)
    Timer.objects.bulk_create(begun, batch_size=BATCH)
    _write(moved, told, row)
    update_many(stood, *TICKET_COLUMNS)
    return changed + len(begun), tiers


def _write(moved: Sequence[Timer], told: dict[int, tuple[Any, Any]], row: Replan) -> None:
    """Only what has changed: mostly that is the book alone."""
    Timer.objects.filter(pk__in=[one.pk for one in moved if one.book_id == row.book_id]).update(
        book=row.book_id
    )
    update_many([one for one in moved if _plain(one) != told[one.pk][1]], *PLAIN)
    update_many([one for one in moved if _tells_more(one, told[one.pk][0])], *STORIES)


def _story(timer: Timer) -> tuple[Any, ...]:
    """What it tells: these are only ever replaced, never changed in place."""
    return timer.marks, timer.done, timer.history


def _tells_more(timer: Timer, before: tuple[Any, ...]) -> bool:
    return any(now is not then for now, then in zip(_story(timer), before, strict=True))


def _policies(tickets: Sequence[Ticket], document: Document, now: datetime) -> dict[int, Policy]:
    """The policy of each ticket: each condition is put to all that have none yet."""
    ids = {one.pk for one in tickets}
    found: dict[int, Policy] = {}
    if not document.asks:
        policy = choose(document, {}).policy
        return dict.fromkeys(ids, policy) if policy else {}
    for policy in document.policies:
        fits = Ticket.objects.filter(matching(policy.when, now), pk__in=ids).values_list("pk", flat=True)
        for pk in fits:
            found[pk] = policy
        ids -= found.keys()
        if not ids:
            return found
    default = document.policy(document.default)
    return found | (dict.fromkeys(ids, default) if default else {})


def _under(timer: Timer, policy: Policy | None, row: Replan, now: datetime) -> bool:
    """Put a timer under the policy; it ends where that knows no such target. Whether its target is another."""
    target = policy.targets.get(timer.target) if policy else None
    if policy is None or target is None:
        timer.mark(now, clock.CANCELLED)
        return True
    assert row.book_id is not None
    return retarget(timer, policy, target, row.book_id, now, "policy")


def _count(timer: Timer, ticket: Ticket, now: datetime) -> None:
    policy, target = target_of(timer)
    if target is None:
        return
    seen = planned(timer, ticket, policy, target, now)
    for one in seen.due:
        if one.step is None:
            timer.breached_at = one.at
    passed_over(timer, seen, now, "passed")
    take_over(timer, target, seen)


def _stand(ticket: Ticket, timers: Iterable[Timer]) -> bool:
    before = ticket.alarm, ticket.next_due_at, ticket.rank_at
    ticket.alarm, ticket.next_due_at = standing_of(timers)
    ticket.rank_at = rank_at(ticket.priority, ticket.next_due_at, ticket.waiting_since, ticket.last_at)
    return (ticket.alarm, ticket.next_due_at, ticket.rank_at) != before


# Targets that a ticket did not have


def _missing(
    tickets: Sequence[Ticket], live: dict[int, dict[str, Timer]], policies: dict[int, Policy]
) -> dict[int, list[tuple[Target, list[Mark]]]]:
    """ticket → its new targets with what its log says about them."""
    wanted: dict[int, list[Target]] = {}
    for ticket in tickets:
        policy = policies.get(ticket.pk)
        mine = live.get(ticket.pk, {})
        targets = policy.targets if policy else {}
        kinds = [RESOLUTION] if RESOLUTION not in mine else []
        if ticket.waiting_since is not None and not mine.keys() & {FIRST_RESPONSE, NEXT_RESPONSE}:
            kinds.append(FIRST_RESPONSE if ticket.first_answer_at is None else NEXT_RESPONSE)
        if found := [targets[kind] for kind in kinds if kind in targets]:
            wanted[ticket.pk] = found
    if not wanted:
        return {}
    logs = _logs(wanted)
    by_id = {one.pk: one for one in tickets}
    return {
        pk: [(target, _marks(by_id[pk], target, logs.get(pk, []))) for target in targets]
        for pk, targets in wanted.items()
    }


def _logs(ids: Iterable[int]) -> dict[int, list[dict[str, Any]]]:
    rows = Event.objects.filter(ticket__in=list(ids), name__in=NAMES).order_by("ticket_id", "id")
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows.values(
        "ticket_id", "name", "at", "data", "agent_id", "message__automatic", "message__created_at"
    ).iterator():
        found[row["ticket_id"]].append(dict(row))
    return found


def _marks(ticket: Ticket, target: Target, log: list[dict[str, Any]]) -> list[Mark]:
    """What the log says; where it says nothing, what the ticket itself does."""
    last = next((one for one in reversed(episodes(told_from(log))) if one.target == target.kind), None)
    if last is not None and not last.over:
        return last.marks
    began = ticket.created_at if target.kind == RESOLUTION else ticket.waiting_since or ticket.created_at
    marks = [Mark(began, clock.STARTED)]
    if (word := word_of(ticket.status)) != clock.WORKING:
        marks.append(Mark(max(began, ticket.last_at), word))
    return marks


def _begun(
    ticket: Ticket, policy: Policy, target: Target, marks: list[Mark], row: Replan, now: datetime
) -> Timer:
    timer = Timer(
        ticket=ticket, target=target.kind, policy=policy.id, book=row.book, target_minutes=target.minutes,
        clock=target.clock, spent=timedelta(0), started_at=marks[0].at, planned_at=marks[0].at,
        marks=[clock.stored(mark) for mark in marks],
    )  # fmt: skip
    _count(timer, ticket, now)
    return timer


def waiting() -> Iterator[dict[str, Any]]:
    """What is still being planned anew, for people."""
    for row in Replan.objects.filter(finished_at=None):
        yield row.told()
