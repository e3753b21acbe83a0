"""Clocks of tickets as things happen: what starts, rests, ends and calls, and that each step is done once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.channels import accounts, bounced, outbox
from pelekan.channels.email.bounces import Bounce
from pelekan.demo.world import World
from pelekan.lib import due
from pelekan.sla import reading
from pelekan.sla.models import Timer
from pelekan.sla.story import NAMES, episodes, told_from
from pelekan.sla.timers import fire
from pelekan.tickets import actions
from pelekan.tickets.actions import receive
from pelekan.tickets.events import action
from pelekan.tickets.models import Bell, Call, Event, Message
from pelekan.tickets.pending import answers
from tests.sla.clocks import MORNING, again, ask, at, minutes, names, run, timer
from tests.tickets.test_actions import line, mail


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
