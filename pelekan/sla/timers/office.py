"""Under which policy and whose hours a ticket's clocks run."""

from __future__ import annotations

import json
from datetime import datetime
from functools import lru_cache
from typing import Any

from pelekan.sla.hours import Hours, hours_from
from pelekan.sla.models import BusinessHours, Timer
from pelekan.sla.policies import BUSINESS, EMPTY, Chosen, Document, Policy, Target, choose, parse
from pelekan.tickets import rulebooks
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.events import within_change
from pelekan.tickets.models import Event, Inbox, Ticket
from pelekan.tickets.rulebooks.books import Book, book

KIND = "sla"


def in_force() -> tuple[Book | None, Document]:
    """The service levels in force."""
    found = rulebooks.in_force().get(KIND)
    return found, rulebooks.parsed(found, parse) or EMPTY


def document_of(book_id: int) -> Document:
    """Those of any version that is or was in force."""
    return rulebooks.parsed(book(book_id), parse) or EMPTY


def target_of(timer: Timer) -> tuple[Policy | None, Target | None]:
    """What a timer was planned by."""
    policy = document_of(timer.book_id).policy(timer.policy)
    return policy, policy.targets.get(timer.target) if policy else None


def hours_of(ticket: Ticket, policy: Policy | None, target: Target) -> Hours | None:
    """The hours that a target's clock follows: those that the policy wants, else of the ticket's team, of its inbox, the
    desk's. None: always open."""
    if target.clock != BUSINESS:
        return None
    wanted = policy.hours if policy else None
    key = f"hours {wanted} {ticket.team_id} {ticket.inbox_id}"
    return within_change(key, lambda: _hours_of(ticket, wanted))


def _hours_of(ticket: Ticket, wanted: int | None) -> Hours | None:
    rows = list(
        BusinessHours.objects.filter(archived_at=None)
        .values_list("id", "is_default", "zone", "week", "closed", "special", "teams", "inboxes")
        .order_by("id")
    )
    for fits in (
        lambda row: row[0] == wanted,
        lambda row: row[6] == ticket.team_id,
        lambda row: row[7] == ticket.inbox_id,
        lambda row: row[1],
    ):
        if row := next(filter(fits, rows), None):
            shape = {"zone": row[2], "week": row[3], "closed": row[4], "special": row[5]}
            return _hours(json.dumps(shape, sort_keys=True))
    own = Inbox.objects.values_list("hours", flat=True).get(pk=ticket.inbox_id)
    return _hours(json.dumps(own, sort_keys=True)) if own else None


@lru_cache(maxsize=256)
def _hours(stored: str) -> Hours:
    return hours_from(json.loads(stored))


def choose_for(
    ticket: Ticket,
    book: Book,
    document: Document,
    now: datetime,
    event: Event | None,
    present: str | None = None,
) -> Chosen:
    """Choose the policy of a ticket, and write down why; not again when it stays the `present` one."""
    facts = facts_of(ticket, now=now, event=event.name if event else "")
    chosen = choose(document, facts)
    found = chosen.policy.id if chosen.policy else ""
    if present is None or found != present:
        rulebooks.decide(
            ticket, KIND, book=book, facts=facts, outcome=outcome_of(chosen), trace={"tried": list(chosen.tried)},
            rule=found, event=event, now=now,
        )  # fmt: skip
    return chosen


def outcome_of(chosen: Chosen) -> dict[str, Any]:
    """A choice as a decision keeps it."""
    return {"policy": chosen.policy.id if chosen.policy else None, "by_default": chosen.by_default}
