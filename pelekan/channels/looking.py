"""Trying at once what would be tried later: a mailbox, a gateway, what waits to be sent."""

from __future__ import annotations

from django.db.models import Q

from pelekan.channels.models import Account, Delivery, DeliveryState, Gateway
from pelekan.lib import due
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Letter
from pelekan.tickets.events import action, record

# what a worker has in hand is left to it


@action
def mailbox_now(account: Account, *, by: Agent) -> None:
    """Read the mailbox now, and send its mail that waits for the next try."""
    now = clock()
    Account.objects.filter(_free(), pk=account.pk).exclude(imap_host="").update(due_at=now)
    _send_now(account.inbox_id, by)
    due.queued(Account, Delivery)


@action
def gateway_now(gateway: Gateway, *, by: Agent) -> None:
    """Ask the gateway now where it can be asked, and send its texts that wait for the next try."""
    now = clock()
    Gateway.objects.filter(_free(), pk=gateway.pk).exclude(due_at=None).update(due_at=now)
    _send_now(gateway.inbox_id, by)
    due.queued(Gateway, Delivery)


@action
def letters_now(*, by: Agent) -> None:
    """Send the desk's own mail that waits for its next try."""
    now = clock()
    Letter.objects.filter(_free(), due_at__gt=now).update(due_at=now)
    record("health.tried", by=by, at=now, topics=["desk"], what="letters")
    due.queued(Letter)


def _send_now(inbox: int, by: Agent) -> None:
    now = clock()
    waiting = Delivery.objects.filter(
        _free(), inbox=inbox, due_at__gt=now, state=DeliveryState.QUEUED, tries__gt=0
    )
    waiting.update(due_at=now)
    record("health.tried", by=by, at=now, topics=["desk"], inbox=inbox)


def _free() -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lte=clock())
