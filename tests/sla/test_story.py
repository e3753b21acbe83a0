"""What the log says about clocks is what the live reaction made of it, whatever happened in whatever order."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.sla import presets
from pelekan.sla.clock import CANCELLED, MET, STARTED, WORKING, Mark
from pelekan.sla.models import Timer
from pelekan.sla.plan import plan
from pelekan.sla.story import NAMES, episodes, told_from
from pelekan.sla.timers import fire
from pelekan.sla.timers.office import hours_of, target_of
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.states import NotPossible, Status
from tests.sla.clocks import MORNING, ask, enable
from tests.tickets.test_actions import mail


def shown(marks: list[Mark]) -> list[tuple[datetime, str]]:
    """Marks as they count: STARTED and WORKING say the same."""
    found: list[tuple[datetime, str]] = []
    for at, what in marks:
        word = WORKING if what == STARTED else what
        if not found or found[-1][1] != word:
            found.append((at, word))
    return found


def acts(world: World, chance: random.Random) -> list[Callable[[Ticket, datetime], Any]]:
    sara, dara, omid = (world.agents[key] for key in ("sara", "dara", "omid"))
    teams = [world.teams["front"], world.teams["payments"], world.teams["technical"]]
    return [
        lambda t, at: actions.receive(
            mail(world, "Hello?", conversation_id=t.conversations.get().pk), now=at
        ),
        lambda t, at: actions.receive(
            mail(world, "Away", conversation_id=t.conversations.get().pk, automatic=True), now=at
        ),
        lambda t, at: actions.reply(t, by=chance.choice([sara, dara]), text="Here", now=at),
        lambda t, at: actions.note(t, by=sara, text="Look", now=at),
        lambda t, at: actions.wait(t, by=sara, now=at),
        lambda t, at: actions.hold(t, by=sara, now=at),
        lambda t, at: actions.resume(t, by=sara, now=at),
        lambda t, at: actions.solve(t, by=sara, now=at),
        lambda t, at: actions.reopen(t, by=sara, now=at),
        lambda t, at: actions.take(t, by=dara, now=at),
        lambda t, at: actions.release(t, by=dara, now=at),
        lambda t, at: actions.entrust(t, chance.choice([sara, dara]), by=sara, now=at),
        lambda t, at: actions.hand_over(t, chance.choice([sara, omid]), by=dara, because="so", now=at),
        lambda t, at: actions.accept(t, by=omid, now=at),
        lambda t, at: actions.escalate(t, chance.choice(teams), by=sara, because="so", now=at),
    ]


@pytest.mark.parametrize("seed", range(16))
def test_log_and_clocks_agree(world: World, seed: int) -> None:
    rulebooks.forget()
    body = presets.document_348()
    body["policies"][0]["targets"]["acceptance"] = {
        "within_minutes": 30,
        "clock": "elapsed",
        "pause": ["on_hold"],
    }
    enable(body)
    chance = random.Random(seed)
    ticket = ask(world, text=f"Question {seed}")
    now = MORNING
    for _turn in range(25):
        now += timedelta(minutes=chance.randint(1, 90))
        with contextlib.suppress(NotPossible):
            chance.choice(acts(world, chance))(Ticket.objects.get(pk=ticket.pk), now)
        if chance.random() < 0.3:
            for row in due.claim(Timer, now, 50, fire.JOB.lease):
                fire.fire_at(row, now)
        _holds(Ticket.objects.get(pk=ticket.pk), now)


def _holds(ticket: Ticket, now: datetime) -> None:
    log = Event.objects.filter(ticket=ticket, name__in=NAMES).order_by("id")
    rows = log.values("name", "at", "data", "agent_id", "message__automatic")
    told = [(one.target, shown(one.marks)) for one in episodes(told_from(rows))]
    timers = list(Timer.objects.filter(ticket=ticket).order_by("pk"))
    live = [(one.target, shown(one.read_marks())) for one in timers]
    assert sorted(live) == sorted(told)
    for timer in timers:
        _true(ticket, timer, now)
    running = [one for one in timers if one.state == "running"]
    assert ticket.next_due_at == min((one.breach_at for one in running if one.breach_at), default=None)
    assert not (ticket.status in (Status.SOLVED, Status.CLOSED) and any(one.live for one in timers))
    if ticket.is_open and ticket.waiting_since:
        assert any(one.live and one.target.endswith("response") for one in timers)


def _true(ticket: Ticket, timer: Timer, now: datetime) -> None:
    """What a timer says is what follows from its marks."""
    policy, target = target_of(timer)
    assert target is not None
    seen = plan(
        target, timer.read_marks(), hours_of(ticket, policy, target), now, done=timer.done,
        broken=timer.breached_at is not None, since=timer.planned_at,
    )  # fmt: skip
    assert timer.state == seen.reading.state
    assert (timer.state in (MET, CANCELLED)) == (timer.ended_at is not None)
    if timer.state == "running":
        assert timer.due_at == seen.next_at or (timer.due_at or now) <= now
    else:
        assert timer.due_at is None
