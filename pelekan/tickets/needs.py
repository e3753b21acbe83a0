"""What a ticket needs of those who get it, and who has it: skills and system access, by category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from pelekan.people.models import Agent, AgentSkill, Skill, Team
from pelekan.tickets.fitting import Need, need_of, together, weakest
from pelekan.tickets.models import Category, Ticket

Needs = tuple[Need, ...]
"""All skills that a ticket needs of one and the same person."""

WORKING = Q(disabled_at=None, user__is_active=True)


@dataclass(frozen=True, slots=True)
class Suits:
    """How a team, or a person alone, suits what is needed. `able`: the working members who have all of it, `online` those of
    them who are there; `members`: all who work there."""

    needs: Needs
    members: tuple[int, ...] = ()
    able: tuple[int, ...] = ()
    online: tuple[int, ...] = field(default=())

    def __bool__(self) -> bool:
        return bool(self.able)


class DoesNotFit(Exception):
    """Nobody there has what the ticket needs, and no reason was given to send it there anyway."""

    def __init__(self, suits: Suits, team: Team | None = None, agent: Agent | None = None) -> None:
        super().__init__("The ticket needs a skill that is missing there.")
        self.suits, self.team, self.agent = suits, team, agent

    @property
    def skill(self) -> str:
        """Its name; "" where nobody works there at all."""
        return ", ".join(skill_names(self.suits.needs).values()) if self.suits.members else ""


_FIELDS = [f"{'parent__' * up}{name}" for up in range(3) for name in ("skill_id", "skill_level")]


def needs_of(ticket: Ticket) -> Needs:
    """What the ticket needs: of its category its own skill, else that of the category above; and the same of each further
    cause. One query, none for a ticket that has no category."""
    if ticket.category_id is None:
        return ()
    asked = Q(pk=ticket.category_id) | Q(
        pk__in=Ticket.causes.through.objects.filter(ticket=ticket.pk).values("category")
    )
    rows = sorted(
        Category.objects.filter(asked).order_by("pk").values_list("pk", *_FIELDS),
        key=lambda row: row[0] != ticket.category_id,
    )
    found = (need_of(zip(row[1::2], row[2::2], strict=True)) for row in rows)
    return together(need for need in found if need is not None)


def skill_names(needs: Needs) -> dict[int, str]:
    """skill → its name, in this order. One query, none without."""
    if not needs:
        return {}
    names = dict(Skill.objects.filter(pk__in=[skill for skill, _level in needs]).values_list("pk", "name"))
    return {skill: names[skill] for skill, _level in needs if skill in names}


def suits_of(teams: Iterable[int], needs: Needs) -> dict[int, Suits]:
    """team → how it suits. Two queries for any number of teams."""
    ids = list(teams)
    rows = Agent.objects.filter(WORKING, teams__in=ids).values_list("teams", "pk", "presence").order_by("pk")
    held = _held(needs)
    members: dict[int, list[tuple[int, str]]] = {pk: [] for pk in ids}
    for team, pk, presence in rows:
        if team in members:
            members[team].append((pk, presence))
    return {team: _suits(found, held, needs) for team, found in members.items()}


def suits_people(people: Iterable[tuple[int, str]], needs: Needs) -> dict[int, Suits]:
    """agent → how he suits alone; `people` as (agent, presence). One query, none without a need."""
    held = _held(needs)
    return {pk: _suits([(pk, presence)], held, needs) for pk, presence in people}


def _held(needs: Needs) -> dict[int, dict[int, int]]:
    """agent → {skill: level}, of the skills that are needed."""
    found: dict[int, dict[int, int]] = {}
    if needs:
        rows = AgentSkill.objects.filter(skill__in=[skill for skill, _level in needs])
        for agent, skill, level in rows.values_list("agent_id", "skill_id", "level"):
            found.setdefault(agent, {})[skill] = level
    return found


def _suits(people: list[tuple[int, str]], held: dict[int, dict[int, int]], needs: Needs) -> Suits:
    able = [(pk, presence) for pk, presence in people if weakest(held.get(pk, {}), needs)]
    return Suits(
        needs,
        members=tuple(pk for pk, _presence in people),
        able=tuple(pk for pk, _presence in able),
        online=tuple(pk for pk, presence in able if presence == "online"),
    )
