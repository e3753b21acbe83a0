"""Two tickets that are one request: join, and take apart again. What moves are conversations with their messages.

The log is only added to: what was said is shown where its message stands (see `web.workspace.timeline`), and a message
that comes to a ticket later gets a `message.moved` there.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Func, Max, QuerySet, Value
from django.db.models.functions import Coalesce, NullIf

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets import search
from pelekan.tickets.actions.conversing import preview_of
from pelekan.tickets.actions.settling import wake
from pelekan.tickets.events import By, action, begin_anew, lock, record, record_moved
from pelekan.tickets.joined import end_of, family
from pelekan.tickets.models import (
    Conversation,
    Draft,
    Event,
    Message,
    MessageKind,
    Outcome,
    Pending,
    ReadMark,
    Ticket,
)
from pelekan.tickets.states import Act, Status, after

SPOKEN = ("message.received", "message.sent", "message.noted", "message.moved")
"""The events that show a message; a ticket has at most one of them for each."""


class CannotJoin(Exception):
    """`why`: itself, closed, unregistered (the other has a number and this one none), joined (`ticket` says into which),
    apart (nothing to undo), only (a ticket needs a message), chat (a line of a chat can't be split off)."""

    def __init__(self, why: str, ticket: Ticket | None = None) -> None:
        super().__init__(f"These tickets can't be joined or parted: {why}.")
        self.why, self.ticket = why, ticket


@action
def join(source: Ticket, into: Ticket, *, by: By, because: str = "", now: datetime | None = None) -> Ticket:
    """`source` is part of `into`: all its conversations go there, and it is closed. Returns where they went, which is
    the end of `into`'s own joins. Raises CannotJoin."""
    now = now or clock()
    source, into = _both(source, into)
    if source.joined_into_id is not None:
        raise CannotJoin("joined", end_of(source))
    if into.status == Status.CLOSED:
        raise CannotJoin("closed", into)
    if source.registered_at is not None and into.registered_at is None:
        raise CannotJoin("unregistered", into)
    newest = _newest_id(source, into)
    left = {"side": "left", "other": into.pk, "number": into.number, "newest": newest, **_standing(source)}
    took = {
        "side": "took",
        "waits": source.waiting_since is not None,
        "other": source.pk,
        "number": source.number,
        "newest": newest,
        **_standing(into),
    }
    talks = list(source.conversations.order_by("pk"))
    _merge_marks(source, into)
    moved = _move(talks, into, Coalesce("joined_from", Value(source.pk)))
    _keep_drafts(source, into)
    Pending.objects.filter(ticket=source).update(ticket=into)
    waited = source.waiting_since
    source.stays.filter(left_at=None).update(left_at=now, outcome=Outcome.JOINED)
    source.joined_into, source.joined_at = into, now
    source.status, source.closed_at, source.waiting_since = Status.CLOSED, now, None
    source.handed_at = None
    source.save(
        update_fields=["joined_into", "joined_at", "status", "closed_at", "waiting_since", "handed_at"]
    )
    _take_on(source, into, waited, by, now)
    topics = _topics(source, talks)
    record("ticket.joined", source, by=by, at=now, because=because, topics=topics, **left)
    arrival = record(
        "ticket.joined", into, by=by, at=now, because=because, topics=[f"customer:{into.customer_id}"], **took
    )
    if arrival is not None:
        record_moved(arrival, moved)
    return into


@action
def unjoin(source: Ticket, *, by: By, because: str = "", now: datetime | None = None) -> Ticket:
    """`source` was no part of the ticket that it was joined into: its conversations come back with what was said in them
    meanwhile, and it stands as it stood. Raises CannotJoin."""
    now = now or clock()
    source, into = _both(source, None)
    told = Event.objects.filter(ticket=source, name="ticket.joined", data__side="left").latest("pk").data
    its = Conversation.objects.filter(ticket=into, joined_from__in=family(source))
    talks = list(its.order_by("pk"))
    moved = _move(talks, source, NullIf("joined_from", Value(source.pk)))
    Pending.objects.filter(conversation__in=[one.pk for one in talks]).update(ticket=source)
    _part_marks(source, into)
    source.joined_into, source.joined_at = None, now
    _stand_again(source, told, now)
    _let_go(source, into, now)
    topics = _topics(source, talks)
    others: dict[str, Any] = {"number": into.number, "other": into.pk}
    back = record(
        "ticket.parted", source, by=by, at=now, because=because, topics=topics, side="left", **others
    )
    others = {"number": source.number, "other": source.pk}
    record(
        "ticket.parted", into, by=by, at=now, because=because, topics=[f"customer:{into.customer_id}"],
        side="took", **others,
    )  # fmt: skip
    if back is not None:
        record_moved(back, moved)
    search.index_first(source)
    search.index_first(into)
    return source


@action
def refuse_hint(ticket: Ticket, *, by: Agent, now: datetime | None = None) -> Ticket:
    """The ticket belongs to none that was proposed."""
    ticket = lock(ticket)
    hint = ticket.may_belong_to
    if hint is not None:
        ticket.may_belong_to = None
        ticket.save(update_fields=["may_belong_to"])
        record("ticket.hint_refused", ticket, by=by, at=now, other=hint.pk, number=hint.number)
    return ticket


def _both(source: Ticket, into: Ticket | None) -> tuple[Ticket, Ticket]:
    """Both as they are now and locked, the older row first, so that two joins at once never wait for each other; `into`
    is the end of its own joins, or (None) the ticket that `source` was joined into."""
    while True:
        goal = end_of(Ticket.objects.get(pk=(source if into is None else into).pk))
        if goal.pk == source.pk:
            raise CannotJoin("apart" if into is None else "itself", goal)
        held = {pk: lock(pk) for pk in sorted((source.pk, goal.pk))}
        if held[goal.pk].joined_into_id is None and (
            into is not None or end_of(held[source.pk]).pk == goal.pk
        ):
            return held[source.pk], held[goal.pk]
        begin_anew()


def _move(talks: list[Conversation], to: Ticket, joined_from: Func) -> list[int]:
    """Put these conversations on `to`, each row in one statement: at a second one PostgreSQL would hold their customers
    too. The ids of their messages that `to` has no event for."""
    ids = [one.pk for one in talks]
    rows = Message.objects.filter(conversation__in=ids)
    messages = list(rows.order_by("pk").values_list("pk", flat=True))
    Conversation.objects.filter(pk__in=ids).update(ticket=to, joined_from=joined_from)
    rows.update(ticket=to)
    search.move(messages, to.pk)
    shown = Event.objects.filter(ticket=to, name__in=SPOKEN, message__conversation__in=ids)
    known = set(shown.values_list("message_id", flat=True))
    return [pk for pk in messages if pk not in known]


def _take_on(source: Ticket, into: Ticket, waited: datetime | None, by: By, now: datetime) -> None:
    """What of `source` counts on `into` too: who waits, who was answered, what was said last."""
    if waited is not None:
        into.waiting_since = min(filter(None, (into.waiting_since, waited)))
        wake(into, by=by, now=now, because="joined")
    into.first_answer_at = min(filter(None, (into.first_answer_at, source.first_answer_at)), default=None)
    if source.last_at >= into.last_at:
        into.last_at, into.preview = source.last_at, source.preview
    into.joined_at = now
    into.save(
        update_fields=[
            "status",
            "solved_at",
            "waiting_since",
            "first_answer_at",
            "last_at",
            "preview",
            "joined_at",
            "reopened",
        ]
    )


# Back again


def _stand_again(source: Ticket, told: dict[str, Any], now: datetime) -> None:
    """As it stood before the join; open when a customer waits for what he wrote since."""
    recount(source, told)
    status = Status(told["status"])
    source.solved_at, source.closed_at = _moment(told["solved_at"]), _moment(told["closed_at"])
    if source.waiting_since is not None and status not in (Status.NEW, Status.OPEN):
        woken = after(status, Act.CUSTOMER_WROTE) if status != Status.CLOSED else Status.OPEN
        if source.waiting_since != _moment(told["waiting_since"]):
            status, source.solved_at, source.closed_at = woken, None, None
    source.status = status
    if status not in (Status.SOLVED, Status.CLOSED):
        _go_on_staying(source, now)
    source.save()


def _go_on_staying(ticket: Ticket, now: datetime) -> None:
    last = ticket.stays.order_by("-pk").first()
    if last is not None and last.outcome == Outcome.JOINED:
        last.left_at, last.outcome = None, ""
        last.save(update_fields=["left_at", "outcome"])
    elif last is None or last.left_at is not None:
        ticket.stays.create(tier_id=ticket.tier_id, team_id=ticket.team_id, entered_at=now, why="reopened")


def _let_go(source: Ticket, into: Ticket, now: datetime) -> None:
    """What `into` is without `source`. Where others are joined into it still, or what it was before isn't known, whoever
    waits there goes on waiting: nobody is forgotten because of an undo."""
    rows = Event.objects.filter(ticket=into, name="ticket.joined", data__side="took", data__other=source.pk)
    took = rows.order_by("-pk").first()
    others = into.conversations.exclude(joined_from=None).exists()
    waits, was_open = into.waiting_since, into.status == Status.OPEN
    recount(into, took.data if took is not None else _standing(into) | {"newest": 0})
    if (others or took is None) and into.waiting_since is None:
        into.waiting_since = waits
    if into.status in (Status.SOLVED, Status.CLOSED):
        into.waiting_since = None
    if took is not None and was_open and into.waiting_since is None:
        _rest_again(into, took, now)
    into.joined_at = now
    into.save()


def _rest_again(into: Ticket, took: Event, now: datetime) -> None:
    """Only the join woke it, and nobody did anything with it since: it goes on resting."""
    before = took.data["status"]
    touched = into.events.filter(pk__gt=took.pk).exclude(
        name__in=["message.moved", "ticket.parted", "bell.rung"]
    )
    if before not in (Status.WAITING, Status.ON_HOLD, Status.SOLVED):
        return
    if touched.filter(cause=None).exclude(agent=None, customer=None).exists():
        return
    into.status = Status(before)
    if before == Status.SOLVED:
        into.solved_at = _moment(took.data["solved_at"])
        into.stays.filter(left_at=None).update(left_at=now, outcome=Outcome.SOLVED)


def recount(ticket: Ticket, told: dict[str, Any]) -> None:
    """Who waits and what was said last, from how it stood (`told`) and what stands on the ticket now."""
    said = ticket.messages.exclude(kind=MessageKind.NOTE).exclude(kind=MessageKind.OUTGOING, automatic=True)
    last = said.order_by("-pk").first()
    if last is not None:
        ticket.last_at = last.created_at
        shown = said.filter(held_at=None).order_by("-pk").first()
        ticket.preview = preview_of(shown.text) if shown else ""
    since = said.filter(pk__gt=told["newest"], automatic=False)
    answers = since.filter(kind=MessageKind.OUTGOING).order_by("pk")
    first, newest = answers.first(), answers.last()
    asked = since.filter(kind=MessageKind.INCOMING, pk__gt=newest.pk if newest else 0).order_by("pk").first()
    waits = None if newest else _moment(told["waiting_since"])
    ticket.waiting_since = waits or (asked.created_at if asked else None)
    ticket.first_answer_at = _moment(told["first_answer_at"]) or (first.created_at if first else None)


def _standing(ticket: Ticket) -> dict[str, Any]:
    """How a ticket stands, for whoever takes it apart again."""
    moments = {
        name: getattr(ticket, name) for name in ("waiting_since", "first_answer_at", "solved_at", "closed_at")
    }
    return {
        "status": str(ticket.status),
        **{name: at.isoformat() if at else None for name, at in moments.items()},
    }


def _moment(told: str | None) -> datetime | None:
    return datetime.fromisoformat(told) if told else None


def _newest_id(*tickets: Ticket) -> int:
    return Message.objects.filter(ticket__in=tickets).aggregate(newest=Max("pk"))["newest"] or 0


def _topics(source: Ticket, talks: list[Conversation]) -> list[str]:
    return [f"customer:{source.customer_id}", *(f"conversation:{one.pk}" for one in talks[:50])]


# What agents have on it


def _read(ticket: Ticket) -> QuerySet[ReadMark]:
    """The marks of those who have read all of it."""
    newest = ticket.messages.filter(automatic=False).aggregate(newest=Max("pk"))["newest"] or 0
    return ReadMark.objects.filter(ticket=ticket, message_id__gte=newest)


def _merge_marks(source: Ticket, into: Ticket) -> None:
    """Who has read both to the end has read the joined one; for others what he hasn't read stays new."""
    newest = _newest_id(source, into)
    both = _read(into).filter(agent__in=_read(source).values("agent"))
    ReadMark.objects.filter(pk__in=list(both.values_list("pk", flat=True))).update(message_id=newest)


def _part_marks(source: Ticket, into: Ticket) -> None:
    """Who has read all of the joined one has read what comes back too. The messages have moved already."""
    newest = _newest_id(source)
    readers = ReadMark.objects.filter(ticket=into, message_id__gte=newest).values_list("agent", flat=True)
    ReadMark.objects.bulk_create(
        [ReadMark(agent_id=agent, ticket=source, message_id=newest) for agent in readers],
        update_conflicts=True, unique_fields=["agent", "ticket"], update_fields=["message_id"],
    )  # fmt: skip


def _keep_drafts(source: Ticket, into: Ticket) -> None:
    """What somebody is writing goes with it, unless he is writing there too: then both stay where they are."""
    there = set(Draft.objects.filter(ticket=into).values_list("agent", "kind"))
    mine = Draft.objects.filter(ticket=source).values_list("pk", "agent", "kind")
    free = [pk for pk, agent, kind in mine if (agent, kind) not in there]
    if free:
        Draft.objects.filter(pk__in=free).update(ticket=into)
