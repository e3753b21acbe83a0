"""The ticket's page: head, timeline, composer, and the customer beside it."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, Count, OuterRef, Subquery, When
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from pelekan.lib.text import initials
from pelekan.people.models import Agent, Tier
from pelekan.tickets import lists
from pelekan.tickets import views as saved_views
from pelekan.tickets.guides import reading as guides
from pelekan.tickets.lists import View
from pelekan.tickets.models import Conversation, ReadMark, Ticket
from pelekan.tickets.states import possible
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace import (
    call_cards,
    care_cards,
    clocks,
    moved,
    packs,
    pending,
    reasons,
    sendings,
    timeline,
)
from pelekan.web.workspace.beside import beside
from pelekan.web.workspace.climb import climb
from pelekan.web.workspace.composing import composer
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents, fragment
from pelekan.web.workspace.live import live
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.shell import PRIORITIES, list_part, shell, teams_of

_FIELDS = (
    "followed_at", "id", "number", "subject", "status", "channel", "priority", "impact", "urgency", "language", "preview",
    "assessed_at", "reasons",
    "hold_until", "created_at", "registered_at", "waiting_since", "last_at", "solved_at", "team_id", "tier_id",
    "customer_id", "inbox_id", "category_id", "assignee_id", "follows_id", "may_belong_to_id", "team__name",
    "tier__name", "tier__level", "assignee__user__name", "customer__name", "customer__language",
    "customer__notes", "customer__facts", "customer__created_at", "customer__importance",
    "organization__name", "customer__organization__name", "inbox__name",
    "category__name", "category__parent__name", "category__parent__parent__name",
    "follows__number", "may_belong_to__number", "may_belong_to__status", "may_belong_to__joined_into_id",
    "joined_into_id", "joined_into__number", *care_cards.FIELDS, "alarm", "next_due_at", "handed_at",
)  # fmt: skip


_CAUSES = Subquery(
    Ticket.causes.through.objects.filter(ticket=OuterRef("pk"))
    .order_by()
    .values("ticket")
    .annotate(number=Count("pk"))
    .values("number")  # type: ignore[misc]
)
_LEVELS = Subquery(Tier.objects.order_by("-level").values("level")[:1])


def _read_by(agent: Agent) -> Subquery:
    return Subquery(ReadMark.objects.filter(agent=agent.pk, ticket=OuterRef("pk")).values("message_id"))


_ROW = Prepared(
    lambda agent, pk: (
        Ticket.objects.visible_to(agent)
        .filter(pk=pk)
        .values(
            *_FIELDS,
            read_id=_read_by(agent),
            levels=_LEVELS,
            causes_count=_CAUSES,
            waits=pending.ARE_THERE,
            clocked=clocks.ARE_THERE,
            call=call_cards.ARE_THERE,
            guided=guides.ARE_THERE,
            packed=packs.PACKED,
            issued=packs.LINKED,
        )
    )
)


def ticket_row(agent: Agent, pk: int) -> dict[str, Any]:
    """The ticket with everything that stands on its page, in one query, if this agent may see it; `read_id` is how far he
    has read it (or None), `levels` how many steps the staircase has."""
    teams_of(agent)
    row = _ROW.one(agent, pk)
    if row is None:
        raise Http404
    return row


def head(ticket: dict[str, Any], agent: Agent, chat: dict[str, Any] | None, dates: Reading) -> dict[str, Any]:
    """The ticket's head: its facts and what can be done now."""
    acts = {str(act) for act in possible(ticket["status"])}
    mine = ticket["assignee_id"] == agent.pk
    can = {
        "register": ticket["registered_at"] is None,
        "assess": ticket["status"] != "closed",
        "take": not mine and "take" in acts,
        "assign": ticket["status"] != "closed",
        "release": ticket["assignee_id"] is not None and ticket["status"] != "closed",
        "escalate": ticket["status"] != "closed",
        "hold": "hold" in acts,
        "wait": "wait" in acts and ticket["status"] != "waiting",
        "resume": "resume" in acts,
        "solve": "solve" in acts,
        "reopen": "reopen" in acts,
        "close": "close" in acts,
        "accept": chat is not None and chat["state"] in ("waiting", "bot"),
        "transfer": chat is not None and chat["state"] == "active",
        "end": chat is not None and chat["state"] in ("bot", "waiting", "active"),
    }
    can["join"] = ticket["joined_into_id"] is None
    if not can["join"]:  # its work goes on where its conversations are
        can = dict.fromkeys(can, False)
    return {
        "id": ticket["id"],
        "number": ticket["number"],
        "subject": ticket["subject"],
        "status": ticket["status"],
        "channel": ticket["channel"],
        "registered_at": ticket["registered_at"],
        "waiting_since": ticket["waiting_since"] if ticket["status"] not in ("solved", "closed") else None,
        "hold_until": ticket["hold_until"],
        "due": clocks.due_of(ticket, dates),
        "team_name": ticket["team__name"],
        "tier_name": ticket["tier__name"],
        "tier_level": ticket["tier__level"],
        "tier_total": max(1, ticket["levels"] or 0),
        "priority": PRIORITIES[ticket["priority"]],
        "priority_why": reasons.short(ticket["reasons"]),
        "priority_suggested": ticket["assessed_at"] is None and bool(ticket["reasons"]),
        "assignee_id": ticket["assignee_id"],
        "assignee_name": ticket["assignee__user__name"] or "",
        "assignee_initials": initials(ticket["assignee__user__name"] or ""),
        "mine": mine,
        "handed": ticket["handed_at"] is not None and (mine or ticket["assignee_id"] is None),
        "can": can,
        "chat": chat,
    }


def ticket_context(request: HttpRequest, ticket: dict[str, Any]) -> dict[str, Any]:
    """Everything of one ticket's page but the list around it; `ticket` is what `ticket_row` found."""
    agent = agent_in(request)
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    read_id = ticket["read_id"] or 0
    side = beside(ticket, agent, dates)
    chats = [talk for talk in side["talks"] if talk["state"]]
    chat = min(chats, key=lambda talk: talk["state"] == "ended", default=None)
    lines = timeline.window(ticket["id"], dates, read_id=read_id, me=agent.pk)
    return {
        "ticket": head(ticket, agent, chat, dates),
        "calls": call_cards.open_calls(ticket, dates),
        "care": {**care_cards.care(ticket, dates), **care_cards.ask_at_once(ticket["language"])},
        "guides": guides.of_ticket(ticket["id"]) if ticket["guided"] else [],
        "clocks": clocks_part(ticket, dates),
        "climb": climb(ticket, side["stays"], agent),
        "issues": packs.issues_of(ticket["id"], agent) if ticket["issued"] else [],
        "hints": _hints(ticket, side["follows"], agent),
        "lines": lines,
        "read_id": read_id,
        "beside": side,
        "pendings": pending.waiting(ticket["id"], agent, dates) if ticket["waits"] else [],
        "composer": composer(ticket, agent, side, lines, dates),
        "title": f"#{ticket['number']} {ticket['subject']}" if ticket["number"] else ticket["subject"],
    }


def _hints(ticket: dict[str, Any], follows: dict[str, Any], agent: Agent) -> dict[str, Any]:
    """What stands above the talk. Nothing in it leads to a ticket that this agent may not see."""
    hints: dict[str, Any] = {
        "joined": moved.banner(ticket),
        "hint": moved.hint(ticket),
        "follows": follows if follows["id"] else None,
    }
    named = {hint["id"] for hint in hints.values() if hint}
    if not named or agent.sees_all:
        return hints
    seen = set(Ticket.objects.visible_to(agent).filter(pk__in=named).values_list("pk", flat=True))
    joined = hints["joined"]
    if joined and joined["id"] not in seen:
        hints["joined"] = {**joined, "id": None, "number": None}
    for name in ("hint", "follows"):
        if hints[name] and hints[name]["id"] not in seen:
            hints[name] = None
    return hints


@require_GET
@agents
def ticket(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; a fragment of ticket and customer when the shell is there already."""
    agent = agent_in(request)
    view = lists.view_named(request.GET.get("in", ""))
    if fragment(request):
        context = ticket_context(request, ticket_row(agent, pk))
        return render(request, "desk/ticket_part.html", {**context, "back": _back(view)})
    seen = live(request)
    row = ticket_row(agent, pk)
    if view and view.kind == "saved" and saved_views.one_for(agent, view.saved_id) is None:
        view = None
    view = view or _home_of(row, agent)
    context = {
        **shell(request, view),
        **list_part(request, view),
        **ticket_context(request, row),
        **seen,
        "show": "ticket",
        "current_id": pk,
        "back": _back(view),
    }
    return render(request, "desk/inbox.html", context)


def _back(view: View | None) -> str:
    return url("desk_list", view.slug) if view else url("desk")


def _home_of(ticket: dict[str, Any], agent: Agent) -> View:
    """The list in which a ticket that was opened by its address probably stands."""
    if ticket["status"] in ("solved", "closed"):
        return View("done")
    if ticket["assignee_id"] == agent.pk:
        return View("mine")
    if ticket["assignee_id"] is None and ticket["team_id"] in agent.team_ids:
        return View("queue", ticket["team_id"])
    return View("all")


@require_GET
@agents
def head_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The head alone, brought up to date."""
    return render(request, "desk/head.html", head_context(request, pk))


def head_context(request: HttpRequest, pk: int) -> dict[str, Any]:
    agent = agent_in(request)
    row = ticket_row(agent, pk)
    view = lists.view_named(request.GET.get("in", ""))
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    return {"ticket": head(row, agent, chat_of(pk), dates), "back": _back(view)}


def clocks_part(ticket: dict[str, Any], dates: Reading) -> dict[str, Any] | None:
    return clocks.clocks(ticket["id"], dates, dates.dates.language) if ticket["clocked"] else None


ENDED_LAST = Case(When(state="ended", then=1), default=0)
_CHAT = Prepared(
    lambda pk: (
        Conversation.objects.filter(ticket=pk)
        .exclude(state="")
        .order_by(ENDED_LAST, "-id")
        .values("id", "state", "started_at", "accepted_at", "context")[:1]
    )
)


def chat_of(pk: int) -> dict[str, Any] | None:
    """The newest chat of a ticket; one that goes on before those that ended."""
    return _CHAT.one(pk)


_CHATS = Conversation.objects.filter(ticket=OuterRef("pk")).exclude(state="").order_by("-id")
_SEEN = Prepared(
    lambda agent, pk: (
        Ticket.objects.visible_to(agent)
        .filter(pk=pk)
        .values("id", seen_to=Subquery(_CHATS.values("customer_read_id")[:1]), waits=pending.ARE_THERE)
    )
)


@require_GET
@agents
def lines(request: HttpRequest, pk: int) -> HttpResponse:
    """More of the timeline: `before` an event (earlier), or `after` it (what is new)."""
    agent = agent_in(request)
    teams_of(agent)
    ticket = _SEEN.one(agent, pk)
    if ticket is None:
        raise Http404
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    before, after = _number(request, "before"), _number(request, "after")
    part = timeline.window(pk, dates, before=before, after=after, me=agent.pk)
    context: dict[str, Any] = {"lines": part, "ticket_id": pk, "sendings": {}, "seen_to": 0, "after": after}
    if after:
        context["pendings"] = pending.waiting(pk, agent, dates) if ticket["waits"] else []
        context["sendings"] = sendings.delivery_states(pk, dates)
        context["seen_to"] = ticket["seen_to"] or 0
    response = render(request, "desk/lines.html", context)
    response["X-Last-Event"] = str(part["last"])
    response["X-Last-Message"] = str(part["last_message"])
    response["X-New"] = str(part["new"])
    return response


def _number(request: HttpRequest, name: str) -> int:
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 18 else 0


@require_GET
@agents
def beside_part(request: HttpRequest, pk: int) -> HttpResponse:
    """The customer's panel alone."""
    agent = agent_in(request)
    row = ticket_row(agent, pk)
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    side = beside(row, agent, dates)
    context = {
        "beside": side, "clocks": clocks_part(row, dates), "climb": climb(row, side["stays"], agent), "ticket": {"id": pk},
        "issues": packs.issues_of(pk, agent) if row["issued"] else [],
    }  # fmt: skip
    return render(request, "desk/beside_part.html", context)
