"""What a ticket is about: chosen, with further causes, and needed before it is solved where the desk says so."""

from __future__ import annotations

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.tickets import actions, shaping
from pelekan.tickets.actions import CategoryMissing, receive
from pelekan.tickets.models import Event, Ticket
from tests.tickets.test_actions import line


@pytest.fixture
def ticket(world: World) -> Ticket:
    return receive(line(world, "سلام")).ticket


@pytest.fixture
def sara(client: Client, world: World) -> Client:
    client.force_login(world.agents["sara"].user)
    return client


def test_a_category_and_further_causes(sara: Client, world: World, ticket: Ticket) -> None:
    bank, howto, account = (world.categories[name].pk for name in ("bank", "howto", "account"))
    page = sara.get(f"/desk/tickets/{ticket.pk}/dialogs/categorise/").content.decode()
    assert "data-find" in page and 'name="cause"' in page
    answer = {"category": bank, "causes_shown": "1", "cause": [howto, account, bank, "x"]}
    assert sara.post(f"/desk/tickets/{ticket.pk}/categorise/", answer).status_code == 200
    ticket.refresh_from_db()
    assert ticket.category_id == bank and {one.pk for one in ticket.causes.all()} == {howto, account}
    sara.post(f"/desk/tickets/{ticket.pk}/categorise/", {"category": bank})
    assert ticket.causes.count() == 2, "a form that shows no causes takes none away"
    sara.post(
        f"/desk/tickets/{ticket.pk}/categorise/", {"category": bank, "causes_shown": "1", "cause": [howto]}
    )
    assert ticket.causes.count() == 1
    assert Event.objects.filter(ticket=ticket, name="ticket.causes_set").count() == 2
    assert sara.get(f"/desk/tickets/{ticket.pk}/").status_code == 200


def test_without_a_category_nothing_is_solved_where_one_is_needed(
    sara: Client, world: World, ticket: Ticket
) -> None:
    shaping.require_category(True, by=world.agents["arash"])
    for act in ("solve", "close"):
        refused = sara.post(f"/desk/tickets/{ticket.pk}/{act}/")
        assert (
            refused.status_code == 422
            and "دسته" in refused.content.decode()
            or "category" in refused.content.decode()
        )
        with pytest.raises(CategoryMissing):
            getattr(actions, act)(ticket, by=None, because="a rule")
    ticket.refresh_from_db()
    assert ticket.status == "new"
    actions.solve(ticket, by=ticket.customer)
    actions.reopen(ticket, by=world.agents["sara"])
    actions.categorise(ticket, world.categories["bank"], by=world.agents["sara"])
    assert sara.post(f"/desk/tickets/{ticket.pk}/solve/").status_code == 200
    shaping.require_category(False, by=world.agents["arash"])


def test_only_admins_require_categories(sara: Client, world: World, client: Client) -> None:
    assert sara.post("/desk/settings/categories/required/", {"required": "yes"}).status_code == 403
    client.force_login(world.agents["arash"].user)
    assert client.post("/desk/settings/categories/required/", {"required": "yes"}).status_code == 302
    with pytest.raises(CategoryMissing):
        actions.solve(receive(line(world, "سلام")).ticket, by=world.agents["sara"])


def test_what_a_category_asks_for(world: World, client: Client) -> None:
    arash = world.agents["arash"]
    client.force_login(arash.user)
    skill = shaping.save_skill(None, by=arash, name="Refunds")
    bank = world.categories["bank"]
    form = {
        "name": bank.name,
        "kind": "complaint",
        "skill": skill.pk,
        "skill_level": "3",
        "impact": "3",
        "urgency": "3",
    }
    assert client.post(f"/desk/settings/categories/{bank.pk}/", form).status_code == 302
    bank.refresh_from_db()
    assert (bank.kind, bank.skill, bank.skill_level) == ("complaint", skill, 3)
    assert client.post(f"/desk/settings/categories/{bank.pk}/", {**form, "kind": "joke"}).status_code == 422


def test_one_key_confirms(sara: Client, ticket: Ticket) -> None:
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert 'data-key="y"' in page
    assert 'data-key="y"' not in sara.post(f"/desk/tickets/{ticket.pk}/confirm/").content.decode()
    dialog = sara.get(f"/desk/tickets/{ticket.pk}/dialogs/assess/").content.decode()
    assert (
        "matrix__cell--here" in dialog
        and sara.get(f"/desk/tickets/{ticket.pk}/dialogs/categorise/").status_code == 200
    )
