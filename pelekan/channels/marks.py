"""Marks on addresses: mail came back from there, its mailbox is full, or who reads it complained.

A mark rests on proof alone: a report that names a Message-ID of ours (`channels.bounced`), or the word of the recipient's
server while we spoke with it. It ends when an authentic mail comes from the address, or by an agent's click.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet, Subquery
from django.utils.translation import gettext as _

from pelekan.channels.models import Delivery, MarkedAddress
from pelekan.lib.prepared import Prepared
from pelekan.lib.text import isolate
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Identity, IdentityKind
from pelekan.tickets.events import action, lock, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.notices import choosing
from pelekan.tickets.notices.rules import Kind, Way

DEAD, FULL, COMPLAINED = MarkedAddress.Kind.DEAD, MarkedAddress.Kind.FULL, MarkedAddress.Kind.COMPLAINED
SILENT = (str(DEAD), str(COMPLAINED))
"""Kinds to which nothing automatic is sent any more. A full mailbox may be emptied tomorrow."""

_DEAD = ("userunknown", "hostunknown", "hasmoved", "notaccept", "suspend")
"""Reasons that speak of the address itself; others are about one mail or one server (see `email.bounces`)."""


def kind_of(reason: str, status: str = "") -> str:
    """What a reason of the bounce vocabulary says of the address; "" when nothing lasting."""
    if reason == "feedback":
        return COMPLAINED
    if reason == "mailboxfull":
        return FULL
    return DEAD if reason in _DEAD and not status.startswith("4") else ""


@action
def mark(delivery: Delivery, reason: str, status: str = "", *, now: datetime | None = None) -> None:
    """Note on the recipient of `delivery` what its failure says of the address."""
    now, kind = now or clock(), kind_of(reason, status)
    if not kind or delivery.channel != "email":
        return
    values = {"reason": reason, "status": status, "at": now, "delivery": delivery}
    row, made = MarkedAddress.objects.get_or_create(
        address=delivery.recipient, kind=kind, defaults={**values, "since": now}
    )
    if not made:
        MarkedAddress.objects.filter(pk=row.pk).update(**values, count=F("count") + 1)
    if kind == COMPLAINED:
        _ask_no_more(delivery.recipient, now)


def _ask_no_more(address: str, now: datetime) -> None:
    """Who complained is not asked how it was either; in the portal he may change that himself."""
    owner = (
        Identity.objects.select_related("customer").filter(kind=IdentityKind.EMAIL, address=address).first()
    )
    if owner is not None:
        choosing.switch_off(owner.customer, [Kind.RATE, Kind.REMINDER], Way.EMAIL, now=now)


def silence_of(address: str) -> str:
    """Why nothing automatic may go to `address`: a kind, or ""."""
    row = _SILENCED.one(address)
    return row["kind"] if row else ""


def silenced(address: Any) -> Subquery:
    """The same inside another query."""
    return Subquery(_silent(address))


def _silent(address: Any) -> QuerySet[Any, Any]:
    return MarkedAddress.objects.filter(address=address, kind__in=SILENT).order_by("kind").values("kind")[:1]


_SILENCED = Prepared(lambda address: _silent(address))


def heard_from(address: str, ticket: Ticket, *, now: datetime) -> None:
    """An authentic mail came from `address`: it is alive, and he talks to us."""
    for row in _MARKS_OF(address):
        _end(MarkedAddress(**row), ticket, by=None, now=now, because="the customer wrote")


_MARKS_OF = Prepared(
    lambda address: MarkedAddress.objects.filter(address=address).values("id", "address", "kind")
)


@action
def clear(
    row: MarkedAddress, *, by: Agent, ticket: Ticket | None = None, now: datetime | None = None
) -> None:
    """`by` says that mail may go there again."""
    _end(row, lock(ticket) if ticket else None, by=by, now=now or clock())


def _end(
    row: MarkedAddress, ticket: Ticket | None, *, by: Agent | None, now: datetime, because: str = ""
) -> None:
    if MarkedAddress.objects.filter(pk=row.pk).delete()[0]:
        record(
            "address.unmarked", ticket, by=by, at=now, because=because, topics=["desk"],
            recipient=row.address, kind=str(row.kind), title=row.address,
        )  # fmt: skip


# For screens


def newest_of(address: Any) -> Subquery:
    """The id of the newest mark of an address, inside another query: asking costs nothing where there is none."""
    return Subquery(MarkedAddress.objects.filter(address=address).order_by("-at").values("id")[:1])


def shown(ids: Collection[int | None]) -> dict[str, dict[str, Any]]:
    """The marks with these ids by address: {id, kind, reason, at, count}; no query for none."""
    wanted = sorted({one for one in ids if one})
    rows: QuerySet[Any, Any] = MarkedAddress.objects.filter(pk__in=wanted)
    found = rows.values("id", "address", "kind", "reason", "at", "count") if wanted else []
    return {row["address"]: dict(row) for row in found}


def sentence(row: dict[str, Any], date: str) -> str:
    """What happened there, in the reader's language; `date` is its day in his calendar."""
    words = {"address": isolate(row["address"]), "date": date}
    if row["kind"] == COMPLAINED:
        return _("On %(date)s, %(address)s reported mail of ours as spam.") % words
    if row["kind"] == FULL:
        return _("Mail to %(address)s came back on %(date)s: the mailbox is full.") % words
    if row["reason"] == "hasmoved":
        return _("Mail to %(address)s came back on %(date)s: its owner has moved to another address.") % words
    if row["reason"] == "suspend":
        return _("Mail to %(address)s came back on %(date)s: the mailbox was closed.") % words
    if row["reason"] in ("hostunknown", "notaccept"):
        return _("Mail to %(address)s came back on %(date)s: nobody takes mail for its domain.") % words
    return _("Mail to %(address)s came back on %(date)s: there is no such mailbox.") % words


def short(kind: str) -> str:
    """The same in a word or two."""
    return str(MarkedAddress.Kind(kind).label)
