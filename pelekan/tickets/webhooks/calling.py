"""Queueing calls: in the transaction of what happened, so that nothing is told that did not happen, and nothing is lost."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse

from pelekan.lib import due
from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.tickets.events import action, lock
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.webhooks.models import Webhook, WebhookCall

REMEMBERED = timedelta(seconds=10)
"""How long another process may still tell those who no longer want to hear."""

_wants: tuple[datetime, Mapping[str, tuple[int, ...]]] | None = None
_lock = threading.Lock()


@action
def call(
    hook_id: int, ticket: Ticket, *, name: str, because: str = "", now: datetime | None = None
) -> WebhookCall | None:
    """Tell the webhook of a ticket: a rule or a clock asks for it. `name` is what the receiver reads as the event. None
    when there is no such webhook any more, or it is stopped."""
    now = now or clock()
    hook = Webhook.objects.filter(pk=hook_id, archived_at=None, stopped_at=None).first()
    return queue(hook, lock(ticket), name=name, because=because, now=now) if hook else None


def follow(event: Event) -> None:
    """Reaction: tell those who want to hear of such events."""
    if event.ticket is None:
        return
    for hook in _wanting(event.name, event.at):
        if row := Webhook.objects.filter(pk=hook, archived_at=None, stopped_at=None).first():
            queue(row, event.ticket, name=event.name, because=event.because, now=event.at)


def tell(event: Event, shape: Callable[[], Mapping[str, Any] | None]) -> None:
    """Reaction for what happens to other things than tickets. `shape` is asked only where somebody wants to hear: what
    stands in the body beside id, event, moment and reason; None: nothing is told."""
    hooks = [
        row
        for hook in _wanting(event.name, event.at)
        if (row := Webhook.objects.filter(pk=hook, archived_at=None, stopped_at=None).first())
    ]
    values = shape() if hooks else None
    for hook in hooks if values is not None else ():
        uid = f"msg_{new_token()}"
        said = {
            "id": uid,
            "event": event.name,
            "at": event.at.isoformat(),
            "because": event.because,
            **(values or {}),
        }
        WebhookCall.objects.create(
            webhook=hook, uid=uid, event=event.name[:80], because=event.because[:250], created_at=event.at,
            began_at=event.at, body=_json(said), due_at=event.at,
        )  # fmt: skip
        due.queued(WebhookCall)


def queue(
    hook: Webhook, ticket: Ticket, *, name: str, because: str, now: datetime, due_at: datetime | None = None
) -> WebhookCall:
    """Write the call as it will be sent: the ticket as it is at this moment."""
    uid = f"msg_{new_token()}"
    made = WebhookCall.objects.create(
        webhook=hook, uid=uid, event=name[:80], because=because[:250], ticket=ticket, created_at=now, began_at=now,
        body=body_of(uid, name, because, now, shape_of(ticket)), due_at=due_at or now,
    )  # fmt: skip
    due.queued(WebhookCall)
    return made


def body_of(uid: str, name: str, because: str, at: datetime, ticket: Mapping[str, Any]) -> str:
    """The body of a call, see docs/webhooks.md. Nothing that anybody wrote is in it but the subject: no message, no note."""
    values = {"id": uid, "event": name, "at": at.isoformat(), "because": because, "ticket": ticket}
    return _json(values)


def _json(values: Mapping[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def shape_of(ticket: Ticket) -> dict[str, Any]:
    """A ticket as receivers see it: the same names and values as in the API."""
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "url": settings.BASE_URL + reverse("desk_ticket", args=[ticket.pk]),
        "subject": ticket.subject,
        "status": ticket.status,
        "channel": ticket.channel,
        "priority": ticket.priority,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "tier": ticket.tier.level,
        "team": ticket.team.name,
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "customer": {
            "id": ticket.customer_id,
            "name": ticket.customer.name,
            "language": ticket.customer.language,
        },
        "category": ticket.category.name if ticket.category else None,
        "created_at": _iso(ticket.created_at),
        "registered_at": _iso(ticket.registered_at),
        "solved_at": _iso(ticket.solved_at),
        "last_at": _iso(ticket.last_at),
        "joined_into": ticket.joined_into_id,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _wanting(name: str, now: datetime) -> tuple[int, ...]:
    """The webhooks that want to hear of `name`. Usually no query."""
    global _wants
    with _lock:
        if _wants is not None and timedelta() <= now - _wants[0] < REMEMBERED:
            return _wants[1].get(name, ())
    wants: dict[str, tuple[int, ...]] = {}
    for pk, events in Webhook.objects.filter(archived_at=None, stopped_at=None).values_list("pk", "events"):
        for one in events:
            wants[one] = (*wants.get(one, ()), pk)
    with _lock:
        _wants = (now, wants)
    return wants.get(name, ())


def forget() -> None:
    """Ask anew who wants to hear of what."""
    global _wants
    with _lock:
        _wants = None
