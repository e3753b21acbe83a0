"""A condition says the same of one ticket and of the whole table, on whichever database this runs."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

from pelekan.demo.world import World
from pelekan.people.models import Customer, Organization
from pelekan.tickets.conditions import ast, fields
from pelekan.tickets.conditions.facts import facts_of
from pelekan.tickets.conditions.fields import ALONE, FIELDS, LISTS, Kind
from pelekan.tickets.conditions.sql import matching
from pelekan.tickets.conditions.words import folded
from pelekan.tickets.models import Category, Tag, Ticket
from tests.conftest import NOON

SUBJECTS = (
    "بانك پول را كسر كرد", "کتاب‌ها نرسیدند", "charged twice by the bank", "تم الدفعُ مرتين", "—", "100%_off a_b",
    "Überweisung fehlt", "می‌خواهم تمدید کنم", "",
)  # fmt: skip
PHRASES = ("بانک", "کتاب", "bank charged", "دفع", "100%", "a_b", "تمدید", "fehl", "پول کسر", "of", "_")
VALUES: dict[str, list[Any]] = {
    "channel": ["chat", "email", "portal"], "language": ["fa", "ar", "en"], "status": ["new", "open", "solved"],
    "request_kind": ["howto", "fault"], "tag": ["vip", "ÄRGER", "بازگشت", "never put on"], "tier": [1, 2, 3],
}  # fmt: skip
FACTS: tuple[dict[str, Any], ...] = (
    {}, {"plan": "gold"}, {"plan": 5}, {"plan": "5"}, {"plan": True}, {"plan": None}, {"plan": ""}, {"plan": ["a"]},
)  # fmt: skip


def furnish(world: World, dice: random.Random, count: int) -> None:
    """Tickets with something of everything, also of what is missing."""
    Category.objects.filter(pk=world.categories["howto"].pk).update(kind="howto")
    Category.objects.filter(pk=world.categories["payment"].pk).update(kind="fault")
    Category.objects.filter(pk=world.categories["gateway"].pk).update(kind="complaint")
    tags = [Tag.objects.create(name=name) for name in ("VIP", "ärger", "بازگشت")]
    big = Organization.objects.create(name="Big", importance=2)
    people = list(world.customers.values())
    for number in range(12):
        organization = dice.choice([None, big])
        people.append(
            Customer.objects.create(
                name=f"c{number}",
                organization=organization,
                importance=dice.randrange(4),
                facts=dice.choice(FACTS),
            )
        )
    categories = [None, *world.categories.values()]
    for _ in range(count):
        subject, customer = dice.choice(SUBJECTS), dice.choice(people)
        team = dice.choice(list(world.teams.values()))
        ticket = Ticket.objects.create(
            subject=subject, subject_folded=folded(subject), customer=customer, inbox=dice.choice(list(world.inboxes.values())),
            organization=customer.organization, team=team, tier=team.tier, channel=dice.choice(VALUES["channel"]),
            status=dice.choice(VALUES["status"]), language=dice.choice(VALUES["language"]),
            assignee=dice.choice([None, *world.agents.values()]), category=dice.choice(categories),
            priority=dice.randrange(1, 5), impact=dice.randrange(1, 4), urgency=dice.randrange(1, 4),
            alarm=dice.randrange(4), frustration=dice.randrange(101), round_trips=dice.randrange(5),
            reopened=dice.randrange(3), transfers=dice.randrange(3), created_at=_ago(dice), last_at=_ago(dice),
            registered_at=dice.choice([None, NOON]), first_answer_at=dice.choice([None, NOON]),
            waiting_since=dice.choice([None, _ago(dice)]), solved_at=dice.choice([None, _ago(dice)]),
            follows=Ticket.objects.first() if dice.random() < 0.3 else None,
        )  # fmt: skip
        ticket.tags.set(dice.sample(tags, dice.randrange(3)))
        ticket.causes.set(dice.sample(list(world.categories.values()), dice.choice([0, 0, 1, 2])))


def _ago(dice: random.Random) -> datetime:
    return NOON - timedelta(hours=dice.randrange(12), microseconds=dice.choice([0, 0, 1]))


def any_condition(dice: random.Random, ids: dict[str, list[int]], depth: int = 0) -> dict[str, Any]:
    roll = dice.random()
    if depth < 3 and roll < 0.35:
        members = [any_condition(dice, ids, depth + 1) for _ in range(dice.randrange(1, 4))]
        return {dice.choice(["all", "any"]): members}
    if depth < 3 and roll < 0.45:
        return {"not": any_condition(dice, ids, depth + 1)}
    names = [name for name, field in FIELDS.items() if field.sets]
    name = dice.choice([*names, "customer_fact.plan", "customer_fact.other"])
    field = fields.field_named(name)
    assert field is not None
    ask = dice.choice(ast.asks_of(field))
    if ask in ALONE:
        return {"field": name, "is": ask}
    if ask not in LISTS:
        number = dice.choice([-0.5, 0, 1, 2, 2.5, 3, 4, 40, 100_000])
        return {"field": name, "is": ask, "value": number}
    choices: list[Any] = ids.get(field.values) or VALUES.get(field.values) or list(PHRASES)
    if field.kind == Kind.FACT:
        choices = ["gold", "5", "true", "False"]
    if field.kind == Kind.WORDS:
        choices = [phrase for phrase in PHRASES if ast.words.patterns(phrase)]
    return {
        "field": name,
        "is": ask,
        "value": dice.sample(choices, dice.randrange(1, min(3, len(choices)) + 1)),
    }


def test_one_ticket_and_the_whole_table_agree(world: World) -> None:
    dice = random.Random(20_261_122)
    furnish(world, dice, 60)
    ids = {
        "inbox": [one.pk for one in world.inboxes.values()], "team": [one.pk for one in world.teams.values()],
        "agent": [one.pk for one in world.agents.values()], "category": [one.pk for one in world.categories.values()],
        "customer": list(Customer.objects.values_list("pk", flat=True)),
        "organization": list(Organization.objects.values_list("pk", flat=True)),
    }  # fmt: skip
    tickets = list(Ticket.objects.select_related("tier"))
    facts = {ticket.pk: facts_of(ticket, now=NOON) for ticket in tickets}
    found_some = asked = 0
    for _ in range(400):
        stored = any_condition(dice, ids)
        condition = ast.parse(stored)
        assert ast.parse(ast.dump(condition)) == condition
        for test in ast.tests_of(condition):
            _agree(test, facts)
        expected = {pk for pk, its in facts.items() if ast.holds(condition, its)}
        assert (
            set(Ticket.objects.filter(matching(condition, NOON)).values_list("pk", flat=True)) == expected
        ), stored
        for pk in list(facts)[:5]:
            assert ast.explain(condition, facts[pk]).held is (pk in expected)
        found_some += 0 < len(expected) < len(tickets)
        asked += 1
    assert found_some > asked / 2  # the dice say something


def _agree(condition: ast.Condition, facts: dict[int, dict[str, Any]]) -> None:
    expected = {pk for pk, its in facts.items() if ast.holds(condition, its)}
    found = set(Ticket.objects.filter(matching(condition, NOON)).values_list("pk", flat=True))
    assert found == expected, (
        ast.dump(condition),
        [ast.explain(condition, facts[pk]) for pk in found ^ expected],
    )
