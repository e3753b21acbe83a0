"""Carrying an erasure out: part after part, in pieces that a crash cannot split.

First the person goes (names, addresses, ways in), so that nobody comes in and nothing new can become his; what the parts
need to know of him lies sealed in the row until the end. Then each part empties its rows in pieces: a piece and how far
it came are one transaction. Whoever takes the row up after a crash goes on behind the last piece, and a piece that is done
twice does no harm.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.failpoints import fp
from pelekan.lib.secrets import open_sealed, seal
from pelekan.lib.time import now as clock
from pelekan.people import letters
from pelekan.people.models import Customer, Letter, LetterState
from pelekan.tickets.erasing import person
from pelekan.tickets.erasing.models import Erasure
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Conversation, Ticket

AT_ONCE = 200
LEASE = timedelta(minutes=5)
LETTER_WAITS = timedelta(minutes=1)
LETTER_TRIED = timedelta(days=3)


@dataclass(frozen=True)
class Whose:
    """Whose data goes: the customer and those who became one with him, and the addresses that he had proved."""

    customers: tuple[int, ...]
    addresses: tuple[tuple[str, str], ...]  # (kind, address)
    language: str

    def named(self, kind: str) -> list[str]:
        return [address for its, address in self.addresses if its == kind]

    def tickets(self) -> QuerySet[Ticket]:
        return Ticket.objects.filter(customer__in=self.customers)

    def talks(self) -> QuerySet[Conversation]:
        """What he said, wherever a join has put it, and what was said on his requests; not what other customers said
        that a join has brought onto one of them."""
        began = Q(joined_from=None, ticket__customer__in=self.customers)
        brought = Q(joined_from__customer__in=self.customers)
        return Conversation.objects.filter(Q(customer__in=self.customers) | began | brought)


Do = Callable[[Whose, list[int], datetime], None]


@dataclass(frozen=True)
class Part:
    """`do` empties some rows of `rows`, given by their ids; a part without rows is done in one go."""

    name: str
    do: Do
    rows: Callable[[Whose], QuerySet[Any]] | None = None
    at_once: int = AT_ONCE
    sweep: Callable[[bool], bool] | None = (
        None  # first?  → is there more? Before `do`, in transactions of its own
    )


def job(parts: Sequence[Part]) -> due.Job:
    """What is done with a granted wish. The parts come from every room that holds something of a customer: see
    `pelekan.work`."""

    def carry(row: Erasure) -> datetime | None:
        return carry_out(row, parts)

    return due.Job(Erasure, carry, lease=LEASE, at_once=1)


def carry_out(row: Erasure, parts: Sequence[Part]) -> datetime | None:
    """All of it, or what is left of it."""
    if row.state == Erasure.State.DONE:
        return _forget_letter(row)
    if not row.sealed:
        _leave(row)
        fp("erase.left")
    whose = _whose(row)
    names = [part.name for part in parts]
    for part in parts[names.index(row.part) if row.part in names else 0 :]:
        _sweep(row, part)
        while _piece(row, part, whose):
            fp("erase.piece")
            due.renew(row, clock(), LEASE)
    return _end(row, whose)


def _sweep(row: Erasure, part: Part) -> None:
    more = part.sweep(True) if part.sweep else False
    while more and part.sweep:
        due.renew(row, clock(), LEASE)
        more = part.sweep(False)


@action
def _leave(row: Erasure) -> None:
    """The person goes. What is needed of him later is kept sealed until then."""
    customer = Customer.objects.select_related("user").get(pk=row.customer_id)
    found = person.ids(customer)
    to, way = person.last_address(customer)
    kept = {
        "customers": found, "addresses": person.addresses(found), "to": to, "way": way,
        "language": customer.user.language if customer.user else customer.language,
    }  # fmt: skip
    row.sealed = seal(json.dumps(kept), settings.SECRET_KEY)
    Erasure.objects.filter(pk=row.pk).update(sealed=row.sealed)
    for one in Customer.objects.select_related("user").filter(pk__in=found):
        person.leave(one, now=clock())


def _kept(row: Erasure) -> dict[str, Any]:
    kept: dict[str, Any] = json.loads(open_sealed(row.sealed, settings.SECRET_KEY))
    return kept


def _whose(row: Erasure) -> Whose:
    kept = _kept(row)
    addresses = tuple((kind, address) for kind, address in kept["addresses"])
    return Whose(tuple(kept["customers"]), addresses, kept["language"])


@action
def _piece(row: Erasure, part: Part, whose: Whose) -> bool:
    """The next rows of this part; whether there may be more."""
    after = row.after if row.part == part.name else 0
    ids: list[int] = []
    if part.rows is not None:
        rows = part.rows(whose).filter(pk__gt=after).order_by("pk")
        ids = list(rows.values_list("pk", flat=True).distinct()[: part.at_once])
    if ids or part.rows is None:
        part.do(whose, ids, clock())
    counts = {**row.counts, part.name: row.counts.get(part.name, 0) + len(ids)}
    more = len(ids) == part.at_once
    mine = Erasure.objects.filter(pk=row.pk, leased_until=row.leased_until)
    if not mine.update(part=part.name, after=ids[-1] if ids else after, counts=counts):
        raise due.LeaseLost(f"erasure {row.pk}")
    fp("erase.inside")
    row.part, row.after, row.counts = part.name, ids[-1] if ids else after, counts
    return more


@action
def _end(row: Erasure, whose: Whose) -> datetime | None:
    """It is done: the record says so without the data, and he gets a last notice."""
    now, kept = clock(), _kept(row)
    letter = _last_notice(kept, now) if kept["to"] else None
    again = now + LETTER_WAITS if letter else None
    due.settle(
        row, again, state=Erasure.State.DONE, done_at=now, sealed="", part="", asked_how="", letter=letter, tries=0
    )  # fmt: skip
    record(
        "customer.erased", by=row.decided_by, at=now, topics=[f"customer:{row.customer_id}"], customer=row.customer_id,
        erasure=row.pk, rows=sum(row.counts.values()),
    )  # fmt: skip
    return again


def _last_notice(kept: dict[str, Any], now: datetime) -> Letter:
    with translation.override(kept["language"]):
        subject = _("Your data is erased")
        lines = [
            _("You asked for it, and it is done: your name, your addresses, what you wrote and your files are erased here."),
            _("This is the last message. This address is erased as well, as soon as it has gone out."),
        ]  # fmt: skip
        if kept["way"] == Letter.Way.SMS:
            subject, lines = "", [" ".join(lines)]
        return letters.write(
            kept["to"], kind="erased", subject=subject, lines=lines, language=kept["language"], now=now,
            expires_at=now + LETTER_TRIED, way=kept["way"],
        )  # fmt: skip


def _forget_letter(row: Erasure) -> datetime | None:
    """The last notice bears his address: it goes once it is sent, or can't be."""
    letter = row.letter
    if letter is None:
        return None
    if letter.state == LetterState.QUEUED and clock() - letter.created_at < LETTER_TRIED:
        return clock() + LETTER_WAITS
    letter.delete()
    return None
