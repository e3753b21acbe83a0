"""All actions of one change see one ticket, and never what a savepoint undid."""

from __future__ import annotations

import contextlib

from django.db import transaction

from pelekan.demo.world import World
from pelekan.tickets.actions import receive, rename
from pelekan.tickets.events import action, lock
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from tests.statements import costs


def new(world: World) -> Ticket:
    incoming = Incoming(
        inbox_id=world.inboxes["api"].pk,
        channel="api",
        customer_id=world.customers["mina"].pk,
        text="Paid, but no order",
    )
    return receive(incoming).ticket


def test_one_object_in_one_change(world: World) -> None:
    ticket = new(world)

    @action
    def twice() -> bool:
        first = lock(ticket)
        rename(ticket, "Once", by=None)
        return lock(ticket.pk) is first and first.subject == "Once"

    assert twice()
    assert Ticket.objects.get(pk=ticket.pk).subject == "Once"


def test_what_a_savepoint_undid_is_not_believed(world: World) -> None:
    ticket = new(world)

    @action
    def tries() -> str:
        lock(ticket)
        try:
            with transaction.atomic():
                rename(ticket, "Undone", by=None)
                raise ValueError
        except ValueError:
            return lock(ticket).subject

    before = ticket.subject
    assert tries() == before


def test_what_a_savepoint_did_is_seen_after_it(world: World) -> None:
    ticket = new(world)

    @action
    def does() -> str:
        lock(ticket)
        with transaction.atomic():
            rename(ticket, "Done", by=None)
        return lock(ticket).subject

    assert does() == "Done"


def test_what_a_failed_action_left_is_not_believed(world: World) -> None:
    ticket = new(world)

    @action
    def fails() -> None:
        lock(ticket).subject = "Half done"
        raise ValueError

    @action
    def tries() -> str:
        lock(ticket)
        with contextlib.suppress(ValueError):
            fails()
        return lock(ticket).subject

    assert tries() == ticket.subject


def test_another_change_reads_anew(world: World) -> None:
    ticket = new(world)
    rename(ticket, "One", by=None)
    Ticket.objects.filter(pk=ticket.pk).update(subject="Two")
    assert rename(ticket, "Three", by=None).subject == "Three"
    assert ticket.events.filter(name="ticket.renamed").latest("id").data["subject_before"] == "Two"


def test_a_new_ticket_costs_so_many_statements(world: World) -> None:
    """See `tests/api/test_cost.py`; without what the API itself asks."""
    costs(lambda: new(world), 31)
