"""What the demo's steps ask for and who can do what, so that handing over has something to choose by."""

from __future__ import annotations

from pelekan.demo.world import World
from pelekan.people.models import AgentSkill, Skill, Tier
from pelekan.tickets import shaping
from pelekan.tickets.packs.fields import USUAL

SKILLS = {
    "پنل بانک": ("تراکنش‌ها را در پنل بانک می‌بیند و استرداد را شروع می‌کند", {"dara": 3, "nika": 2, "sara": 1}),
    "سرور و پایگاه داده": ("به گزارش‌ها و پایگاه دادهٔ زنده دسترسی دارد", {"james": 3, "laila": 1}),
}
NEEDS = {"bank": ("پنل بانک", 2)}


def prepare(world: World) -> None:
    """Skills, who has them, which category needs them, and what each step asks for."""
    skills = {}
    for name, (text, who) in SKILLS.items():
        skills[name] = Skill.objects.get_or_create(name=name, defaults={"description": text})[0]
        for agent, level in who.items():
            AgentSkill.objects.update_or_create(
                agent=world.agents[agent], skill=skills[name], defaults={"level": level}
            )
    for key, (name, level) in NEEDS.items():
        category = world.categories[key]
        category.skill, category.skill_level = skills[name], level
        category.save(update_fields=["skill", "skill_level"])
    for level, asks in USUAL.items():
        tier = Tier.objects.filter(level=level).first()
        if tier is not None:
            shaping.describe_tier(
                tier, by=world.agents["arash"], name=tier.name, description=tier.description, asks=asks
            )
