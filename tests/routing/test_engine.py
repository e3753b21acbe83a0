"""What rules do to tickets that come in, and that people always have the last word."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.people.models import Agent, Team
from pelekan.routing.rules import decide, routing_from
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import (
    accept_chat,
    assess,
    assign,
    categorise,
    escalate,
    receive,
    register,
    release,
    reply,
    solve,
    tag,
    take,
)  # fmt: skip
from pelekan.tickets.conditions.facts import restored
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Bell, Event, Message, Ticket
from pelekan.tickets.rulebooks.models import Decision
from tests.conftest import NOON

BANK = {"field": "text", "is": "has_any", "value": ["بانک"]}


def in_force(world: World, kind: str, *rules: dict[str, Any]) -> None:
    draft = rulebooks.keep(kind, {"rules": list(rules)}, by=world.agents["arash"], now=NOON)
    rulebooks.enable(draft, by=world.agents["arash"], now=NOON)


def rule(
    id: str, *do: dict[str, Any], on: Any = ("created",), when: Any = None, **more: Any
) -> dict[str, Any]:
    on = list(on) if isinstance(on, tuple) else on
    return {"id": id, "name": id.title(), "on": on, "when": when or {"always": True}, "do": list(do), **more}


def move(world: World, key: str) -> dict[str, Any]:
    return {"act": "team", "team": world.teams[key].pk}


def mail(world: World, text: str = "بانک پول را برداشت", seconds: int = 0, **more: Any) -> Ticket:
    message = receive(
        Incoming(
            world.inboxes["portal"].pk, "portal", world.customers["mina"].pk, text, subject="پرداخت", **more
        ),
        now=NOON + timedelta(seconds=seconds),
    )
    return Ticket.objects.get(pk=message.ticket_id)


def chat(world: World, text: str = "سلام", seconds: int = 0, after: Message | None = None) -> Message:
    return receive(
        Incoming(world.inboxes["shop"].pk, "chat", world.customers["mina"].pk, text,
                 conversation_id=after.conversation_id if after else None),
        now=NOON + timedelta(seconds=seconds),
    )  # fmt: skip


def names(ticket: Ticket) -> list[str]:
    return list(ticket.events.values_list("name", flat=True))


def test_what_just_arrived_begins_where_the_rule_says(world: World) -> None:
    in_force(
        world, "routing", rule("bank", move(world, "payments"), when=BANK), rule("rest", {"act": "stay"})
    )
    ticket = mail(world)
    (stay,) = ticket.stays.all()
    assert (ticket.team, stay.team, ticket.tier) == (world.teams["payments"],) * 2 + (world.tiers[2],)
    assert "ticket.escalated" not in names(ticket)
    routed = ticket.events.get(name="ticket.routed")
    assert (routed.agent, routed.because, routed.data["rule"]) == (None, "rule: Bank", "bank")
    decision = Decision.objects.get(ticket=ticket, kind="routing")
    assert (decision.trace["place"], decision.trace["total"], decision.rule) == (1, 2, "bank")
    assert mail(world, "سلام", 1).team == world.teams["front"]


def test_what_was_written_down_decides_the_same_again(world: World) -> None:
    book = {
        "rules": [rule("gone", move(world, "developers")), rule("bank", move(world, "payments"), when=BANK)]
    }
    in_force(world, "routing", *book["rules"])
    Team.objects.filter(pk=world.teams["developers"].pk).update(archived_at=NOON)
    mail(world)
    mail(world, "سلام", 1)
    for decision in Decision.objects.filter(kind="routing"):
        assert "text" not in decision.facts
        facts = restored(decision.facts, decision.message.text)
        assert decide(routing_from(book), facts).outcome == decision.outcome


def test_a_rule_whose_team_is_gone_is_passed(world: World) -> None:
    in_force(world, "routing", rule("gone", move(world, "developers")), rule("bank", move(world, "payments")))
    Team.objects.filter(pk=world.teams["developers"].pk).update(archived_at=NOON)
    ticket = mail(world)
    assert ticket.team == world.teams["payments"]
    passed = Decision.objects.get(ticket=ticket, kind="routing").trace["passed"]
    assert passed == [{"id": "gone", "name": "Gone", "gone": [f"team:{world.teams['developers'].pk}"]}]


def test_a_chat_is_registered_by_a_rule_and_climbs(world: World) -> None:
    in_force(world, "routing",
             rule("bank", {"act": "register"}, move(world, "payments"), on=("created", "message"), when=BANK))  # fmt: skip
    first = chat(world)
    ticket = Ticket.objects.get(pk=first.ticket_id)
    assert ticket.number is None and ticket.team == world.teams["front"]
    chat(world, "بانک پول را برداشت", 60, after=first)
    ticket.refresh_from_db()
    assert ticket.number and ticket.team == world.teams["payments"]
    assert ticket.events.get(name="ticket.escalated").because == "rule: Bank"


def test_of_one_cause_only_one_rule_decides(world: World) -> None:
    in_force(world, "routing",
             rule("a", {"act": "category", "category": world.categories["account"].pk}),
             rule("b", move(world, "payments"), on=("created", "registered", "categorised", "message")))  # fmt: skip
    ticket = mail(world)
    assert ticket.category == world.categories["account"] and ticket.team == world.teams["front"]
    assert [one.rule for one in Decision.objects.filter(ticket=ticket, kind="routing")] == ["a"]


@pytest.mark.parametrize("how", ["escalated", "assigned", "took", "put back", "accepted"])
def test_what_a_person_chose_no_rule_undoes(world: World, how: str) -> None:
    in_force(world, "routing", rule("all", move(world, "payments"), {"act": "agent", "agent": world.agents["dara"].pk},
                                    on=("message",)))  # fmt: skip
    sara, later = world.agents["sara"], NOON + timedelta(minutes=1)
    Agent.objects.filter(pk=sara.pk).update(sees_all_tiers=True)
    rulebooks.forget()
    first = None
    if how == "accepted":
        first = chat(world)
        Decision.objects.all().delete()
        ticket = Ticket.objects.get(pk=first.ticket_id)
        if ticket.team == world.teams["payments"]:  # it listens to the first line too
            ticket = escalate(ticket, world.teams["front"], by=sara, because="x", now=later)
        accept_chat(first.conversation, by=sara, now=later)
    else:
        ticket = mail(world)
        escalate(ticket, world.teams["technical"], by=sara, because="خودم", despite="خودم", now=later)
    if how == "assigned":
        assign(ticket, world.agents["laila"], by=sara, now=later)
    if how == "took":
        take(ticket, by=sara, now=later)
    if how == "put back":
        assign(ticket, sara, by=sara, now=later)
        release(ticket, by=sara, now=later)
    ticket.refresh_from_db()
    before = (ticket.team, ticket.assignee if how != "escalated" else None)
    talk = ticket.conversations.get()
    receive(Incoming(ticket.inbox_id, ticket.channel, ticket.customer_id, "باز هم", conversation_id=talk.pk),
            now=later + timedelta(minutes=1))  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.team, ticket.assignee if how != "escalated" else None) == before
    held = Decision.objects.filter(ticket=ticket, kind="routing").latest("id").outcome["held"]
    assert {one["why"] for one in held} == {"by_hand"}


def test_take_wins_over_whom_the_desk_chose_until_he_begins(world: World) -> None:
    sara, omid = world.agents["sara"], world.agents["omid"]
    ticket = mail(world)
    assign(ticket, omid, by=None, because="given: least_busy", now=NOON)
    assert take(ticket, by=sara, now=NOON).assignee == sara
    assign(ticket, omid, by=None, because="given: least_busy", now=NOON)
    reply(ticket, by=omid, text="سلام", now=NOON)
    assert take(ticket, by=sara, now=NOON).assignee == omid


# Automations


def test_all_automations_that_match_run(world: World) -> None:
    in_force(world, "automations",
             rule("a", {"act": "tag", "tag": "bank"}, on=["ticket.created"], when=BANK),
             rule("b", {"act": "tell", "whom": "manager", "text": "ببینید"}, {"act": "note", "text": "یادداشت"},
                  on=["ticket.tagged"], when={"field": "tags", "is": "one_of", "value": ["bank"]}),
             rule("c", {"act": "tag", "tag": "other"}, on=["ticket.created"], when={"not": BANK}))  # fmt: skip
    ticket = mail(world)
    assert [one.name for one in ticket.tags.all()] == ["bank"]
    assert ticket.events.get(name="ticket.tagged").because == "automation: A"
    assert Bell.objects.filter(agent=world.agents["nika"], kind="told").exists()
    note = ticket.messages.get(kind="note")
    assert (note.agent, note.automatic, note.text) == (None, True, "یادداشت")
    assert sorted(Decision.objects.filter(kind="automations").values_list("rule", flat=True)) == ["a", "b"]


def test_a_loop_ends_and_is_said(world: World) -> None:
    in_force(world, "automations",
             rule("on", {"act": "tag", "tag": "x"}, on=["ticket.created", "ticket.untagged"]),
             rule("off", {"act": "untag", "tag": "x"}, on=["ticket.tagged"]))  # fmt: skip
    ticket = mail(world)
    assert names(ticket).count("ticket.tagged") == 1
    assert ticket.events.get(name="ticket.rule_looped").data["rule"] == "on"
    tag(
        ticket, "x", by=world.agents["sara"], now=NOON + timedelta(minutes=1)
    )  # another cause: it may run again
    assert names(ticket).count("ticket.untagged") == 2


def test_a_saved_reply_once_in_his_language(world: World) -> None:
    from pelekan.tickets.models import SavedReply

    renew = SavedReply.objects.get(shortcut="renew")
    in_force(world, "automations", rule("r", {"act": "reply", "reply": renew.pk}, on=["message.received"]))
    ticket = mail(world, "Hello", language="en")
    talk = ticket.conversations.get()
    receive(
        Incoming(ticket.inbox_id, "portal", ticket.customer_id, "again", conversation_id=talk.pk), now=NOON
    )
    said = [one.text for one in ticket.messages.filter(kind="outgoing", automatic=True)]
    assert said.count(renew.bodies["en"]) == 1
    machine = mail(world, "Out of office", 5, automatic=True)
    assert not machine.messages.filter(text=renew.bodies["fa"]).exists()


def test_what_fails_keeps_nothing_from_arriving(world: World) -> None:
    in_force(world, "automations",
             rule("s", {"act": "solve"}, on=["message.received"]),
             rule("a", {"act": "agent", "agent": world.agents["dara"].pk}, {"act": "tag", "tag": "x"},
                  on=["message.received"]))  # fmt: skip
    Agent.objects.filter(pk=world.agents["dara"].pk).update(disabled_at=NOON)
    ticket = mail(world)
    assert ticket.status == "solved" and [one.name for one in ticket.tags.all()] == ["x"]
    assert Decision.objects.get(rule="a").outcome["held"][0]["why"] == "gone"


def test_closing_twice_is_no_fault(world: World) -> None:
    in_force(world, "automations", rule("c", {"act": "close"}, on=["ticket.solved", "ticket.closed"]))
    ticket = solve(mail(world), by=world.agents["sara"], now=NOON)
    ticket.refresh_from_db()
    assert ticket.status == "closed"
    assert all(not one.trace["failed"] for one in Decision.objects.filter(kind="automations"))


def test_a_person_s_category_and_priority_stay(world: World) -> None:
    in_force(world, "automations",
             rule("c", {"act": "category", "category": world.categories["account"].pk},
                  {"act": "assess", "impact": 3, "urgency": 3}, on=["message.received"]))  # fmt: skip
    ticket = mail(world)
    assert (ticket.category, ticket.impact) == (world.categories["account"], 3)
    categorise(ticket, world.categories["howto"], by=world.agents["sara"], now=NOON)
    assess(ticket, impact=1, urgency=1, by=world.agents["sara"], now=NOON)
    receive(Incoming(ticket.inbox_id, "portal", ticket.customer_id, "دوباره",
                     conversation_id=ticket.conversations.get().pk), now=NOON)  # fmt: skip
    ticket.refresh_from_db()
    assert (ticket.category, ticket.impact) == (world.categories["howto"], 1)


def test_nothing_is_written_without_rules(world: World) -> None:
    ticket = mail(world)
    register(ticket, by=None, now=NOON)
    assert not Decision.objects.filter(kind__in=["routing", "automations", "assignment"]).exists()
    assert Event.objects.filter(name="ticket.rule_looped").count() == 0


def test_what_stands_in_no_ticket_can_be_asked(world: World) -> None:
    closed = {"field": "office_open", "is": "no"}
    alone = {"field": "agents_online", "is": "at_most", "value": 0}
    in_force(world, "routing", rule("night", move(world, "technical"), when={"all": [closed, alone]}),
             rule("alone", move(world, "payments"), when=alone))  # fmt: skip
    assert mail(world).team == world.teams["payments"]  # noon, and nobody is there
    assert mail(world, seconds=10 * 3600).team == world.teams["technical"]  # ten at night
    Agent.objects.filter(pk=world.agents["sara"].pk).update(presence="online", seen_at=NOON)
    assert mail(world, seconds=5).team == world.teams["front"]
    assert Decision.objects.filter(kind="routing").latest("id").facts["agents_online"] == 1
