"""What is due: steps and breaches, each once, written down at the moment when it was due.

A timer is a due row (`lib.due`). Whoever holds its lease does what is due under the ticket's lock, in the transaction that
settles the row; whatever happens to the ticket meanwhile takes the lease away, so nothing is done twice and nothing that
is no longer true. A desk that was down does late what still is true, and the log says when it should have been.
"""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.time import now as clock_now
from pelekan.sla.models import Timer
from pelekan.sla.plan import Plan
from pelekan.sla.policies import Policy, Target
from pelekan.sla.timers import acts
from pelekan.sla.timers.models import LIVE
from pelekan.sla.timers.office import target_of
from pelekan.sla.timers.standing import COLUMNS, broke, note_step, planned, stand, take_over
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Ticket


def fire(row: Timer) -> datetime | None:
    """Do what is due on a leased timer."""
    fp("timer.claimed")
    fire_at(row, clock_now())
    fp("timer.fired")
    return None


@action
def fire_at(row: Timer, now: datetime) -> None:
    """As `fire`, at a given moment. LeaseLost when the timer was touched since."""
    ticket = lock(row.ticket_id)
    timers = list(Timer.objects.filter(LIVE, ticket=ticket.pk).order_by("id"))
    timer = next((one for one in timers if one.pk == row.pk), None)
    if timer is None or timer.leased_until != row.leased_until:
        raise due.LeaseLost(f"timer {row.pk}")
    policy, target = target_of(timer)
    if policy is None or target is None:
        return due.settle(row, None)
    lease = timer.leased_until
    seen = do_due(timer, ticket, policy, target, now)
    take_over(timer, target, seen)
    values = {
        name: getattr(timer, name) for name in COLUMNS if name not in ("book", "leased_until", "due_at")
    }
    timer.leased_until = lease
    due.settle(timer, seen.next_at, tries=0, **values)
    row.leased_until = None  # settled here
    stand(lock(ticket), timers)
    return None


def do_due(timer: Timer, ticket: Ticket, policy: Policy | None, target: Target, now: datetime) -> Plan:
    """Do the steps whose moment has come and know the breach; the plan from then on."""
    seen = planned(timer, ticket, policy, target, now)
    if not seen.due or policy is None:
        return seen
    for one in seen.due:
        if one.step is None:
            broke(timer, ticket, policy, one.at)
            continue
        acting = acts.Acting(timer, ticket, policy, one.step, one.at, now)
        did = [do["act"] for do in one.step.do if acts.act(acting, do)]
        note_step(timer, one.step.id, one.at, now, "" if did else "nobody")
        record(
            "timer.stepped", ticket, at=one.at, because=acting.because, timer=timer.pk, target=timer.target,
            policy=timer.policy, step=one.step.id, did=did, late=(now - one.at).total_seconds() > 60,
        )  # fmt: skip
    return planned(timer, ticket, policy, target, now)


def catch_up(ticket: Ticket, until: datetime) -> None:
    """Do what is due on one ticket, each thing at its own moment: for stories that are told afterwards."""
    its = Q(ticket=ticket.pk)
    while rows := due.claim(Timer, until, 1, where=its):
        for row in rows:
            fire_at(row, max(row.due_at or until, row.planned_at))


JOB = due.Job(Timer, fire, at_once=50)
