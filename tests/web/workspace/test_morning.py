"""S36: in the morning's batch the overcharge stands on top, and says why."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from pelekan.demo.world import World
from pelekan.sla.presets import document_348
from pelekan.tickets import rulebooks
from pelekan.tickets.actions import receive
from tests.tickets.test_actions import line


@pytest.mark.parametrize(
    ("charge", "holidays", "language"),
    [
        ("دیشب دو بار از کارتم پول کم شد", ("روز تعطیل رسمی باز هستید؟", "هل تعملون يوم العيد؟"), "fa"),
        ("My card was charged twice last night", ("Are you open on the bank holiday?", "What are your opening hours?"), "en"),
    ],
)  # fmt: skip
def test_the_overcharge_stands_on_top_with_its_reason(
    client: Client, world: World, charge: str, holidays: tuple[str, str], language: str
) -> None:
    rulebooks.enable(rulebooks.keep("sla", document_348(), by=None), by=None)
    mail = world.inboxes["mail"].pk
    for who, text in zip(("mina", "yusuf", "emma"), (holidays[0], charge, holidays[1]), strict=True):
        receive(
            line(
                world,
                text,
                inbox_id=mail,
                channel="email",
                customer_id=world.customers[who].pk,
                language=language,
            )
        )
    user = world.agents["sara"].user
    user.language = language
    user.save()
    client.force_login(user)
    page = client.get("/desk/list/all/").content.decode()
    rows = re.findall(r'id="row-\d+".*?</a>', page, re.DOTALL)
    assert len(rows) == 3
    place = next(place for place, row in enumerate(rows) if charge[:12] in row)
    assert "row__why" in rows[place] and sum("row__why" in row for row in rows) == 1
    assert place == 0, "the most urgent stands on top"
