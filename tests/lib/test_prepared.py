"""Prepared queries say what their querysets say, for any ids."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib.prepared import Prepared, PreparedModels, insert, update, update_where
from pelekan.people.models import Agent, Team
from pelekan.tickets.models import Event, Ticket
from pelekan.web.workspace import prepared
from tests.web.workspace.conftest import Write, write

pytestmark = pytest.mark.django_db
__all__ = ["write"]


def test_rows_are_those_of_the_queryset(write: Write) -> None:
    ticket, other = write(), write(channel="chat")
    fields = ("id", "at", "name", "data", "message__automatic", "agent__user__name", "ticket__subject")
    query = Prepared(
        lambda pk: Event.objects.filter(ticket=pk, name__in=("ticket.created", "message.received")).values(
            *fields
        )
    )
    for pk in (ticket.pk, other.pk, ticket.pk):
        expected = Event.objects.filter(ticket=pk, name__in=("ticket.created", "message.received"))
        assert query(pk) == list(expected.values(*fields))
    first = query(ticket.pk)[0]
    assert isinstance(first["at"], datetime) and first["at"].tzinfo is not None
    assert first["data"] == {"channel": "email"}


def test_one_statement_and_no_more(world: World) -> None:
    query = Prepared(lambda pk: Team.objects.filter(pk=pk).values("name"))
    with CaptureQueriesContext(connection) as seen:
        query(world.teams["front"].pk), query(world.teams["payments"].pk)
    assert len(seen) == 2


@pytest.mark.parametrize("who", ["sara", "laila", "nika", "arash", "james"])
def test_an_agent_sees_what_he_may_see(write: Write, world: World, who: str) -> None:
    write(), write(channel="chat")
    agent = world.agents[who]
    Ticket.objects.filter(pk=write().pk).update(tier=world.tiers[3], team=world.teams["developers"])
    Ticket.objects.filter(pk=write().pk).update(
        tier=world.tiers[3], team=world.teams["developers"], assignee=agent
    )
    query = prepared.Prepared(
        lambda agent, floor: (
            Ticket.objects.visible_to(agent).filter(id__gte=floor).order_by("id").values("id")
        )
    )
    expected = list(Ticket.objects.visible_to(agent).order_by("id").values("id"))
    assert query(agent, 0) == expected
    assert expected
    Agent.objects.filter(pk=agent.pk).update(disabled_at="2026-01-01T00:00Z")
    assert query(Agent.objects.select_related("user").get(pk=agent.pk), 0) == []


def test_texts_and_moments_are_arguments_too(write: Write) -> None:
    ticket = write()
    query = Prepared(
        lambda name, since, pk: Event.objects.filter(ticket=pk, name=name, at__gt=since).values("id")
    )
    event = Event.objects.get(ticket=ticket, name="ticket.created")
    before = event.at - timedelta(seconds=1)
    assert query("ticket.created", before, ticket.pk) == [{"id": event.pk}]
    assert query("ticket.created", event.at, ticket.pk) == []
    assert query("ticket.closed", before, ticket.pk) == []


def test_models_come_with_what_they_are_selected_with(write: Write) -> None:
    ticket = write()
    query = PreparedModels(
        lambda pk: Ticket.objects.select_related("customer", "assignee__user", "team__tier").filter(pk=pk)
    )
    query.one(0)
    expected = Ticket.objects.select_related("customer", "assignee__user", "team__tier").get(pk=ticket.pk)
    with CaptureQueriesContext(connection) as seen:
        found = query.get(ticket.pk)
        assert found == expected and found.customer.name == expected.customer.name
        assert found.assignee is None and found.team.tier.level == expected.team.tier.level
    assert len(seen) == 1
    names = [field.attname for field in Ticket._meta.concrete_fields]
    assert [getattr(found, name) for name in names] == [getattr(expected, name) for name in names]
    with pytest.raises(Ticket.DoesNotExist):
        query.get(0)


def test_insert_and_update_write_what_save_writes(write: Write) -> None:
    ticket, at = write(), datetime(2026, 3, 21, 9, 30, 0, 123456, tzinfo=UTC)
    event = Event(name="ticket.looked_at", ticket=ticket, at=at, data={"نام": ["«مینا»", 1, None]})
    assert insert(event) is event and event.pk
    stored = Event.objects.get(pk=event.pk)
    names = [field.attname for field in Event._meta.concrete_fields]
    assert [getattr(stored, name) for name in names] == [getattr(event, name) for name in names]
    ticket.subject, ticket.waiting_since, ticket.preview = "Another", None, "not written"
    update(ticket, "subject", "waiting_since")
    stored_ticket = Ticket.objects.get(pk=ticket.pk)
    assert (stored_ticket.subject, stored_ticket.waiting_since) == ("Another", None)
    assert stored_ticket.preview != "not written"
    with pytest.raises(DatabaseError):
        update(Ticket(pk=ticket.pk + 1000, subject="nobody"), "subject")


def test_update_where_writes_as_filter_and_update_do(write: Write) -> None:
    first, second, third = (write() for _ in range(3))
    moment, team = datetime(2026, 11, 22, 9, tzinfo=UTC), Team.objects.last()
    values = {"team": team, "hold_until": moment, "subject": "x", "assignee_id": None}
    assert update_where(Ticket, {"pk": [first.pk, second.pk], "status": "new"}, **values) == 2
    changed = Ticket.objects.filter(team=team, hold_until=moment, subject="x", assignee=None)
    assert set(changed) == {first, second}
    assert update_where(Ticket, {"pk": [first.pk, third.pk], "subject": "x"}, subject="y") == 1
    assert update_where(Ticket, {"pk": first.pk, "hold_until": moment + timedelta(1)}, subject="z") == 0
