"""Promises are found in answers, brought to mind in time, and kept, missed or dropped."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pelekan.lib import due
from pelekan.lib.prepared import Prepared, update
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import ZONE_OF, Agent
from pelekan.tickets.bell.telling import managers_of, people
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Event, Inbox, Promise, Ticket
from pelekan.tickets.promises.models import STANDS
from pelekan.tickets.promises.moments import WEEKENDS, Where
from pelekan.tickets.promises.phrases import Found, promises_in

SAME_BREATH = timedelta(minutes=15)
"""An answer so soon after the promise only adds to it; later ones keep it."""

WARNING = timedelta(hours=1)
"""So long before it is due the assignee is reminded; of a shorter promise, at half of its time."""

_STANDING = Prepared(
    lambda ticket: Promise.objects.filter(STANDS, ticket=ticket).order_by("until_at", "id").values("id", "until_at", "made_at", "words", "missed_at", "message_id")
)  # fmt: skip


def where_of(ticket: Ticket) -> Where:
    """How the customer of `ticket` counts days and hours: his own zone, else that of the inbox's hours, else that of his
    language."""
    language = ticket.language if ticket.language in WEEKENDS else "en"
    zone = ticket.customer.zone or _zone_of(ticket.inbox_id) or ZONE_OF[language]
    return Where(zone, WEEKENDS[language])


def _zone_of(inbox: int) -> str:
    """That of the inbox's own hours, "" where it has none."""
    row = _ZONE.one(inbox)
    return row["business_hours__zone"] if row else ""


_ZONE = Prepared(
    lambda inbox: (
        Inbox.objects.filter(pk=inbox, business_hours__archived_at=None)
        .exclude(business_hours=None)
        .values("business_hours__zone")[:1]
    )
)


# Reactions


def heard(event: Event) -> None:
    """An answer went out: it keeps what was promised before, and may promise anew."""
    message, ticket = event.message, event.ticket
    if message is None or ticket is None or message.automatic or message.agent_id is None:
        return
    if ticket.promised_at is not None:
        _keep(ticket, event.at, before=event.at - SAME_BREATH)
    chosen = message.meta.get("promises") or {}
    found = [
        one for one in promises_in(message.text, event.at, where_of(ticket)) if not _is_dropped(one, chosen)
    ]
    for one in found:
        until = _corrected(one, chosen, event.at)
        _make(ticket, event, one.words, until, one.start, one.end)
    if found:
        _bring_up_to_date(ticket)


def called(event: Event) -> None:
    """The customer was reached by phone: that keeps a promise as an answer does."""
    if event.ticket is not None and event.data.get("outcome") == "answered" and event.ticket.promised_at:
        _keep(event.ticket, event.at, before=event.at)


def solved(event: Event) -> None:
    """What is solved or closed waits for nothing more."""
    if event.ticket is not None and event.ticket.promised_at is not None:
        _keep(event.ticket, event.at, before=event.at + SAME_BREATH)


def _is_dropped(one: Found, chosen: Mapping[str, Any]) -> bool:
    return one.words in chosen.get("drop", ())


def _corrected(one: Found, chosen: Mapping[str, Any], at: datetime) -> datetime:
    moment = _moment(chosen.get("at", {}).get(one.words, ""))
    return moment if moment is not None and moment > at else one.due_at.astimezone(UTC)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def _make(ticket: Ticket, event: Event, words: str, until: datetime, start: int, end: int) -> None:
    row = Promise.objects.create(
        ticket=ticket, message=event.message, agent=event.agent, words=one_line(words, 120), start=start, end=end,
        until_at=until, made_at=event.at, due_at=_reminder(event.at, until),
    )  # fmt: skip
    due.queued(Promise)
    record(
        "promise.made", ticket, by=event.agent, message=event.message, at=event.at, promise=row.pk, words=row.words,
        until=until.isoformat(),
    )  # fmt: skip


def _reminder(at: datetime, until: datetime) -> datetime:
    return max(at, until - min(WARNING, (until - at) / 2))


def _keep(ticket: Ticket, at: datetime, *, before: datetime) -> None:
    kept = [row for row in _STANDING(ticket.pk) if row["made_at"] < before]
    if not kept:
        return
    Promise.objects.filter(pk__in=[row["id"] for row in kept]).update(
        kept_at=at, due_at=None, leased_until=None
    )
    record(
        "promise.kept",
        ticket,
        at=at,
        promises=[row["id"] for row in kept],
        late=any(row["missed_at"] for row in kept),
    )
    _bring_up_to_date(ticket)


def _bring_up_to_date(ticket: Ticket) -> None:
    """`Ticket.promised_at` is the earliest that stands."""
    standing = _STANDING(ticket.pk)
    first = standing[0]["until_at"] if standing else None
    if ticket.promised_at != first:
        ticket.promised_at = first
        update(ticket, "promised_at")


# What is due


def remind(promise: Promise) -> datetime | None:
    """A leased row: soon due, or missed."""
    _remind(promise, clock())
    return None


@action
def _remind(promise: Promise, now: datetime) -> None:
    ticket = lock(promise.ticket_id)
    row = Promise.objects.get(pk=promise.pk)
    stands = row.kept_at is None and row.dropped_at is None and ticket.is_open
    if not stands:
        due.settle(copy.copy(promise), None)
        return
    agents = people(ticket, "agent")
    data: dict[str, Any] = {"promise": row.pk, "words": row.words, "until": row.until_at.isoformat()}
    if now < row.until_at:
        due.settle(copy.copy(promise), row.until_at)
        record("promise.near", ticket, at=row.due_at, agents=agents, **data)
        return
    due.settle(copy.copy(promise), None, missed_at=row.until_at)
    record(
        "promise.missed", ticket, at=now, agents=list(dict.fromkeys([*agents, *managers_of(ticket.team_id)])), missed=True,
        **data,
    )  # fmt: skip


def fall_due(ticket: Ticket, now: datetime) -> None:
    """What this ticket's promises bring until `now`: for stories that are told about the past."""
    while (
        row := Promise.objects.filter(ticket=ticket, due_at__lte=now).order_by("due_at").first()
    ) is not None:
        assert row.due_at is not None
        Promise.objects.filter(pk=row.pk).update(leased_until=row.due_at)
        row.leased_until = row.due_at
        _remind(row, row.due_at)


JOB = due.Job(Promise, remind, at_once=20)


# What people do about it


@action
def move(promise: Promise, until: datetime, *, by: Agent, now: datetime | None = None) -> Promise:
    """Another time was meant, or agreed on since. ValueError for one that is over."""
    now = now or clock()
    if until <= now:
        raise ValueError("A promise is for a time to come.")
    ticket, row = _standing(promise)
    if row is None:
        return promise
    before = row.until_at
    row.until_at, row.due_at, row.leased_until, row.missed_at = until, _reminder(now, until), None, None
    row.save(update_fields=["until_at", "due_at", "leased_until", "missed_at"])
    due.queued(Promise)
    _bring_up_to_date(ticket)
    record(
        "promise.moved", ticket, by=by, at=now, promise=row.pk, words=row.words, until=until.isoformat(),
        before=before.isoformat(),
    )  # fmt: skip
    return row


@action
def drop(promise: Promise, *, by: By, now: datetime | None = None) -> Promise:
    """It was no promise, or is none any more."""
    now = now or clock()
    ticket, row = _standing(promise)
    if row is None:
        return promise
    row.dropped_at, row.due_at, row.leased_until = now, None, None
    row.dropped_by = by if isinstance(by, Agent) else None
    row.save(update_fields=["dropped_at", "dropped_by", "due_at", "leased_until"])
    _bring_up_to_date(ticket)
    record("promise.dropped", ticket, by=by, at=now, promise=row.pk, words=row.words)
    return row


def _standing(promise: Promise) -> tuple[Ticket, Promise | None]:
    ticket = lock(promise.ticket_id)
    return ticket, Promise.objects.filter(STANDS, pk=promise.pk).first()


def of_ticket(ticket_id: int) -> list[dict[str, Any]]:
    """What stands: [{id, until_at, made_at, words, missed_at, message_id}], the earliest first. One query."""
    return _STANDING(ticket_id)
