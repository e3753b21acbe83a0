"""The agents' search: articles stand beside tickets, with the agent's own rights; a wrong keyboard is noticed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge import actions
from pelekan.knowledge.community import writing
from pelekan.knowledge.community.models import Space
from pelekan.knowledge.models import Section
from pelekan.people.models import Tier, User

pytestmark = pytest.mark.django_db
At = Callable[[str], Client]


def page(client: Client, query: str) -> str:
    return client.get("/desk/search/", {"q": query}, headers={"hx-request": "true"}).content.decode()


def test_articles_stand_beside_tickets_with_the_agents_own_rights(world: World, at_desk: At) -> None:
    shelf = Section.objects.create(slug="search-tests", names={"en": "Tests"})
    top = Tier.objects.order_by("-level").first()
    for title, known in (("Zinnia for all", {}), ("Zinnia at the top", {"visibility": "tier", "tier": top})):
        actions.publish(
            actions.begin(shelf, language="en", title=title, body="<p>zinnia</p>", by=None, **known), by=None
        )
    low = next(
        name for name, agent in world.agents.items()
        if not agent.is_manager and agent.teams.exists() and not agent.teams.filter(tier=top).exists()
    )  # fmt: skip
    seen = page(at_desk(low), "zinnia")
    assert "for all" in seen and "at the top" not in seen
    boss = next(name for name, agent in world.agents.items() if agent.is_manager)
    assert "at the top" in page(at_desk(boss), "zinnia")


def test_a_ticket_that_was_looked_for_with_another_keyboard(
    world: World, at_desk: At, write: Callable[..., object]
) -> None:
    write("تلفن همراه خراب است")
    User.objects.update(language="en")
    boss = next(name for name, agent in world.agents.items() if agent.is_manager)
    seen = page(at_desk(boss), "jgtk ilvhi")  # تلفن همراه
    assert "Typed with another keyboard?" in seen and "تلفن همراه" in seen
    assert "Typed with another keyboard?" not in page(at_desk(boss), "qqqqqq")


def test_one_field_finds_customers_topics_and_what_was_meant(
    world: World, at_desk: At, write: Callable[..., Any]
) -> None:
    User.objects.update(language="en")
    boss = at_desk(next(name for name, agent in world.agents.items() if agent.is_manager))
    ticket = write("کوله‌پشتی پاره شده است، سفارش من")
    customer = ticket.customer
    seen = page(boss, customer.name)
    assert f"/desk/customers/{customer.pk}/" in seen and f"/desk/tickets/{ticket.pk}/" in seen
    assert f"/desk/customers/{customer.pk}/" not in page(boss, "پاره")  # it is not his name
    space = Space.objects.create(slug="gear-tests", names={"fa": "وسایل"})
    author = next(one for one in world.agents.values() if one.is_manager)
    topic = writing.ask(
        space, by=author, title="کوله‌پشتی نو", source="کدام سبک است؟ سفارش دارم.", language="fa"
    )
    seen = page(boss, "کوله‌پشتی")
    assert f"/desk/community/{topic.pk}/" in seen and f"/desk/tickets/{ticket.pk}/" in seen
    only = boss.get("/desk/search/", {"q": "کوله‌پشتی", "in": "topics"}).content.decode()
    assert f"/desk/community/{topic.pk}/" in only and f"/desk/tickets/{ticket.pk}/" not in only
    assert (
        f"/desk/community/{topic.pk}/"
        not in boss.get("/desk/search/", {"q": "کوله‌پشتی", "in": "tickets"}).content.decode()
    )
    assert "Did you mean something else?" in page(boss, "سفارنش")  # a slip; the community knows the word
