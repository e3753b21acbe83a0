"""Each answer can be rated by the customer who got it; the desk sees it where the answer stands."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import User
from pelekan.tickets import actions
from pelekan.tickets.models import Message, Rating, Ticket
from pelekan.tickets.notices import rating
from tests.web.portal.desk import browser_of, text_of, ticket_of


@pytest.fixture
def answered(world: World) -> tuple[Ticket, Message]:
    ticket = ticket_of(world, "mina", "where is my parcel?")
    actions.take(ticket, by=world.agents["sara"])
    return ticket, actions.reply(ticket, by=world.agents["sara"], text="It left yesterday.")


def rate(client: Client, ticket: Ticket, message: Message, helped: str, words: str | None = None, **more):
    form = {"helped": helped} | ({"words": words} if words is not None else {})
    return client.post(f"/portal/requests/{ticket.number}/answers/{message.pk}/", form, **more)


def test_an_answer_is_rated_and_the_mind_changed(world: World, mina: Client, answered) -> None:  # type: ignore[no-untyped-def]
    ticket, message = answered
    page = text_of(mina.get(f"/portal/requests/{ticket.number}/"))
    assert page.count("Did this answer help?") == 1
    assert rate(mina, ticket, message, "no")["Location"].endswith(f"#m{message.pk}")
    rate(mina, ticket, message, "no", "It is still not here")
    part = text_of(rate(mina, ticket, message, "yes", headers={"HX-Request": "true"}))
    assert "It is still not here" in part and 'value="yes" aria-pressed="true"' in part
    found = Rating.objects.get()
    assert (found.message_id, found.stars, found.words) == (message.pk, 5, "It is still not here")
    assert rating.of_agents(clock().replace(year=2020)) == [
        rating.OfAgent(world.agents["sara"].pk, world.agents["sara"].name, 1, 1)
    ]
    assert rating.figures(clock().replace(year=2020)).count == 0  # satisfaction counts solvings


def test_the_desk_sees_it_and_its_writer_is_rung(world: World, mina: Client, answered) -> None:  # type: ignore[no-untyped-def]
    ticket, message = answered
    rate(mina, ticket, message, "no", "Wrong parcel")
    User.objects.update(language="en")
    desk = Client()
    desk.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    page = text_of(desk.get(f"/desk/tickets/{ticket.pk}/"))
    assert "did not find this helpful" in page and "Wrong parcel" in page
    desk.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    assert "did not help" in text_of(desk.get("/desk/bell/"))
    assert "Answers that helped" in text_of(_admin(world).get("/desk/settings/notices/"))


def _admin(world: World) -> Client:
    client = Client()
    client.force_login(world.agents["arash"].user, backend="pelekan.people.backends.Backend")
    return client


def test_az_03_nobody_rates_what_is_not_his_or_no_answer(world: World, mina: Client, answered) -> None:  # type: ignore[no-untyped-def]
    ticket, message = answered
    note = actions.note(ticket, by=world.agents["sara"], text="internal")
    own = ticket.messages.filter(kind="incoming").get()
    receipt = actions.say(ticket.conversations.get(), "We have it.", because="receipt")
    other = ticket_of(world, "emma", "hers")
    hers = actions.reply(other, by=world.agents["sara"], text="to Emma")
    emma = browser_of(world, "emma")
    for client, on, what in (
        (mina, ticket, note), (mina, ticket, own), (mina, ticket, receipt), (mina, ticket, hers), (mina, other, hers),
        (emma, ticket, message), (emma, other, message),
    ):  # fmt: skip
        assert rate(client, on, what, "yes").status_code == 404
    assert rate(Client(), ticket, message, "yes").status_code == 401
    assert not Rating.objects.exists()
