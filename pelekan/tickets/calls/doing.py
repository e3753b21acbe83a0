"""Calls to customers: proposed by a rule or a colleague, done with an outcome, or dropped."""

from __future__ import annotations

from datetime import datetime

from pelekan.lib.prepared import Prepared
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Claim, Customer, Identity, IdentityKind
from pelekan.tickets.calls.models import TO_DO, Call, CallOutcome
from pelekan.tickets.events import By, action, lock, record
from pelekan.tickets.models import Ticket

BY_HAND = "agent"


@action
def propose(
    ticket: Ticket,
    *,
    because: str,
    script: str = "",
    source: str = "",
    by: By = None,
    due_at: datetime | None = None,
    now: datetime | None = None,
) -> Call:
    """Someone shall phone the customer of `ticket`. While a call of the same `source` is open there, that one comes back
    unchanged: nobody is asked twice."""
    now = now or clock()
    ticket = lock(ticket)
    agent = by if isinstance(by, Agent) else None
    source = source or (BY_HAND if agent else "")
    open_ = Call.objects.filter(TO_DO, ticket=ticket, source=source).first()
    if open_ is not None:
        return open_
    numbers = numbers_of(ticket.customer)
    call = Call.objects.create(
        ticket=ticket,
        because=one_line(because, 250),
        script=script.strip()[:4_000],
        number=numbers[0][0] if numbers else "",
        source=source,
        proposed_by=agent,
        proposed_at=now,
        due_at=due_at,
    )
    record("call.proposed", ticket, by=by, because=call.because, at=now, call=call.pk, source=source)
    return call


@action
def done(call: Call, *, by: Agent, outcome: str, text: str = "", now: datetime | None = None) -> Call:
    """The customer was phoned. Of two who say so the first is right. ValueError for an unknown outcome."""
    if outcome not in CallOutcome.values:
        raise ValueError(f"A call ends as one of {', '.join(CallOutcome.values)}, not {outcome!r}.")
    return _end(call, by, now, "call.done", outcome=outcome, text=text.strip()[:4_000])


@action
def drop(call: Call, *, by: By, because: str = "", now: datetime | None = None) -> Call:
    """Nobody needs to phone any more."""
    return _end(call, by, now, "call.dropped", text=because.strip()[:4_000])


def _end(call: Call, by: By, now: datetime | None, name: str, *, outcome: str = "", text: str = "") -> Call:
    now = now or clock()
    ticket = lock(call.ticket_id)
    call = Call.objects.get(pk=call.pk)
    if call.done_at is not None:
        return call
    call.done_at, call.outcome, call.text = now, outcome, text
    call.done_by = by if isinstance(by, Agent) else None
    call.save(update_fields=["done_at", "outcome", "text", "done_by"])
    record(name, ticket, by=by, because=text, at=now, call=call.pk, outcome=outcome, source=call.source)
    return call


_PHONES = Prepared(
    lambda pk: (
        Identity.objects.filter(customer=pk, kind=IdentityKind.PHONE)
        .order_by("-verified_at", "id")
        .values("address", "verified_at")
    )
)
_TYPED = Prepared(
    lambda pk: Claim.objects.filter(customer=pk, kind=IdentityKind.PHONE).order_by("-id").values("address")
)


def numbers_of(customer: Customer) -> list[tuple[str, bool]]:
    """His phone numbers (E.164), and whether it is proved that each is his: proved ones first, then what he typed."""
    found = {row["address"]: row["verified_at"] is not None for row in _PHONES(customer.pk)}
    for row in _TYPED(customer.pk):
        found.setdefault(row["address"], False)
    return sorted(found.items(), key=lambda pair: not pair[1])
