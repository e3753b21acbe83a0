"""Create, read and list tickets."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Literal

from django.core import signing
from django.db.models import Q
from django.http import HttpRequest
from ninja import Query, Router, Status

from pelekan.api.once import once
from pelekan.api.problems import Problem
from pelekan.api.v1 import doors
from pelekan.api.v1.doors import url_of
from pelekan.api.v1.shapes import (
    CustomerIn,
    Joined,
    JoinIn,
    Made,
    TicketFull,
    TicketIn,
    TicketPage,
    clock_out,
    message_out,
    ticket_out,
)
from pelekan.lib.addresses import normal_address
from pelekan.lib.language import language as guess_language
from pelekan.lib.phones import normal_phone
from pelekan.lib.prepared import PreparedModels
from pelekan.lib.text import clean_controls
from pelekan.lib.time import now as clock
from pelekan.people.identify import customer_for
from pelekan.people.models import Customer, IdentityKind
from pelekan.routing import trace
from pelekan.sla.reading import clocks_by_ticket, clocks_of
from pelekan.tickets import forms
from pelekan.tickets.actions import CannotJoin, join, receive, unjoin
from pelekan.tickets.events import action
from pelekan.tickets.incoming import Incoming
from pelekan.tickets.joined import end_of
from pelekan.tickets.models import Category, Inbox, Ticket

router = Router(tags=["tickets"])
MOST = 100
"""Tickets of one page."""
SHOWN = ("customer", "tier", "team", "assignee__user", "category")
Include = Literal["clocks"] | None


@router.post("", response={201: Made}, summary="Create a ticket")
def create(request: HttpRequest, values: TicketIn) -> Any:
    """Registers a ticket for the customer with this address; he is created where he is not known."""
    doors.needs(request, "tickets:write")
    status, made = once(request, request.auth, lambda: _create(values))  # type: ignore[attr-defined]
    return Status(status, made)


@router.get("", response=TicketPage, summary="List tickets, newest activity first")
def index(
    request: HttpRequest,
    limit: int = Query(25, ge=1, le=MOST),
    cursor: str = "",
    status: str = "",
    include: Include = None,
) -> Any:
    """With `include=clocks` each has its service level's clocks."""
    doors.needs(request, "tickets:read")
    rows = doors.tickets(request).select_related(*SHOWN)
    if status:
        rows = rows.filter(status=status)
    if cursor:
        at, pk = _read_cursor(cursor)
        rows = rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=pk))
    found = list(rows.order_by("-last_at", "-id")[: limit + 1])
    more = found[limit - 1] if len(found) > limit else None
    clocks = clocks_by_ticket([one.pk for one in found[:limit]], clock()) if include else {}
    return {
        "items": [_out(ticket, clocks.get(ticket.pk, []) if include else None) for ticket in found[:limit]],
        "next": signing.dumps([more.last_at.isoformat(), more.pk], salt="cursor") if more else None,
    }


@router.get("/{int:pk}", response=TicketFull, summary="One ticket with its public messages (the last 200)")
def show(request: HttpRequest, pk: int, include: Include = None) -> Any:
    """With `include=clocks` also its service level's clocks."""
    doors.needs(request, "tickets:read")
    ticket = doors.ticket(request, pk, *SHOWN)
    clocks = clocks_of(ticket.pk, clock()) if include else None
    messages = ticket.messages.public().select_related("agent__user", "customer").order_by("-id")[:200]
    return {**_out(ticket, clocks), "messages": [message_out(m) for m in reversed(messages)]}


@router.get("/{int:pk}/trace", summary="Why a ticket is where it is: its automatic decisions")
def why(request: HttpRequest, pk: int) -> dict[str, Any]:
    """Oldest first: which routing rule matched at which place and what was skipped, who was chosen from which candidates,
    which automations ran."""
    doors.needs(request, "tickets:read")
    return {"ticket": doors.ticket(request, pk).pk, "decisions": trace.of(pk)}


@router.post("/{int:pk}/join", response=Joined, summary="Join a ticket into another")
def join_into(request: HttpRequest, pk: int, values: JoinIn) -> Any:
    """Moves all its conversations there and closes it. Customers see nothing of one another. 409 says why it can't be;
    joining what is joined there already changes nothing."""
    doors.needs(request, "tickets:write")
    status, body = once(request, request.auth, lambda: _join(request, pk, values.into))  # type: ignore[attr-defined]
    return Status(status, body)


@router.post("/{int:pk}/unjoin", response=Joined, summary="Undo the join of a ticket")
def unjoin_from(request: HttpRequest, pk: int) -> Any:
    """Brings its conversations back with what was said in them meanwhile; it stands as it stood. Undoing what is not
    joined changes nothing."""
    doors.needs(request, "tickets:write")
    status, body = once(request, request.auth, lambda: _unjoin(request, pk))  # type: ignore[attr-defined]
    return Status(status, body)


def _out(ticket: Ticket, clocks: list[dict[str, Any]] | None) -> dict[str, Any]:
    its = None if clocks is None else [clock_out(one) for one in clocks]
    return {**ticket_out(ticket, url_of(ticket)), "clocks": its}


def _join(request: HttpRequest, pk: int, into: int) -> tuple[int, dict[str, Any]]:
    source, goal = doors.ticket(request, pk), doors.ticket(request, into)
    try:
        goal = join(source, goal, by=None, because="api")
    except CannotJoin as refused:
        if refused.why != "joined" or refused.ticket != end_of(goal):
            raise Problem(409, NOT_JOINED[refused.why]) from None
        goal = end_of(goal)
    return 200, {"id": source.pk, "joined_into": goal.pk, "url": url_of(goal)}


def _unjoin(request: HttpRequest, pk: int) -> tuple[int, dict[str, Any]]:
    source = doors.ticket(request, pk)
    with suppress(CannotJoin):  # it stands for itself already
        unjoin(source, by=None, because="api")
    return 200, {"id": source.pk, "joined_into": None, "url": url_of(source)}


NOT_JOINED = {
    "itself": "These are already one ticket.",
    "closed": "The other ticket is closed for good.",
    "unregistered": "The other ticket has no number. Register it first.",
    "joined": "This ticket was joined into another one.",
}


_INBOX = PreparedModels(
    lambda name: Inbox.objects.filter(Q(key=name) | Q(name=name), archived_at=None).order_by("name")[:1]
)


@action
def _create(values: TicketIn) -> tuple[int, dict[str, Any]]:
    inbox = _INBOX.one(values.inbox)
    if inbox is None:
        raise Problem(422, "There is no such inbox.", errors=[{"field": "inbox", "value": values.inbox[:80]}])
    category = _category(values.category)
    answers = _answers(inbox, values.answers)
    text = clean_controls(values.body)
    customer = _customer(values.customer, text)
    message = receive(
        Incoming(
            inbox_id=inbox.pk,
            channel="api",
            customer_id=customer.pk,
            subject=clean_controls(values.subject),
            text=text,
            language=customer.language,
            category_id=category.pk if category else None,
            team_id=category.team_id if category else None,
            context={"answers": answers} if answers else {},
        )
    )
    ticket = message.ticket
    return 201, {"id": ticket.pk, "number": ticket.number, "url": url_of(ticket)}


def _customer(values: CustomerIn, text: str) -> Customer:
    language = values.language or guess_language(text)
    language = language if language in ("fa", "ar", "en") else "en"
    if values.email:
        try:
            address = normal_address(values.email)
        except ValueError:
            raise Problem(422, "This is not an e-mail address.", errors=[{"field": "customer.email"}])
        return customer_for(IdentityKind.EMAIL, address, name=values.name, language=language)
    if values.phone:
        try:
            number = normal_phone(values.phone)
        except ValueError:
            raise Problem(422, "This is not a phone number.", errors=[{"field": "customer.phone"}])
        return customer_for(IdentityKind.PHONE, number, name=values.name, language=language)
    raise Problem(
        422, "The customer needs an e-mail address or a phone number.", errors=[{"field": "customer"}]
    )


def _answers(inbox: Inbox, given: dict[str, Any]) -> dict[str, str]:
    """The answers to what this inbox asks; what it does not ask is refused, what it asks may be missing."""
    names = {one["name"] for one in forms.asked(inbox.questions)}
    taken = forms.take(inbox.questions, given, lenient=True)
    wrong = [*(name for name in given if name not in names), *taken.faults]
    if wrong:
        raise Problem(
            422,
            "These answers do not fit the questions of the inbox.",
            errors=[{"field": f"answers.{name[:40]}"} for name in wrong],
        )
    return taken.answers


def _category(path: str) -> Category | None:
    """The category of this name or path (levels joined by " / ")."""
    found: Category | None = None
    for i, name in enumerate(part.strip() for part in path.split("/") if part.strip()):
        rows = Category.objects.filter(name=name, archived_at=None)
        found = (rows.filter(parent=found) if i else rows).order_by("level").first()
        if found is None:
            raise Problem(
                422, "There is no such category.", errors=[{"field": "category", "value": path[:80]}]
            )
    return found


def _read_cursor(cursor: str) -> tuple[str, int]:
    try:
        at, pk = signing.loads(cursor, salt="cursor")
    except (signing.BadSignature, ValueError, TypeError):
        raise Problem(400, "This cursor is not one of ours. Begin without it.")
    return at, pk
