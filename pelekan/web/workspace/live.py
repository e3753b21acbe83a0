"""What an agent's page may listen to. Pokes carry no content; the page then asks again with his own rights."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_GET

from pelekan.lib.live import make_ticket
from pelekan.people.models import Agent
from pelekan.tickets.feed import resume_id
from pelekan.tickets.models import Conversation, Ticket
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.shell import teams_of

TTL = 600  # seconds; a right that was taken away is gone from the stream by then (and at once by a revoke)
MOST = 40


def live(request: HttpRequest) -> dict[str, Any]:
    """For the page: where to resume, read before the page's own queries so that nothing falls between."""
    agent = agent_in(request)
    return {"live_id": resume_id(), "live_topics": own_topics(agent)}


def own_topics(agent: Agent) -> list[str]:
    """What an agent hears wherever he is: himself, the community, which everybody on the team looks after, and everything or
    his tiers."""
    teams_of(agent)
    if agent.sees_all:
        return [f"agent:{agent.pk}", "desk"]
    return [f"agent:{agent.pk}", "community", *(f"tier:{tier}" for tier in agent.tier_ids)]


@require_GET
@agents
def live_ticket(request: HttpRequest) -> JsonResponse:
    """A slip for the stream: of the topics that were asked for, those that this agent may hear."""
    agent = agent_in(request)
    own = own_topics(agent)
    wished = request.GET.getlist("topics")[:MOST]
    tickets = _numbers(wished, "ticket")
    talks = _numbers(wished, "conversation")
    seen = Ticket.objects.visible_to(agent)
    granted = set(own)
    if tickets:
        granted |= {f"ticket:{pk}" for pk in seen.filter(pk__in=tickets).values_list("pk", flat=True)}
    if talks:
        rows = Conversation.objects.filter(pk__in=talks, ticket__in=seen)
        granted |= {f"conversation:{pk}" for pk in rows.values_list("pk", flat=True)}
    slip = make_ticket(settings.SECRET_KEY, f"agent:{agent.pk}", granted, TTL, name=agent.name)
    return JsonResponse({"ticket": slip, "topics": sorted(granted), "ttl": TTL})


def _numbers(topics: list[str], kind: str) -> list[int]:
    found = []
    for topic in topics:
        name, _, number = topic.partition(":")
        if name == kind and number.isascii() and number.isdigit() and len(number) < 18:
            found.append(int(number))
    return found
