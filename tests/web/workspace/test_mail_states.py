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
