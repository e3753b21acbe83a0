"""Rating, the way out of mails, choices: by proof, by POST alone, by the customer alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import User
from pelekan.tickets.actions import receive, solve
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Event, NoticeChoice, Rating, Ticket
from pelekan.tickets.notices import choosing, rating


@pytest.fixture
def solved(world: World) -> Ticket:
    mina = world.customers["mina"]
    now = clock()
    message = receive(
        Incoming(
            inbox_id=world.inboxes["portal"].pk, channel="portal", customer_id=mina.pk, text="سلام",
            subject="پول کسر شد", language="fa",
        ),
        now=now - timedelta(hours=2),
    )  # fmt: skip
    return solve(
        Ticket.objects.get(pk=message.ticket_id), by=world.agents["dara"], now=now - timedelta(hours=1)
    )


def link(ticket: Ticket) -> str:
    return f"/portal/rate/{rating.token_of(Event.objects.get(name='ticket.solved', ticket=ticket).pk)}/"


@pytest.fixture
def mina(world: World) -> Client:
    user = User.objects.create_user("mina.salehi@example.com", None, name="مینا صالحی")
    world.customers["mina"].user = user
    world.customers["mina"].save()
    browser = Client()
    browser.force_login(user, backend="pelekan.people.backends.Backend")
    return browser


def test_one_click_chooses_only_the_button_counts(solved: Ticket) -> None:
    scanner = Client()
    page = scanner.get(link(solved) + "?stars=4")
    assert page.status_code == 200 and not Rating.objects.exists()
    assert 'value="4" checked' in page.content.decode() and page["Referrer-Policy"] == "same-origin"
    assert scanner.head(link(solved) + "?stars=1").status_code == 200 and not Rating.objects.exists()
    done = scanner.post(link(solved), {"stars": "4", "words": "زود پاسخ دادید"}, follow=True)
    assert done.status_code == 200
    one = Rating.objects.get()
    assert (one.stars, one.words, one.way, one.customer) == (4, "زود پاسخ دادید", "mail", solved.customer)
    scanner.post(link(solved), {"stars": "5", "words": "زود پاسخ دادید"})
    one = Rating.objects.get()
    assert one.stars == 5, "corrected, not doubled"
    events = Event.objects.filter(name="ticket.rated").order_by("pk")
    assert [(e.data["stars"], e.data["stars_before"]) for e in events] == [(4, None), (5, 4)]


def test_forged_foreign_and_old_links_open_nothing(solved: Ticket, monkeypatch: pytest.MonkeyPatch) -> None:
    good = link(solved)
    other = Event.objects.exclude(name="ticket.solved").first()
    for bad in (
        good.replace("/rate/", "/rate/9"),
        f"/portal/rate/{rating.token_of(other.pk)}/",
        "/portal/rate/x-y/",
    ):
        assert Client().get(bad).status_code == 404
        assert Client().post(bad, {"stars": "5"}).status_code == 404
    off = choosing.off_token(solved.customer_id, ["rate"]).partition("-")[2]
    assert Client().get(f"/portal/rate/{off}/").status_code == 404, "a link of another purpose"
    monkeypatch.setattr(rating, "LIVES", timedelta(minutes=59))
    assert Client().post(good, {"stars": "5"}).status_code == 404 and not Rating.objects.exists()


@pytest.mark.parametrize("stars", ["0", "6", "five", "", "-1", "5.0"])
def test_only_one_to_five(solved: Ticket, stars: str) -> None:
    assert Client().post(link(solved), {"stars": stars}).status_code == 422 and not Rating.objects.exists()


def test_agents_cannot_rate(world: World, solved: Ticket) -> None:
    browser = Client()
    browser.force_login(world.agents["dara"].user, backend="pelekan.people.backends.Backend")
    assert browser.post(link(solved), {"stars": "5"}).status_code == 403 and not Rating.objects.exists()
    with pytest.raises(PermissionError):
        rating.rate(Event.objects.get(name="ticket.solved"), by=world.agents["dara"], stars=5, way="portal")  # type: ignore[arg-type]
    with pytest.raises(PermissionError):
        rating.rate(
            Event.objects.get(name="ticket.solved"), by=world.customers["emma"], stars=1, way="portal"
        )


def test_on_the_page_of_the_request_and_on_the_timeline(world: World, solved: Ticket, mina: Client) -> None:
    page = mina.get(f"/portal/requests/{solved.number}/").content.decode()
    assert link(solved) in page and page.count('name="stars"') == 5
    back = mina.post(link(solved), {"stars": "2", "way": "portal", "back": "request"})
    assert back["Location"].startswith(f"/portal/requests/{solved.number}/")
    page = mina.get(f"/portal/requests/{solved.number}/").content.decode()
    assert 'name="stars"' not in page and page.count("is-full") == 2
    desk = Client()
    desk.force_login(world.agents["nika"].user, backend="pelekan.people.backends.Backend")
    world.agents["nika"].user.language = "en"
    world.agents["nika"].user.save()
    assert "2 of 5 stars" in desk.get(f"/desk/tickets/{solved.pk}/").content.decode()


def test_mo_18_one_click_unsubscribe(world: World, solved: Ticket) -> None:
    """RFC 8058: POST without a cookie works, GET by a link scanner changes nothing."""
    browser = Client(enforce_csrf_checks=True)
    address = f"/portal/notices/off/{choosing.off_token(solved.customer_id, ['rate'])}/"
    assert browser.get(address).status_code == 200 and not NoticeChoice.objects.exists()
    assert browser.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert NoticeChoice.objects.get().off == ["rate:email"]
    browser.post(address, {"again": "1"})
    assert NoticeChoice.objects.get().off == []
    forged = address.replace(f"/{solved.customer_id}-", f"/{world.customers['emma'].pk}-")
    assert browser.post(forged).status_code == 404


def test_choices_in_the_profile(world: World, mina: Client) -> None:
    page = mina.get("/portal/profile/").content.decode()
    assert 'value="rate:email"' in page and 'value="waiting:email"' not in page
    mina.post(
        "/portal/profile/notices/", {"on": ["moved:email", "solved:email", "reminder:email", "waiting:email"]}
    )
    assert NoticeChoice.objects.get(customer=world.customers["mina"]).off == ["rate:email", "verify:email"]
