"""The misrouting rate: what people moved to another team within an hour of its being placed."""

from __future__ import annotations

from datetime import timedelta

from pelekan.demo.world import World
from pelekan.people.models import Role
from pelekan.routing import misrouting
from pelekan.tickets.actions import assign, escalate, hand_over, send_back
from pelekan.tickets.models import Ticket
from tests.conftest import NOON
from tests.routing.test_engine import BANK, in_force, mail, move, rule
from tests.statements import costs

SINCE, UNTIL = NOON - timedelta(days=1), NOON + timedelta(days=1)


def to(world: World, ticket: Ticket, team: str, minutes: int, by: str | None = "nika") -> None:
    at = ticket.created_at + timedelta(minutes=minutes)
    escalate(ticket, world.teams[team], by=world.agents[by] if by else None, because="x", despite="x", now=at)


def test_by_rule_and_of_all(world: World) -> None:
    in_force(world, "routing", rule("bank", move(world, "payments"), when=BANK, on=("created",)))
    banks = [mail(world, "بانک پول را کم کرد", seconds=n) for n in range(4)]
    others = [mail(world, "سلام", seconds=10 + n) for n in range(2)]
    assert {one.team for one in banks} == {world.teams["payments"]}
    to(world, banks[0], "technical", 10)  # misrouted
    to(world, banks[1], "technical", 61)  # too late to be the rule's fault
    to(world, banks[2], "technical", 10, by=None)  # no person
    hand_over(
        banks[3], world.agents["dara"], by=world.agents["nika"], because="x", now=NOON
    )  # in the same team
    to(world, others[0], "payments", 59)
    assign(others[1], world.agents["sara"], by=world.agents["nika"], now=NOON)
    whole, by_rule = misrouting.rates(SINCE, UNTIL)
    assert (whole.placed, whole.moved, whole.rate) == (6, 2, 1 / 3)
    assert {one.rule: (one.name, one.placed, one.moved) for one in by_rule} == {
        "bank": ("Bank", 4, 1), "": ("", 2, 1),
    }  # fmt: skip
    assert misrouting.rates(UNTIL, UNTIL + timedelta(days=1))[0].rate is None
    costs(lambda: misrouting.rates(SINCE, UNTIL), 2)


def test_the_tickets_behind_it_as_far_as_one_sees_them(world: World) -> None:
    in_force(world, "routing", rule("bank", move(world, "payments"), when=BANK, on=("created",)))
    ticket = mail(world, "بانک پول را کم کرد")
    to(world, ticket, "technical", 10)
    send_back(ticket, by=world.agents["laila"], because="y", now=NOON + timedelta(minutes=20))
    nika, sara = world.agents["nika"], world.agents["sara"]
    assert nika.role == Role.MANAGER
    (line,) = misrouting.behind(nika, SINCE, UNTIL)
    assert (line["id"], line["name"], line["by"], line["waited"]) == (
        ticket.pk, "Bank", nika.name, timedelta(minutes=10),
    )  # fmt: skip
    assert (line["before"], line["after"]) == (world.teams["payments"].name, world.teams["technical"].name)
    assert misrouting.behind(sara, SINCE, UNTIL) == [], "out of her sight"
    assert misrouting.behind(nika, SINCE, UNTIL, "other") == []
    assert len(misrouting.behind(nika, SINCE, UNTIL, "bank")) == 1
