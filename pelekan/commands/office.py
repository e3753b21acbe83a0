"""What a new desk begins with: a staircase, a team on each step where people work, two doors, one admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from pelekan.lib.secrets import new_token
from pelekan.people.models import Agent, Role, Team, Tier, User
from pelekan.tickets.models import Inbox

if TYPE_CHECKING:
    from pelekan.commands.init import Answers


@transaction.atomic
def found_office(answers: Answers) -> Agent:
    """Make it, in the desk's language. Every name may be changed in the settings afterwards."""
    with override(answers.language):
        teams = _staircase(answers.steps)
        front = teams[0]
        doors = {"portal": _("Portal"), "api": _("API")}
        for channel, name in doors.items():
            Inbox.objects.create(
                channel=channel,
                name=name,
                key=channel,
                secret=new_token(),
                team=front,
                specialists=teams[1],
                language=answers.language,
            )
    user = User.objects.create_user(
        answers.admin_email, answers.admin_password, name=answers.admin_name, language=answers.language
    )
    admin = Agent.objects.create(user=user, role=Role.ADMIN, languages=[answers.language])
    admin.teams.set([front])
    return admin


def _staircase(steps: int) -> list[Team]:
    """Tiers from the lowest; returns the teams of those where people work."""
    tiers = {1: (_("Front line"), _("Front desk")), 2: (_("Specialists"), _("Specialists"))}
    if steps == 4:
        Tier.objects.create(level=0, name=_("Self-service"))
        tiers[3] = (_("Development and infrastructure"), _("Developers"))
    return [
        Team.objects.create(name=team, tier=Tier.objects.create(level=level, name=name))
        for level, (name, team) in tiers.items()
    ]
