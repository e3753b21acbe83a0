"""What agents see of a mail's way: warnings in words, and how each answer stands."""

from __future__ import annotations

import pytest

from pelekan.channels.faults import fault
from pelekan.channels.models import Delivery
from pelekan.demo.world import World
from pelekan.lib.time import now as clock
from pelekan.tickets.actions import reply
from pelekan.tickets.models import Message


@pytest.mark.parametrize(
    ("state", "stored", "shown"),
    [
        ("failed", fault("refused", detail="550 no such user"), "550 no such user"),
        ("unknown", fault("unanswered"), "May have reached"),
        ("queued", fault("refused_for_now", detail="451 later"), "451 later"),
        ("stopped", fault("read_meanwhile"), ""),
    ],
)
def test_the_page_says_how_an_answer_stands(
    at_desk, write, world: World, state: str, stored: str, shown: str
) -> None:
    ticket = write()
    sara = world.agents["sara"]
    sara.user.language = "en"
    sara.user.save()
    sent = reply(ticket, by=sara, text="ok")
    assert Delivery.objects.filter(message=sent).get().recipient == "mina.salehi@example.com"
    Delivery.objects.filter(message=sent).update(state=state, fault=stored, tries=2, due_at=clock())
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert shown in page and "{&#34;fault" not in page and '{"fault' not in page


def test_warnings_are_sentences(at_desk, write, world: World) -> None:
    ticket = write()
    world.agents["sara"].user.language = "en"
    world.agents["sara"].user.save()
    Message.objects.update(meta={"warnings": ["message_id_missing", "message_id_reused"]})
    page = at_desk("sara").get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert "may be an imitation" in page and "message_id" not in page


def test_what_was_not_delivered_is_sent_again_from_the_timeline(at_desk, write, world: World) -> None:
    ticket = write()
    sent = reply(ticket, by=world.agents["sara"], text="ok")
    row, client = Delivery.objects.filter(message=sent), at_desk("sara")
    again, page = f"/desk/tickets/{ticket.pk}/messages/{sent.pk}/resend/", f"/desk/tickets/{ticket.pk}/"
    assert again not in client.get(page).content.decode()
    row.update(state="failed", fault=fault("refused", detail="550"), due_at=None, tries=3)
    assert f'hx-post="{again}"' in client.get(page).content.decode()
    assert client.post(again).status_code == 200
    assert (row.get().state, row.get().tries) == ("queued", 0)
    assert client.post(again).status_code == 422, "a second click sends nothing and says so"


def test_what_waits_for_its_next_try_is_stopped_from_the_timeline(at_desk, write, world: World) -> None:
    ticket = write()
    sent = reply(ticket, by=world.agents["sara"], text="ok")
    row, client = Delivery.objects.filter(message=sent), at_desk("sara")
    row.update(tries=1, fault=fault("refused_for_now", detail="451"), due_at=clock())
    before = client.get(f"/desk/tickets/{ticket.pk}/lines/?after=1").content
    stop = f"/desk/tickets/{ticket.pk}/messages/{sent.pk}/stop/"
    assert f'hx-post="{stop}"'.encode() in before
    assert client.post(stop).status_code == 200
    assert row.get().state == "stopped"
    after = client.get(f"/desk/tickets/{ticket.pk}/").content.decode()
    assert stop not in after and "/resend/" in after, "who stopped it may change his mind"
    other = at_desk("sara").post(f"/desk/tickets/{write().pk}/messages/{sent.pk}/resend/")
    assert other.status_code == 404 and row.get().state == "stopped", (
        "a message is reached by its own ticket only"
    )
