"""The database keeps the log as it was written; an erasure under way may take words out of it, and do nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from pelekan.demo.world import World
from pelekan.tickets import actions
from pelekan.tickets.erasing import asking
from pelekan.tickets.models import Erasure, Event
from tests.conftest import NOON
from tests.tickets.erasing.test_carrying import asked


@pytest.fixture
def event(world: World) -> Event:
    """Something was written down while nobody is erased, and Emma has asked."""
    ticket = asked(world, "hello")
    actions.rename(ticket, "a parcel that never came", by=world.agents["sara"], now=NOON)
    emma = world.customers["emma"]
    asking.ask(emma, by=emma)
    return Event.objects.filter(ticket=ticket, agent__isnull=False).exclude(data={}).latest("pk")


def refused(event: Event, **changed: Any) -> bool:
    try:
        with transaction.atomic():
            Event.objects.filter(pk=event.pk).update(**changed)
    except DatabaseError as refusal:
        return "never rewritten" in str(refusal)
    return False


def test_nothing_of_it_changes_while_nobody_is_erased(event: Event) -> None:
    assert refused(event, data={})
    assert refused(event, because="")
    assert refused(event, name="")


def test_only_words_go_while_somebody_is(event: Event) -> None:
    Erasure.objects.update(state="working")
    assert refused(event, name="ticket.other")
    assert refused(event, at=event.at.replace(year=2000))
    assert refused(event, agent_id=None)
    assert refused(event, because="something else")
    assert refused(event, data={**event.data, "more": "words than there were"})
    assert not refused(event, because="", data={})
    event.refresh_from_db()
    assert event.data == {} and event.because == ""
