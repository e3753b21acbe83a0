"""What the steps are to each role: a view that begins with one's own, or a wall. See `people.models.Eyes`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from pelekan.people import desk
from pelekan.people.models import Agent, Desk, Eyes, Role
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping.values import CannotBe, require

CHOICES: dict[str, tuple[Eyes, ...]] = {
    Role.AGENT: (Eyes.HARD, Eyes.VIEW),
    Role.MANAGER: (Eyes.ALL, Eyes.VIEW, Eyes.HARD),
}
"""What can be chosen for whom; the first is what holds without a choice. Admins always see all."""


@action
def choose_eyes(chosen: Mapping[str, str], *, by: Agent | None, now: datetime | None = None) -> None:
    """Set what `chosen` names: {role: eyes}. Whose eyes change loses his streams at once; every page and search asks anew
    anyway."""
    require(by, "settings")
    for role, eyes in chosen.items():
        if role not in CHOICES or eyes not in CHOICES[role]:
            raise CannotBe(role, _("Choose what this role sees."))
    row = Desk.objects.filter(pk=1).first()
    if row is None:
        known = desk.sign()
        row = Desk(pk=1, name=known.name, language=known.language)
    before = {role: eyes_of(row.visibility, role) for role in CHOICES}
    after = before | dict(chosen)
    changed = {role: str(eyes) for role, eyes in after.items() if eyes != before[role]}
    if not changed:
        return
    row.visibility = {role: str(eyes) for role, eyes in after.items() if eyes != CHOICES[role][0]}
    row.save()
    agents = Agent.objects.filter(role__in=changed).values_list("pk", flat=True)
    topics = ["desk", *(f"revoke:agent:{pk}" for pk in agents)]
    record("desk.visibility_changed", by=by, at=now, topics=topics, changed=changed)


def eyes_of(visibility: Mapping[str, str], role: str) -> str:
    """What holds for a role."""
    return visibility.get(role) or CHOICES[role][0]
