"""What handing a mail and handing a text message over have in common: a delivery's states, from "being sent" to how
it ended, written where the ticket shows them."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.channels.faults import fault, in_words
from pelekan.channels.models import Delivery, DeliveryState
from pelekan.lib import due
from pelekan.lib.prepared import update_where
from pelekan.lib.time import now as clock
from pelekan.lib.unhurried import unhurried
from pelekan.tickets.events import action, lock_home, record

TELL_AFTER = 3  # failed tries before the ticket says that what it sends is late
UNSENT = (DeliveryState.QUEUED, DeliveryState.SENDING)


@dataclass(frozen=True, slots=True)
class End:
    """How a try ended. `again`: when the next one, or the next look at it, is due. `refusal`: what a mail server said
    of the recipient's address, as (reason, status). `too_fast`: the server wants less for a while."""

    state: str
    fault: str = ""
    again: datetime | None = None
    refusal: tuple[str, str] | None = None
    too_fast: bool = False


def begin(together: Sequence[Delivery]) -> None:
    """Show that it is being sent. A former try that got as far as the handing over may have reached its goal. The disk
    has this, at the latest, with `mark_handed`, before anything is handed over."""
    with unhurried():
        _begin(together)


def _begin(together: Sequence[Delivery]) -> None:
    now = clock()
    for one in together:
        doubtful = now if one.handed_at is not None else one.maybe_twice_at
        changed = update_where(
            Delivery, _mine(one), state=DeliveryState.SENDING, handed_at=None, maybe_twice_at=doubtful
        )
        if not changed:
            raise due.LeaseLost(f"delivery {one.pk}")
        one.handed_at, one.maybe_twice_at = None, doubtful


@action
def mark_handed(together: Sequence[Delivery]) -> None:
    """The last moment before nobody can take it back."""
    now = clock()
    for one in together:
        if not update_where(Delivery, _mine(one), handed_at=now):
            raise due.LeaseLost(f"delivery {one.pk}")


def _mine(delivery: Delivery) -> dict[str, Any]:
    return {"pk": delivery.pk, "leased_until": delivery.leased_until}


def later(delivery: Delivery, stored: str, *, patience: timedelta, gave_up: str) -> End:
    """It is tried again after a growing pause, or given up for the reason `gave_up` after `patience`."""
    now = clock()
    if now - delivery.created_at > patience:
        return End(DeliveryState.FAILED, fault(gave_up, detail=in_words(stored)))
    return End(DeliveryState.QUEUED, stored, now + due.pause(delivery.tries))


_EVENTS = {
    DeliveryState.FAILED: "delivery.failed",
    DeliveryState.UNKNOWN: "delivery.unknown",
    DeliveryState.STOPPED: "",
    DeliveryState.SENT: "",
    DeliveryState.ARRIVED: "",
}
_SHOWN = (DeliveryState.SENT, DeliveryState.ARRIVED, DeliveryState.QUEUED)


@action
def settle(together: Sequence[Delivery], end: End, **more: Any) -> None:
    """Write how it ended, on the deliveries and, where someone must know, on the ticket. `more` are further columns."""
    now = clock()
    ticket = lock_home(together[0].message)
    for one in together:
        values: dict[str, Any] = {"state": end.state, "fault": end.fault, **more}
        if end.state != DeliveryState.UNKNOWN:
            values["handed_at"] = None
        dead = end.state in (DeliveryState.FAILED, DeliveryState.UNKNOWN)
        values["dead_at"] = (one.dead_at if end.state == one.state else now) if dead else None
        if end.state == DeliveryState.SENT and one.state != DeliveryState.SENT:
            values["sent_at"] = now
        due.settle(copy.copy(one), end.again, **values)
        name = _EVENTS.get(DeliveryState(end.state), "") if end.state != one.state else ""
        if end.state == DeliveryState.QUEUED and one.tries == TELL_AFTER:
            name = "delivery.delayed"
        if name:
            by: dict[str, Any] = {"channel": one.channel} if one.channel != "email" else {}
            record(name, ticket, message=one.message, at=now, recipient=one.recipient, fault=end.fault, **by)
    if end.state in _SHOWN:
        # a page that shows the message looks again; nothing for the history
        record("delivery.changed", at=now, topics=[f"ticket:{ticket.pk}"], state=str(end.state))
