"""What a ticket needs of those who get it, and who has it: skills and system access, by category."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Q

from pelekan.people.models import Agent, AgentSkill, Skill, Team
from pelekan.tickets.fitting import Need, fits, need_of
from pelekan.tickets.models import Category

WORKING = Q(disabled_at=None, user__is_active=True)


@dataclass(frozen=True, slots=True)
class Suits:
    """How a team, or a person alone, suits a need. `able`: the working members who have it, `online` those of them who
    are there; `members`: all who work there."""

    need: Need | None
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
        return skill_name(self.suits.need) if self.suits.members else ""


def need_for(category_id: int | None) -> Need | None:
    """What requests of this category need: its own skill, else that of the category above. One query, none without."""
    if category_id is None:
        return None
    fields = [f"{'parent__' * up}{name}" for up in range(3) for name in ("skill_id", "skill_level")]
    row = Category.objects.filter(pk=category_id).values_list(*fields).first() or ()
    return need_of(zip(row[::2], row[1::2], strict=True))


def skill_name(need: Need | None) -> str:
    return (Skill.objects.filter(pk=need[0]).values_list("name", flat=True).first() or "") if need else ""


def suits_of(teams: Iterable[int], need: Need | None) -> dict[int, Suits]:
    """team → how it suits. Two queries for any number of teams."""
    ids = list(teams)
    rows = Agent.objects.filter(WORKING, teams__in=ids).values_list("teams", "pk", "presence").order_by("pk")
    held = _held(need)
    members: dict[int, list[tuple[int, str]]] = {pk: [] for pk in ids}
    for team, pk, presence in rows:
        if team in members:
            members[team].append((pk, presence))
    return {team: _suits(found, held, need) for team, found in members.items()}


def suits_people(people: Iterable[tuple[int, str]], need: Need | None) -> dict[int, Suits]:
    """agent → how he suits alone; `people` as (agent, presence). One query, none without a need."""
    held = _held(need)
    return {pk: _suits([(pk, presence)], held, need) for pk, presence in people}


def _held(need: Need | None) -> dict[int, int]:
    if need is None:
        return {}
    return dict(AgentSkill.objects.filter(skill=need[0]).values_list("agent_id", "level"))


def _suits(people: list[tuple[int, str]], held: dict[int, int], need: Need | None) -> Suits:
    able = [
        (pk, presence) for pk, presence in people if fits({need[0]: held.get(pk, 0)} if need else {}, need)
    ]
    return Suits(
        need,
        members=tuple(pk for pk, _presence in people),
        able=tuple(pk for pk, _presence in able),
        online=tuple(pk for pk, presence in able if presence == "online"),
    )
