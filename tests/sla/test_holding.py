"""Reminders on clocks that count every hour: at any hour, or not before the office opens, as the policy says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.http import QueryDict

from pelekan.demo.world import WEEK, World
from pelekan.sla import reading
from pelekan.sla.holding import held_until
from pelekan.sla.hours import hours_from
from pelekan.sla.models import BusinessHours
from pelekan.sla.policies import BadPolicies, Step, parse
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.models import Bell, Call, Event, Ticket
from pelekan.web.admin import sla_form
from tests.sla.clocks import MORNING, again, ask, enable, minutes, run, timer

HOUR = timedelta(hours=1)
EVENING = MORNING + 11 * HOUR  # Sunday 20:00 in Tehran; the office opens again at nine on Monday
OPENS = MORNING + 24 * HOUR
TELL = {"act": "tell", "whom": "agent", "by": ["bell", "mail"]}


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    rulebooks.forget()
    yield
    rulebooks.forget()


def policy(hours: int | None, **target: Any) -> dict[str, Any]:
    steps = [
        {"id": "near", "at": {"share": 0.5}, "do": [TELL]},
        {
            "id": "late",
            "at": {"share": 1},
            "do": [{"act": "alarm", "level": 3}, TELL, {"act": "call", "script": {}}],
        },
    ]
    first = {"within_minutes": 240, "clock": "elapsed", "pause": [], "steps": steps, **target}
    one = {"id": "night", "name": {"en": "Night"}, "when": {"always": True}, "hours": hours, "promise": None}
    return {"policies": [{**one, "targets": {"first_response": first}}], "default": None}


@pytest.fixture
def at_night(world: World) -> Any:
    """A request of Sunday evening that is broken at midnight, under a policy that reminds as is told."""

    def asked(**target: Any) -> Ticket:
        hours = BusinessHours.objects.create(name="Nine to six", zone="Asia/Tehran", week=WEEK)
        enable(policy(hours.pk, **target), MORNING)
        ticket = ask(world, EVENING)
        actions.assign(ticket, world.agents["sara"], by=world.agents["nika"], now=EVENING)
        Bell.objects.all().delete()
        return again(ticket)

    return asked


def told() -> list[datetime]:
    return list(Event.objects.filter(name="ticket.told").order_by("at").values_list("at", flat=True))


def test_sl_12_reminders_wait_for_working_hours(at_night: Any) -> None:
    ticket = at_night(remind="open")
    run(EVENING + 5 * HOUR)  # one in the morning
    late = again(ticket)
    assert timer(ticket, "first_response").breached_at == EVENING + 4 * HOUR, "known at its true moment"
    assert late.alarm == 3, "whoever looks sees it"
    assert not told() and not Call.objects.exists() and not Bell.objects.exists()
    waits = [one for one in reading.clocks_of(ticket.pk, EVENING + 5 * HOUR)[0]["steps"] if one["coming"]]
    assert [one["at"] for one in waits] == [OPENS, OPENS], "the ticket says when it comes"
    run(OPENS - minutes(1))
    assert not told()
    run(OPENS)
    assert told() == [OPENS, OPENS] and Call.objects.get().proposed_at == OPENS
    run(OPENS + 5 * HOUR)
    assert len(told()) == 2, "once"


def test_sl_12_as_configured_they_come_at_night_too(at_night: Any) -> None:
    ticket = at_night()
    run(EVENING + 5 * HOUR)
    assert told() == [EVENING + 2 * HOUR, EVENING + 4 * HOUR] and Call.objects.filter(ticket=ticket).exists()


def test_what_is_answered_before_the_office_opens_is_not_said(at_night: Any, world: World) -> None:
    ticket = at_night(remind="open")
    run(EVENING + 5 * HOUR)
    actions.reply(ticket, by=world.agents["sara"], text="We are on it.", now=EVENING + 6 * HOUR)
    run(OPENS + HOUR)
    assert not told() and not Call.objects.exists()


def test_business_clocks_are_as_they_were_and_an_office_that_never_opens_loses_nothing() -> None:
    business = parse(policy(None, clock="business", remind="open")).policies[0].targets["first_response"]
    assert not business.holds and [step.id for step in business.steps] == ["near", "late"]
    elapsed = parse(policy(None, remind="open")).policies[0].targets["first_response"]
    assert [(step.id, step.held) for step in elapsed.steps] == [
        ("near", True),
        ("late", False),
        ("late~", True),
    ]
    never = hours_from({"zone": "Asia/Tehran", "week": [[]] * 7})
    step = Step("x", (TELL,), minutes=1, held=True)
    assert held_until(EVENING, step, never) == held_until(EVENING, step, None) == EVENING
    with pytest.raises(BadPolicies, match="bad_remind"):
        parse(policy(None, remind="sometimes"))


def test_it_is_chosen_in_the_editor_and_stays() -> None:
    typed = "name_en=N&first_response_on=on&first_response_h=4&first_response_hold=on&first_response_clock="
    for clock, kept in (("elapsed", "open"), ("business", None)):
        form = sla_form.typed(QueryDict(typed + clock))
        body = sla_form.document_of(form, "p", {"always": True}, ["s-1"])
        assert body["targets"]["first_response"].get("remind") == kept
        assert sla_form.form_of(body).targets[0].hold is (kept == "open")
