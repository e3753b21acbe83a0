"""How anything changes: `@action` opens the change, `record()` writes what happened, reactions follow.

An outermost action is one transaction. Its events go through the score (`pelekan.reactions`), breadth-first,
in the same transaction; after the commit the live hub is poked once.
"""

from __future__ import annotations

import functools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from pelekan.lib.prepared import PreparedModels, insert
from pelekan.lib.time import now as clock
from pelekan.lib.unhurried import turn
from pelekan.people.models import Agent, Customer
from pelekan.tickets.feed import announce
from pelekan.tickets.models import Conversation, Event, Message, Ticket

log = logging.getLogger("pelekan.events")

P = ParamSpec("P")
R = TypeVar("R")
By = Agent | Customer | None
"""Who did it: an agent, a customer, or (None) the desk itself, for the reason in `because`."""

MOST_EVENTS = 25
"""More from one cause means that reactions feed each other: stop and say so on the ticket."""

TRIES = 5
_RETRY = ("40001", "40P01", "55P03")  # PostgreSQL: serialization failure, deadlock, lock not available


@dataclass
class Change:
    """The outermost action in work: its events that still wait for their reactions."""

    waiting: deque[Event] = field(default_factory=deque)
    recorded: bool = False
    followed: int = 0  # events recorded by reactions
    cause: Event | None = None
    alone: bool = False  # nothing around this change: it can be begun anew
    held: dict[int, tuple[tuple[str, ...], Ticket]] = field(
        default_factory=dict
    )  # locked here: as they are now
    known: dict[str, Any] = field(default_factory=dict)  # read once for all of it


_change: ContextVar[Change | None] = ContextVar("change", default=None)


def action(do: Callable[P, R]) -> Callable[P, R]:
    """Make `do` a change: all of it happens, with its reactions, or nothing. Repeated when PostgreSQL says
    that two changes got in each other's way."""

    @functools.wraps(do)
    def changing(*args: P.args, **kwargs: P.kwargs) -> R:
        if (running := _change.get()) is not None:
            return _within(running, do, args, kwargs)
        for attempt in range(TRIES):
            try:
                return _outermost(do, args, kwargs, again=attempt < TRIES - 1)
            except _Again:
                continue
            except OperationalError as fault:
                state = getattr(fault.__cause__, "sqlstate", None)
                if (
                    state not in _RETRY
                    or attempt == TRIES - 1
                    or transaction.get_connection().in_atomic_block
                ):
                    raise
                time.sleep(0.01 * 2**attempt)
        raise AssertionError("unreachable")

    return changing


def _within(change: Change, do: Callable[..., R], args: Any, kwargs: Any) -> R:
    try:
        return do(*args, **kwargs)
    except BaseException:
        change.held.clear()  # who catches this and goes on must not work with what was half done
        raise


def _outermost(do: Callable[..., R], args: Any, kwargs: Any, *, again: bool) -> R:
    change = Change(alone=again and not transaction.get_connection().in_atomic_block)
    token = _change.set(change)
    try:
        with turn if connection.vendor == "sqlite" else nullcontext(), transaction.atomic():
            result = do(*args, **kwargs)
            _drain(change)
            if change.recorded:
                announce()
                transaction.on_commit(_poke, robust=True)
            return result
    finally:
        _change.reset(token)


@functools.cache
def score() -> dict[str, list[Callable[[Event], None]]]:
    """What follows from what; see `pelekan.reactions`."""
    return import_string(settings.SCORE)


def _drain(change: Change) -> None:
    while change.waiting:
        event = change.waiting.popleft()
        change.cause = event
        for react in score().get(event.name, ()):
            react(event)
        change.cause = None


def _poke() -> None:
    for wake in listeners:
        wake()


listeners: list[Callable[[], None]] = []
"""Called after each commit that recorded something; the live hub of this process hangs itself in here."""


def within_change(name: str, read: Callable[[], R]) -> R:
    """What `read` finds, once for the whole change in work; outside of one it is read each time. Only for what nobody
    writes within the same change after it was asked for."""
    change = _change.get()
    if change is None:
        return read()
    if name not in change.known:
        change.known[name] = read()
    return change.known[name]


def read_anew(name: str) -> None:
    """What this change knows by `name` is no longer true."""
    change = _change.get()
    if change is not None:
        change.known.pop(name, None)


def record(
    name: str,
    ticket: Ticket | None = None,
    *,
    by: By = None,
    message: Message | None = None,
    because: str = "",
    at: datetime | None = None,
    topics: Iterable[str] = (),
    **data: Any,
) -> Event | None:
    """Write what happened. `name` is noun.past; `data` must be JSON. Only inside an action.

    Returns None (and logs) when more than MOST_EVENTS came from one cause.
    """
    change = _change.get()
    if change is None:
        raise RuntimeError(f"{name} was recorded outside an action")
    if change.cause is not None:
        change.followed += 1
        if change.followed > MOST_EVENTS:
            if change.followed == MOST_EVENTS + 1:
                log.error("stopped after %d events from one cause; the next was %s", MOST_EVENTS, name)
                _write(change, "ticket.loop_stopped", ticket, None, None, name, at, (), {}, react=False)
            return None
    return _write(change, name, ticket, by, message, because, at, topics, data, react=True)


def _write(
    change: Change,
    name: str,
    ticket: Ticket | None,
    by: By,
    message: Message | None,
    because: str,
    at: datetime | None,
    topics: Iterable[str],
    data: dict[str, Any],
    *,
    react: bool,
) -> Event:
    event = Event(
        name=name,
        at=at or clock(),
        ticket=ticket,
        message=message,
        agent=by if isinstance(by, Agent) else None,
        customer=by if isinstance(by, Customer) else None,
        because=because,
        cause=change.cause,
        data=data,
        topics=" ".join(dict.fromkeys([*(topics_of(ticket) if ticket else ()), *topics])),
    )
    insert(event)
    change.recorded = True
    if react:
        change.waiting.append(event)
    return event


def record_moved(cause: Event, message_ids: Iterable[int]) -> None:
    """Write that these messages stand on the ticket of `cause` from now on: one `message.moved` for each, in a few
    statements. Nothing follows from them: they were heard of when they came."""
    change = _change.get()
    assert change is not None and change.recorded, "it goes with an event of the same change"
    topics = " ".join(topics_of(cause.ticket)) if cause.ticket else ""
    came_from = {name: cause.data[name] for name in ("other", "number")}
    Event.objects.bulk_create(
        [
            Event(
                name="message.moved", at=cause.at, ticket_id=cause.ticket_id, message_id=pk,
                agent_id=cause.agent_id, cause=cause, data=came_from, topics=topics,
            )
            for pk in message_ids
        ],
        batch_size=200,
    )  # fmt: skip


def topics_of(ticket: Ticket) -> list[str]:
    """Whose screens may show this ticket: its page, its lists. Customers' topics are added by those who
    record something that the customer may know of."""
    topics = [f"ticket:{ticket.pk}", f"team:{ticket.team_id}", f"tier:{ticket.tier_id}", "desk"]
    if ticket.assignee_id:
        topics.append(f"agent:{ticket.assignee_id}")
    return topics


def lock(ticket: Ticket | int) -> Ticket:
    """The ticket as it is now, its row held until the change commits.

    All actions of one change work on one object, which is read once. It says what the database says, because: nobody
    else can write the row meanwhile; within the change, tickets are written only through this object, and an action
    saves what it sets on it before it calls another one or ends; where a savepoint begins or ends, and after an action
    that failed and was caught, it is read anew. The database's own bulk updates (`tickets.shaping`) lock no ticket in
    their change. Objects from earlier changes, or read without a lock, are never given out here.

    Before it is saved, the object is ahead of the row: ask it, not a query, what the ticket is.
    """
    pk = ticket if isinstance(ticket, int) else ticket.pk
    change = _change.get()
    if change is not None and pk in change.held and change.held[pk][0] == tuple(connection.savepoint_ids):
        return change.held[pk][1]
    # PostgreSQL, once it has waited for a row that moved to another team meanwhile, joins it with the team that it had, and
    # finds nothing; asked again it holds the row already
    return begin(_TICKET.one(pk) or _TICKET.get(pk))


def _ticket(pk: int) -> QuerySet[Ticket]:
    rows = Ticket.objects.select_related("customer", "inbox", "tier", "team").filter(pk=pk)
    return rows.select_for_update(of=("self",)) if connection.features.has_select_for_update_of else rows


_TICKET = PreparedModels(_ticket)


class _Again(Exception):
    """What this change holds was moved before it got hold of it."""


MUST_PASS = (_Again, OperationalError)
"""What whoever catches faults inside a change lets through: the whole change is repeated."""


def begin_anew() -> None:
    """What was locked is not what is needed: let it go and repeat the whole change, because who goes on to lock more
    rows, in whatever order, waits for others who wait for him. Returns where nobody else can be waiting, or where
    something is around the change; the caller then goes on."""
    change = _change.get()
    if change is not None and change.alone and connection.features.has_select_for_update:
        raise _Again


def lock_end(ticket: Ticket) -> Ticket:
    """Lock the ticket on which the conversations of `ticket` are: itself, or the end of its joins. While that is held,
    they stay there."""
    found = ticket
    while True:
        held = lock(found)
        now = ticket.pk if held.pk == ticket.pk and held.joined_into_id is None else _end(ticket.pk)
        if now == held.pk:
            return held
        found = Ticket(pk=now)
        begin_anew()


def _end(pk: int) -> int:
    into = Ticket.objects.values_list("joined_into", flat=True)
    while (further := into.get(pk=pk)) is not None:
        pk = further
    return pk


def lock_place(conversation: Conversation) -> Ticket:
    """Lock the ticket that `conversation` stands on, wherever a join has put it since it was read; `conversation` knows
    its ticket afterwards. Where no join was, this costs what `lock` costs."""
    while True:
        ticket = lock(conversation.ticket_id)
        if ticket.joined_at is not None:  # it may have come or gone while we waited
            where = Conversation.objects.values_list("ticket_id", flat=True).get(pk=conversation.pk)
            if where != ticket.pk:
                conversation.ticket_id = where
                begin_anew()
                continue
        conversation.ticket = ticket
        return ticket


def lock_home(message: Message) -> Ticket:
    """Lock the ticket that `message` stands on, wherever a join has put its conversation since it was read."""
    return lock_place(Conversation(pk=message.conversation_id, ticket_id=message.ticket_id))


def one_at_a_time(what: str) -> None:
    """Changes that name the same `what` wait for one another until they commit. On SQLite all do anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [what])


def begin(ticket: Ticket) -> Ticket:
    """A ticket that this change holds: locked, or made in it, so that nobody else can see it before the commit."""
    change = _change.get()
    if change is not None:
        change.held[ticket.pk] = tuple(connection.savepoint_ids), ticket
    return ticket
