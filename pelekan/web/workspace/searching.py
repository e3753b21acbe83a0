"""Search: by number, by words of any message, by the customer."""

from __future__ import annotations

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.knowledge.readers import of_agent
from pelekan.knowledge.search import asking
from pelekan.lib.text import initials
from pelekan.lib.tongues import layouts
from pelekan.people.models import Agent
from pelekan.tickets.search import Found, find
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, fragment
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import PRIORITIES, shell, teams_of

LIMIT = 25
ARTICLES = 4


@require_GET
@agents
def search(request: HttpRequest) -> HttpResponse:
    """The page; only the results when they are asked for while one types."""
    query = request.GET.get("q", "").strip()[:200]
    before = request.GET.get("before", "")
    agent = agent_in(request)
    teams_of(agent)
    found: list[Found] = []
    further: int | None = None
    articles: list[dict[str, object]] = []
    meant = ""
    if query:
        found, further = find(query, agent, limit=LIMIT, before=int(before) if before.isdigit() else None)
        if not before:
            articles = _articles(query, agent, request.LANGUAGE_CODE)
            meant = "" if found else _other_keyboard(query, agent)
    context = {
        "query": query,
        "results": [result(one) for one in found],
        "articles": articles,
        "meant": meant,
        "further": f"{reverse('desk_search')}?q={quote(query)}&before={further}" if further else "",
        "begun": bool(query),
        "more_of": bool(before),
    }
    if fragment(request):
        return render(request, "desk/results.html", context)
    around = {**live(request), **shell(request, None, "search")}
    return render(request, "desk/search.html", {**around, **context, "title": _("Search")})


def _articles(query: str, agent: Agent, language: str) -> list[dict[str, object]]:
    """What stands about it in the help centre, with all that only the team reads."""
    found = asking.find(
        query, reader=of_agent(agent), language=language, limit=ARTICLES, kinds=("article",), typing=True
    )
    return [
        {
            "url": reverse("help_go", args=[hit.language, hit.id]), "title": hit.title, "snippet": hit.snippet,
            "language": hit.language,
        }
        for hit in found.hits
    ]  # fmt: skip


def _other_keyboard(query: str, agent: Agent) -> str:
    """Nothing was found: what the same keys give on another keyboard, where that finds something; else ""."""
    return next((text for _language, text in layouts.others(query) if find(text, agent, limit=1)[0]), "")


def result(one: Found) -> dict[str, object]:
    ticket = one.ticket
    return {
        "id": ticket.pk,
        "url": reverse("desk_ticket", args=[ticket.pk])
        + (f"#message-{one.message_id}" if one.message_id else ""),
        "number": ticket.number,
        "subject": ticket.subject,
        "status": ticket.status,
        "channel": ticket.channel,
        "priority": PRIORITIES[ticket.priority],
        "customer_name": ticket.customer.name,
        "customer_initials": initials(ticket.customer.name),
        "customer_id": ticket.customer_id,
        "tier_name": ticket.tier.name,
        "team_name": ticket.team.name,
        "assignee_name": ticket.assignee.name if ticket.assignee else "",
        "last_at": ticket.last_at,
        "snippet": one.snippet or [(ticket.preview, False)],
    }
