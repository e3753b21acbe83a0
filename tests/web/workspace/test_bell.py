"""The bell on screen: count, lines, what is read, choices, colleagues."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.tickets.actions import assign
from pelekan.tickets.bell import reading
from pelekan.tickets.models import Bell, BellChoice
from tests.conftest import NOON


def test_count_lines_and_read(at_desk, write, world: World) -> None:
    ticket, sara = write(), world.agents["sara"]
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    browser = at_desk("sara")
    found = browser.get("/desk/bell/news/?after=1").json()
    assert (found["unread"], found["words"]) == (1, "۱") and found["news"][0][
        "url"
    ] == f"/desk/tickets/{ticket.pk}/"
    assert browser.get(f"/desk/bell/news/?after={found['last']}").json()["news"] == []
    part = browser.get("/desk/bell/", headers={"HX-Request": "true"}).content.decode()
    assert "bell__line--unread" in part and "پول کسر شد" in part and "<html" not in part
    line = Bell.objects.get()
    at_desk("omid").post("/desk/bell/read/", {"id": line.pk}, headers={"HX-Request": "true"})
    assert reading.unread(sara) == 1, "nobody reads another's"
    assert (
        browser.post("/desk/bell/read/", {"id": line.pk}, headers={"HX-Request": "true"}).status_code == 204
    )
    assert browser.get("/desk/bell/news/").json()["unread"] == 0
    assert "پول کسر شد" in browser.get("/desk/bell/").content.decode()


def test_reading_the_ticket_reads_its_lines(at_desk, write, world: World) -> None:
    ticket, sara = write(), world.agents["sara"]
    assign(ticket, sara, by=world.agents["nika"], now=NOON)
    at_desk("sara").post(f"/desk/tickets/{ticket.pk}/read/", {"message": ticket.messages.latest("pk").pk})
    assert reading.unread(sara) == 0


def test_choices(at_desk, world: World) -> None:
    browser = at_desk("sara")
    page = browser.get("/desk/me/notices/").content.decode()
    assert 'value="mentioned:browser" aria-label' in page and "fault:" not in page
    kept = {
        "ways": ["assigned:mail", "nonsense:bell"],
        "start": "22:00",
        "end": "07:00",
        "days": ["4", "9"],
        "digest": "weekly",
    }
    assert browser.post("/desk/me/notices/", kept).status_code == 302
    row = BellChoice.objects.get()
    assert row.ways["assigned"] == ["mail"] and row.ways["mentioned"] == [] and "nonsense" not in row.ways
    assert row.quiet == {"from": "22:00", "until": "07:00", "days": [4]} and row.digest_at is not None
    assert browser.post("/desk/me/notices/", {"start": "22:00"}).status_code == 422
    assert browser.post("/desk/me/notices/", {"start": "25:99", "end": "07:00"}).status_code == 422


def test_colleagues_who_may_see_it(at_desk, write, world: World) -> None:
    ticket = write()
    names = [
        one["name"] for one in at_desk("sara").get(f"/desk/tickets/{ticket.pk}/colleagues/").json()["people"]
    ]
    assert world.agents["omid"].name in names and world.agents["nika"].name in names
    assert world.agents["james"].name not in names and world.agents["sara"].name not in names
