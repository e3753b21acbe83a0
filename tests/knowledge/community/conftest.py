"""A space, and people who take part in it."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from pelekan.demo.world import World
from pelekan.knowledge.community import keeping, members
from pelekan.knowledge.community.models import Member, Space
from pelekan.people.models import Agent, Customer


@dataclass
class Place:
    """The open space with two who are trusted and a newcomer, and two of the team."""

    space: Space
    mina: Member
    emma: Member
    yusuf: Member  # new: nothing of his was approved yet
    agent: Agent
    admin: Agent
    customers: dict[str, Customer]


@pytest.fixture
def place(world: World) -> Place:
    space = keeping.save_space(None, names={"en": "Orders", "fa": "سفارش‌ها"}, by=None)
    people = {
        name: members.choose_name(world.customers[name], shown)
        for name, shown in (("mina", "مینا.ص"), ("emma", "Emma-C"), ("yusuf", "Yusuf"))
    }
    for name in ("mina", "emma"):
        people[name].approved = 5
        people[name].save()
    return Place(
        space, **people, agent=world.agents["sara"], admin=world.agents["arash"], customers=world.customers
    )
