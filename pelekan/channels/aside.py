"""What was set aside or could not be sent, and what people do about it: one by one, or all of one reason.

Quarantined mails and texts, and dead letters: deliveries that failed for good or may have been sent. Whatever is put
out of sight can be put back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from pelekan.channels import intake, outbox
from pelekan.channels.faults import in_words, word_of
from pelekan.channels.models import Arrival, ArrivalState, Delivery, DeliveryState, IncomingText
from pelekan.channels.sms import arriving as texts
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, lock, record

AT_ONCE = 200  # of one press of a button; the next press takes the next
LOOKED_AT = 1000  # rows whose reasons are told apart


@dataclass(frozen=True, slots=True)
class Reason:
    """`word` as in `channels.faults`; `text` of the newest row that has it; `count` among those looked at."""

    word: str
    text: str
    count: int


def reasons(rows: QuerySet[Any], column: str) -> list[Reason]:
    """Why these rows lie there, the most frequent first."""
    stored = list(rows.values_list(column, flat=True)[:LOOKED_AT])
    newest: dict[str, str] = {}
    for one in stored:
        newest.setdefault(word_of(one), one)
    counts = Counter(word_of(one) for one in stored)
    return [Reason(word, in_words(newest[word]), count) for word, count in counts.most_common() if word]


def because_of(column: str, word: str) -> Q:
    """Rows with this reason; for rows that are few already."""
    return Q(**{f"{column}__startswith": f'{{"fault": "{word}"'})


# All of one reason


def retry_all(rows: Iterable[Arrival | IncomingText], *, by: Agent) -> int:
    """Take these in again, each in a transaction of its own. How many."""
    done = 0
    for row in list(rows)[:AT_ONCE]:
        if isinstance(row, Arrival):
            intake.retry(row, by=by)
        else:
            texts.retry(row, by=by)
        done += 1
    return done


def resend_all(rows: Iterable[Delivery], *, by: Agent) -> int:
    """Send these again. How many."""
    return sum(outbox.resend(row, by=by) for row in list(rows)[:AT_ONCE])


# Out of sight, and back


@action
def dismiss_text(row: IncomingText, *, by: Agent, because: str = "") -> bool:
    """Nothing is to be done with a text that could not be taken in."""
    changed = IncomingText.objects.filter(pk=row.pk, state=ArrivalState.QUARANTINED).update(
        state=ArrivalState.DISMISSED
    )
    if changed:
        record("text.dismissed", by=by, because=because, topics=["desk"], inbox=row.inbox_id, text=row.pk)
    return bool(changed)


@action
def put_back_text(row: IncomingText, *, by: Agent) -> bool:
    """It was dismissed by mistake."""
    changed = IncomingText.objects.filter(pk=row.pk, state=ArrivalState.DISMISSED).update(
        state=ArrivalState.QUARANTINED
    )
    if changed:
        record("text.put_back", by=by, topics=["desk"], inbox=row.inbox_id, text=row.pk)
    return bool(changed)


@action
def put_back(arrival: Arrival, *, by: Agent) -> bool:
    """A mail was set aside by mistake: it lies in quarantine again."""
    changed = Arrival.objects.filter(pk=arrival.pk, state=ArrivalState.DISMISSED, message=None).update(
        state=ArrivalState.QUARANTINED
    )
    if changed:
        record("arrival.put_back", by=by, topics=["desk"], arrival=arrival.pk)
    return bool(changed)


@action
def let_be(delivery: Delivery, *, by: Agent, because: str = "") -> bool:
    """Nobody has to care for this dead letter any more. Its ticket goes on saying that it was not sent."""
    ticket = lock(delivery.message.ticket_id)
    changed = Delivery.objects.filter(pk=delivery.pk, dead_at__isnull=False).update(dead_at=None)
    if changed:
        record(
            "delivery.let_be",
            ticket,
            by=by,
            because=because,
            message=delivery.message,
            recipient=delivery.recipient,
        )
    return bool(changed)


@action
def care_again(delivery: Delivery, *, by: Agent) -> bool:
    """It was let be by mistake."""
    ticket = lock(delivery.message.ticket_id)
    dead = Delivery.objects.filter(pk=delivery.pk, state__in=[DeliveryState.FAILED, DeliveryState.UNKNOWN])
    changed = dead.filter(dead_at__isnull=True).update(dead_at=clock())
    if changed:
        record("delivery.cared_again", ticket, by=by, message=delivery.message, recipient=delivery.recipient)
    return bool(changed)
