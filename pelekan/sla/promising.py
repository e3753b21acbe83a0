"""Until when a customer hears from a person: what the public is told by the service level of his request.

Told is the later of two moments: when the policy's public promise is over (elapsed time), and when its own target for the
first answer is due (by its clock, with closed hours). So nobody is promised an answer for a holiday. A policy without a public
promise tells nothing. Moments are rounded up to a quarter of an hour: a promise is no measurement.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pelekan.lib.prepared import PreparedModels
from pelekan.sla.clock import after
from pelekan.sla.models import Timer
from pelekan.sla.policies import FIRST_RESPONSE, Policy, choose
from pelekan.sla.timers.models import LIVE
from pelekan.sla.timers.office import hours_of, in_force, target_of
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.models import Ticket

QUARTER = timedelta(minutes=15)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_RUNNING = PreparedModels(
    lambda ticket: Timer.objects.filter(LIVE, ticket=ticket, target=FIRST_RESPONSE, state="running").order_by(
        "id"
    )
)


def for_new(ticket: Ticket, now: datetime) -> datetime | None:
    """What somebody is told who is about to ask: `ticket` as it would be, not kept. None where nothing is promised."""
    book, document = in_force()
    if book is None:
        return None
    policy = choose(document, facts_of(ticket, now=now)).policy
    target = policy.targets.get(FIRST_RESPONSE) if policy else None
    if policy is None or policy.promise is None:
        return None
    due = after(now, target.within, hours_of(ticket, policy, target)) if target else None
    return _told(policy, now, due)


def of_ticket(ticket: Ticket) -> datetime | None:
    """What the customer of this ticket is told while he waits for the first answer; None when nothing is promised, or its
    clock rests."""
    if in_force()[0] is None:  # known already to a change, so that nothing is asked without service levels
        return None
    timer = _RUNNING.one(ticket.pk)
    if timer is None:
        return None
    policy, _target = target_of(timer)
    if policy is None or policy.promise is None:
        return None
    return _told(policy, timer.started_at, timer.breached_at or timer.breach_at)


def _told(policy: Policy, since: datetime, due: datetime | None) -> datetime:
    at = since + timedelta(minutes=policy.promise or 0)
    at = max(at, due) if due is not None else at
    return at + (_EPOCH - at) % QUARTER
