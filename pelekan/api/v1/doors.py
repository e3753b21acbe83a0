"""Whose rights a request has, and which tickets it may reach."""

from __future__ import annotations

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from pelekan.api.problems import Problem
from pelekan.people.access import can
from pelekan.people.models import Agent
from pelekan.tickets.models import Ticket


def needs(request: HttpRequest, scope: str) -> None:
    """Problem 403 for a token without this scope."""
    if scope not in request.auth.data.get("scopes", ()):  # type: ignore[attr-defined]
        raise Problem(403, f"This token lacks the scope {scope}.")


def tickets(request: HttpRequest) -> QuerySet[Ticket]:
    """Every ticket; with a token that has a person's rights, those that this person may see."""
    who = person(request)
    return Ticket.objects.visible_to(who) if who else Ticket.objects.all()


def ticket(request: HttpRequest, pk: int, *joined: str) -> Ticket:
    """The ticket, read with what it points to by `joined`. Problem 404 where there is none to see."""
    rows = tickets(request).select_related(*joined) if joined else tickets(request)
    found = rows.filter(pk=pk).first() if 0 < pk < 2**63 else None
    if found is None:
        raise Problem(404, "There is no ticket with this id.")
    return found


def worker(request: HttpRequest) -> Agent:
    """In whose name the request works on tickets."""
    needs(request, "tickets:work")
    who = person(request)
    if who is None:
        raise Problem(403, "This token acts for nobody. Make one that has the rights of an agent.")
    return who


def person(request: HttpRequest) -> Agent | None:
    """The agent whose rights the token has; asked at every request, so that they end with his. No query where it has none's."""
    pk = request.auth.data.get("as")  # type: ignore[attr-defined]
    if pk is None:
        return None
    found = Agent.objects.select_related("user").filter(pk=pk).first()
    if found is None or not can(found, "work"):
        raise Problem(403, "The agent whose rights this token has works here no longer.")
    return found


def url_of(ticket: Ticket) -> str:
    """Where agents open the ticket."""
    return f"{settings.BASE_URL}/desk/tickets/{ticket.pk}/"
