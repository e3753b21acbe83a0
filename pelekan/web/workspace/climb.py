"""The way of a ticket up and down the staircase, on top of its page: where it was, who accepts it, what travels with it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import isolate
from pelekan.people.models import Agent
from pelekan.tickets.packs.labels import LABELS
from pelekan.web.workspace import packs

MOST_STEPS = 5


def climb(ticket: dict[str, Any], stays: list[dict[str, Any]], agent: Agent) -> dict[str, Any]:
    """`ticket` is the page's row, `stays` what stands beside it: {"steps", "left_out", "next", "handed", "back", "pack"}. One
    query where there is a pack."""
    moved = len(stays) > 1
    handed = _handed(ticket, stays, agent)
    pack = packs.last_of(ticket["id"]) if ticket["packed"] else None
    steps = stays if len(stays) <= MOST_STEPS else [stays[0], *stays[-(MOST_STEPS - 1) :]]
    return {
        "steps": steps if moved else [],
        "left_out": len(stays) - len(steps),
        "total": max(1, ticket["levels"] or 0),
        "next": _next(ticket) if moved else "",
        "handed": handed,
        "back": _back(ticket, stays),
        "pack": pack,
        "open": handed is not None and handed["mine"],
    }


def _handed(ticket: dict[str, Any], stays: list[dict[str, Any]], agent: Agent) -> dict[str, Any] | None:
    """Who handed it over, while nobody has accepted it."""
    if ticket["handed_at"] is None or not stays or stays[-1]["left_at"] is not None:
        return None
    stay = stays[-1]
    waits_for_me = ticket["assignee_id"] == agent.pk or (
        ticket["assignee_id"] is None and ticket["team_id"] in agent.team_ids
    )
    return {
        "by": stay["sent_by"], "from": stay["sent_from"], "why": stay["why"], "at": ticket["handed_at"],
        "to": ticket["assignee__user__name"] or ticket["team__name"], "mine": waits_for_me and stay["sent_by_id"] != agent.pk,
        "despite": stay["despite"],
    }  # fmt: skip


def _back(ticket: dict[str, Any], stays: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Why it came back to who had handed it over, until he moves it on or solves it."""
    if len(stays) < 2 or stays[-1]["left_at"] is not None or stays[-2]["outcome_key"] != "returned":
        return None
    here = stays[-1]
    if here["sent_by_id"] is not None and not here["missing"]:
        return None
    return {
        "team": stays[-2]["team"],
        "why": here["why"],
        "missing": [str(LABELS[name]) for name in here["missing"] if name in LABELS],
    }


def _next(ticket: dict[str, Any]) -> str:
    """Who does something next."""
    who = {
        "name": isolate(ticket["assignee__user__name"] or ""),
        "team": isolate(ticket["team__name"]),
        "customer": isolate(ticket["customer__name"] or _("The customer")),
    }
    if ticket["status"] in ("solved", "closed"):
        return ""
    if ticket["handed_at"] is not None and not ticket["assignee_id"]:
        return _("Next: somebody of %(team)s accepts it.") % who
    if ticket["handed_at"] is not None:
        return _("Next: %(name)s accepts it.") % who
    if ticket["status"] == "waiting":
        return _("Next: %(customer)s answers.") % who
    if not ticket["assignee_id"]:
        return _("Next: somebody of %(team)s takes it.") % who
    return _("Next: %(name)s goes on.") % who
