"""The staircase: its steps can be added, renamed and taken away, with nothing left that points to a missing one.

Level 0 is self-service, where nobody works; from level 1 up the levels are kept without gaps.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.people.models import Agent, Team, Tier
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Stay, Ticket
from pelekan.tickets.packs.fields import USUAL, wanted
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

MOST_TIERS = 12


@action
def add_tier(
    name: str,
    *,
    by: Agent | None,
    level: int | None = None,
    description: str = "",
    asks: Iterable[str] = (),
    now: datetime | None = None,
) -> Tier:
    """A new step at `level`, which moves those from there on up; without `level` the new top. Level 0 is free
    only while there is no self-service step."""
    require(by, "settings")
    name = _named(name, None)
    top = max([0, *Tier.objects.values_list("level", flat=True)])
    if Tier.objects.count() >= MOST_TIERS:
        raise CannotBe(
            "name", _("A staircase of more than %(count)s steps helps nobody.") % {"count": MOST_TIERS}
        )
    level = top + 1 if level is None else max(0, min(level, top + 1))
    if level == 0 and Tier.objects.filter(level=0).exists():
        raise CannotBe("level", _("There is a self-service step already."))
    if level:
        for tier in Tier.objects.filter(level__gte=level).order_by("-level"):
            Tier.objects.filter(pk=tier.pk).update(level=tier.level + 1)
    tier = Tier.objects.create(
        level=level, name=name, description=description.strip(), asks=list(wanted(asks))
    )
    record("tier.added", by=by, at=now, topics=["desk"], tier=tier.pk, level=level, title=name)
    return tier


@action
def describe_tier(
    tier: Tier,
    *,
    by: Agent,
    name: str,
    description: str = "",
    asks: Iterable[str] | None = None,
    now: datetime | None = None,
) -> Tier:
    """Another name or description, or other things that a context pack to it must hold (None leaves those)."""
    require(by, "settings")
    values: dict[str, Any] = {"name": _named(name, tier), "description": description.strip()}
    if asks is not None:
        values["asks"] = list(wanted(asks))
    changed = put(tier, values, ("name", "description", "asks"))
    if changed:
        tier.save(update_fields=list(changed))
        record(
            "tier.changed", by=by, at=now, topics=["desk", f"tier:{tier.pk}"], tier=tier.pk, changed=changed
        )
    return tier


@action
def delete_tier(
    tier: Tier, *, by: Agent | None, move_to: Tier | None = None, now: datetime | None = None
) -> None:
    """Take a step away. Its teams, tickets and past stays go to `move_to`, which may be missing only when there
    are none. What the step was called stays in the event log."""
    require(by, "settings")
    if tier.level and not Tier.objects.filter(level__gte=1).exclude(pk=tier.pk).exists():
        raise CannotBe("move_to", _("This is the last step on which people work; it has to stay."))
    teams = list(Team.objects.filter(tier=tier))
    used = teams or Ticket.objects.filter(tier=tier).exists() or Stay.objects.filter(tier=tier).exists()
    if used and (move_to is None or move_to.pk == tier.pk):
        raise CannotBe("move_to", _("Choose the step that its teams and tickets move to."))
    if used and move_to is not None and move_to.level == 0:
        raise CannotBe("move_to", _("Nobody works on the self-service step; choose another."))
    topics = ["desk", f"tier:{tier.pk}"]
    if used and move_to is not None:
        Ticket.objects.filter(tier=tier).update(tier=move_to)
        Stay.objects.filter(tier=tier).update(tier=move_to)
        Team.objects.filter(tier=tier).update(tier=move_to)
        topics += [f"tier:{move_to.pk}", *(f"team:{team.pk}" for team in teams)]
        topics += revokes(teams)
    data: dict[str, Any] = {
        "tier": tier.pk,
        "level": tier.level,
        "title": tier.name,
        "moved_to": move_to.pk if used and move_to else None,
    }
    tier.delete()
    for level, above in enumerate(Tier.objects.filter(level__gte=1).order_by("level"), start=1):
        if above.level != level:
            Tier.objects.filter(pk=above.pk).update(level=level)
    record("tier.deleted", by=by, at=now, topics=topics, **data)


@action
def shape_staircase(steps: int, *, by: Agent | None, now: datetime | None = None) -> None:
    """The usual staircases: 2 (front line, specialists) or 4 (with self-service below and developers above).
    What is missing is added; what is too much is deleted, its teams moving one step down."""
    require(by, "settings")
    if steps not in (2, 4):
        raise ValueError("Staircases come with 2 or 4 steps.")
    names = default_names()
    for level in range(0 if steps == 4 else 1, 4 if steps == 4 else 3):
        if not Tier.objects.filter(level=level).exists():
            add_tier(_free(names[level]), by=by, level=level, asks=USUAL.get(level, ()), now=now)
    if steps == 2:
        specialists = Tier.objects.get(level=2)
        for tier in Tier.objects.exclude(level__in=[1, 2]).order_by("-level"):
            delete_tier(tier, by=by, move_to=specialists, now=now)


def default_names() -> dict[int, str]:
    """What the steps are called until someone renames them."""
    return {
        0: _("Self-service"),
        1: _("Front line"),
        2: _("Specialists"),
        3: _("Development and infrastructure"),
    }


def revokes(teams: list[Team]) -> list[str]:
    """Topics that end the streams of these teams' agents: what they may hear has changed."""
    agents = Agent.objects.filter(teams__in=teams).values_list("pk", flat=True).distinct()
    return [f"revoke:agent:{pk}" for pk in agents]


def _named(name: str, tier: Tier | None) -> str:
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the step a name."))
    unique(Tier.objects, name, tier, _("Another step has this name."))
    return name


def _free(name: str) -> str:
    found, number = name, 2
    while Tier.objects.filter(name__iexact=found).exists():
        found, number = f"{name} {number}", number + 1
    return found
