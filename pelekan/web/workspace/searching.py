"""Search: by number, by words of any message, by the customer; beside them articles and the community."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from pelekan.knowledge.readers import of_agent
from pelekan.knowledge.search import asking
from pelekan.lib.folding import fold_tokens
from pelekan.lib.text import initials, whole
from pelekan.lib.tongues import layouts
from pelekan.people.models import Agent
from pelekan.tickets.search import Found, find
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, fragment
from pelekan.web.workspace.live import live
from pelekan.web.workspace.shell import PRIORITIES, shell, teams_of

LIMIT = 25
BESIDE = 6  # articles and topics above tickets
PEOPLE = 3
PLACES = ("", "tickets", "articles", "topics")


@require_GET
@agents
def search(request: HttpRequest) -> HttpResponse:
    """The page; only the results when they are asked for while one types. One field for everything: tickets by any word of a
    message, whose they are, articles, the community."""
    query = request.GET.get("q", "").strip()[:200]
    place = request.GET.get("in", "") if request.GET.get("in", "") in PLACES else ""
    before = request.GET.get("before", "")
    agent = agent_in(request)
    teams_of(agent)
    found: list[Found] = []
    further: int | None = None
    answers, meant = _Answers(), None
    if query and place in ("", "tickets"):
        found, further = find(query, agent, limit=LIMIT, before=whole(before))
    if query and not before:
        if place != "tickets" or not found:
            answers = _answers(query, agent, request.LANGUAGE_CODE, place)
        meant = None if found or place not in ("", "tickets") else _meant(query, agent, answers.corrected)
    context = {
        "query": query,
        "place": place,
        "places": _places(query, place),
        "results": [result(one) for one in found],
        "people": _people(found, query) if not before else [],
        "articles": answers.articles if place != "tickets" else [],
        "topics": answers.topics if place != "tickets" else [],
        "meant": meant,
        "further": f"{reverse('desk_search')}?q={quote(query)}&in={place}&before={further}"
        if further
        else "",
        "begun": bool(query),
        "more_of": bool(before),
    }
    if fragment(request):
        return render(request, "desk/results.html", context)
    around = {**live(request), **shell(request, None, "search")}
    return render(request, "desk/search.html", {**around, **context, "title": _("Search")})


def _places(query: str, place: str) -> list[dict[str, object]]:
    """Where one looks; customers have a search of their own, over all of them."""
    names = [_("Everything"), _("Tickets"), _("Articles"), _("Community")]
    tabs: list[dict[str, object]] = [
        {"label": name, "href": f"?q={quote(query)}" + (f"&in={one}" if one else ""), "current": one == place}
        for one, name in zip(PLACES, names, strict=True)
    ]
    customers = {
        "label": _("Customers"),
        "href": f"{reverse('customers')}?q={quote(query)}",
        "current": False,
    }
    return [*tabs, customers]


@dataclass
class _Answers:
    articles: list[dict[str, object]] = field(default_factory=list)
    topics: list[dict[str, object]] = field(default_factory=list)
    corrected: str = ""


def _answers(query: str, agent: Agent, language: str, place: str) -> _Answers:
    """What stands about it in the help centre and the community, with all that only the team reads."""
    kinds = {"articles": ("article",), "topics": ("topic",)}.get(place, ("article", "topic"))
    ask = functools.partial(
        asking.find,
        query,
        reader=of_agent(agent),
        language=language,
        limit=LIMIT if place else BESIDE,
        kinds=kinds,
    )
    found = ask(typing=True)
    if not found.hits:
        found = ask()  # the last word is no beginning of anything: take it as a whole, with slips mended
    answers = _Answers(corrected=found.corrected)
    for hit in found.hits:
        topic = hit.kind == "topic"
        href = (
            reverse("desk_community_topic", args=[hit.id])
            if topic
            else reverse("help_go", args=[hit.language, hit.id])
        )
        shape: dict[str, object] = {
            "url": href,
            "title": hit.title,
            "snippet": hit.snippet,
            "language": hit.language,
        }
        (answers.topics if topic else answers.articles).append(shape)
    return answers


def _people(found: Sequence[Found], query: str) -> list[dict[str, object]]:
    """Customers whose name or address it is, of the tickets that were found. No query: each ticket brings its customer."""
    asked = fold_tokens(query)
    people = {one.ticket.customer_id: one.ticket.customer for one in found}
    fitting = [one for one in people.values() if asked and all(word in one.folded for word in asked)]
    return [
        {
            "id": one.pk, "name": one.name, "initials": initials(one.name),
            "url": reverse("customer", args=[one.pk]),
        }
        for one in fitting[:PEOPLE]
    ]  # fmt: skip


def _meant(query: str, agent: Agent, corrected: str) -> dict[str, object] | None:
    """Nothing was found: what was probably meant, where that finds something. {words, keyboard}"""
    for _language, text in layouts.others(query):
        if find(text, agent, limit=1)[0]:
            return {"words": text, "keyboard": True}
    if corrected and find(corrected, agent, limit=1)[0]:
        return {"words": corrected, "keyboard": False}
    return None


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
