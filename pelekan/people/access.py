"""Who may do what. Every door (pages, API, files, live) asks here; rights follow the role, at every request."""

from __future__ import annotations

from pelekan.people.models import Agent, Role, User

# act → the roles that may. What a ticket's visibility allows is decided by `Ticket.objects.visible_to`.
_MAY: dict[str, frozenset[str]] = {
    "work": frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN}),  # answer, note, move, solve what one sees
    "assign_others": frozenset({Role.AGENT, Role.MANAGER, Role.ADMIN}),
    "see_all": frozenset({Role.MANAGER, Role.ADMIN}),
    "share_replies": frozenset({Role.MANAGER, Role.ADMIN}),
    "publish": frozenset({Role.MANAGER, Role.ADMIN}),  # articles; others may be named, see knowledge.rights
    "settings": frozenset({Role.ADMIN}),
    "rules": frozenset({Role.ADMIN}),
    "people": frozenset({Role.ADMIN}),
    "quarantine": frozenset({Role.MANAGER, Role.ADMIN}),
}


def can(agent: Agent | None, act: str) -> bool:
    """Whether `agent` may do `act` at all. Unknown acts raise KeyError: a typing error must not open a door."""
    roles = _MAY[act]
    return agent is not None and agent.disabled_at is None and agent.user.is_active and agent.role in roles


def agent_of(user: User | None) -> Agent | None:
    """The working agent that `user` is, or None for anonymous people, customers and disabled agents."""
    if user is None or not user.is_authenticated:
        return None
    agent: Agent | None = getattr(user, "agent", None)
    if agent is None or agent.disabled_at is not None:
        return None
    agent.user = user
    return agent
