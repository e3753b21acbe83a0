"""Two tickets that are one request: what a join moves, and that its undo leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets import joined, search
from pelekan.tickets.actions import (
    CannotJoin,
    accept_chat,
    answer,
    assign,
    close,
    end_chat,
    hold,
    join,
    keep_draft,
    mark_read,
    note,
    receive,
    refuse_hint,
    register,
    reply,
    solve,
    unjoin,
    wait,
)
from pelekan.tickets.actions.joining import SPOKEN
from pelekan.tickets.bell import inviting, reading
from pelekan.tickets.models import Bell, Conversation, Draft, Event, Message, Pending, ReadMark, Ticket
from pelekan.tickets.pending import answers
from pelekan.tickets.pending.answers import Way, Words
from tests.statements import WORK
from tests.tickets.test_actions import line, mail


def asked(world: World, text: str = "I was charged twice", **values: Any) -> Ticket:
    """Emma's mail, registered."""
    message = receive(replace(mail(world, text), **values))
    return register(message.ticket, by=world.agents["sara"])


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def sound() -> None:
    """What holds after anything: a message stands where its conversation stands, and there exactly one event shows it."""
    for message in Message.objects.select_related("conversation"):
        assert message.ticket_id == message.conversation.ticket_id
        shown = Event.objects.filter(message=message, ticket=message.ticket_id, name__in=SPOKEN)
        assert shown.count() == 1, (message.pk, list(shown.values("name", "ticket")))


def test_what_was_said_goes_over_and_comes_back(world: World) -> None:
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "And my invoice?")
    note(source, by=sara, text="The same person.")
    before = {
        name: getattr(fresh(source), name) for name in ("status", "waiting_since", "last_at", "preview")
    }
    assert join(source, into, by=sara).pk == into.pk
    sound()
    source, into = fresh(source), fresh(into)
    assert source.status == "closed" and source.joined_into == into and not source.messages.exists()
    assert into.messages.count() >= 3 and into.preview == "And my invoice?"
    assert not source.stays.filter(left_at=None).exists() and source.stays.get().outcome == "joined"
    assert [hit.ticket.pk for hit in search.find("invoice", sara)[0]] == [into.pk]

    later = receive(mail(world, "Any news?", conversation_id=into.conversations.latest("last_at").pk))
    assert later.ticket_id == into.pk and later.conversation.joined_from == source
    unjoin(source, by=sara)
    sound()
    source, into = fresh(source), fresh(into)
    assert source.joined_into is None and source.stays.filter(left_at=None).count() == 1
    assert Message.objects.get(pk=later.pk).ticket_id == source.pk, "what came meanwhile goes back too"
    assert (source.status, source.waiting_since) == (before["status"], before["waiting_since"])
    assert source.preview == "Any news?" and into.preview == "I was charged twice"
    assert [hit.ticket.pk for hit in search.find("invoice", sara)[0]] == [source.pk]

    join(source, into, by=sara)
    unjoin(source, by=sara)
    sound()


@pytest.mark.parametrize("rest", [wait, hold, solve])
def test_who_waits_wakes_the_other_and_an_undo_lets_it_rest_again(world: World, rest: Any) -> None:
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "Still charged twice")
    reply(into, by=sara, text="We look into it.")
    rest(into, by=sara)
    rested = fresh(into)
    join(source, into, by=sara)
    into = fresh(into)
    assert into.status == "open" and into.waiting_since == source.waiting_since
    assert into.solved_at is None and into.stays.filter(left_at=None).count() == 1
    unjoin(source, by=sara)
    into = fresh(into)
    assert (into.status, into.solved_at, into.waiting_since) == (rested.status, rested.solved_at, None)
    assert fresh(source).status == source.status and fresh(source).waiting_since == source.waiting_since


def test_what_was_answered_in_the_joined_one_counts_for_both(world: World) -> None:
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "Hello?")
    join(source, into, by=sara)
    mine = Conversation.objects.get(joined_from=source)
    reply(into, by=sara, text="Here I am.", conversation=mine)
    assert fresh(into).waiting_since is None and fresh(into).first_answer_at is not None
    unjoin(source, by=sara)
    assert fresh(source).waiting_since is None and fresh(source).first_answer_at is not None
    assert fresh(into).waiting_since == into.created_at, "nobody answered there"
    assert fresh(into).first_answer_at is None


def test_a_solved_one_that_comes_back_with_news_is_open(world: World) -> None:
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "Hello?")
    solve(source, by=sara)
    join(source, into, by=sara)
    assert fresh(into).status == into.status
    receive(mail(world, "It is not", conversation_id=Conversation.objects.get(joined_from=source).pk))
    unjoin(source, by=sara)
    source = fresh(source)
    assert source.status == "open" and source.solved_at is None and source.waiting_since is not None
    assert source.stays.filter(left_at=None).count() == 1


def test_what_cannot_be_joined(world: World) -> None:
    sara = world.agents["sara"]
    a, b, c = asked(world, "a"), asked(world, "b"), asked(world, "c")
    chat = receive(line(world)).ticket

    def why(source: Ticket, into: Ticket) -> str:
        with pytest.raises(CannotJoin) as refused:
            join(source, into, by=sara)
        return refused.value.why

    assert why(a, a) == "itself"
    assert why(a, chat) == "unregistered"
    join(chat, a, by=sara)
    join(a, b, by=sara)
    assert why(b, a) == "itself", "its own end"
    assert why(a, c) == "joined"
    assert join(c, a, by=sara).pk == b.pk, "followed to the end"
    close(b, by=sara)
    d = asked(world, "d")
    assert why(d, a) == "closed"
    with pytest.raises(CannotJoin):
        unjoin(b, by=sara)
    sound()


def test_a_ticket_inside_a_join_comes_back_alone_or_with_its_own(world: World) -> None:
    sara = world.agents["sara"]
    a, b, c = asked(world, "a"), asked(world, "b"), asked(world, "c")
    join(a, b, by=sara)
    join(b, c, by=sara)
    assert fresh(c).messages.filter(kind="incoming").count() == 3
    unjoin(b, by=sara)
    assert fresh(b).messages.filter(kind="incoming").count() == 2 and fresh(a).joined_into == fresh(b)
    join(b, c, by=sara)
    unjoin(a, by=sara)
    assert fresh(a).messages.filter(kind="incoming").count() == 1
    assert fresh(c).messages.filter(kind="incoming").count() == 2
    sound()


def test_a_chat_goes_on(world: World) -> None:
    sara = world.agents["sara"]
    into = asked(world)
    first = receive(line(world, client_id="a1"))
    chat = first.conversation
    join(first.ticket, into, by=sara)
    accept_chat(chat, by=sara)  # what the board had in hand before the join
    into = fresh(into)
    assert into.assignee == sara and fresh(first.ticket).assignee is None
    again = receive(line(world, "Hello?", conversation_id=chat.pk, client_id="a2"))
    assert again.ticket_id == into.pk
    topics = Event.objects.filter(message=again, name="message.received").get().topics.split()
    assert f"ticket:{into.pk}" in topics and f"conversation:{chat.pk}" in topics
    assert f"customer:{into.customer_id}" not in topics, "another customer's line"
    reply(first.ticket, by=sara, text="Yes", conversation=chat)
    end_chat(chat, by=sara)
    assert Event.objects.filter(name="chat.ended").get().ticket_id == into.pk
    sound()


def test_cc_02_the_customer_answers_meanwhile(world: World) -> None:
    """Whoever held the conversation from before the join writes where it is now; by number the customer does too."""
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "Hello?")
    talk = source.conversations.get()
    stale = Ticket.objects.get(pk=source.pk)
    join(source, into, by=sara)
    emma = world.customers["emma"]
    written = [
        receive(mail(world, "1", conversation_id=talk.pk)),
        answer(stale, by=emma, text="2"),
        reply(stale, by=sara, text="3", conversation=talk),
        note(stale, by=sara, text="4"),
    ]
    assert {one.ticket_id for one in written} == {into.pk}
    unjoin(source, by=sara)
    assert reply(stale, by=sara, text="5", conversation=talk).ticket_id == source.pk
    sound()


def test_nobody_sees_another_customers_part(world: World) -> None:
    sara, mina = world.agents["sara"], world.customers["mina"]
    into = asked(world, "Emma's secret")
    source = asked(world, "Mina's secret", customer_id=mina.pk)
    join(source, into, by=sara)
    source, into = fresh(source), fresh(into)

    def read(ticket: Ticket) -> set[str]:
        return {one.text for one in joined.public(ticket) if not one.automatic}

    assert read(into) == {"Emma's secret"} and read(source) == {"Mina's secret"}
    written = answer(source, by=mina, text="Mina again")
    assert written.ticket_id == into.pk and read(source) == {"Mina's secret", "Mina again"}
    assert joined.face_of(written.conversation, into).pk == source.pk
    close(into, by=sara)
    after = answer(fresh(source), by=mina, text="Still here").ticket
    assert (
        after.pk not in (source.pk, into.pk) and after.subject == source.subject and after.follows == source
    )
    unjoin(source, by=sara)
    assert Message.objects.get(pk=written.pk).ticket_id == source.pk
    sound()


def test_a_hint_that_is_refused_is_gone(world: World) -> None:
    sara = world.agents["sara"]
    first = asked(world)
    second = asked(world, "Hm", may_belong_to_id=first.pk)
    refuse_hint(second, by=sara)
    refuse_hint(second, by=sara)
    assert fresh(second).may_belong_to is None
    assert Event.objects.filter(name="ticket.hint_refused").count() == 1


def test_drafts_and_read_marks_go_along(world: World) -> None:
    sara, dara = world.agents["sara"], world.agents["dara"]
    into, source = asked(world), asked(world, "Hello?")
    keep_draft(source, by=sara, kind="outgoing", html="<p>Dear</p>")
    keep_draft(source, by=dara, kind="outgoing", html="<p>one</p>")
    keep_draft(into, by=dara, kind="outgoing", html="<p>two</p>")
    last = source.messages.latest("pk")
    for ticket in (into, source):
        mark_read(ticket.conversations.get(), ticket.messages.latest("pk").pk, by=sara)
    join(source, into, by=sara)
    assert Draft.objects.get(agent=sara).ticket_id == into.pk
    assert Draft.objects.filter(agent=dara).count() == 2
    assert ReadMark.objects.get(agent=sara, ticket=into).message_id >= last.pk
    unjoin(source, by=sara)
    sound()


def counted(do: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as seen:
        do()
    return len([one for one in seen if one["sql"].split()[0] in WORK])


def test_many_messages_cost_few_statements(world: World) -> None:
    sara = world.agents["sara"]
    into, small, large = asked(world), asked(world, "small"), asked(world, "large")
    start = clock() - timedelta(hours=1)
    for number in range(200):
        receive(mail(world, f"line {number}", conversation_id=large.conversations.get().pk), now=start)
    few = counted(lambda: join(small, into, by=sara))
    many = counted(lambda: join(large, into, by=sara))
    back = counted(lambda: unjoin(large, by=sara))
    assert many <= few + 2, (few, many)
    assert back <= 60, back
    sound()


def test_an_answer_that_waits_goes_where_its_conversation_is(world: World) -> None:
    sara = world.agents["sara"]
    into, source = asked(world), asked(world, "Hello?")
    talk = source.conversations.get()

    def prepared(text: str) -> Pending:
        made = answers.prepare(source, Way(talk), Words(text=text, then="solve"), by=sara)
        assert made is not None
        return made

    first = prepared("one")
    join(source, into, by=sara)
    answers.send(first)
    assert Message.objects.get(text="one").ticket_id == into.pk
    second = prepared("two")
    assert second.ticket_id == into.pk
    unjoin(source, by=sara)
    answers.send(second)
    assert Message.objects.get(text="two").ticket_id == source.pk and fresh(source).status == "solved"
    sound()


def test_whose_ticket_wakes_hears_of_it(world: World) -> None:
    sara, dara = world.agents["sara"], world.agents["dara"]
    into, quiet, waiting = asked(world), asked(world, "Solved"), asked(world, "Hello?")
    assign(into, dara, by=sara)
    solve(quiet, by=sara)
    Bell.objects.all().delete()
    join(quiet, into, by=sara)
    assert not Bell.objects.filter(agent=dara).exists()
    join(waiting, into, by=sara)
    assert Bell.objects.get(agent=dara).kind == "answered"
    assert "joined" in reading.lines(dara)[0][0].text


def test_what_an_agent_answers_by_mail_is_what_he_was_shown(world: World) -> None:
    """The words in a notice and the conversation that its mark names are the same customer's."""
    sara, mina = world.agents["sara"], world.customers["mina"]
    into, source = asked(world, "From Emma"), asked(world, "From Mina", customer_id=mina.pk)
    reply(into, by=sara, text="To Emma", conversation=into.conversations.get())
    join(source, into, by=sara)
    talk = inviting._talk(into.pk)
    assert talk is not None and talk.customer_id == mina.pk
    assert "From Mina" in inviting._said(talk, "r", []) and "Emma" not in inviting._said(talk, "r", [])
