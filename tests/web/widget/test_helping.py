"""Answers inside the widget, and what its home offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.knowledge.deflection import homes
from pelekan.knowledge.models import Visibility
from pelekan.knowledge.trail.models import Offer, Question, Reading
from pelekan.tickets.models import Ticket
from pelekan.web.widget import helping
from tests.web.portal.desk import text_of
from tests.web.test_before_sending import article
from tests.web.widget.conftest import KEY, Browser, new_id
from tests.web.workspace.test_answers import signed_in


@pytest.fixture
def visitor(world: World) -> Browser:
    helping.LOOKS.clear()
    made = Browser()
    made.client.defaults["HTTP_USER_AGENT"] = "Mozilla/5.0 Firefox/130"
    return made


def ask(visitor: Browser, **body: Any) -> dict[str, Any]:
    answer = visitor.call("answers", {"text": "charged twice", "mark": "m" * 24, **body})
    assert answer.status_code == 200, answer.content
    shape: dict[str, Any] = answer.json()
    return shape


def test_search_read_solved_is_counted_and_leaves_no_ticket(world: World, visitor: Browser) -> None:
    made = article()
    found = ask(visitor)
    (one,) = found["answers"]
    read = visitor.call("answers/article", {"id": one["id"], "offer": found["offer"]}).json()
    assert "paid back" in read["html"] and read["url"].startswith(f"/help/en/a/{made.pk}-")
    assert visitor.call("answers/solved", {"offer": found["offer"]}).status_code == 204
    offer = Offer.objects.get()
    assert offer.clicked_at and offer.solved_at and offer.visit and offer.place == "widget"
    assert Reading.objects.get().question == Question.objects.get() and not Ticket.objects.exists()


def test_going_on_to_a_person_keeps_what_was_offered(world: World, visitor: Browser) -> None:
    article()
    found = ask(visitor)
    visitor.send("charged twice, still", offer=found["offer"])
    assert Offer.objects.get().ticket == Ticket.objects.get() and Offer.objects.get().went_on_at
    found = ask(visitor)
    sent = visitor.call(
        "requests",
        {"client_id": new_id(), "subject": "Charged", "text": "twice", "contact": {"email": "a@example.com"}, "offer": found["offer"]},
    )  # fmt: skip
    assert sent.status_code == 201 and Offer.objects.latest("pk").ticket == Ticket.objects.latest("pk")


@pytest.mark.parametrize("visibility", [Visibility.CUSTOMERS, Visibility.AGENTS, Visibility.GROUPS])
def test_sp_a_stranger_finds_and_opens_only_what_everybody_may_read(
    world: World, visitor: Browser, visibility: str
) -> None:
    made = article(visibility=visibility)
    assert ask(visitor)["answers"] == []
    assert visitor.call("answers/article", {"id": made.pk}).status_code == 404


def test_who_asks_not_to_be_followed_has_no_visit(world: World, visitor: Browser) -> None:
    article()
    visitor.client.defaults["HTTP_DNT"] = "1"
    assert ask(visitor)["answers"] and Offer.objects.get().visit is None


def test_a_department_is_chosen_among_those_that_are_offered(world: World, visitor: Browser) -> None:
    team, other = world.teams["payments"], world.teams["front"]
    homes.keep(
        world.inboxes["shop"], by=world.agents["admin"] if "admin" in world.agents else _admin(world),
        choices=["help", "chat", "form"], departments=[team.pk],
    )  # fmt: skip
    visitor.send("to payments", team=team.pk)
    assert Ticket.objects.latest("pk").team == team
    stranger = Browser(address="192.0.2.9")
    stranger.send("to nobody's", team=world.teams["dev"].pk if "dev" in world.teams else 999_999)
    assert Ticket.objects.latest("pk").team == world.inboxes["shop"].team
    assert other.pk


def _admin(world: World) -> Any:
    return next(one for one in world.agents.values() if one.role == "admin")


def test_the_home_is_changed_in_the_settings_and_never_without_a_way_to_people(world: World) -> None:
    inbox = world.inboxes["shop"]
    admin = signed_in(_admin(world))
    url = f"/desk/settings/inboxes/{inbox.pk}/home/"
    assert admin.get(url).status_code == 200
    assert admin.post(url, {"choices": ["help", "portal"]}).status_code == 422
    kept = admin.post(
        url, {"choices": ["help", "form"], "urgent": "1", "departments": [world.teams["payments"].pk]}
    )
    assert kept.status_code == 302
    assert homes.of_inbox(inbox.pk) == {"choices": ["form", "help"], "urgent": True}
    frame = text_of(Client().get(f"/widget/{KEY}/frame/?lang=en"))
    assert world.teams["payments"].name in frame or "departments" in frame
    agent: Callable[[str], Any] = lambda name: signed_in(world.agents[name])  # noqa: E731
    assert agent("sara").get(url).status_code == 403
