"""Another staircase as a document: {"teams": {"3": 2}}, a team's id → the level that it would stand on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from pelekan.people.models import Team, Tier
from pelekan.tickets.models import Event, Rulebook
from pelekan.tickets.rulebooks.keeping import Fault
from pelekan.tickets.shaping.teams import save_team


def check(body: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with it."""
    teams = body.get("teams")
    if not isinstance(teams, Mapping) or not teams or set(body) != {"teams"}:
        return [Fault((), _("Put at least one team on another step."))]
    levels = set(Tier.objects.filter(level__gte=1).values_list("level", flat=True))
    known = {str(pk) for pk in Team.objects.filter(archived_at=None).values_list("pk", flat=True)}
    faults = [
        Fault(("teams", str(pk)), _("This team is no longer there.")) for pk in teams if str(pk) not in known
    ]
    return faults + [
        Fault(("teams", str(pk)), _("There is no such step on which people work."))
        for pk, level in teams.items()
        if isinstance(level, bool) or level not in levels
    ]


def follow(event: Event) -> None:
    """Reaction: a staircase came into force; its teams and their tickets move to their steps."""
    if event.data.get("kind") != "staircase":
        return
    book = Rulebook.objects.select_related("author__user").get(pk=event.data["rulebook"])
    body, made_by = book.body, book.author
    assert made_by is not None  # staircases are drawn by people
    tiers = {tier.level: tier for tier in Tier.objects.all()}
    for team in Team.objects.filter(pk__in=[int(pk) for pk in body["teams"]]).select_related("tier"):
        tier = tiers[int(body["teams"][str(team.pk)])]
        if tier.pk != team.tier_id:
            save_team(
                team,
                by=event.agent or made_by,
                name=team.name,
                tier=tier,
                description=team.description,
                now=event.at,
            )
