"""The screens for frustration, promises and what is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.people.models import Desk
from pelekan.tickets import actions
from pelekan.tickets.frustration import ratings
from pelekan.tickets.frustration.document import usual
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.models import Call, Event, Mood, Promise, Rating, Rulebook, Ticket

HOUR = timedelta(hours=1)


@pytest.fixture
def ticket(world: World) -> Ticket:
    now = clock() - 3 * HOUR
    incoming = Incoming(
        channel="email", inbox_id=world.inboxes["mail"].pk, customer_id=world.customers["mina"].pk,
        text="This is unacceptable. I am furious and disappointed!!!", subject="Order", language="en",
    )  # fmt: skip
    made = actions.receive(incoming, now=now).ticket
    return actions.assign(made, world.agents["sara"], by=world.agents["nika"], now=now)


def client(world: World, key: str) -> Client:
    one = Client()
    one.force_login(world.agents[key].user, "pelekan.people.backends.Backend")
    return one


def test_the_mark_with_its_reasons_and_not_so(world: World, ticket: Ticket) -> None:
    sara = client(world, "sara")
    page = sara.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert 'class="care care--' in page
    assert "mood--act" in page or "#meh" in page, "on the row too"
    answer = sara.post(f"/desk/tickets/{ticket.pk}/care/not-so/", {"why": "He jokes"})
    assert answer.status_code == 200 and "care--" not in answer.content.decode()
    assert Mood.objects.get().dismissed_why == "He jokes"


def test_a_call_by_one_click(world: World, ticket: Ticket) -> None:
    client(world, "sara").post(f"/desk/tickets/{ticket.pk}/care/call/")
    assert Call.objects.get(ticket=ticket, source="frustration").because


def test_the_composer_sees_promises_and_asking_again(world: World, ticket: Ticket) -> None:
    sara, look = client(world, "sara"), f"/desk/tickets/{ticket.pk}/promises/"
    text = "تا فردا ساعت ۱۰ خبر می‌دهیم. لطفاً تصویر صفحه را بفرستید."
    first = sara.post(look, {"text": text}).content.decode()
    assert 'data-promise="تا فردا ساعت ۱۰"' in first and "data-ask-at-once" not in first
    actions.reply(ticket, by=world.agents["sara"], text="Please send us a screenshot.")
    assert "data-ask-at-once" in sara.post(look, {"text": text}).content.decode()
    assert (
        "aria-invalid"
        in sara.post(look, {"text": text, "promise_at": "تا فردا ساعت ۱۰\tسیب"}).content.decode()
    )
    assert (
        "promise--dropped"
        in sara.post(look, {"text": text, "promise_drop": "تا فردا ساعت ۱۰"}).content.decode()
    )


def test_a_promise_is_sent_corrected_moved_and_dropped(world: World, ticket: Ticket) -> None:
    sara = client(world, "sara")
    typed = {
        "kind": "reply",
        "html": "<p>تا فردا خبر می‌دهیم.</p>",
        "promise_at": "تا فردا\tپس‌فردا ساعت ۹",
        "anyway": "1",
    }
    assert sara.post(f"/desk/tickets/{ticket.pk}/send/", typed).status_code == 200
    promise = Promise.objects.get(ticket=ticket)
    assert promise.until_at - clock() > timedelta(days=1)
    move = f"/desk/promises/{promise.pk}/move/"
    assert sara.post(move, {"until": "دیروز"}).status_code == 422
    assert "care--promise" in sara.post(move, {"until": "فردا ساعت ۱۷"}).content.decode()
    assert client(world, "dara").post(f"/desk/promises/{promise.pk}/drop/").status_code in (200, 404)
    sara.post(f"/desk/promises/{promise.pk}/drop/")
    assert Ticket.objects.get(pk=ticket.pk).promised_at is None


def test_the_lists(world: World, ticket: Ticket) -> None:
    actions.release(ticket, by=world.agents["sara"])
    nika = client(world, "nika")
    page = nika.get("/desk/forgotten/").content.decode()
    assert f"/desk/tickets/{ticket.pk}/" in page and 'id="no_owner"' in page
    assert nika.get("/desk/forgotten/nothing/").status_code == 404
    assert nika.get("/desk/forgotten/no_owner/?from=25").status_code == 200


def typed(**changes: str) -> dict[str, str]:
    rules = usual()
    form = {f"weight-{name}": str(value) for name, value in rules.weights.items()}
    form |= {"threshold-watch": "40", "threshold-act": "70", "act-call": "70"}
    form |= {f"forgotten-{name}": str(minutes) for name, minutes in rules.forgotten.items()}
    return {**form, **{key.replace("__", "-"): value for key, value in changes.items()}}


def test_settings_make_a_draft_that_is_put_in_force(world: World, ticket: Ticket) -> None:
    arash, page = client(world, "arash"), "/desk/settings/frustration/"
    assert arash.get(page).status_code == 200
    refused = arash.post(page, typed(weight__feeling="ناچیز"))
    assert refused.status_code == 422 and "aria-invalid" in refused.content.decode()
    assert (
        arash.post(page, typed(weight__feeling="۹۰", forgotten__silent="۲", unit__silent="hours")).status_code
        == 302
    )
    draft = Rulebook.objects.get(kind="frustration")
    assert draft.body["weights"]["feeling"] == 90 and draft.body["forgotten"]["silent"] == 120
    assert draft.state == "draft" and "draft__differences" in arash.get(page).content.decode()
    arash.post("/desk/settings/books/frustration/enable/")
    assert Rulebook.objects.get(pk=draft.pk).state == "active"
    arash.post("/desk/settings/frustration/preset/early/")
    assert Rulebook.objects.latest("pk").body["thresholds"]["watch"] == 25
    assert client(world, "sara").get(page).status_code == 403


def test_follow_up(world: World) -> None:
    arash = client(world, "arash")
    arash.post("/desk/settings/organization/", {"name": "Chakad", "language": "fa"})
    arash.post("/desk/settings/follow-up/", {"hours": "۲۴"})

    assert Desk.objects.get().follow_up_hours == 24
    arash.post("/desk/settings/follow-up/", {"hours": "9999"})
    assert Desk.objects.get().follow_up_hours == 24


def test_learning_from_ratings(world: World) -> None:
    arash, page = client(world, "arash"), "/desk/settings/frustration/learn/"
    assert "60" in arash.post(page).content.decode() or "۶۰" in arash.post(page).content.decode()
    for number in range(80):
        incoming = Incoming(
            channel="email", inbox_id=world.inboxes["mail"].pk, customer_id=world.customers["mina"].pk, text="?", language="en"
        )  # fmt: skip
        made = actions.receive(incoming).ticket
        solving = Event.objects.filter(ticket=made).latest("pk")
        unhappy = number % 4 == 0
        Ticket.objects.filter(pk=made.pk).update(round_trips=6 if unhappy else number % 3)
        Rating.objects.create(
            ticket=made, solving=solving, customer=made.customer, stars=1 if unhappy else 5, way="mail"
        )
    shown = arash.post(page).content.decode()
    assert 'class="lesson"' in shown and "<svg" in shown
    lesson = ratings.learn(usual(), clock())
    assert lesson.bad == 20 and lesson.measured[1].precision == 1.0
    arash.post(page, {"use": "1"})
    assert Rulebook.objects.get(kind="frustration").body["learned"]["weights"]["round_trips"] > 0
