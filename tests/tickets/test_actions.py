"""The main scene in actions, and what must hold about each."""

from __future__ import annotations

import pytest

from pelekan.demo.world import World
from pelekan.tickets.actions import (
    NewerMessage,
    WhyMissing,
    accept_chat,
    assign,
    close,
    escalate,
    note,
    receive,
    register,
    reply,
    solve,
    take,
)
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Counter, Event, Message, Ticket


def line(world: World, text: str = "پول کم شد ولی پنل چیزی نشان نمی‌دهد", **values: object) -> Incoming:
    base = {
        "inbox_id": world.inboxes["shop"].pk,
        "channel": "chat",
        "customer_id": world.customers["mina"].pk,
        "text": text,
        "language": "fa",
    }
    return Incoming(**{**base, **values})  # type: ignore[arg-type]


def mail(world: World, text: str = "I was charged twice", **values: object) -> Incoming:
    return line(
        world, text, inbox_id=world.inboxes["mail"].pk, channel="email",
        customer_id=world.customers["emma"].pk, language="en", **values,
    )  # fmt: skip


def test_scene_from_chat_to_specialist(world: World) -> None:
    message = receive(line(world, client_id="a1"))
    ticket = message.ticket
    assert (ticket.status, ticket.number, ticket.team) == ("new", None, world.teams["front"])

    sara, dara = world.agents["sara"], world.agents["dara"]
    accept_chat(message.conversation, by=sara)
    reply(ticket, by=sara, text="الان بررسی می‌کنم.")
    register(
        ticket, by=sara, team=world.teams["payments"], impact=3, urgency=3, category=world.categories["bank"]
    )

    ticket = Ticket.objects.get(pk=ticket.pk)
    assert (ticket.number, ticket.priority, ticket.tier.level, ticket.assignee) == (1001, 4, 2, None)
    told = message.conversation.messages.public().last()
    assert told is not None and told.automatic and "۱۰۰۱" in told.text

    take(ticket, by=dara)
    reply(ticket, by=dara, text="برگشت داده شد.")
    solve(ticket, by=dara)
    ticket.refresh_from_db()
    assert (ticket.status, ticket.assignee) == ("solved", dara)
    assert [stay.outcome for stay in ticket.stays.all()] == ["escalated", "solved"]
    names = list(Event.objects.filter(ticket=ticket).values_list("name", flat=True))
    assert names[:2] == ["ticket.created", "message.received"]
    assert {"ticket.registered", "ticket.escalated", "ticket.solved"} <= set(names)


def test_same_client_id_is_the_same_message(world: World) -> None:
    first = receive(line(world, client_id="x"))
    again = receive(line(world, client_id="x"))
    assert first.pk == again.pk and Ticket.objects.count() == 1


def test_mail_registers_at_once(world: World) -> None:
    ticket = receive(mail(world, subject="Charged twice")).ticket
    ticket.refresh_from_db()
    assert ticket.number == 1001 and ticket.registered_at is not None


def test_answer_to_solved_reopens_and_to_closed_follows_up(world: World) -> None:
    message = receive(mail(world))
    solve(message.ticket, by=world.agents["sara"])
    receive(mail(world, "not yet", conversation_id=message.conversation_id))
    ticket = Ticket.objects.get(pk=message.ticket_id)
    assert (ticket.status, ticket.solved_at) == ("open", None)
    assert ticket.stays.filter(left_at=None).count() == 1

    close(ticket, by=world.agents["sara"])
    later = receive(mail(world, "again", conversation_id=message.conversation_id)).ticket
    assert later.follows_id == ticket.pk and later.number == 1002


def test_cc_01_second_answer_is_warned(world: World) -> None:
    message = receive(line(world))
    reply(message.ticket, by=world.agents["sara"], text="one", saw_id=message.pk)
    with pytest.raises(NewerMessage):
        reply(message.ticket, by=world.agents["omid"], text="two", saw_id=message.pk)
    reply(message.ticket, by=world.agents["omid"], text="two")
    assert message.ticket.messages.filter(kind="outgoing").count() == 2


def test_escalation_needs_a_reason(world: World) -> None:
    ticket = receive(line(world)).ticket
    with pytest.raises(WhyMissing):
        escalate(ticket, world.teams["payments"], by=world.agents["sara"], because="  ")


def test_notes_never_are_public(world: World) -> None:
    ticket = receive(line(world)).ticket
    made = note(ticket, by=world.agents["sara"], text="مشتری بدقلق")
    assert made not in Message.objects.public()
    event = Event.objects.get(name="message.noted")
    assert "conversation:" not in event.topics and "customer:" not in event.topics


def test_visible_to_follows_the_tier(world: World) -> None:
    ticket = receive(line(world)).ticket
    sara, dara, nika = (world.agents[name] for name in ("sara", "dara", "nika"))
    assert ticket in Ticket.objects.visible_to(sara)
    assert ticket not in Ticket.objects.visible_to(dara)
    assert ticket in Ticket.objects.visible_to(nika)
    assign(ticket, dara, by=nika)
    assert ticket in Ticket.objects.visible_to(dara)


def test_a_lost_counter_goes_on_after_the_highest_number(world: World) -> None:
    first = receive(mail(world)).ticket
    Counter.objects.all().delete()
    second = receive(mail(world, "Another matter")).ticket
    numbers = list(
        Ticket.objects.filter(pk__in=[first.pk, second.pk]).order_by("pk").values_list("number", flat=True)
    )
    assert numbers == [1001, 1002]


def test_answering_a_waiting_chat_accepts_it(world: World) -> None:
    message = receive(line(world))
    reply(message.ticket, by=world.agents["sara"], text="سلام")
    message.conversation.refresh_from_db()
    ticket = Ticket.objects.get(pk=message.ticket_id)
    assert (message.conversation.state, ticket.assignee, ticket.status) == (
        "active",
        world.agents["sara"],
        "open",
    )
