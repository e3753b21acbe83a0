"""A ticket's mood follows what happens to it, step by step."""

from __future__ import annotations

from datetime import timedelta

import pytest

from pelekan.demo.world import World
from pelekan.tickets import actions, rulebooks
from pelekan.tickets.frustration import document, score, watching
from pelekan.tickets.frustration.document import preset
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Call, Decision, Event, Mood, Ticket
from tests.conftest import NOON
from tests.statements import statements

HOUR = timedelta(hours=1)


def begin(world: World, text: str = "Where is my order?", at=NOON) -> Ticket:
    incoming = Incoming(
        channel="email",
        inbox_id=world.inboxes["mail"].pk,
        customer_id=world.customers["mina"].pk,
        text=text,
        subject="Order",
        language="en",
    )
    return actions.receive(incoming, now=at).ticket


def write(ticket: Ticket, text: str, at) -> Ticket:
    talk = ticket.conversations.get()
    incoming = Incoming(
        channel="email",
        inbox_id=talk.inbox_id,
        customer_id=ticket.customer_id,
        text=text,
        conversation_id=talk.pk,
    )
    actions.receive(incoming, now=at)
    return Ticket.objects.get(pk=ticket.pk)


def tennis(world: World, turns: int = 5) -> Ticket:
    ticket = begin(world)
    actions.assign(ticket, world.agents["sara"], by=world.agents["arash"], now=NOON)
    for turn in range(turns):
        at = NOON + turn * HOUR
        actions.reply(ticket, by=world.agents["sara"], text="Please send us a screenshot.", now=at + HOUR / 4)
        ticket = write(ticket, f"I have already sent it. Attempt {turn}: still nothing!!!", at + HOUR / 2)
    return ticket


def test_a_calm_ticket_leaves_no_row(world: World) -> None:
    ticket = begin(world)
    actions.reply(ticket, by=world.agents["sara"], text="It is on its way.", now=NOON + HOUR)
    assert not Mood.objects.exists() and Ticket.objects.get(pk=ticket.pk).frustration == 0


def test_round_trips_count_and_are_told_once_for_each_level(world: World) -> None:
    ticket = tennis(world)
    mood = Mood.objects.get(ticket=ticket)
    assert ticket.round_trips == 5 and mood.state["asked"] == 5
    assert mood.level == "act" and ticket.frustration == mood.score >= 70
    assert [one[0] for one in mood.reasons] == ["round_trips", "asked_again", "feeling"]
    told = Event.objects.filter(name="ticket.frustrated", ticket=ticket)
    assert sorted(told.values_list("data__level", flat=True)) == ["act", "watch"]
    rung = Bell.objects.filter(kind="frustrated")
    assert world.agents["sara"].pk in rung.values_list("agent", flat=True)
    decided = Decision.objects.filter(ticket=ticket, kind="frustration").latest("pk")
    assert score.mark(decided.facts, document.usual()).score == decided.outcome["score"], "reproducible"
    call = Call.objects.get(ticket=ticket, source="frustration")
    assert call.because and call.done_at is None


def test_two_lines_in_a_row_are_one_turn(world: World) -> None:
    ticket = begin(world)
    actions.reply(ticket, by=world.agents["sara"], text="On its way.", now=NOON + HOUR)
    ticket = write(ticket, "Thanks.", NOON + 2 * HOUR)
    ticket = write(ticket, "And when?", NOON + 2 * HOUR + HOUR / 60)
    assert ticket.round_trips == 1 and not Mood.objects.exists()


def test_not_so(world: World) -> None:
    ticket = tennis(world)
    watching.dismiss(ticket, by=world.agents["sara"], because="He jokes.", now=NOON + 6 * HOUR)
    mood = Mood.objects.get(ticket=ticket)
    assert (mood.level, mood.dismissed_why, Ticket.objects.get(pk=ticket.pk).frustration) == (
        "",
        "He jokes.",
        0,
    )
    assert Call.objects.get(ticket=ticket).done_at is not None
    write(ticket, "Ok.", NOON + 6 * HOUR + HOUR / 2)
    assert Mood.objects.get(ticket=ticket).level == "", "it takes a clear rise"


def test_silence_makes_it_worse_by_itself(world: World) -> None:
    ticket = begin(world, "This is unacceptable and I am furious.")
    mood = Mood.objects.get(ticket=ticket)
    before = mood.score
    assert mood.due_at == NOON + watching.AGAIN
    Mood.objects.filter(pk=mood.pk).update(leased_until=NOON + 25 * HOUR)
    mood.leased_until = NOON + 25 * HOUR
    watching._look(mood, NOON + 24 * HOUR)
    mood.refresh_from_db()
    assert mood.score > before and mood.due_at == NOON + 25 * HOUR


def test_reopening_and_handing_on_count(world: World) -> None:
    ticket = begin(world)
    actions.solve(ticket, by=world.agents["sara"], now=NOON + HOUR)
    ticket = write(ticket, "No, it is not.", NOON + 2 * HOUR)
    assert (ticket.reopened, ticket.status) == (1, "open")
    assert Mood.objects.get(ticket=ticket).reasons[0][0] == "reopened"


def test_another_channel(world: World) -> None:
    world.customers["mina"].created_at = NOON - timedelta(days=9)
    world.customers["mina"].save()
    begin(world)
    incoming = Incoming(
        channel="chat",
        inbox_id=world.inboxes["shop"].pk,
        customer_id=world.customers["mina"].pk,
        text="Hello? My order?",
    )
    ticket = actions.receive(incoming, now=NOON + HOUR).ticket
    assert Mood.objects.get(ticket=ticket).reasons[0][:2] == ["channels", 1]


def test_the_rules_of_the_desk_hold(world: World) -> None:
    body = {**preset("balanced"), "thresholds": {"watch": 5, "act": 10}, "acts": []}
    draft = rulebooks.keep("frustration", body, by=world.agents["arash"], now=NOON)
    rulebooks.enable(draft, by=world.agents["arash"], now=NOON)
    ticket = begin(world, "I am disappointed.")
    assert Mood.objects.get(ticket=ticket).level == "act" and not Call.objects.exists()
    with pytest.raises(rulebooks.CannotKeep):
        rulebooks.keep(
            "frustration", {**body, "thresholds": {"watch": 90, "act": 10}}, by=world.agents["arash"]
        )


def test_what_it_costs(world: World) -> None:
    """A first message of a new customer and a usual answer cost nothing; a further line asks for the row."""
    ticket = begin(world)
    ours = [
        sql
        for sql in statements(lambda: actions.reply(ticket, by=world.agents["sara"], text="Done."))
        if "mood" in sql
    ]
    assert ours == []
    ours = [sql for sql in statements(lambda: write(ticket, "And?", NOON + HOUR)) if "mood" in sql]
    assert len(ours) == 1
