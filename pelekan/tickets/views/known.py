"""Which saved views there are. Every page of the desk names them, so they are remembered for a moment."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.conditions import ast
from pelekan.tickets.views.models import SavedView, Shared

REMEMBERED = timedelta(seconds=10)
"""How long another process may still show the former views."""
MOST = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A view as pages need it."""

    id: int
    name: str
    icon: str
    order: str
    owner: int
    shared: str
    team: int | None
    condition: ast.Condition
    changed_at: datetime


_known: tuple[datetime, tuple[Kept, ...]] | None = None
_lock = threading.Lock()


def offered_to(agent: Agent) -> list[Kept]:
    """His own, those of his teams and those for all, by name. `agent.team_ids` are asked for team views alone."""
    return [view for view in _all() if _for(view, agent)]


def one_for(agent: Agent, pk: int) -> Kept | None:
    """The view if it is offered to him; managers open any shared one by its address."""
    view = next((one for one in _all() if one.id == pk), None)
    if view is None or _for(view, agent) or (agent.is_manager and view.shared != Shared.ME):
        return view
    return None


def _for(view: Kept, agent: Agent) -> bool:
    if view.owner == agent.pk or view.shared == Shared.ALL:
        return True
    return view.shared == Shared.TEAM and view.team in agent.team_ids


def forget() -> None:
    """Read them anew at the next question."""
    global _known
    with _lock:
        _known = None


def _all() -> tuple[Kept, ...]:
    global _known
    now = clock()
    with _lock:
        if _known is not None and timedelta() <= now - _known[0] < REMEMBERED:
            return _known[1]
    found = tuple(_read())
    with _lock:
        _known = (now, found)
    return found


def _read() -> list[Kept]:
    rows: Any = SavedView.objects.values(
        "id", "name", "icon", "order", "owner", "shared", "team", "condition", "changed_at"
    )[:MOST]
    found = []
    for row in rows:
        try:
            condition = ast.parse(row.pop("condition"))
        except ast.BadCondition:  # of a time before its field went away: nothing to show
            continue
        found.append(Kept(condition=condition, **row))
    return found
