"""Impact, urgency and why: the dialog in which an agent confirms what the desk suggests or chooses himself."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from pelekan.tickets.forms import in_words
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.priority import LEVELS, Degree, Grid, Grids, weigh
from pelekan.tickets.weighing import facts_for, in_force
from pelekan.web.reading import Reading
from pelekan.web.workspace import reasons
from pelekan.web.workspace.shell import PRIORITIES


def house_words() -> dict[str, list[tuple[str, str]]]:
    """What the three degrees are called, and an example of each, where a grid has no words of its own."""
    return {
        "impact": [
            (_("Low"), _("One person, a detail")),
            (_("Medium"), _("Several people, or one important thing")),
            (_("High"), _("Many people, or money is gone")),
        ],
        "urgency": [
            (_("Low"), _("It can wait")),
            (_("Medium"), _("Soon: there is a way around it")),
            (_("High"), _("Now: the customer cannot go on")),
        ],
    }


def grid_words(grid: Grid, language: str) -> dict[str, list[dict[str, Any]]]:
    """The degrees of a grid for a reader: {"impact": [{value, name, text}…], "urgency": […]}."""
    house = house_words()
    degrees: dict[str, tuple[Degree, ...]] = {"impact": grid.impact, "urgency": grid.urgency}
    return {
        axis: [
            {"value": level, "name": in_words(one.name, language, name), "text": in_words(one.text, language, text)}
            for level, one, (name, text) in zip(LEVELS, degrees[axis], house[axis], strict=True)
        ]
        for axis in ("impact", "urgency")
    }  # fmt: skip


def cells(grids: Grids, facts: dict[str, Any]) -> dict[str, str]:
    """ "3-1" → the name of the priority that follows for such a ticket, importance and all."""
    return {f"{i}-{u}": PRIORITIES[weigh(grids, facts, i, u).priority] for i in LEVELS for u in LEVELS}


def grid_context(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    """What stands in the dialogs that ask for impact and urgency of this ticket."""
    grids, _book = in_force()
    facts = facts_for(ticket)
    grid = grids.of(facts)
    language = request.LANGUAGE_CODE
    return {
        "degrees": grid_words(grid, language),
        "grid": cells(grids, facts),
        "grid_name": in_words(grid.name, language),
        "levels_of": LEVELS,
    }


def dialog(request: HttpRequest, ticket: Ticket) -> dict[str, Any]:
    dates = Reading(request.dates)  # type: ignore[attr-defined]
    settled = None
    if ticket.assessed_at is not None:
        named = Event.objects.filter(ticket=ticket, name__in=["ticket.assessed", "ticket.registered"])
        settled = named.exclude(agent=None).order_by("-id").values("agent__user__name", "because").first()
    return {
        **grid_context(request, ticket),
        "why": reasons.sentences(ticket.reasons, ticket.inbox.questions, request.LANGUAGE_CODE, dates),
        "assessed_at": ticket.assessed_at,
        "assessed_by": settled["agent__user__name"] if settled else "",
        "because": settled["because"] if settled else "",
        "suggested": ticket.assessed_at is None,
    }
