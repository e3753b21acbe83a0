"""Saved views: which there are, making one, changing, sharing and deleting it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets import lists
from pelekan.tickets import views as saved_views
from pelekan.tickets.conditions import ast
from pelekan.tickets.models import SavedView
from pelekan.tickets.views.keeping import ICONS
from pelekan.tickets.views.models import Shared
from pelekan.web.admin import conditions
from pelekan.web.admin.choices import Choices
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.doors import agents
from pelekan.web.workspace.shell import count_words, shell, teams_of


@require_GET
@agents
def views(request: HttpRequest) -> HttpResponse:
    """All that are offered to this agent, with their conditions as sentences."""
    agent = agent_in(request)
    teams_of(agent)
    choices = Choices(conditions.language())
    shown = []
    for one in saved_views.offered_to(agent):
        count = saved_views.count(one, agent, now=clock())
        shown.append(
            {
                "id": one.id, "name": one.name, "icon": one.icon, "mine": one.owner == agent.pk, "slug": f"saved-{one.id}",
                "shared": _shared(one.shared, one.team, choices), "said": conditions.sentence(ast.dump(one.condition), choices),
                "change": saved_views.may_change(one, agent), "owner": choices.name("agent", one.owner),
                "count": count_words(count.number, more=count.more) if count else "",
            }
        )  # fmt: skip
    told = [{"text": str(one), "kind": "success"} for one in messages.get_messages(request)]
    return render(request, "desk/views.html", {**shell(request, None, "views"), "shown": shown, "told": told})


def _shared(shared: str, team: int | None, choices: Choices) -> str:
    if shared == Shared.TEAM and team:
        return choices.name("team", team)
    return str(Shared(shared).label)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@agents
def change(request: HttpRequest, pk: int) -> HttpResponse:
    return _edit(request, _one(request, pk))


def _one(request: HttpRequest, pk: int) -> SavedView:
    """A view that this agent may change; what he may not even see does not exist for him."""
    agent = agent_in(request)
    view = SavedView.objects.select_related("owner", "team").filter(pk=pk).first()
    if view is None or not saved_views.may_change(view, agent):
        raise Http404
    return view


def _edit(request: HttpRequest, view: SavedView | None) -> HttpResponse:
    agent = agent_in(request)
    teams_of(agent)
    post = request.POST if request.method == "POST" else None
    faults: list[str] = []
    if post is not None and not conditions.pressed(post, "show"):
        condition, faults = conditions.read(post, "show", sets=True, always=False, eyes=agent)
        if not clean_controls(post.get("name", "")).strip():
            faults = [_("Give the view a name."), *faults]
        if not faults and condition is not None:
            try:
                kept = _saved(post, view, agent, condition)
            except saved_views.CannotSave as refused:
                faults = [str(refused)]
            else:
                return HttpResponseRedirect(reverse("desk_list", args=[f"saved-{kept.pk}"]))
    context = {
        **shell(request, None, "views"), "faults": faults, "its": _form(view, agent, post), "old": view,
        "condition": conditions.editor(
            view.condition if view else None, "show", post=post, sets=True, always=False, eyes=agent
        ),
    }  # fmt: skip
    return render(request, "desk/view_form.html", context, status=422 if faults else 200)


def _saved(post: Any, view: SavedView | None, agent: Agent, condition: dict[str, Any]) -> SavedView:
    shared, _colon, number = post.get("shared", "me").partition(":")
    team = (
        Team.objects.filter(pk=int(number), archived_at=None).first()
        if number.isascii() and number.isdigit()
        else None
    )
    return saved_views.save_view(
        view, by=agent, name=clean_controls(post.get("name", "")), condition=condition, order=post.get("order", ""),
        shared=shared if shared in Shared.values else "me", team=team, icon=post.get("icon", ""),
    )  # fmt: skip


def _form(view: SavedView | None, agent: Agent, post: Any) -> dict[str, Any]:
    shared = f"{view.shared}:{view.team_id}" if view and view.team_id else view.shared if view else "me"
    teams = (
        Team.objects.filter(archived_at=None).values("id", "name") if agent.is_manager else teams_of(agent)
    )
    offered = [("me", str(Shared.ME.label)), *((f"team:{team['id']}", team["name"]) for team in teams)]
    if agent.is_manager:
        offered.append(("all", str(Shared.ALL.label)))
    return {
        "name": post.get("name", "") if post is not None else view.name if view else "",
        "order": (post.get("order") if post is not None else view.order if view else "") or lists.URGENT,
        "shared": (post.get("shared") if post is not None else shared) or "me",
        "icon": (post.get("icon") if post is not None else view.icon if view else "") or ICONS[0],
        "icons": ICONS, "offered": offered,
        "orders": [(lists.URGENT, _("Most urgent first")), (lists.NEWEST, _("Newest first")), (lists.OLDEST, _("Oldest first"))],
    }  # fmt: skip


@require_POST
@agents
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    view = _one(request, pk)
    saved_views.delete_view(view, by=agent_in(request))
    messages.success(request, _("The view is gone; its tickets are where they were."))
    return HttpResponseRedirect(reverse("desk_views"))
