"""Several chats side by side: who waits, up to four panes, and whether more may come to me."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from pelekan.lib.text import initials, whole
from pelekan.people.models import Presence
from pelekan.tickets import actions, lists
from pelekan.tickets.lists import View
from pelekan.tickets.models import ChatState, Conversation, Ticket
from pelekan.web.reading import Reading
from pelekan.web.workspace import bots, timeline
from pelekan.web.workspace.acts import told
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.live import live
from pelekan.web.workspace.page import ENDED_LAST, ticket_row
from pelekan.web.workspace.shell import chat_state, row_shape, shell, teams_of

PANES = 4
LINES = 20


def mine(request: HttpRequest) -> list[dict[str, Any]]:
    """My running chats, the one that waits longest for me first. One query."""
    agent = agent_in(request)
    rows = (
        Conversation.objects.filter(state=ChatState.ACTIVE, agent=agent)
        .order_by("ticket__waiting_since", "started_at")
        .values("id", "ticket_id", "customer__name", "customer_id", "ticket__waiting_since", "ticket__number",
                "ticket__subject", "ticket__registered_at", "started_at", "ticket__language")
    )  # fmt: skip
    return [
        {
            "id": row["id"], "ticket_id": row["ticket_id"], "name": row["customer__name"] or _("Visitor"),
            "initials": initials(row["customer__name"]), "hue": row["customer_id"], "subject": row["ticket__subject"],
            "waiting_since": row["ticket__waiting_since"], "number": row["ticket__number"],
            "registered": row["ticket__registered_at"] is not None, "language": row["ticket__language"], "with_bot": False, "waits": False,
        }
        for row in rows
    ]  # fmt: skip


@require_GET
@agents
def board(request: HttpRequest) -> HttpResponse:
    """The board with its panes; `?open=` says which ticket stands first on a phone."""
    seen = live(request)
    around = shell(request, None, "chats")
    context = {
        **around,
        **seen,
        **_queue(request),
        "chats": mine(request),
        "panes": [],
        "agent": chat_state(agent_in(request)),
    }
    wanted = [pk for one in request.GET.getlist("open") if (pk := whole(one)) is not None]
    order = sorted(context["chats"], key=lambda chat: chat["ticket_id"] not in wanted)
    context["panes"] = [_pane(request, chat) for chat in order[:PANES]]
    context["title"] = _("Chats")
    return render(request, "desk/chats.html", context)


@require_GET
@agents
def queue(request: HttpRequest) -> HttpResponse:
    """The waiting chats, my running ones and those of the bot, brought up to date."""
    levels = lists.counts([], agent_in(request))["levels"]
    context = {
        **_queue(request),
        "chats": mine(request),
        "agent": chat_state(agent_in(request)),
        "levels": max(1, levels),
    }
    return render(request, "desk/chat_queue.html", context)


@require_GET
@agents
def pane(request: HttpRequest, pk: int) -> HttpResponse:
    """One pane, when a chat is opened beside the others; with `?conversation=` that chat, wherever a join has put it."""
    found = Conversation.objects.exclude(state="").order_by(ENDED_LAST, "-id")
    named = request.GET.get("conversation", "")
    if named.isascii() and named.isdigit() and len(named) < 18:
        found = found.filter(pk=int(named), ticket__in=Ticket.objects.visible_to(agent_in(request)))
    else:
        ticket_row(agent_in(request), pk)
        found = found.filter(ticket_id=pk)
    row = found.values("id", "state", "ticket_id", "customer__name", "customer_id", "ticket__waiting_since", "ticket__number",
                       "ticket__subject", "ticket__registered_at", "ticket__language").first()  # fmt: skip
    if row is None:
        return told(_("This ticket has no chat."), 404)
    chat = {
        "id": row["id"], "ticket_id": row["ticket_id"], "name": row["customer__name"] or _("Visitor"),
        "initials": initials(row["customer__name"]), "hue": row["customer_id"], "subject": row["ticket__subject"],
        "waiting_since": row["ticket__waiting_since"], "number": row["ticket__number"],
        "registered": row["ticket__registered_at"] is not None, "language": row["ticket__language"],
        "with_bot": row["state"] == ChatState.BOT, "waits": row["state"] == ChatState.WAITING,
    }  # fmt: skip
    return render(request, "desk/chat_pane.html", {"pane": _pane(request, chat)})


def _pane(request: HttpRequest, chat: dict[str, Any]) -> dict[str, Any]:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    lines = timeline.window(chat["ticket_id"], dates, me=agent_in(request).pk)
    return {**chat, "lines": lines, "href": reverse("desk_ticket", args=[chat["ticket_id"]])}


def _queue(request: HttpRequest) -> dict[str, Any]:
    agent = agent_in(request)
    teams_of(agent)
    view = View("waiting")
    found, _key = lists.rows(view, agent, limit=50)
    return {
        "waiting": [row_shape(line, view, agent) for line in found],
        "view": view,
        "with_bot": bots.talking(agent),
    }


@require_POST
@agents
def presence(request: HttpRequest) -> HttpResponse:
    """There for chats, or away; and whether chats may come by themselves."""
    agent = agent_in(request)
    word = request.POST.get("presence", "")
    if word and word not in Presence.values:
        return told(_("Choose whether you are online, away or offline."))
    if word:
        actions.set_presence(agent, word)
    if "auto_accept" in request.POST:
        actions.set_auto_accept(agent, request.POST["auto_accept"] == "on")
    return render(request, "desk/presence.html", {"agent": chat_state(agent)})


@require_POST
@agents
def here(request: HttpRequest) -> HttpResponse:
    """A sign of life from an open page, once a minute."""
    actions.seen(agent_in(request))
    return HttpResponse(status=204)
