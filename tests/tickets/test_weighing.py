"""What the desk suggests for a ticket, and that an agent's word stands."""

from __future__ import annotations

from typing import Any

import pytest

from pelekan.demo.world import World
from pelekan.people.models import Organization
from pelekan.tickets import forms, rulebooks
from pelekan.tickets.actions import assess, categorise, confirm, escalate, receive, register
from pelekan.tickets.grids import blank, default_body
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.priority import assess as pure
from pelekan.tickets.rulebooks.models import Decision
from pelekan.tickets.shaping import save_customer
from pelekan.tickets.weighing import in_force
from tests.tickets.test_actions import line


def fresh(ticket: Ticket) -> Ticket:
    return Ticket.objects.get(pk=ticket.pk)


def levels(ticket: Ticket) -> tuple[int, int, int]:
    ticket = fresh(ticket)
    return ticket.impact, ticket.urgency, ticket.priority


def letter(world: World, text: str, who: str = "emma") -> Ticket:
    return receive(
        line(
            world,
            text,
            inbox_id=world.inboxes["mail"].pk,
            channel="email",
            customer_id=world.customers[who].pk,
        )
    ).ticket


def codes(ticket: Ticket) -> list[str]:
    return [one["code"] for one in fresh(ticket).reasons]


def test_the_morning_batch(world: World) -> None:
    """S36: the overcharge stands above the questions about the holiday, and says why."""
    holiday = letter(world, "Are you open on the bank holiday?", "yusuf")
    feast = letter(world, "روز تعطیل رسمی باز هستید؟", "kaveh")
    charge = letter(world, "Your bank debited my card twice this morning")
    assert (levels(holiday), levels(feast)) == ((1, 1, 1), (1, 1, 1))
    assert levels(charge) == (3, 3, 4)
    said = [(one["code"], one.get("words")) for one in fresh(charge).reasons]
    assert ("words", "debited") in said and ("category", ["bank"]) in said
    assert fresh(charge).assessed_at is None


def test_what_was_decided_can_be_decided_again(world: World) -> None:
    ticket = letter(world, "Your bank debited my card twice")
    escalate(ticket, world.teams["payments"], by=world.agents["sara"], because="money")
    decisions = list(Decision.objects.filter(ticket=ticket, kind="priority"))
    assert decisions and decisions[0].event.name == "ticket.created" and decisions[0].rule == "all"
    for one in decisions:
        assert pure(in_force()[0], one.facts).as_json() == one.outcome


def test_a_later_line_of_a_chat_lifts_the_suggestion(world: World) -> None:
    first = receive(line(world, "سلام"))
    assert levels(first.ticket) == (2, 2, 2)
    receive(line(world, "دو بار پول از حسابم کم شد", conversation_id=first.conversation_id))
    assert levels(first.ticket)[1] == 3
    receive(line(world, "ساعت کاری شما چیست؟", conversation_id=first.conversation_id))
    assert levels(first.ticket)[1] == 3
    told = Event.objects.filter(ticket=first.ticket, name="ticket.assessed").get()
    assert told.agent is None and told.data["suggested"] and told.data["priority_before"] == 2


def test_an_agents_word_stands(world: World) -> None:
    sara = world.agents["sara"]
    first = receive(line(world, "سلام"))
    ticket = assess(first.ticket, impact=1, urgency=1, by=sara, because="he only asks")
    assert (ticket.assessed_at is not None, codes(ticket)) == (True, ["chosen"])
    receive(line(world, "سایت بالا نمی‌آید", conversation_id=first.conversation_id))
    categorise(ticket, world.categories["bank"], by=sara)
    assess(ticket, impact=3, urgency=3, by=None, because="a rule")
    assert levels(ticket) == (1, 1, 1)
    assert levels(assess(ticket, impact=2, urgency=3, by=sara)) == (2, 3, 3)


def test_a_rule_speaks_until_an_agent_does(world: World) -> None:
    ticket = receive(line(world, "سلام")).ticket
    assess(ticket, impact=3, urgency=3, by=None, because="rule “VIP”")
    assert (levels(ticket), codes(ticket), fresh(ticket).assessed_at) == ((3, 3, 4), ["rule", "rule"], None)
    receive(line(world, "سایت بالا نمی‌آید", conversation_id=ticket.conversations.get().pk))
    assess(ticket, impact=1, urgency=1, by=None, because="another rule")
    escalate(ticket, world.teams["technical"], by=world.agents["sara"], because="VIP")
    assert levels(ticket) == (1, 1, 1), "what a rule has set goes along"


def test_confirming_keeps_the_reasons_and_is_done_once(world: World) -> None:
    ticket = letter(world, "I was charged twice")
    reasons = fresh(ticket).reasons
    sara = world.agents["sara"]
    confirm(ticket, by=sara)
    confirm(ticket, by=world.agents["nika"])
    assess(ticket, impact=2, urgency=3, by=sara)
    assert fresh(ticket).reasons == reasons
    assert Event.objects.filter(ticket=ticket, name="ticket.assessed").count() == 1


def test_registering_with_values_settles_them(world: World) -> None:
    ticket = receive(line(world, "سلام")).ticket
    register(ticket, by=world.agents["sara"], impact=1, urgency=3)
    assert levels(ticket) == (1, 3, 2) and fresh(ticket).assessed_at is not None


def test_a_category_that_an_agent_chooses_is_weighed(world: World) -> None:
    ticket = receive(line(world, "سلام")).ticket
    categorise(ticket, world.categories["gateway"], by=world.agents["sara"])
    assert levels(ticket) == (3, 3, 4)
    categorise(ticket, world.categories["howto"], by=world.agents["sara"])
    assert levels(ticket) == (1, 1, 1)


def test_importance_lifts_what_is_open_and_unconfirmed(world: World) -> None:
    """The customer's organization counts, and a question is not lifted."""
    fault = receive(line(world, "رمز ورودم کار نمی‌کند")).ticket
    howto = receive(line(world, "چطور فاکتور بگیرم؟", customer_id=world.customers["emma"].pk)).ticket
    big = Organization.objects.create(name="Big", importance=3)
    for who in ("mina", "emma"):
        save_customer(world.customers[who], by=world.agents["nika"], importance=3, organization=big)
    assert fresh(fault).priority == 3 and codes(fault)[-1] == "lifted"
    assert fresh(howto).priority <= 2


def test_asking_again_is_more_urgent(world: World) -> None:
    receive(line(world, "سلام"))
    again = letter(world, "Hello", "mina")
    assert fresh(again).urgency == 3 and codes(again) == ["repeat"]


def test_answers_are_facts(world: World) -> None:
    portal = world.inboxes["portal"]
    ticket = receive(
        line(world, "سلام", inbox_id=portal.pk, channel="portal", context={"answers": {"go_on": "no", "affected": "me"}})
    ).ticket  # fmt: skip
    assert levels(ticket) == (1, 3, 2)
    assert {(one["code"], one["name"]) for one in fresh(ticket).reasons} == {
        ("answer", "go_on"),
        ("answer", "affected"),
    }


def test_each_department_has_its_own_grid(world: World) -> None:
    """S69: what is out of stock is felt urgent and is low in a shop."""
    body = default_body()
    shop = blank("shop")
    shop["when"] = {"teams": [world.teams["payments"].pk]}
    shop["cells"] = {f"{i}-{u}": 4 for i in (1, 2, 3) for u in (1, 2, 3)}
    body["grids"].insert(0, shop)
    admin = world.agents["arash"]
    rulebooks.enable(rulebooks.keep("priority", body, by=admin), by=admin)
    ticket = receive(line(world, "سلام")).ticket
    assert levels(ticket)[2] == 2
    escalate(ticket, world.teams["payments"], by=world.agents["sara"], because="money")
    assert levels(ticket) == (2, 2, 4)
    assert levels(assess(ticket, impact=1, urgency=1, by=world.agents["sara"])) == (1, 1, 4)


def test_a_bad_grid_is_refused_with_a_sentence(world: World) -> None:
    with pytest.raises(rulebooks.CannotKeep) as refused:
        rulebooks.keep("priority", {"grids": []}, by=world.agents["arash"])
    assert [fault.text for fault in refused.value.faults] and refused.value.faults[0].where == ("grids",)


def test_later_lines_cost_nothing_more(world: World) -> None:
    first = receive(line(world, "سلام"))
    receive(line(world, "سلام دوباره", conversation_id=first.conversation_id))
    assert not Decision.objects.filter(ticket=first.ticket).exclude(event__name="ticket.created").exists()


# Forms

QUESTIONS: list[dict[str, Any]] = [
    {"name": "what", "kind": "choice", "required": True, "label": {"en": "What happened?"}, "options": [
        {"value": "broken", "label": {"en": "It does not work"}}, {"value": "ask", "label": {"en": "I ask"}, "urgency": 1}]},
    {"name": "work", "kind": "yes_no", "required": True, "label": {"en": "Can you work?"}, "show_if": {"name": "what", "is": ["broken"]},
     "options": [{"value": "no", "urgency": 3}, {"value": "yes", "urgency": 2}]},
    {"name": "people", "kind": "number", "label": {"en": "How many?"}, "show_if": {"name": "work", "is": ["no"]},
     "options": [{"value": "2", "impact": 2}, {"value": "10", "impact": 3, "tag": "many"}]},
]  # fmt: skip


def test_what_is_not_asked_is_neither_kept_nor_missing() -> None:
    taken = forms.take(QUESTIONS, {"what": "ask", "work": "no", "people": "99", "priority": "urgent"})
    assert (taken.answers, taken.faults) == ({"what": "ask"}, {})
    assert [one["name"] for one in forms.shown(QUESTIONS, {"what": "broken", "work": "no"})] == [
        "what",
        "work",
        "people",
    ]


def test_answers_are_checked() -> None:
    assert forms.take(QUESTIONS, {}).faults == {"what": "missing"}
    assert forms.take(QUESTIONS, {"what": "else"}).faults == {"what": "choice"}
    wrong = forms.take(QUESTIONS, {"what": "broken", "work": False, "people": "many"})
    assert (wrong.answers, wrong.faults) == ({"what": "broken", "work": "no"}, {"people": "number"})


@pytest.mark.parametrize(("people", "impact"), [("۱", None), ("۲", 2), ("9", 2), ("١٠", 3)])
def test_a_number_means_from_there_on(people: str, impact: int | None) -> None:
    taken = forms.take(QUESTIONS, {"what": "broken", "work": "no", "people": people})
    told = {one["name"]: one for one in forms.meaning(QUESTIONS, taken.answers)}
    assert told.get("people", {}).get("impact") == impact and told["work"]["urgency"] == 3
