"""Teams: name, description, step, members; usable at once. A team that is put away leaves nothing ownerless."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language, Team, Tier
from pelekan.tickets.actions.moving import escalate
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category, Inbox, Stay, Ticket
from pelekan.tickets.shaping.staircase import revokes
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

MOST_MOVED = 1000
"""Open tickets that an archived team may hand on in one transaction."""


@action
def save_team(
    team: Team | None,
    *,
    by: Agent,
    name: str,
    tier: Tier,
    description: str = "",
    agents: Iterable[Agent] | None = None,
    offered: bool | None = None,
    words: dict[str, dict[str, str]] | None = None,
    languages: Iterable[str] | None = None,
    now: datetime | None = None,
) -> Team:
    """Make a team, or change this one. On another step its tickets go with it; `agents` None leaves the members."""
    require(by, "people")
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the team a name."))
    unique(Team.objects, name, team, _("Another team has this name."))
    if tier.level == 0:
        raise CannotBe("tier", _("Nobody works on the self-service step; choose another."))
    made = team is None
    team = team or Team(tier=tier)
    tier_before = team.tier_id
    values: dict[str, Any] = {"name": name, "description": clean_controls(description).strip(), "tier": tier}
    if offered is not None:
        values["offered"] = offered
    if words is not None:
        values["words"] = {
            code: {
                "name": one_line(its.get("name", ""), 80),
                "description": clean_controls(its.get("description", "")).strip()[:500],
            }
            for code, its in words.items()
            if code in Language.values and any(text.strip() for text in its.values())
        }
    if languages is not None:
        values["languages"] = [code for code in Language.values if code in set(languages)]
    changed = put(team, values, ("name", "description", "tier", "offered", "words", "languages"))
    team.save()
    topics = ["desk", f"team:{team.pk}", f"tier:{tier.pk}"]
    if not made and tier_before != tier.pk:
        Ticket.objects.filter(team=team).update(tier=tier)
        Stay.objects.filter(team=team, left_at=None).update(tier=tier)
        topics += [f"tier:{tier_before}", *revokes([team])]
    if agents is not None:
        before, after = set(team.agents.values_list("pk", flat=True)), {agent.pk for agent in agents}
        if before != after:
            team.agents.set(after)
            changed["members"] = sorted(after)
            topics += [f"revoke:agent:{pk}" for pk in before ^ after]
    if made or changed:
        event = "team.added" if made else "team.changed"
        record(event, by=by, at=now, topics=topics, team=team.pk, title=team.name, changed=changed)
    return team


@action
def archive_team(team: Team, *, by: Agent, move_to: Team | None = None, now: datetime | None = None) -> None:
    """Put a team away. Its open tickets, inboxes and categories go to `move_to`, which may be missing only when
    there are none."""
    require(by, "people")
    now = now or clock()
    if team.archived_at:
        return
    tickets = Ticket.objects.open().filter(team=team)
    doors = Inbox.objects.filter(team=team)
    specialist_doors = Inbox.objects.filter(specialists=team)
    if (tickets.exists() or doors.filter(archived_at=None).exists() or specialist_doors.exists()) and (
        move_to is None or move_to.pk == team.pk or move_to.archived_at
    ):
        raise CannotBe("move_to", _("Choose the team that its open tickets and inboxes go to."))
    if tickets.count() > MOST_MOVED:
        raise CannotBe(
            "move_to",
            _("This team has more than %(count)s open tickets. Solve or move some of them first.")
            % {"count": MOST_MOVED},
        )
    if move_to is not None:
        reason = _("Team “%(name)s” was archived.") % {"name": team.name}
        for ticket in tickets.order_by("pk"):
            escalate(ticket, move_to, by=by, because=reason, now=now)
        doors.update(team=move_to)
        specialist_doors.update(specialists=move_to)
        Category.objects.filter(team=team).update(team=move_to)
    team.archived_at = now
    team.save(update_fields=["archived_at"])
    record(
        "team.archived", by=by, at=now, topics=["desk", f"team:{team.pk}", *revokes([team])],
        team=team.pk, title=team.name, moved_to=move_to.pk if move_to else None,
    )  # fmt: skip


@action
def restore_team(team: Team, *, by: Agent, now: datetime | None = None) -> None:
    """Bring an archived team back, with the members that it had."""
    require(by, "people")
    if team.archived_at:
        team.archived_at = None
        team.save(update_fields=["archived_at"])
        record(
            "team.restored", by=by, at=now, topics=["desk", f"team:{team.pk}"], team=team.pk, title=team.name
        )
