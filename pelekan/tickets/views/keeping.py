"""Making, sharing and deleting saved views."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Team
from pelekan.tickets.conditions import ast
from pelekan.tickets.events import action, record
from pelekan.tickets.lists import ORDERS
from pelekan.tickets.views.known import Kept, forget
from pelekan.tickets.views.models import SavedView, Shared

ICONS = (
    "bookmark",
    "flag",
    "star",
    "flame",
    "siren",
    "inbox",
    "ticket",
    "shopping-bag",
    "bell",
    "eye",
    "user",
    "clock",
)


class CannotSave(ValueError):
    """What is wrong, in a sentence."""


def may_change(view: SavedView | Kept, by: Agent) -> bool:
    """Its owner; managers what is shared."""
    owner = view.owner.pk if isinstance(view, SavedView) else view.owner
    return owner == by.pk or (by.is_manager and view.shared != Shared.ME)


@action
def save_view(
    view: SavedView | None,
    *,
    by: Agent,
    name: str,
    condition: dict[str, Any],
    order: str = "urgent",
    shared: str = Shared.ME,
    team: Team | None = None,
    icon: str = "bookmark",
    now: datetime | None = None,
) -> SavedView:
    """Make or change a view. With a team share those who are in it, and managers; with all share managers. Raises
    CannotSave."""
    now = now or clock()
    if view is not None and not may_change(view, by):
        raise CannotSave(_("This view belongs to someone else."))
    name = one_line(name, 60)
    if not name:
        raise CannotSave(_("Give the view a name."))
    try:
        parsed = ast.parse(condition)
    except ast.BadCondition as bad:
        raise CannotSave(_("Say which tickets the view shows.")) from bad
    if not ast.asks_sets(parsed):
        raise CannotSave(_("A list can't ask what is only known at the moment something happens."))
    if shared == Shared.ALL and not by.is_manager:
        raise CannotSave(_("Only managers share a view with everybody."))
    if shared == Shared.TEAM and (team is None or not (by.is_manager or team.pk in by.team_ids)):
        raise CannotSave(_("Choose a team that you belong to."))
    view = view or SavedView(owner=by, created_at=now)
    view.name, view.condition = name, ast.dump(parsed)
    view.order = order if order in ORDERS else "urgent"
    view.shared = Shared(shared)
    view.team = team if shared == Shared.TEAM else None
    view.icon = icon if icon in ICONS else ICONS[0]
    view.changed_at = now
    view.save()
    record("view.saved", by=by, at=now, title=view.name, view=view.pk, shared=str(view.shared))
    transaction.on_commit(forget)
    return view


@action
def delete_view(view: SavedView, *, by: Agent, now: datetime | None = None) -> None:
    """Delete it for everybody it was shared with."""
    if not may_change(view, by):
        raise CannotSave(_("This view belongs to someone else."))
    record("view.deleted", by=by, at=now or clock(), title=view.name, view=view.pk)
    view.delete()
    transaction.on_commit(forget)
