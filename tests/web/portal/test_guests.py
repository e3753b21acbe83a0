"""Guest links: one request, for a while, without an account."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from pelekan.demo.world import World
from pelekan.people import signin
from pelekan.people.models import Token
from pelekan.tickets import actions
from pelekan.tickets.models import Message, Rating, Ticket
from tests.conftest import NOON
from tests.web.portal.desk import SECRET, text_of, ticket_of


@pytest.fixture
def guest(world: World):
    ticket = ticket_of(world, "mina", "my words", "Mine")
    link = signin.guest_link(ticket.pk, world.customers["mina"], now=NOON)
    return ticket, link.removeprefix("http://testserver")


def test_pr_05_the_links_secret_leaves_the_address_at_once(guest) -> None:
    ticket, link = guest
    client = Client()
    answer = client.get(link)
    assert answer["Location"] == f"/portal/guest/{ticket.pk}/"
    assert answer["Referrer-Policy"] == "no-referrer"
    cookie = answer.cookies["pelekan_guest"]
    assert cookie["path"] == f"/portal/guest/{ticket.pk}/" and cookie["httponly"]
    page = client.get(answer["Location"])
    assert "my words" in text_of(page) and link.split("/")[-2] not in text_of(page)


def test_au_14_a_guest_link_opens_one_request_for_a_while(world: World, guest) -> None:
    ticket, link = guest
    other = ticket_of(world, "mina", "another matter", "Other")
    client = Client()
    client.get(link)
    client.cookies["pelekan_guest"]["path"] = "/"  # a browser that sends it everywhere
    assert client.get(f"/portal/guest/{ticket.pk}/").status_code == 200
    for path in (f"/portal/guest/{other.pk}/", f"/portal/guest/{other.pk}/live/"):
        assert client.get(path).status_code == 404
    assert client.post(f"/portal/guest/{other.pk}/answer/", {"text": "x"}).status_code == 404
    for path in ("/portal/profile/", f"/portal/requests/{ticket.number}/", "/portal/requests/new/"):
        assert client.get(path).status_code == 302, path
    assert client.post(f"/portal/guest/{ticket.pk}/settle/", {"act": "solve"}).status_code == 404
    assert (
        client.post(f"/portal/guest/{ticket.pk}/answer/", {"text": "thanks", "client_id": "g1"}).status_code
        == 302
    )
    assert Message.objects.get(text="thanks").customer == world.customers["mina"]
    with time_machine.travel(NOON + signin.GUEST_LIVES + timedelta(minutes=1), tick=False):
        assert client.get(f"/portal/guest/{ticket.pk}/").status_code == 404
        assert Client().get(link).status_code == 404


def test_au_14_revoked_and_after_the_ticket_went_to_someone_else(world: World, guest) -> None:
    ticket, link = guest
    client = Client()
    client.get(link)
    signin.revoke_guest_links(ticket.pk, now=NOON)
    assert client.get(f"/portal/guest/{ticket.pk}/").status_code == 404 == Client().get(link).status_code
    again = signin.guest_link(ticket.pk, world.customers["mina"], now=NOON).removeprefix("http://testserver")
    assert again != link and Client().get(again).status_code == 302
    Ticket.objects.filter(pk=ticket.pk).update(customer=world.customers["emma"])
    ticket.conversations.update(customer=world.customers["emma"])
    assert Client().get(again).status_code == 404


def test_au_14_after_closing_a_guest_begins_a_follow_up(world: World, guest) -> None:
    ticket, link = guest
    actions.close(ticket, by=world.agents["sara"])
    client = Client()
    client.get(link)
    page = text_of(
        client.post(f"/portal/guest/{ticket.pk}/answer/", {"text": "again broken", "client_id": "g"})
    )
    follow_up = Ticket.objects.get(follows=ticket)
    assert str(follow_up.number) in page
    assert client.get(f"/portal/guest/{follow_up.pk}/").status_code == 404


def test_mails_of_one_request_carry_one_link(world: World, guest) -> None:
    ticket, link = guest
    for _ in range(3):
        assert signin.guest_link(ticket.pk, world.customers["mina"], now=NOON).endswith(link)
    assert Token.objects.filter(purpose="guest").count() == 1
    assert link.split("/")[-2] not in str(Token.objects.values_list("data", "digest"))
    assert not signin.guest_link(ticket.pk, world.customers["emma"], now=NOON).endswith(link)


def test_az_10_guests_see_no_note(world: World, guest) -> None:
    ticket, link = guest
    actions.note(ticket, by=world.agents["sara"], text=SECRET)
    client = Client()
    client.get(link)
    assert SECRET not in text_of(client.get(f"/portal/guest/{ticket.pk}/"))


def test_a_guest_says_whether_an_answer_helped_and_rates_nothing_else(world: World, guest) -> None:
    ticket, link = guest
    sara = world.agents["sara"]
    said = actions.reply(ticket, by=sara, text="It is on its way.")
    note = actions.note(ticket, by=sara, text=SECRET)
    other = ticket_of(world, "mina", "another matter", "Other")
    strange = actions.reply(other, by=sara, text="elsewhere")
    client = Client()
    client.get(link)
    page = text_of(client.get(f"/portal/guest/{ticket.pk}/"))
    rate = f"/portal/guest/{ticket.pk}/answers/{said.pk}/"
    assert rate in page
    answer = client.post(rate, {"helped": "no", "words": "not yet"}, headers={"HX-Request": "true"})
    assert "not yet" in text_of(answer) and rate in text_of(answer)
    said.refresh_from_db()
    assert said.meta["rated"]["helpful"] is False and Rating.objects.get(message=said).stars == 1
    for wrong in (note, strange):
        assert (
            client.post(f"/portal/guest/{ticket.pk}/answers/{wrong.pk}/", {"helped": "yes"}).status_code
            == 404
        )
    assert Client().post(rate, {"helped": "yes"}).status_code == 404
    signin.revoke_guest_links(ticket.pk, now=NOON)
    assert client.post(rate, {"helped": "yes"}).status_code == 404
