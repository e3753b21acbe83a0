"""What rules name, as it is now: the rows themselves, and which of them are gone."""

from __future__ import annotations

from collections.abc import Iterable

from pelekan.people.models import Agent, Team, Tier
from pelekan.tickets.models import Category, SavedReply, Ticket
from pelekan.tickets.needs import WORKING
from pelekan.tickets.webhooks.models import Webhook


def gone(refs: Iterable[str]) -> list[str]:
    """Which of these ("team:3") no longer exist or can't be used any more. One small query for each sort of thing."""
    wanted: dict[str, set[int]] = {}
    for ref in refs:
        kind, _, number = ref.partition(":")
        wanted.setdefault(kind, set()).add(int(number))
    missing = [
        f"{kind}:{pk}" for kind, ids in wanted.items()
        for pk in ids - set(_USABLE[kind]().filter(pk__in=ids).values_list("pk", flat=True))
    ]  # fmt: skip
    return sorted(missing)


_USABLE = {
    "team": lambda: Team.objects.filter(archived_at=None),
    "tier": lambda: Tier.objects.filter(teams__archived_at=None, teams__isnull=False).distinct(),
    "agent": lambda: Agent.objects.filter(WORKING),
    "category": lambda: Category.objects.filter(archived_at=None),
    "reply": lambda: SavedReply.objects.all(),
    "hook": lambda: Webhook.objects.filter(archived_at=None, stopped_at=None),
}


def team(pk: int) -> Team:
    return Team.objects.select_related("tier").get(pk=pk)


def team_of_tier(ticket: Ticket, tier_id: int) -> Team:
    """The team of a tier that suits the ticket best: its category's (or of one above), else that of the specialists of its
    inbox, else the first by name. Raises ValueError for a tier without a team."""
    wanted = [ticket.inbox.specialists_id]
    if ticket.category_id:
        row = Category.objects.filter(pk=ticket.category_id).values_list(
            "team", "parent__team", "parent__parent__team"
        )
        wanted = [*(row.first() or ()), *wanted]
    teams = list(
        Team.objects.select_related("tier").filter(tier=tier_id, archived_at=None).order_by("name", "pk")
    )
    if ticket.team_id in {one.pk for one in teams}:
        return ticket.team  # it is there already
    by_id = {one.pk: one for one in teams}
    found = next((by_id[pk] for pk in wanted if pk in by_id), teams[0] if teams else None)
    if found is None:
        raise ValueError(f"The tier {tier_id} has no team.")
    return found
