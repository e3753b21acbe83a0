"""What the ticket is: register, categorise, rename, tag."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Max

from pelekan.lib.prepared import Prepared, update
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Team
from pelekan.tickets.actions.assessing import ASSESSED, settle
from pelekan.tickets.actions.moving import escalate
from pelekan.tickets.conditions.words import folded
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Category, Conversation, Counter, Tag, Ticket

FIRST_NUMBER = 1001


@action
def register(
    ticket: Ticket,
    *,
    by: By,
    subject: str = "",
    category: Category | None = None,
    team: Team | None = None,
    impact: int | None = None,
    urgency: int | None = None,
    because: str = "",
    despite: str = "",
    now: datetime | None = None,
) -> Ticket:
    """Make it an official ticket: it gets its number, the customer his receipt, the portal its row.

    Registering twice changes nothing. With `team` it climbs there at once.
    """
    now = now or clock()
    ticket = lock(ticket)
    if ticket.registered_at is not None:
        return ticket
    if subject.strip():
        ticket.subject = one_line(subject, 250)
        ticket.subject_folded = folded(ticket.subject)
    if category is not None:
        ticket.category = category
    if impact or urgency:
        settle(ticket, impact or ticket.impact, urgency or ticket.urgency, by=by, now=now)
    ticket.number, ticket.registered_at = _next_number(), now
    update(ticket, "subject", "subject_folded", "category", *ASSESSED, "number", "registered_at")
    topics = [
        f"customer:{ticket.customer_id}",
        *(f"conversation:{row['id']}" for row in _CONVERSATIONS(ticket.pk)),
    ]
    record("ticket.registered", ticket, by=by, at=now, because=because, topics=topics, number=ticket.number)
    if team is not None and team.pk != ticket.team_id:
        return escalate(ticket, team, by=by, because=because or ticket.subject, despite=despite, now=now)
    return ticket


_CONVERSATIONS = Prepared(
    lambda ticket: Conversation.objects.filter(ticket=ticket).order_by("id").values("id")
)


@action
def categorise(
    ticket: Ticket, category: Category | None, *, by: By, because: str = "", now: datetime | None = None
) -> Ticket:
    """Say what the ticket is about."""
    ticket = lock(ticket)
    before = ticket.category_id
    if before == (category.pk if category else None):
        return ticket
    ticket.category = category
    ticket.save(update_fields=["category"])
    record(
        "ticket.categorised",
        ticket,
        by=by,
        at=now,
        because=because,
        category=category.pk if category else None,
        category_before=before,
    )
    return ticket


@action
def set_causes(
    ticket: Ticket, causes: Iterable[Category], *, by: By, because: str = "", now: datetime | None = None
) -> Ticket:
    """What else it turned out to be about, beside its category: all further causes at once."""
    ticket = lock(ticket)
    wanted = {one.pk: one.name for one in causes if one.pk != ticket.category_id}
    before = set(ticket.causes.values_list("pk", flat=True))
    if before != set(wanted):
        ticket.causes.set(list(wanted))
        record(
            "ticket.causes_set",
            ticket,
            by=by,
            at=now,
            because=because,
            causes=sorted(wanted),
            causes_before=sorted(before),
        )
    return ticket


@action
def rename(ticket: Ticket, subject: str, *, by: By, now: datetime | None = None) -> Ticket:
    """Give the ticket a subject that says what it is about."""
    ticket = lock(ticket)
    subject = one_line(subject, 250)
    if not subject:
        raise ValueError("A ticket needs a subject.")
    before, ticket.subject = ticket.subject, subject
    if before != subject:
        ticket.subject_folded = folded(subject)
        ticket.save(update_fields=["subject", "subject_folded"])
        record(
            "ticket.renamed",
            ticket,
            by=by,
            at=now,
            subject_before=before,
            topics=[f"customer:{ticket.customer_id}"],
        )
    return ticket


@action
def tag(ticket: Ticket, name: str, *, by: By, because: str = "", now: datetime | None = None) -> Tag:
    """Put a tag on; it is made where it does not exist."""
    ticket = lock(ticket)
    name = one_line(name, 48).strip().lstrip("#").strip()
    if not name:
        raise ValueError("A tag needs a name.")
    found = Tag.objects.filter(name__iexact=name).first() or Tag.objects.create(name=name)
    if not ticket.tags.filter(pk=found.pk).exists():
        ticket.tags.add(found)
        record("ticket.tagged", ticket, by=by, at=now, because=because, tag=found.name)
    return found


@action
def untag(ticket: Ticket, found: Tag, *, by: By, because: str = "", now: datetime | None = None) -> None:
    """Take a tag off."""
    ticket = lock(ticket)
    if ticket.tags.filter(pk=found.pk).exists():
        ticket.tags.remove(found)
        record("ticket.untagged", ticket, by=by, at=now, because=because, tag=found.name)


def _next_number() -> int:
    """The next number. The counter's row is held until the commit, so no two tickets get the same. Where the row was
    lost, counting goes on after the highest number."""
    for _ in range(2):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE tickets_counter SET value = value + 1 WHERE name = 'ticket' RETURNING value"
            )
            row = cursor.fetchone()
        if row is not None:
            return int(row[0])
        highest = Ticket.objects.aggregate(highest=Max("number"))["highest"] or FIRST_NUMBER - 1
        Counter.objects.get_or_create(name="ticket", defaults={"value": highest})
    raise AssertionError("unreachable")
