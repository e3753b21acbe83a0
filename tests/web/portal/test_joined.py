"""What customers see of joined tickets: one request where both are theirs, and nothing of one another otherwise."""

from __future__ import annotations

from django.test import Client

from pelekan.demo.world import World
from pelekan.people import signin
from pelekan.tickets import actions
from pelekan.tickets.models import Message, Ticket
from tests.conftest import NOON
from tests.web.portal.desk import FOREIGN, browser_of, text_of, ticket_of


def test_two_of_one_customer_are_one(world: World, mina: Client) -> None:
    one, two = (
        ticket_of(world, "mina", "first words", "First"),
        ticket_of(world, "mina", "second words", "Second"),
    )
    actions.join(two, one, by=world.agents["sara"])
    led = mina.get(f"/portal/requests/{two.number}/")
    assert led.status_code == 302 and led["Location"].startswith(f"/portal/requests/{one.number}/")
    page = text_of(mina.get(led["Location"]))
    assert "first words" in page and "second words" in page
    listed = text_of(mina.get("/portal/"))
    assert "First" in listed and "Second" not in listed
    actions.unjoin(two, by=world.agents["sara"])
    assert "second words" in text_of(mina.get(f"/portal/requests/{two.number}/"))


def test_two_of_two_customers_stay_strangers(world: World, mina: Client) -> None:
    mine, hers = (
        ticket_of(world, "mina", "my words", "Mine"),
        ticket_of(world, "emma", FOREIGN, f"Hers {FOREIGN}"),
    )
    sara, emma = world.agents["sara"], browser_of(world, "emma")
    actions.join(mine, hers, by=sara)
    address = f"/portal/requests/{mine.number}/"
    page = text_of(mina.get(address))
    assert "my words" in page and FOREIGN not in page and "Mine" in page
    assert "my words" not in text_of(emma.get(f"/portal/requests/{hers.number}/"))
    assert mina.get(f"/portal/requests/{hers.number}/").status_code == 404

    sent = mina.post(f"{address}answer/", {"text": "more of mine", "client_id": "a"})
    assert sent["Location"].startswith(address)
    talk = Message.objects.get(text="more of mine").conversation
    assert talk.ticket_id == hers.pk
    actions.reply(hers, by=sara, text="for Mina alone", conversation=talk)
    page = text_of(mina.get(address))
    assert "more of mine" in page and "for Mina alone" in page and FOREIGN not in page
    page = text_of(emma.get(f"/portal/requests/{hers.number}/"))
    assert FOREIGN in page and "Mina" not in page and "more of mine" not in page
    listed = text_of(mina.get("/portal/"))
    assert "Mine" in listed and FOREIGN not in listed, "it is in work as long as the other is"
    for act in ("solve", "reopen"):
        mina.post(f"{address}settle/", {"act": act})
    assert Ticket.objects.get(pk=hers.pk).status == "open"

    actions.close(hers, by=sara)
    sent = mina.post(f"{address}answer/", {"text": "and again", "client_id": "b"})
    after = Message.objects.get(text="and again").ticket
    assert str(after.number) in sent["Location"] and FOREIGN not in text_of(mina.get(sent["Location"]))


def test_a_guest_link_opens_no_more_than_it_did(world: World) -> None:
    one, two = ticket_of(world, "mina", FOREIGN, "First"), ticket_of(world, "mina", "second words", "Second")
    link = signin.guest_link(two.pk, world.customers["mina"], now=NOON).removeprefix("http://testserver")
    actions.join(two, one, by=world.agents["sara"])
    guest = Client()
    page = text_of(guest.get(guest.get(link)["Location"]))
    assert "second words" in page and FOREIGN not in page
    sent = guest.post(f"/portal/guest/{two.pk}/answer/", {"text": "by link", "client_id": "g"})
    assert sent.status_code == 302 and Message.objects.get(text="by link").ticket_id == one.pk
