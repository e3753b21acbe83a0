"""The pages of the workspace as agents get them."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.tickets.actions import assign, take
from tests.conftest import NOON


def test_the_desk_opens_with_what_is_mine(at_desk, write, world: World) -> None:
    mine, other = write(), write(subject="دیگری", customer="emma")
    take(mine, by=world.agents["sara"], now=NOON)
    client = at_desk("sara")
    assert client.get("/desk/").headers["Location"] == "/desk/list/mine/"
    page = client.get("/desk/list/mine/").content.decode()
    assert f'id="row-{mine.pk}"' in page
    assert f'id="row-{other.pk}"' not in page
    assert "مینا صالحی" in page


def test_every_list_opens(at_desk, write, world: World) -> None:
    ticket, chat = write(), write(channel="chat")
    client = at_desk("nika")
    front = world.teams["front"].pk
    for slug in ("mine", "waiting", "unassigned", "all", "done", f"queue-{front}", f"team-{front}"):
        response = client.get(f"/desk/list/{slug}/")
        assert response.status_code == 200, slug
    assert f"row-{chat.pk}" in client.get("/desk/list/waiting/").content.decode()
    assert f"row-{ticket.pk}" in client.get(f"/desk/list/queue-{front}/").content.decode()
    assert client.get("/desk/list/whatever/").status_code == 404


def test_the_ticket_page_shows_all_of_it(at_desk, write, world: World) -> None:
    ticket = write()
    assign(ticket, world.agents["omid"], by=world.agents["nika"], because="آشناست", now=NOON)
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    for shown in ("پول کسر شد", "پرداخت انجام شد", "امید رستگار", "آشناست", "mina.salehi@example.com", "۱"):
        assert shown in page, shown


def test_other_pages_open(at_desk, write) -> None:
    write(channel="chat")
    client = at_desk("sara")
    for path in ("/desk/chats/", "/desk/search/", "/desk/search/?q=پرداخت", "/desk/me/", "/desk/counts/"):
        assert client.get(path).status_code == 200, path


def test_a_mail_shows_to_whom_it_went(at_desk, write) -> None:
    to = [{"name": "پشتیبانی", "address": "support@example.com"}, {"name": "", "address": "two@example.org"}]
    ticket = write(meta={"to": to, "cc": ["three@example.org"]})
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "support@example.com, two@example.org" in page
    assert "three@example.org" in page
