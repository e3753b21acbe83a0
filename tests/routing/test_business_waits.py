"""Automations that count business time: due rows to the minute, over the weekend, and when whose hours count changes."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.http import QueryDict

from pelekan.demo.world import World
from pelekan.routing.models import Wait
from pelekan.routing.rules import automations_from
from pelekan.sla import keeping
from pelekan.sla.models import BusinessHours
from pelekan.tickets.actions import escalate, receive
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Ticket
from pelekan.web.admin import rule_form
from pelekan.web.admin.rule_words import when_in_words
from tests.office_hours import WEEK
from tests.routing.test_engine import in_force, rule
from tests.routing.test_rules import faults
from tests.routing.test_waits import tags, work

__all__ = ["work"]
TEHRAN = ZoneInfo("Asia/Tehran")
FOUR = {"after_hours": 4, "since": "created_at", "clock": "business"}


def at(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Tehran; the 26th is a Thursday, the 27th a Friday, on which nobody works."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TEHRAN)


@pytest.fixture
def office(world: World) -> BusinessHours:
    row = BusinessHours.objects.get()
    return keeping.save_hours(row, by=None, now=at(20, 9), country="", week=WEEK, own=[])


def begin(world: World, moment: datetime) -> Ticket:
    incoming = Incoming(world.inboxes["portal"].pk, "portal", world.customers["mina"].pk, "؟", subject="؟")
    return Ticket.objects.get(pk=receive(incoming, now=moment).ticket_id)


def test_four_business_hours_over_a_weekend(world: World, office: BusinessHours, work) -> None:  # type: ignore[no-untyped-def]
    in_force(world, "automations", rule("late", {"act": "tag", "tag": "late"}, on=FOUR))
    ticket = begin(world, at(26, 12))  # one hour until the weekend, three after it
    row = Wait.objects.get(ticket=ticket)
    assert row.due_at == at(28, 12)
    work(at(28, 11, 59))
    assert tags(ticket) == []
    work(at(28, 12))
    assert tags(ticket) == ["late"]


def test_again_counts_business_time_too(world: World, office: BusinessHours, work) -> None:  # type: ignore[no-untyped-def]
    in_force(world, "automations", rule("n", {"act": "note", "text": "؟"}, on={**FOUR, "again": True}))
    ticket = begin(world, at(25, 17))
    work(at(26, 12))  # Thursday noon; one hour is left of this week
    assert Wait.objects.get(ticket=ticket).due_at == at(28, 12)
    work(at(28, 12))
    assert ticket.messages.filter(kind="note").count() == 2


def test_the_hours_of_whoever_has_it_now(world: World, office: BusinessHours, work) -> None:  # type: ignore[no-untyped-def]
    keeping.save_hours(
        None, by=None, name="Day and night", zone="Asia/Tehran", country="", week=[[["00:00", "24:00"]]] * 7,
        teams=[world.teams["technical"]],
    )  # fmt: skip
    in_force(world, "automations", rule("late", {"act": "tag", "tag": "late"}, on=FOUR))
    ticket = begin(world, at(26, 12))
    escalate(
        ticket,
        world.teams["technical"],
        by=world.agents["sara"],
        because="؟",
        despite="؟",
        now=at(26, 12, 30),
    )
    assert Wait.objects.get(ticket=ticket).due_at == at(26, 16), "Thursday afternoon, the specialists work"


def test_other_hours_and_other_rules_plan_anew_what_waits(world: World, office: BusinessHours, work) -> None:  # type: ignore[no-untyped-def]
    in_force(world, "automations", rule("late", {"act": "tag", "tag": "late"}, on=FOUR))
    ticket = begin(world, at(26, 12))
    work(at(26, 12, 1))
    keeping.save_hours(office, by=None, now=at(26, 12, 5), week=[[["09:00", "18:00"]]] * 7)
    work(at(26, 12, 6))
    assert Wait.objects.get(ticket=ticket).due_at == at(26, 16)
    in_force(world, "automations", rule("late", {"act": "tag", "tag": "late"}, on={**FOUR, "after_hours": 2}))
    work(at(26, 12, 7))
    assert Wait.objects.get(ticket=ticket).due_at == at(26, 14), (
        "it does not wait for the hour of the former rule"
    )
    keeping.save_hours(office, by=None, now=at(26, 12, 8), week=[[]] * 7)
    work(at(26, 12, 9))
    assert Wait.objects.get(ticket=ticket).due_at is None, "an office that never opens"
    keeping.save_hours(office, by=None, now=at(26, 12, 10), week=WEEK)
    work(at(26, 12, 11))
    assert Wait.objects.get(ticket=ticket).due_at == at(28, 10)


def test_what_counts_is_chosen_in_the_editor(world: World) -> None:
    typed = QueryDict(
        "name=x&mode=after&after=4&after-unit=hours&since=created_at&after-clock=business", mutable=True
    )
    kept, _wrong = rule_form.read(typed, "automations")
    assert kept["on"] == {**FOUR, "again": False}
    assert rule_form.drawn(None, "automations", typed)["clock"] == "business"
    assert (
        when_in_words(kept["on"], "automations", "en") == "4 hours in business hours after the ticket came in"
    )
    body = {"rules": [rule("x", {"act": "close"}, on={**FOUR, "clock": "lunar"})]}
    assert faults(body, automations_from) == [("rules.0.on.clock", "unknown_value")]
