"""Who may write, and who may let out what is written. All agents draft; managers, admins and named agents publish."""

from __future__ import annotations

import logging

from django.db.models import Q, QuerySet

from pelekan.knowledge import readers
from pelekan.knowledge.models import Article, Publisher, Translation
from pelekan.people.access import can
from pelekan.people.models import Agent, Role
from pelekan.tickets.bell.ring import WORKING
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping.values import require

security = logging.getLogger("pelekan.security")


def may_publish(agent: Agent) -> bool:
    """Whether this agent may review and publish; for agents that are no managers one query, once a request."""
    if can(agent, "publish"):
        return True
    known: bool | None = agent.__dict__.get("_publishes")
    if known is None:
        known = can(agent, "work") and Publisher.objects.filter(agent=agent.pk).exists()
        agent.__dict__["_publishes"] = known
    return known


def require_publisher(by: Agent | None) -> None:
    """PermissionError unless `by` may publish; None is the desk itself."""
    if by is not None and not may_publish(by):
        security.warning("refused: agent %s may not publish", by.pk)
        raise PermissionError("This agent may not publish articles.")


def writable_by(agent: Agent) -> QuerySet[Article]:
    """What an agent may open at the desk, drafts too: what he might read if it were out. Archived articles are among them."""
    require(agent, "work")
    return Article.objects.filter(readers.of_agent(agent).may_read())


def may_describe(agent: Agent, article: Article) -> bool:
    """Whether he may change who reads it and where it stands: anybody while it is a draft, afterwards who may publish."""
    out = Translation.objects.filter(article=article, published__isnull=False)
    return may_publish(agent) or not out.exists()


def publishers(article: Article) -> list[Agent]:
    """Who may publish this article: those who may read it, by name."""
    rows = Agent.objects.filter(WORKING).filter(
        Q(role__in=[Role.MANAGER, Role.ADMIN]) | Q(publisher__isnull=False)
    )
    found = list(rows.select_related("user").order_by("user__name", "pk"))
    return [
        agent
        for agent in found
        if Article.objects.filter(readers.of_agent(agent).may_read(), pk=article.pk).exists()
    ]


@action
def name_publishers(agents: list[Agent], *, by: Agent | None) -> None:
    """These agents, and no others besides managers and admins, may review and publish."""
    require(by, "people")
    Publisher.objects.exclude(agent__in=agents).delete()
    known = set(Publisher.objects.values_list("agent_id", flat=True))
    Publisher.objects.bulk_create([Publisher(agent=agent) for agent in agents if agent.pk not in known])
    record("article.publishers_named", by=by, agents_named=sorted(agent.pk for agent in agents))
