"""Clocks of tickets as things happen: what starts, rests, ends and calls, and that each step is done once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.channels import accounts, bounced, outbox
from pelekan.channels.email.bounces import Bounce
from pelekan.demo.world import WEEK, World
from pelekan.lib import due
from pelekan.sla import presets, reading
from pelekan.sla.models import BusinessHours, Timer
from pelekan.sla.story import NAMES, episodes, told_from
from pelekan.sla.timers import fire
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.actions import receive
from pelekan.tickets.events import action
from pelekan.tickets.models import Bell, Call, Event, Message, Ticket
from pelekan.tickets.pending import answers
from tests.statements import costs, statements
from tests.tickets.test_actions import line, mail

MORNING = datetime(2026, 11, 22, 5, 30, tzinfo=UTC)  # Sunday 9:00 in Tehran: the desk opens


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def at(hours: float) -> datetime:
    """So many working hours after nine on Sunday; the desk rests from one to two and at six."""
    return MORNING + timedelta(hours=hours if hours <= 4 else hours + 1)


def enable(body: dict[str, Any], now: datetime = MORNING) -> None:
    rulebooks.enable(rulebooks.keep("sla", body, by=None, now=now), by=None, now=now)


@pytest.fixture(autouse=True)
def _anew() -> Iterator[None]:
    rulebooks.forget()
    yield
    rulebooks.forget()


@pytest.fixture
def preset(world: World) -> World:
    hours = BusinessHours.objects.create(name="Nine to six", zone="Asia/Tehran", week=WEEK)
    body = presets.document_348()
    body["policies"][0]["hours"] = hours.pk
    enable(body, MORNING - timedelta(days=1))
    return world


def run(now: datetime) -> int:
    """Do all that is due, as the workers do."""
    number = 0
    while rows := due.claim(Timer, now, 50, fire.JOB.lease):
        for row in rows:
            fire.fire_at(row, now)
            number += 1
    return number


def ask(world: World, now: datetime = MORNING, **values: Any) -> Ticket:
    inbox, emma = world.inboxes["mail"].pk, world.customers["emma"].pk
    shape = {"inbox_id": inbox, "channel": "email", "customer_id": emma, "language": "en"}
    return Ticket.objects.get(pk=receive(line(world, **{**shape, **values}), now=now).ticket_id)


def again(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def timer(ticket: Ticket, target: str) -> Timer:
    return Timer.objects.filter(ticket=ticket, target=target).latest("pk")


def names(ticket: Ticket, *wanted: str) -> list[tuple[str, datetime]]:
    return list(Event.objects.filter(ticket=ticket, name__in=wanted).values_list("name", "at"))


def test_the_preset_of_three_four_and_eight_hours(preset: World) -> None:
    ticket = ask(preset)
    sara, nika = preset.agents["sara"], preset.agents["nika"]
    actions.take(ticket, by=sara, now=MORNING)
    ticket = again(ticket)
    assert (ticket.alarm, ticket.next_due_at) == (0, at(3))
    assert run(at(2.3)) == 0
    run(at(2.5))
    assert again(ticket).alarm == 1, "soon"
    run(at(3) - minutes(1))
    assert not Bell.objects.filter(agent=sara, kind="due").exists()
    run(at(3))
    told = Bell.objects.get(agent=sara, kind="due")
    assert told.mail and again(ticket).alarm == 2
    run(at(3.5))
    assert Bell.objects.filter(kind="due").count() == 1 and told.count == 1, "once"
    assert not Call.objects.exists()
    run(at(4))
    call = Call.objects.get()
    assert (call.ticket_id, call.source) == (ticket.pk, "sla") and "Hello" in call.script
    run(at(8))
    assert Bell.objects.get(agent=nika, kind="due").mail
    assert again(ticket).alarm == 3
    run(at(9) + timedelta(days=3))
    assert Bell.objects.filter(kind="due").count() == 2 and Call.objects.count() == 1


def test_an_answer_ends_the_clock_and_the_next_question_starts_another(preset: World) -> None:
    ticket = ask(preset)
    sara = preset.agents["sara"]
    actions.reply(ticket, by=sara, text="We look at it.", now=at(1))
    first = timer(ticket, "first_response")
    assert (first.state, first.ended_at, first.breached_at) == ("met", at(1), None)
    assert again(ticket).next_due_at == at(8), "the solution's"
    talk = ticket.conversations.get()
    receive(mail(preset, "Anything new?", conversation_id=talk.pk), now=at(2))
    receive(mail(preset, "Hello?", conversation_id=talk.pk), now=at(2.5))
    next_ = timer(ticket, "next_response")
    assert (next_.state, next_.breach_at) == ("running", at(5)), "from his first question on"
    actions.reply(ticket, by=sara, text="Done.", now=at(3))
    assert timer(ticket, "next_response").state == "met"
    actions.solve(ticket, by=sara, now=at(3))
    assert timer(ticket, "resolution").state == "met" and again(ticket).next_due_at is None
    receive(mail(preset, "No, it is not.", conversation_id=talk.pk), now=at(6))
    back = timer(ticket, "resolution")
    assert (back.state, back.spent, back.breach_at) == (
        "running",
        minutes(180),
        MORNING + timedelta(days=1, hours=3),
    )
    assert Timer.objects.filter(ticket=ticket, target="resolution").count() == 1


def test_sl_06_waiting_for_the_customer_pauses_and_resumes(preset: World) -> None:
    ticket = ask(preset)
    sara = preset.agents["sara"]
    talk = ticket.conversations.get()
    spent = minutes(0)
    for turn in range(3):
        actions.reply(ticket, by=sara, text="Which order?", now=at(turn) + minutes(20))
        actions.wait(ticket, by=sara, now=at(turn) + minutes(20))
        spent += minutes(20)
        assert timer(ticket, "resolution").state == "paused" and timer(ticket, "resolution").due_at is None
        receive(mail(preset, "This one.", conversation_id=talk.pk), now=at(turn + 1))
    clock = timer(ticket, "resolution")
    assert (clock.state, clock.spent) == ("running", spent)
    assert clock.breach_at == MORNING + timedelta(days=1, hours=2), "of seven hours left, five on this day"
    segments = [
        part
        for one in reading.clocks_of(ticket.pk, at(3))
        for part in one["segments"]
        if one["target"] == "resolution"
    ]
    assert [part["state"] for part in segments] == ["running", "waiting"] * 3 + ["running"]


@pytest.mark.parametrize("what", ["receipt", "note", "greeting"])
def test_sl_07_what_is_no_answer(preset: World, what: str) -> None:
    message = receive(line(preset) if what == "greeting" else mail(preset), now=MORNING)
    ticket = message.ticket
    if what == "receipt":
        assert Message.objects.filter(ticket=ticket, automatic=True, kind="outgoing").exists()
    elif what == "note":
        actions.note(ticket, by=preset.agents["sara"], text="I'll look", now=at(1))
    else:
        actions.say(message.conversation, "Hello, how can we help?", because="greeting", now=at(1))
    assert timer(ticket, "first_response").state == "running"
    run(at(3))
    assert timer(ticket, "first_response").breached_at == at(3)


def test_sl_07_an_automatic_mail_starts_no_clock(preset: World) -> None:
    ticket = ask(preset, automatic=True)
    assert not Timer.objects.filter(ticket=ticket, target="first_response").exists()
    assert timer(ticket, "resolution").state == "running"


def test_sl_11_a_desk_that_was_down_says_when_it_should_have_been(preset: World) -> None:
    ticket = ask(preset)
    actions.take(ticket, by=preset.agents["sara"], now=MORNING)
    late = at(3) + timedelta(hours=2)
    run(late)
    assert run(late) == 0
    assert names(ticket, "timer.breached") == [("timer.breached", at(3))]
    steps = Event.objects.filter(ticket=ticket, name="timer.stepped")
    assert [(one.data["step"], one.at) for one in steps][:3] == [
        ("soon", at(2.4)), ("remind", at(3)), ("call", at(4)),
    ]  # fmt: skip
    assert Bell.objects.filter(kind="due").count() == 1 and Call.objects.count() == 1
    assert timer(ticket, "first_response").done["remind"]["did_at"] == late.isoformat()


def test_what_became_untrue_is_not_done(preset: World) -> None:
    """Answered at five hours while nobody did what was due: broken at three, but nobody is told to answer any more."""
    ticket = ask(preset)
    actions.reply(ticket, by=preset.agents["sara"], text="Here you are.", now=at(5))
    first = timer(ticket, "first_response")
    assert (first.state, first.breached_at) == ("met", at(3))
    assert {one["skipped"] for one in first.done.values()} == {"ended"}
    run(at(5.5))
    assert not Bell.objects.filter(kind="due").exists() and not Call.objects.exists()
    assert again(ticket).alarm == 0


def test_sl_13_a_clock_set_back(preset: World) -> None:
    ticket = ask(preset)
    actions.take(ticket, by=preset.agents["sara"], now=MORNING)
    run(at(3))
    before = timer(ticket, "first_response")
    back = at(3) - timedelta(hours=1)
    run(back)
    actions.hold(ticket, by=preset.agents["sara"], now=back)
    actions.resume(ticket, by=preset.agents["sara"], now=back)
    run(back)
    run(at(3) + minutes(5))
    after = timer(ticket, "first_response")
    assert after.breached_at == before.breached_at == at(3)
    assert Bell.objects.filter(kind="due").count() == 1
    assert names(ticket, "timer.breached") == [("timer.breached", at(3))]
    assert after.spent >= before.spent


def test_de_07_a_jump_ahead_breaks_only_what_is_late(preset: World) -> None:
    """Two days ahead by a wrong clock: leases are let go, and each thing is done once."""
    ticket = ask(preset)
    ahead = MORNING + timedelta(days=2)
    run(ahead)
    told = Bell.objects.filter(kind="due").count()
    run(at(4))
    run(ahead)
    assert Bell.objects.filter(kind="due").count() == told and Call.objects.count() == 1
    assert len(names(ticket, "timer.breached")) == 2


def test_a_lease_that_was_taken_away_does_nothing(preset: World) -> None:
    ticket = ask(preset)
    rows = due.claim(Timer, at(3), 10, fire.JOB.lease)
    actions.reply(ticket, by=preset.agents["sara"], text="Here you are.", now=at(3))
    for row in rows:
        if row.target == "first_response":
            with pytest.raises(due.LeaseLost):
                fire.fire_at(row, at(3))
    assert not Bell.objects.filter(kind="due").exists()


def policy(id: str, when: Any, within: int, **more: Any) -> dict[str, Any]:
    target = {"within_minutes": within, "clock": "elapsed", "steps": more.pop("steps", [])}
    return {"id": id, "name": id, "when": when, "targets": {"first_response": target, **more}}


URGENT = {"field": "priority", "is": "at_least", "value": 4}


def test_a_change_of_priority_changes_the_target_and_keeps_the_old_one(world: World) -> None:
    enable(
        {"policies": [policy("urgent", URGENT, 30), policy("all", {"always": True}, 240)], "default": None}
    )
    ticket = ask(world)
    assert timer(ticket, "first_response").policy == "all"
    ticket = actions.assess(ticket, impact=3, urgency=3, by=world.agents["sara"], now=MORNING + minutes(60))
    clock = timer(ticket, "first_response")
    assert (clock.policy, clock.target_minutes) == ("urgent", 30)
    assert clock.breached_at == MORNING + minutes(60), "nobody could know it earlier"
    (old,) = clock.history
    assert (old["policy"], old["minutes"], old["due_at"]) == (
        "all",
        240,
        (MORNING + minutes(240)).isoformat(),
    )
    (event,) = Event.objects.filter(ticket=ticket, name="timer.replanned")
    assert (event.data["minutes_before"], event.data["minutes"]) == (240, 30)
    decisions = [one.outcome["policy"] for one in ticket.decisions.filter(kind="sla").order_by("pk")]
    assert decisions == ["all", "urgent"]
    actions.assess(ticket, impact=1, urgency=1, by=world.agents["sara"], now=MORNING + minutes(70))
    calm = timer(ticket, "first_response")
    assert (calm.policy, calm.breached_at, calm.breach_at) == ("all", None, MORNING + minutes(240))
    assert again(ticket).alarm == 0


def test_sl_09_the_order_decides_and_a_blank_condition_never(world: World) -> None:
    with pytest.raises(rulebooks.CannotKeep):
        enable({"policies": [policy("blank", {}, 30)], "default": None})
    with pytest.raises(rulebooks.CannotKeep):
        enable({"policies": [policy("blank", {"all": []}, 30)], "default": None})
    both = [policy("first", {"always": True}, 30), policy("second", {"always": True}, 60)]
    enable({"policies": both, "default": "second"})
    assert timer(ask(world), "first_response").policy == "first"
    narrow = [policy("urgent", URGENT, 30), policy("rest", URGENT, 60)]
    enable({"policies": narrow, "default": "rest"})
    assert timer(ask(world, customer_id=world.customers["mina"].pk), "first_response").policy == "rest"
    enable({"policies": narrow, "default": None})
    ticket = ask(world, customer_id=world.customers["kaveh"].pk)
    assert not Timer.objects.filter(ticket=ticket).exists()


def test_acceptance_runs_until_someone_takes_it(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket = ask(world)
    sara, dara = world.agents["sara"], world.agents["dara"]
    actions.escalate(ticket, world.teams["payments"], by=sara, because="the bank", now=MORNING + minutes(10))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(40)
    actions.take(ticket, by=dara, now=MORNING + minutes(20))
    assert timer(ticket, "acceptance").state == "met"


def test_what_comes_back_to_who_sent_it_waits_for_nobody(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket, sara, dara = ask(world), world.agents["sara"], world.agents["dara"]
    actions.escalate(ticket, world.teams["payments"], by=sara, because="bank", now=MORNING + minutes(10))
    actions.send_back(ticket, by=dara, because="which order?", now=MORNING + minutes(15))
    assert timer(ticket, "acceptance").state == "cancelled"
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 1


def test_within_a_team_a_colleague_accepts_too(world: World) -> None:
    accept = {"within_minutes": 30, "clock": "elapsed"}
    enable({"policies": [policy("all", {"always": True}, 240, acceptance=accept)], "default": None})
    ticket, sara, omid = ask(world), world.agents["sara"], world.agents["omid"]
    actions.entrust(ticket, omid, by=sara, now=MORNING + minutes(10))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(40)
    actions.accept(ticket, by=omid, now=MORNING + minutes(20))
    assert timer(ticket, "acceptance").state == "met"
    actions.hand_over(ticket, sara, by=omid, because="end of shift", now=MORNING + minutes(25))
    assert timer(ticket, "acceptance").breach_at == MORNING + minutes(55)
    actions.send_back(ticket, by=sara, because="no time", now=MORNING + minutes(30))
    assert timer(ticket, "acceptance").state == "cancelled"
    assert (again(ticket).assignee, again(ticket).handed_at) == (omid, None)
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 2
    actions.assign(ticket, sara, by=sara, now=MORNING + minutes(35))  # what one takes, one has accepted
    assert Timer.objects.filter(ticket=ticket, target="acceptance").count() == 2


def test_joined_tickets_leave_their_clocks(preset: World) -> None:
    one, other = ask(preset), ask(preset, now=at(1), subject="Another")
    actions.join(other, one, by=preset.agents["sara"], now=at(1.5))
    assert not Timer.objects.filter(ticket=other, state__in=["running", "paused"]).exists()
    assert timer(one, "first_response").state == "running"
    actions.unjoin(other, by=preset.agents["sara"], now=at(2))
    assert {row.state for row in Timer.objects.filter(ticket=other, ended_at=None)} == {"running"}
    assert timer(other, "resolution").breach_at is not None


def test_the_urgent_overcharge_stands_above_the_holiday_question(preset: World) -> None:
    holiday = ask(preset, now=MORNING, subject="Are you open on the holiday?")
    actions.assess(holiday, impact=1, urgency=1, by=preset.agents["sara"], now=MORNING)
    charged = ask(preset, now=MORNING + minutes(50), customer_id=preset.customers["mina"].pk)
    actions.assess(charged, impact=3, urgency=3, by=preset.agents["sara"], now=MORNING + minutes(51))
    assert [row.pk for row in Ticket.objects.order_by("rank_at")] == [charged.pk, holiday.pk]


def test_every_document_can_be_written_as_json() -> None:
    assert json.loads(json.dumps(presets.document_348())) == presets.document_348()


def test_sl_07_an_answer_that_comes_back_is_none(preset: World) -> None:
    values = {"smtp_host": "127.0.0.1", "smtp_port": 9, "smtp_security": "none"}
    accounts.save(preset.inboxes["mail"], values, by=preset.agents["arash"])
    ticket, sara = ask(preset), preset.agents["sara"]
    message = actions.reply(ticket, by=sara, text="Here you are.", now=at(1))
    assert timer(ticket, "first_response").state == "met" and message.deliveries.count() == 1
    to = message.deliveries.get().recipient
    bounced.came_back(message, Bounce(to, "5.1.1", "no such mailbox"), now=at(5))
    clock = timer(ticket, "first_response")
    assert (clock.state, clock.breached_at) == ("running", at(3)), "as if it had never been written"
    assert again(ticket).waiting_since == MORNING and again(ticket).first_answer_at is None
    run(at(5))
    assert Call.objects.count() == 1, "better to phone him"
    outbox.resend(message.deliveries.get(), by=sara, now=at(6))
    assert timer(ticket, "first_response").ended_at == at(6) and again(ticket).waiting_since is None
    rows = Event.objects.filter(ticket=ticket, name__in=NAMES).order_by("id")
    told = episodes(told_from(rows.values("name", "at", "data", "agent_id", "message__automatic")))
    assert [one.target for one in told if one.target != "resolution"] == ["first_response"]


def test_the_cost_of_a_line_is_small(preset: World) -> None:
    """The ticket's clocks; where one starts or ends also whether a calendar has changed, and that row."""
    ticket, sara = ask(preset), preset.agents["sara"]
    talk = ticket.conversations.get()
    moment = iter(range(1, 100))

    def seen(do: Any) -> list[str]:
        return [
            sql for sql in statements(do) if '"sla_timer"' in sql or 'sla_businesshours"."changed_at' in sql
        ]

    def write() -> None:
        receive(mail(preset, "Hello?", conversation_id=talk.pk), now=MORNING + minutes(next(moment)))

    def answer() -> None:
        write()
        actions.reply(ticket, by=sara, text="Yes.", now=MORNING + minutes(next(moment)))

    assert [sql.split()[0] for sql in seen(write)] == ["SELECT"]
    found = sorted(sql.split()[0] for sql in seen(answer))
    assert found == ["INSERT", *["SELECT"] * 4, "UPDATE"]


def test_clocks_are_read_in_one_query(preset: World) -> None:
    ticket = ask(preset)
    costs(lambda: reading.clocks_of(ticket.pk, at(1)), 1)
    first, solution = reading.clocks_of(ticket.pk, at(1), "fa")
    assert first["policy_name"] == presets.NAMES["fa"] and first["due_at"] == at(3)
    assert (first["spent"], first["left"], first["share"]) == (
        minutes(60),
        minutes(120),
        pytest.approx(1 / 3),
    )
    assert [(one["id"], one["at"], one["coming"]) for one in first["steps"]] == [
        ("soon", at(2.4), True), ("remind", at(3), True), ("call", at(4), True),
    ]  # fmt: skip
    assert solution["target"] == "resolution"


def test_of_two_workers_one_does_it(preset: World) -> None:
    """One that slept beyond its lease finds that another has done it."""
    ticket = ask(preset)
    actions.take(ticket, by=preset.agents["sara"], now=MORNING)
    (slow,) = due.claim(Timer, at(3), 1, fire.JOB.lease)
    assert due.claim(Timer, at(3), 50, fire.JOB.lease, without=[slow.pk]) == []
    assert due.claim(Timer, at(3), 50, fire.JOB.lease) == [], "it is leased"
    (quick,) = due.claim(Timer, at(3) + 2 * fire.JOB.lease, 1, fire.JOB.lease)
    fire.fire_at(quick, at(3) + 2 * fire.JOB.lease)
    with pytest.raises(due.LeaseLost):
        fire.fire_at(slow, at(3) + 2 * fire.JOB.lease)
    assert Bell.objects.filter(kind="due").count() == 1
    assert len(names(ticket, "timer.breached")) == 1


def test_workers_look_only_at_what_is_due(preset: World) -> None:
    ask(preset)
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL reads a small table as a whole")
    with CaptureQueriesContext(connection) as seen:
        due.claim(Timer, at(3), 50, fire.JOB.lease)
    sql = next(one["sql"] for one in seen if "sla_timer" in one["sql"] and one["sql"].startswith("SELECT"))
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        plan = " ".join(row[3] for row in cursor.fetchall())
    assert "USING INDEX timers_due" in plan and "TEMP B-TREE" not in plan, plan


def test_an_answer_that_crosses_a_question_answers_the_one_before(preset: World) -> None:
    ticket, sara = ask(preset), preset.agents["sara"]
    talk = ticket.conversations.get()
    way = answers.Way(talk)
    asked = receive(mail(preset, "And this?", conversation_id=talk.pk), now=at(1))
    send_over = action(answers._send_over)
    send_over(asked, again(ticket), way, answers.Words("Here you are."), by=sara, now=at(1.5))
    first, next_ = timer(ticket, "first_response"), timer(ticket, "next_response")
    assert (first.state, first.ended_at) == ("met", at(1.5))
    assert (next_.state, next_.started_at) == ("running", at(1))
