"""Agents: invited, changed, disabled. Only admins; the last admin stays; rights that change end streams at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from pelekan.lib.addresses import normal_address
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import signin
from pelekan.people.models import Agent, Language, Presence, Role, Team, User
from pelekan.tickets.actions.moving import release
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.shaping.skills import put_skills
from pelekan.tickets.shaping.values import CannotBe, put, require

OF_AGENT = (
    "role", "languages", "title", "chat_capacity", "ticket_capacity", "shift", "auto_accept", "sees_all_tiers",
)  # fmt: skip
RIGHTS = ("role", "sees_all_tiers")
"""What decides who may see what: a change of it ends the agent's streams."""


@action
def hire(
    *,
    by: Agent,
    email: str,
    name: str,
    teams: Iterable[Team] = (),
    skills: Mapping[int, int] | None = None,
    now: datetime | None = None,
    **values: Any,
) -> tuple[Agent, str]:
    """A new agent and the link by which he chooses his password; it is mailed to him too. `values` as in OF_AGENT,
    and `language` for his pages."""
    require(by, "people")
    now = now or clock()
    address = _address(email)
    language = values.pop("language", Language.FA)
    user = User.objects.create_user(address, None, name=_named(name), language=language, created_at=now)
    agent = Agent(user=user, created_at=now)
    put(agent, _checked({"languages": [language], **values}), OF_AGENT)
    agent.save()
    agent.teams.set(teams)
    put_skills(agent, skills or {})
    record(
        "agent.added", by=by, at=now, topics=["desk"],
        agent=agent.pk, title=agent.name, role=agent.role, teams=agent.team_ids,
    )  # fmt: skip
    return agent, signin.invite(agent, by=by, now=now)


@action
def reinvite(agent: Agent, *, by: Agent, now: datetime | None = None) -> str:
    """A new link to choose a password; earlier ones end."""
    require(by, "people")
    if agent.disabled_at:
        raise CannotBe("", _("This agent is disabled; enable him first."))
    link = signin.invite(agent, by=by, now=now or clock())
    record("agent.invited", by=by, at=now, agent=agent.pk, title=agent.name)
    return link


@action
def change_agent(
    agent: Agent,
    *,
    by: Agent,
    name: str | None = None,
    email: str | None = None,
    teams: Iterable[Team] | None = None,
    skills: Mapping[int, int] | None = None,
    now: datetime | None = None,
    **values: Any,
) -> Agent:
    """Change what is given; `skills` (id → level) are all that he has from now on. Raises CannotBe where the last admin would lose his role, and where an address is no
    address or someone else's."""
    require(by, "people")
    admins = _admins()
    agent = Agent.objects.select_related("user").get(pk=agent.pk)
    if values.get("role", agent.role) != Role.ADMIN and admins == [agent.pk]:
        raise CannotBe("role", _("This is the last admin. Make someone else an admin first."))
    changed = put(agent, _checked(values), OF_AGENT)
    if changed:
        agent.save(update_fields=list(changed))
    if name is not None and (name := _named(name)) != agent.user.name:
        agent.user.name = changed["name"] = name
        agent.user.save(update_fields=["name"])
    if email is not None and (email := _address(email, agent.user)) != agent.user.email:
        agent.user.email = changed["email"] = email
        agent.user.save(update_fields=["email"])
    rights = any(field in changed for field in RIGHTS)
    if teams is not None and {team.pk for team in teams} != set(agent.team_ids):
        agent.teams.set(teams)
        changed["teams"] = sorted(agent.teams.values_list("pk", flat=True))
        rights = True
    if skills is not None and (held := put_skills(agent, skills)) is not None:
        changed["skills"] = held
    if changed:
        topics = ["desk", f"agent:{agent.pk}", *([f"revoke:agent:{agent.pk}"] if rights else [])]
        record(
            "agent.changed", by=by, at=now, topics=topics, agent=agent.pk, title=agent.name, changed=changed
        )
    return Agent.objects.select_related("user").get(pk=agent.pk)


@action
def disable_agent(agent: Agent, *, by: Agent, now: datetime | None = None) -> None:
    """End all access at once; the history stays, and open tickets go back to their teams' queues."""
    require(by, "people")
    now = now or clock()
    if _admins() == [agent.pk]:
        raise CannotBe("", _("This is the last admin. Make someone else an admin first."))
    if not Agent.objects.filter(pk=agent.pk, disabled_at=None).update(
        disabled_at=now, presence=Presence.OFFLINE
    ):
        return
    reason = _("%(name)s no longer works here.") % {"name": agent.name}
    for ticket in Ticket.objects.open().filter(assignee=agent).order_by("pk"):
        release(ticket, by=by, now=now, because=reason)
    topics = ["desk", f"agent:{agent.pk}", f"revoke:agent:{agent.pk}"]
    record("agent.disabled", by=by, at=now, topics=topics, agent=agent.pk, title=agent.name)


@action
def enable_agent(agent: Agent, *, by: Agent, now: datetime | None = None) -> None:
    """Let a disabled agent in again, with his former role and teams."""
    require(by, "people")
    if Agent.objects.filter(pk=agent.pk).exclude(disabled_at=None).update(disabled_at=None):
        record("agent.enabled", by=by, at=now, topics=["desk"], agent=agent.pk, title=agent.name)


def _admins() -> list[int]:
    """The working admins; their rows are held, so that two admins can't remove each other at once."""
    rows = Agent.objects.filter(role=Role.ADMIN, disabled_at=None, user__is_active=True).order_by("pk")
    if connection.features.has_select_for_update:
        rows = rows.select_for_update(of=("self",))
    return [row.pk for row in rows]


def _address(email: str, own: User | None = None) -> str:
    """The address as it is kept. Only who is asked about may have it already."""
    try:
        address = normal_address(email)
    except ValueError:
        raise CannotBe("email", _("This is no e-mail address; write it like name@example.com."))
    user = User.objects.filter(email=address).first()
    if user is None or user == own:
        return address
    if Agent.objects.filter(user=user).exists():
        raise CannotBe("email", _("This address belongs to an agent already."))
    raise CannotBe("email", _("A customer signs in with this address. Use another one for the agent."))


def _named(name: str) -> str:
    name = one_line(name, 120)
    if not name:
        raise CannotBe("name", _("Customers see the name; write one."))
    return name


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    if "role" in values and values["role"] not in Role.values:
        raise CannotBe("role", _("Choose a role."))
    if "chat_capacity" in values and not 1 <= values["chat_capacity"] <= 20:
        raise CannotBe("chat_capacity", _("Between 1 and 20 chats at once."))
    if "ticket_capacity" in values and not 0 <= values["ticket_capacity"] <= 500:
        raise CannotBe("ticket_capacity", _("Between 0 and 500 tickets."))
    if "languages" in values and not set(values["languages"]) <= set(Language.values):
        raise CannotBe("languages", _("Choose from the languages of the list."))
    return values
