"""Where the ticket stands: wait, hold, resume, solve, reopen, close. `states` decides what is possible."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pelekan.lib.time import now as clock
from pelekan.people.models import Customer, Desk
from pelekan.tickets.actions.accepting import settle
from pelekan.tickets.actions.conversing import followers_of
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import ChatState, Outcome, Stay, Ticket
from pelekan.tickets.states import Act, Status, after


@action
def wait(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """We wait for the customer."""
    return _to(ticket, Act.WAIT, "ticket.waited", by, now, because)


@action
def hold(
    ticket: Ticket, *, by: By, until: datetime | None = None, now: datetime | None = None, because: str = ""
) -> Ticket:
    """Rest until a moment, or until someone resumes it (`until` None)."""
    ticket = lock(ticket)
    ticket.hold_until = until
    ticket.save(update_fields=["hold_until"])
    return _to(ticket, Act.HOLD, "ticket.held", by, now, because, until=until.isoformat() if until else None)


@action
def resume(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """Back to work."""
    ticket = lock(ticket)
    ticket.hold_until = None
    ticket.save(update_fields=["hold_until"])
    return _to(ticket, Act.RESUME, "ticket.resumed", by, now, because)


class CategoryMissing(Exception):
    """This desk wants to know what a ticket was about before it is solved or closed."""

    def __init__(self) -> None:
        super().__init__("The ticket needs a category before it is solved or closed.")


@action
def solve(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """Done, as far as we know; the customer's answer reopens it."""
    now = now or clock()
    _need_category(ticket, by)
    ticket = _to(ticket, Act.SOLVE, "ticket.solved", by, now, because)
    ticket.solved_at, ticket.waiting_since, ticket.bot_at = now, None, None
    ticket.save(update_fields=["solved_at", "waiting_since", "bot_at"])
    settle(ticket, by=by, now=now)
    _leave(ticket, Outcome.SOLVED, now)
    return ticket


@action
def reopen(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """Not done after all."""
    now = now or clock()
    ticket = _to(ticket, Act.REOPEN, "ticket.reopened", by, now, because)
    ticket.solved_at = None
    ticket.reopened += 1
    ticket.save(update_fields=["solved_at", "reopened"])
    if not ticket.stays.filter(left_at=None).exists():  # it may have been passed on while it was solved
        Stay.objects.create(
            ticket=ticket, tier_id=ticket.tier_id, team_id=ticket.team_id, entered_at=now, why="reopened"
        )
    return ticket


@action
def close(ticket: Ticket, *, by: By, now: datetime | None = None, because: str = "") -> Ticket:
    """Over for good: what the customer writes later becomes a follow-up."""
    now = now or clock()
    _need_category(ticket, by)
    ticket = _to(ticket, Act.CLOSE, "ticket.closed", by, now, because)
    ticket.closed_at, ticket.waiting_since, ticket.bot_at = now, None, None
    ticket.save(update_fields=["closed_at", "waiting_since", "bot_at"])
    settle(ticket, by=by, now=now)
    _leave(ticket, Outcome.CLOSED, now)
    ticket.conversations.exclude(state="").exclude(state=ChatState.ENDED).update(
        state=ChatState.ENDED, ended_at=now
    )
    return ticket


def _need_category(ticket: Ticket, by: By) -> None:
    """Raises CategoryMissing where the desk wants one. Customers, who end what is theirs, are not asked, nor is the bot."""
    if isinstance(by, Customer) or lock(ticket).bot_at is not None:
        return
    if lock(ticket).category_id is None and Desk.objects.filter(pk=1, category_required=True).exists():
        raise CategoryMissing


def wake(ticket: Ticket, *, by: By, now: datetime, because: str) -> None:
    """A customer waits for us again: what rested is open. `ticket` is locked, and saved by whoever calls."""
    before = ticket.status
    ticket.status = after(before, Act.CUSTOMER_WROTE)
    if ticket.waiting_since is None:
        ticket.waiting_since = now
    if before == Status.SOLVED:
        ticket.solved_at = None
        ticket.reopened += 1
        if not ticket.stays.filter(left_at=None).exists():
            Stay.objects.create(
                ticket=ticket, tier_id=ticket.tier_id, team_id=ticket.team_id, entered_at=now, why="reopened"
            )
        record("ticket.reopened", ticket, by=by, at=now, because=because)


def _to(
    ticket: Ticket, act: Act, name: str, by: By, now: datetime | None, because: str, **data: Any
) -> Ticket:
    ticket = lock(ticket)
    before, ticket.status = ticket.status, after(ticket.status, act)
    ticket.save(update_fields=["status"])
    if before != ticket.status:
        topics = [f"customer:{pk}" for pk in (ticket.customer_id, *followers_of(ticket))]
        record(name, ticket, by=by, at=now, because=because, topics=topics, status_before=before, **data)
    return ticket


def _leave(ticket: Ticket, outcome: Outcome, now: datetime) -> None:
    ticket.stays.filter(left_at=None).update(left_at=now, outcome=outcome)
