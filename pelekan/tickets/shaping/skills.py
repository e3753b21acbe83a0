"""Skills: what some can and others can't, and who has which."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Agent, AgentSkill, Skill
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

LEVELS = (1, 2, 3)


@action
def save_skill(
    skill: Skill | None, *, by: Agent, name: str, description: str = "", now: datetime | None = None
) -> Skill:
    """Make a skill, or change this one."""
    require(by, "people")
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the skill a name."))
    unique(Skill.objects, name, skill, _("There is a skill of this name."))
    made = skill is None
    skill = skill or Skill()
    values = {"name": name, "description": clean_controls(description).strip()}
    changed = put(skill, values, values)
    skill.save()
    if made or changed:
        event = "skill.added" if made else "skill.changed"
        record(event, by=by, at=now, topics=["desk"], skill=skill.pk, title=name, changed=sorted(changed))
    return skill


@action
def delete_skill(skill: Skill, *, by: Agent, now: datetime | None = None) -> None:
    """Forget a skill. CannotBe while a category still asks for it: its tickets would find nobody, or everybody."""
    require(by, "people")
    needing = list(Category.objects.filter(skill=skill, archived_at=None).values_list("name", flat=True)[:3])
    if needing:
        raise CannotBe(
            "", _("Categories ask for it: %(names)s. Change them first.") % {"names": ", ".join(needing)}
        )
    data: dict[str, Any] = {"skill": skill.pk, "title": skill.name}
    Category.objects.filter(skill=skill).update(skill=None, skill_level=None)
    skill.delete()
    record("skill.deleted", by=by, at=now, topics=["desk"], **data)


def put_skills(agent: Agent, wanted: Mapping[int, int]) -> dict[int, int] | None:
    """Let `agent` have exactly these (skill's id → level), inside an action that writes it down; None when he has them
    already. CannotBe for what is no skill or no level."""
    known = set(Skill.objects.values_list("pk", flat=True))
    if set(wanted) - known or set(wanted.values()) - set(LEVELS):
        raise CannotBe("", _("Choose from the list."))
    has = dict(agent.skills.values_list("skill_id", "level"))
    if has == dict(wanted):
        return None
    agent.skills.exclude(skill__in=wanted).delete()
    for pk, level in wanted.items():
        if has.get(pk) != level:
            AgentSkill.objects.update_or_create(agent=agent, skill_id=pk, defaults={"level": level})
    return dict(wanted)
