"""★ Nobody is told, or asked to phone, at night: on a target that counts every hour, such steps can wait until the office
opens. What is seen (alarms) and what programs do (webhooks, other teams) comes at its moment all the same. Pure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from pelekan.sla.hours import Hours, next_opening

if TYPE_CHECKING:
    from pelekan.sla.policies import Step

TO_PEOPLE = frozenset({"tell", "call"})
SECOND = "~"
"""Ends the id of what waits of a step whose other acts don't; no id that is typed holds it."""

ALWAYS, OPEN = "always", "open"
REMINDS = (ALWAYS, OPEN)
"""When a target reminds: at any hour, or while the office is open."""


def split(steps: Sequence[Step]) -> list[Step]:
    """The steps with what goes to people apart, held until the office opens."""
    found: list[Step] = []
    for step in steps:
        waits = tuple(act for act in step.do if act["act"] in TO_PEOPLE)
        rest = tuple(act for act in step.do if act["act"] not in TO_PEOPLE)
        if rest:
            found.append(replace(step, do=rest))
        if waits:
            found.append(replace(step, id=f"{step.id}{SECOND}" if rest else step.id, do=waits, held=True))
    return found


def held_until(at: datetime | None, step: Step, office: Hours | None) -> datetime | None:
    """When a step that is due at `at` comes. `office` None: always open. Where it never opens again, at its own moment:
    a reminder is not lost."""
    if at is None or not step.held or office is None:
        return at
    return next_opening(at, office) or at
