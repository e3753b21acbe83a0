"""Prepared queries (`lib.prepared`) that also take an agent, of whom only what `visible_to` looks at makes another plan.

Rights stay where they are: a prepared query of tickets begins at `visible_to` like any other.
"""

from __future__ import annotations

from typing import Any

from pelekan.lib import prepared
from pelekan.people.models import Agent, Role, User


class Prepared(prepared.Prepared):
    def shape(self, value: int | Agent) -> Any:
        if not isinstance(value, Agent):
            return int
        if value.disabled_at or not value.user.is_active:
            return ()
        return True if value.sees_all else tuple(value.tier_ids)

    def stand_in(self, value: int | Agent, place: int) -> Any:
        """An agent with the same eyes and a number that stands for his."""
        if not isinstance(value, Agent):
            return super().stand_in(value, place)
        double = Agent(
            pk=super().stand_in(value.pk, place),
            role=Role.AGENT,
            disabled_at=value.disabled_at,
            user=User(is_active=value.user.is_active),
        )
        double.sees_all_tiers = value.sees_all
        double.desk_visibility = {}
        double.tier_ids = value.tier_ids
        return double

    def plain(self, value: int | Agent) -> int:
        return value.pk if isinstance(value, Agent) else value
