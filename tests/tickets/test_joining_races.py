"""Joins, their undoing and what is said meanwhile, in any order and at once: nothing lost, nothing shown twice."""

from __future__ import annotations

import random
import threading

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pelekan.demo.world import World, build
from pelekan.tickets import joined
from pelekan.tickets.actions import CannotJoin, answer, join, note, receive, reply, solve, split, unjoin
from pelekan.tickets.models import Conversation, Message, Ticket
from pelekan.tickets.states import NotPossible
from tests.tickets.test_actions import mail
from tests.tickets.test_joining import asked, fresh, sound

STEP = st.tuples(
    st.sampled_from(["join", "unjoin", "write", "answer", "reply", "note", "solve", "split"]),
    st.integers(0, 3),
    st.integers(0, 3),
)


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, max_size=12))
def test_any_order(world: World, steps: list[tuple[str, int, int]]) -> None:
    """Against an oracle that knows of each conversation where it began, and of each ticket where it was joined."""
    with transaction.atomic():
        _play(world, steps)
        transaction.set_rollback(True)


def _play(world: World, steps: list[tuple[str, int, int]]) -> None:
    sara, emma = world.agents["sara"], world.customers["emma"]
    tickets = [asked(world, f"ticket {number}") for number in range(4)]
    home = {ticket.conversations.get().pk: ticket.pk for ticket in tickets}
    into: dict[int, int] = {}
    said = set(Message.objects.values_list("pk", flat=True))

    def end(pk: int) -> int:
        while pk in into:
            pk = into[pk]
        return pk

    for step, a, b in steps:
        one, other = tickets[a], tickets[b]
        talk = Conversation.objects.filter(pk__in=home).order_by("pk")[a]
        try:
            if step == "join":
                join(one, other, by=sara)
                into[one.pk] = end(other.pk)
            elif step == "unjoin":
                unjoin(one, by=sara)
                del into[one.pk]
            elif step == "write":
                said.add(receive(mail(world, "more", conversation_id=talk.pk)).pk)
            elif step == "answer":
                made = answer(one, by=emma, text="portal")
                said.add(made.pk)
                home.setdefault(made.conversation_id, one.pk)
            elif step == "reply":
                said.add(
                    reply(
                        one, by=sara, text="reply", conversation=talk if home[talk.pk] == one.pk else None
                    ).pk
                )
            elif step == "note":
                said.add(note(one, by=sara, text="note").pk)
            elif step == "solve":
                solve(one, by=sara)
            elif step == "split":
                message = talk.messages.filter(kind="incoming").order_by("-pk").first()
                if message is not None:
                    made_ticket = split(message, by=sara)
                    tickets.append(made_ticket)
                    home[made_ticket.conversations.get().pk] = made_ticket.pk
        except (CannotJoin, NotPossible):
            pass
        sound()
        assert said <= set(Message.objects.values_list("pk", flat=True))
        for ticket in tickets:
            found = fresh(ticket)
            assert joined.end_of(found).pk == end(ticket.pk)
            assert found.stays.filter(left_at=None).count() == (found.status not in ("solved", "closed"))
        for talk in Conversation.objects.filter(pk__in=home):
            assert talk.ticket_id == end(home[talk.pk]), (step, talk.pk)


@pytest.mark.django_db(transaction=True)
def test_cc_02_at_once() -> None:
    """Agents join and undo while customers and colleagues write: each act happens or is refused in a sentence."""
    world = build()
    sara = world.agents["sara"]
    tickets = [asked(world, f"ticket {number}") for number in range(4)]
    talks = [ticket.conversations.get().pk for ticket in tickets]
    written: list[int] = []
    faults: list[BaseException] = []

    def act(dice: random.Random) -> None:
        one, other, what = dice.choice(tickets), dice.choice(tickets), dice.randrange(5)
        if what == 0:
            join(one, other, by=sara)
        elif what == 1:
            unjoin(one, by=sara)
        elif what == 2:
            written.append(receive(mail(world, "more", conversation_id=dice.choice(talks))).pk)
        elif what == 3:
            talk = Conversation.objects.get(pk=talks[tickets.index(one)])
            written.append(reply(one, by=sara, text="reply", conversation=talk).pk)
        else:
            written.append(note(one, by=sara, text="note").pk)

    def worker(seed: int) -> None:
        dice = random.Random(seed)
        for _number in range(12):
            try:
                act(dice)
            except CannotJoin:
                pass
            except BaseException as fault:
                faults.append(fault)
        connection.close()

    threads = [threading.Thread(target=worker, args=(seed,)) for seed in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults, [str(fault) for fault in faults]
    assert set(written) <= set(Message.objects.values_list("pk", flat=True))
    sound()
    for ticket in Ticket.objects.filter(joined_into__isnull=False):
        assert not ticket.conversations.exists() and ticket.status == "closed"
        joined.end_of(ticket)  # no ring


@pytest.mark.django_db(transaction=True)
def test_of_two_who_join_at_once_one_wins() -> None:
    world = build()
    one, other = asked(world, "one"), asked(world, "other")
    results: list[str] = []
    ready = threading.Barrier(2)

    def go(source: Ticket, into: Ticket) -> None:
        ready.wait()
        try:
            join(source, into, by=world.agents["sara"])
            results.append("joined")
        except CannotJoin as refused:
            results.append(refused.why)
        connection.close()

    threads = [threading.Thread(target=go, args=pair) for pair in ((one, other), (other, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["itself", "joined"]
    sound()
