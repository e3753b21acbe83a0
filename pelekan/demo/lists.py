"""The saved views of the office: one for everybody, one of a team, one of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pelekan.demo.world import World
from pelekan.tickets import views

NOBODY_ANSWERED: dict[str, Any] = {
    "all": [
        {"field": "priority", "is": "at_least", "value": 3},
        {"any": [{"field": "answered", "is": "no"}, {"field": "waiting", "is": "at_least", "value": 2}]},
    ]
}


def save(world: World, now: datetime) -> None:
    """What Nika, Sara and Dara look at each morning."""
    bank = world.categories["payment"].pk
    views.save_view(
        None, by=world.agents["nika"], name="فوری و بی‌پاسخ", icon="flame", shared="all", now=now,
        condition=NOBODY_ANSWERED,
    )  # fmt: skip
    views.save_view(
        None, by=world.agents["sara"], name="گفتگوهای در انتظار ما", icon="clock", shared="team", now=now, order="oldest",
        team=world.teams["front"],
        condition={
            "all": [
                {"field": "channel", "is": "one_of", "value": ["chat", "sms"]},
                {"field": "waiting", "is": "known"},
            ]
        },
    )  # fmt: skip
    views.save_view(
        None, by=world.agents["dara"], name="پول کم شده", icon="shopping-bag", now=now, order="newest",
        condition={
            "any": [
                {"field": "category", "is": "one_of", "value": [bank]},
                {"field": "subject", "is": "has_any", "value": ["کسر شد", "charged", "خصم"]},
            ]
        },
    )  # fmt: skip
