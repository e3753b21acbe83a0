"""What a new desk begins with: a staircase, a team on each step where people work, two doors, one admin."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from pelekan.lib.secrets import new_token
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Role, Team, Tier, User
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Inbox
from pelekan.tickets.shaping.naming import save_desk
from pelekan.tickets.shaping.staircase import shape_staircase


@dataclass(frozen=True)
class Founding:
    """What has to be known before a desk can begin. `steps`: 2 or 4."""

    language: str
    organization: str
    steps: int
    admin_email: str
    admin_name: str
    admin_password: str


class AlreadyFounded(Exception):
    """There are agents: this desk exists."""


@action
def found_office(founding: Founding, *, now: datetime | None = None) -> Agent:
    """Make it, in the desk's language. Every name may be changed in the settings afterwards. Raises
    AlreadyFounded where anybody works already."""
    if Agent.objects.exists():
        raise AlreadyFounded
    now = now or clock()
    with override(founding.language):
        save_desk(by=None, name=founding.organization, language=founding.language, now=now)
        shape_staircase(founding.steps, by=None, now=now)
        teams = _teams()
        for channel, name in {"portal": _("Portal"), "api": _("API")}.items():
            Inbox.objects.create(
                channel=channel, name=name, key=channel, secret=new_token(), team=teams[0], specialists=teams[1],
                language=founding.language, created_at=now,
            )  # fmt: skip
    user = User.objects.create_user(
        founding.admin_email, founding.admin_password, name=founding.admin_name, language=founding.language,
        created_at=now,
    )  # fmt: skip
    admin = Agent.objects.create(user=user, role=Role.ADMIN, languages=[founding.language], created_at=now)
    admin.teams.set([teams[0]])
    record("office.founded", by=admin, at=now, topics=["desk"], steps=founding.steps)
    return admin


def _teams() -> list[Team]:
    """One team on each step from 1 up, from the lowest."""
    names = {1: _("Front desk"), 2: _("Specialists"), 3: _("Developers")}
    return [
        Team.objects.create(name=names[tier.level], tier=tier)
        for tier in Tier.objects.filter(level__gte=1).order_by("level")
    ]
