"""What stands around every page of the workspace: the lists with their counts, and the open list."""

from __future__ import annotations

import functools
import json
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.knowledge.community import steering
from pelekan.lib.text import initials
from pelekan.lib.time import now as clock
from pelekan.people.access import can
from pelekan.people.models import Agent, Team
from pelekan.tickets import forgotten_count, lists
from pelekan.tickets import views as saved_views
from pelekan.tickets.lists import View
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace import reasons
from pelekan.web.workspace.alarm import alarm, mark
from pelekan.web.workspace.doors import agent as agent_in
from pelekan.web.workspace.prepared import Prepared

PRIORITIES = {1: "low", 2: "normal", 3: "high", 4: "urgent"}
ALARMS = ("", "soon", "late", "very-late")
"""What `Ticket.alarm` is called in classes and words."""


_TEAMS = Prepared(
    lambda agent: Team.objects.filter(agents=agent).values(
        "id", "name", "tier_id", "tier__level", "archived_at"
    )
)


def teams_of(agent: Agent) -> list[dict[str, Any]]:
    """The agent's teams in the order of the staircase, in one query; what `visible_to` needs comes along."""
    known: list[dict[str, Any]] | None = agent.__dict__.get("_teams")
    if known is None:
        known = _TEAMS(agent.pk)
        agent.team_ids = sorted(team["id"] for team in known)
        agent.tier_ids = sorted({team["tier_id"] for team in known})
        agent.__dict__["_teams"] = known
    return [team for team in known if team["archived_at"] is None]


def views_of(agent: Agent) -> list[View]:
    """The lists that are offered to this agent."""
    queues = [View("queue", team["id"]) for team in teams_of(agent)]
    return [View("mine"), View("waiting"), *queues, View("unassigned"), View("all"), View("done")]


def name_of(view: View, agent: Agent) -> str:
    """What a list is called."""
    if view.kind == "saved":
        saved = saved_views.one_for(agent, view.saved_id)
        return saved.name if saved else ""
    if view.team_id:
        team = next((team["name"] for team in teams_of(agent) if team["id"] == view.team_id), None)
        return team or Team.objects.filter(pk=view.team_id).values_list("name", flat=True).first() or ""
    return {
        "mine": _("Mine"),
        "waiting": _("Waiting chats"),
        "unassigned": _("Unassigned"),
        "all": _("All open"),
        "done": _("Solved and closed"),
    }[view.kind]


ICONS = {
    "mine": "inbox", "waiting": "message-circle", "queue": "users", "team": "users", "unassigned": "user-x",
    "all": "layers", "done": "circle-check",
}  # fmt: skip
KEYS = {"mine": "g m", "waiting": "g w", "unassigned": "g u", "all": "g a", "done": "g d"}


def shell(
    request: HttpRequest, view: View | None, current: str = "", *, fresh: bool = False
) -> dict[str, Any]:
    """The nav and the menu of lists. Queries: the agent's teams, the counts, for admins the alarm. Saved views and what is
    forgotten are only counted when `fresh` is asked for: pages show what is known."""
    agent = agent_in(request)
    views = views_of(agent)
    shown = [one for one in views if one.kind != "done"]
    numbers = lists.counts(
        shown,
        agent,
        late=[one for one in shown if one.kind != "waiting"],
        calls=True,
        also=[("community", steering.waiting_sql(lists.MOST_COUNTED))],
    )
    items = [
        {
            "slug": one.slug,
            "kind": one.kind,
            "label": name_of(one, agent),
            "short": pgettext("bar", "Waiting") if one.kind == "waiting" else "",  # six have to fit a phone
            "href": url("desk_list", one.slug),
            "icon": ICONS[one.kind],
            "count": count_words(numbers.get(one.slug, 0)),
            "late": count_words(numbers.get(f"late:{one.slug}", 0)),
            "late_words": late_words(request, numbers.get(f"late:{one.slug}", 0)),
            "current": view is not None and one.slug == view.slug,
            "key": KEYS.get(one.kind, ""),
            "alarm": one.kind == "waiting",
        }
        for one in views
    ]
    saved = saved_items(request, view, fresh=fresh)
    by_slug = {item["slug"]: item for item in [*items, *saved]}
    chats = {
        "slug": "chats", "kind": "chats", "label": _("Chats"), "short": pgettext("bar", "Chats"),
        "href": url("desk_chats"),
        "icon": "messages-square", "count": "", "current": current == "chats", "key": "g c", "alarm": False,
    }  # fmt: skip
    calls = {
        "slug": "calls", "kind": "calls", "label": _("Calls"), "short": pgettext("bar", "Calls"),
        "href": url("desk_calls"), "icon": "phone", "count": count_words(numbers["calls"]),
        "current": current == "calls", "key": "g l", "alarm": False,
    }  # fmt: skip
    search = {
        "slug": "search", "kind": "search", "label": _("Search"), "href": url("desk_search"),
        "icon": "search", "count": "", "current": current == "search", "key": "/", "alarm": False,
    }  # fmt: skip
    forgotten = {
        "slug": "forgotten", "kind": "forgotten", "label": _("Nothing forgotten"), "href": url("desk_forgotten"),
        "icon": "list-checks", "count": count_words(forgotten_count.number(agent, now=clock(), fresh=fresh)),
        "current": current == "forgotten", "key": "g f", "alarm": True,
    }  # fmt: skip
    community = {
        "slug": "community", "kind": "community", "label": _("Community"), "href": url("desk_community"),
        "icon": "globe", "count": count_words(numbers["community"]), "current": current == "community", "key": "g y", "alarm": False,
    }  # fmt: skip
    knowledge = {
        "slug": "knowledge", "kind": "knowledge", "label": _("Knowledge base"), "href": url("knowledge"),
        "icon": "book-open", "count": "", "current": current == "knowledge", "key": "g k", "alarm": False,
    }  # fmt: skip
    people = {
        "slug": "customers", "kind": "customers", "label": _("Customers"), "href": url("customers"),
        "icon": "user", "count": "", "current": current == "customers", "key": "g p", "alarm": False,
    }  # fmt: skip
    nav = [
        *(by_slug[slug] for slug in ("mine", "waiting")), chats, calls, search, None,
        *(item for item in items if item["kind"] == "queue"),
        *(by_slug[slug] for slug in ("unassigned", "all", "done")), *([None] if saved else []), *saved[:IN_NAV], None, forgotten, knowledge, community, people, *_settings(agent, current),
    ]  # fmt: skip
    found = alarm(agent)
    return {
        "nav": nav,
        "calls_item": calls,
        "community_item": community,
        "forgotten_item": forgotten,
        "views": [*items, *saved],
        "saved": len(saved),
        "view": view,
        "view_item": by_slug.get(view.slug) if view else None,
        "alarm": found,
        "alarm_mark": mark(found),
        "levels": max(1, numbers["levels"]),
        "agent": chat_state(agent),
    }


IN_NAV = 6
"""Saved views in the nav; the menu of lists has all."""


def saved_items(request: HttpRequest, view: View | None, *, fresh: bool) -> list[dict[str, Any]]:
    """The saved views that are offered to this agent, his own first."""
    agent = agent_in(request)
    teams_of(agent)
    found = []
    for one in sorted(saved_views.offered_to(agent), key=lambda it: it.owner != agent.pk):
        slug = f"saved-{one.id}"
        count = saved_views.count(one, agent, now=clock(), fresh=fresh)
        found.append(
            {
                "slug": slug, "kind": "saved", "label": one.name, "short": "", "href": url("desk_list", slug),
                "icon": one.icon, "count": count_words(count.number, more=count.more) if count else "", "late_words": "",
                "current": view is not None and view.slug == slug, "key": "", "alarm": False,
                "change": url("desk_view", one.id) if saved_views.may_change(one, agent) else "",
            }
        )  # fmt: skip
    return found


def chat_state(agent: Agent) -> dict[str, Any]:
    """Whether chats may come to this agent, for his menu and the board."""
    return {"presence": agent.presence, "capacity": agent.chat_capacity, "auto_accept": agent.auto_accept}


def _settings(agent: Agent, current: str) -> list[dict[str, Any]]:
    """The ways to insights and to the settings, for whom they are open."""
    insights = {
        "slug": "insights", "kind": "insights", "label": _("Insights"), "href": url("insights"),
        "icon": "chart-column", "count": "", "current": current == "insights", "key": "g i", "alarm": False,
    }  # fmt: skip
    found = [insights] if can(agent, "see_all") else []
    to = "settings" if can(agent, "settings") else "settings_health" if can(agent, "quarantine") else ""
    if not to:
        return found
    return [*found, {
        "slug": "settings", "kind": "settings", "label": _("Settings"), "href": url(to), "icon": "settings",
        "count": "", "current": current == "settings", "key": "g s", "alarm": False,
    }]  # fmt: skip


def count_words(number: int, *, more: bool = False) -> str:
    """ "" for none, "7", "99+"; with `more` "7+"."""
    if number >= lists.MOST_COUNTED:
        return f"{lists.MOST_COUNTED - 1}+"
    return f"{number}+" if number and more else str(number) if number else ""


def late_words(request: HttpRequest, number: int) -> str:
    """«۲ دیرشده» for a list's count, "" for none."""
    if not number:
        return ""
    count = Reading(request.dates).digits(count_words(number))  # type: ignore[attr-defined]
    return ngettext("%(count)s late", "%(count)s late", number) % {"count": count}


@functools.cache
def _ticket_address() -> str:
    return url("desk_ticket", 0)  # looked up once: a list needs 25 of them


TOLD = ("urgent", "high")
"""Priorities that say in a list where they come from."""


def _why(stored: Any) -> str:
    """The reason for a priority in a few words; a database may give JSON as text."""
    return reasons.short(json.loads(stored) if isinstance(stored, str) else stored)


def row_shape(line: dict[str, Any], view: View | None, agent: Agent) -> dict[str, Any]:
    """A row of `lists` as the template draws it."""
    line["customer_initials"] = initials(line["customer_name"])
    line["assignee_initials"] = initials(line["assignee_name"] or "")
    line["priority"] = PRIORITIES[line["priority"]]
    line["done"] = line["status"] in ("solved", "closed")
    line["why"] = _why(line["reasons"]) if line["priority"] in TOLD and not line["done"] else ""
    line["waits"] = line["waiting_since"] is not None and not line["done"]
    line["mine"] = line["assignee_id"] == agent.pk
    line["due"] = line["next_due_at"] if not line["done"] else None
    line["alarm"] = ALARMS[line["alarm"]] if not line["done"] else ""
    address = _ticket_address().replace("/0/", f"/{line['id']}/")
    line["url"] = f"{address}?in={view.slug}" if view else address
    return line


def list_part(request: HttpRequest, view: View, before: str = "") -> dict[str, Any]:
    """The rows of a list and where they go on. One query; of a saved view two."""
    agent = agent_in(request)
    teams_of(agent)
    if view.kind == "saved":
        return _saved_part(agent, view, before)
    order = lists.order_of(view, request.GET.get("order") or agent.list_order)
    found, key = lists.rows(view, agent, before, order=order)
    more = f"{url('desk_rows', view.slug)}?before={key}&order={order}" if key else ""
    return {
        "rows": [row_shape(line, view, agent) for line in found],
        "more": more,
        "view": view,
        "by_urgency": agent.list_order == lists.URGENT,
        "orders": orders_of(view, order),
    }


def _saved_part(agent: Agent, view: View, before: str) -> dict[str, Any]:
    saved = saved_views.one_for(agent, view.saved_id)
    if saved is None:
        raise Http404
    found, key = saved_views.rows(saved, agent, before, now=clock())
    return {
        "rows": [row_shape(line, view, agent) for line in found],
        "more": f"{url('desk_rows', view.slug)}?before={key}" if key else "",
        "view": view,
        "by_urgency": saved.order == lists.URGENT,
        "orders": [],
        "saved_view": {"id": saved.id, "name": saved.name, "mine": saved_views.may_change(saved, agent)},
    }


def orders_of(view: View, chosen: str) -> list[dict[str, Any]]:
    """How the open list can be ordered; waiting chats have their own order."""
    names = {
        lists.URGENT: _("Most urgent first"), lists.NEWEST: _("Newest first"), lists.OLDEST: _("Oldest first"),
    }  # fmt: skip
    if view.kind == "waiting":
        return []
    return [
        {"order": order, "label": label, "chosen": order == chosen}
        for order, label in names.items()
        if lists.order_of(view, order) == order
    ]
