"""Colleagues on a single request: added inside the organization, they read and answer it; who is removed does neither."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from pelekan.demo.world import World
from pelekan.people.models import Customer, Letter, Organization
from pelekan.tickets import actions
from pelekan.tickets.following import acts
from pelekan.tickets.models import Event, Follower, Ticket
from tests.web.portal.desk import SECRET, browser_of, text_of, ticket_of


@pytest.fixture
def company(world: World) -> Organization:
    found = Organization.objects.create(name="Sepehr Trading Two", domains=["sepehr-two.example"])
    both = [world.customers[who].pk for who in ("mina", "yusuf")]
    Customer.objects.filter(pk__in=both).update(organization=found)
    for who in ("mina", "yusuf"):
        world.customers[who].refresh_from_db()
    return found


def mail_of(world: World, who: str) -> str:
    return world.customers[who].identities.get(kind="email").address


def added(world: World, mina: Client) -> Ticket:
    ticket = ticket_of(world, "mina", "the invoice of May")
    mina.post(f"/portal/requests/{ticket.number}/colleagues/", {"colleague": mail_of(world, "yusuf")})
    return Ticket.objects.get(pk=ticket.pk)


def test_who_is_added_reads_answers_and_hears_of_it(
    world: World, company: Organization, mina: Client
) -> None:
    yusuf = browser_of(world, "yusuf")
    ticket, other = added(world, mina), ticket_of(world, "mina", "my own matter", "Private matter")
    page = f"/portal/requests/{ticket.number}/"
    invited = Letter.objects.get(kind="followed")
    assert invited.recipient == mail_of(world, "yusuf")
    assert page in text_of(yusuf.get("/portal/?whose=colleagues"))
    assert "Your answer" in text_of(yusuf.get(page))
    assert yusuf.get(f"/portal/requests/{other.number}/").status_code == 404
    assert (
        yusuf.post(f"{page}answer/", {"text": "I have the number: 77", "client_id": "y1"}).status_code == 302
    )
    said = ticket.messages.get(text__contains="77")
    assert said.customer == world.customers["yusuf"] and said.conversation.customer == world.customers["mina"]
    assert "I have the number: 77" in text_of(mina.get(page)) and world.customers["yusuf"].name in text_of(
        mina.get(page)
    )
    actions.note(ticket, by=world.agents["sara"], text=SECRET)
    actions.reply(ticket, by=world.agents["sara"], text="Thank you both.")
    actions.reply(ticket, by=world.agents["sara"], text="And this.")
    assert Letter.objects.filter(kind="followed").count() == 2  # one letter until he looks
    told = text_of(yusuf.get(page))
    assert "And this." in told and SECRET not in told
    actions.reply(ticket, by=world.agents["sara"], text="At last.")
    assert Letter.objects.filter(kind="followed").count() == 3
    topics = Event.objects.filter(name="message.sent").latest("pk").topics.split()
    assert f"customer:{world.customers['yusuf'].pk}" in topics
    for path, form in (
        ("settle/", {"act": "solve"}),
        ("who-sees/", {"only_me": "1"}),
        ("colleagues/", {"colleague": "a@b.example"}),
    ):
        assert yusuf.post(f"{page}{path}", form).status_code == 404, path


def test_who_is_removed_or_leaves_the_company_reads_nothing(
    world: World, company: Organization, mina: Client
) -> None:
    yusuf, ticket = browser_of(world, "yusuf"), added(world, mina)
    page, row = f"/portal/requests/{ticket.number}/", Follower.objects.get()
    Customer.objects.filter(pk=world.customers["yusuf"].pk).update(organization=None)
    assert yusuf.get(page).status_code == 404
    Customer.objects.filter(pk=world.customers["yusuf"].pk).update(organization=company)
    assert yusuf.get(page).status_code == 200
    mina.post(f"{page}colleagues/remove/", {"follower": row.pk})
    assert yusuf.get(page).status_code == 404
    assert yusuf.post(f"{page}answer/", {"text": "still here"}).status_code == 404
    assert Ticket.objects.get(pk=ticket.pk).followed_at is None
    before = Letter.objects.count()
    actions.reply(ticket, by=world.agents["sara"], text="only for her")
    assert Letter.objects.count() == before


def test_only_people_of_the_organization_and_only_where_it_allows(
    world: World, company: Organization, mina: Client
) -> None:
    ticket = ticket_of(world, "mina", "the invoice of May")
    to = f"/portal/requests/{ticket.number}/colleagues/"
    for wrong in (mail_of(world, "emma"), "nobody@elsewhere.example", "no address", mail_of(world, "mina")):
        answer = mina.post(to, {"colleague": wrong})
        assert answer.status_code == 422 and wrong in text_of(answer), wrong
    mina.post(to, {"colleague": "new@sepehr-two.example"})
    assert Follower.objects.get().customer.identities.get().verified_at is None
    newcomer = actions.welcome("new@sepehr-two.example", language="en")
    assert Ticket.objects.followed_by(
        newcomer
    ).exists()  # he proved the address, and belongs to the company by it
    company.following = False
    company.save()
    mina.post(to, {"colleague": mail_of(world, "yusuf")})
    assert Follower.objects.count() == 1
    emma = browser_of(world, "emma")
    assert emma.post(to, {"colleague": mail_of(world, "yusuf")}).status_code == 404


def test_an_agent_sees_followers_and_takes_one_away(
    world: World, company: Organization, mina: Client
) -> None:
    ticket = added(world, mina)
    sara = Client()
    sara.force_login(world.agents["sara"].user, backend="pelekan.people.backends.Backend")
    page = text_of(sara.get(reverse("desk_ticket", args=[ticket.pk])))
    remove = reverse("desk_unfollow", args=[ticket.pk])
    assert remove in page and world.customers["yusuf"].name in page
    sara.post(remove, {"follower": Follower.objects.get().pk})
    assert not Follower.objects.exists()
    assert Event.objects.get(name="ticket.unfollowed").agent == world.agents["sara"]


def test_leaving_by_himself(world: World, company: Organization, mina: Client) -> None:
    yusuf, ticket = browser_of(world, "yusuf"), added(world, mina)
    yusuf.post(f"/portal/requests/{ticket.number}/leave/")
    assert (
        not Follower.objects.exists() and yusuf.get(f"/portal/requests/{ticket.number}/").status_code == 404
    )
    with pytest.raises(PermissionError):
        acts.answer(ticket, by=world.customers["yusuf"], text="hello")
