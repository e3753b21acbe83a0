"""Under which policy and whose hours a ticket's clocks run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pelekan.sla import calendars
from pelekan.sla.clock import BUSINESS
from pelekan.sla.hours import Hours
from pelekan.sla.models import Timer
from pelekan.sla.policies import EMPTY, Chosen, Document, Policy, Target, choose, parse
from pelekan.tickets import rulebooks
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.events import within_change
from pelekan.tickets.models import Event, Ticket
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
    return _hours(ticket, policy) if target.clock == BUSINESS else None


def office_of(ticket: Ticket, policy: Policy | None, target: Target) -> Hours | None:
    """The hours that the steps of a target wait for which are held until the office opens. None: for none."""
    return _hours(ticket, policy) if target.holds else None


def _hours(ticket: Ticket, policy: Policy | None) -> Hours | None:
    wanted = policy.hours if policy else None
    key = f"hours {wanted} {ticket.team_id} {ticket.inbox_id}"
    return within_change(key, lambda: calendars.for_ticket(ticket, wanted))


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
