"""The nouns of the API, one shape each; what is not named here is refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import ConfigDict, Field, StringConstraints

from pelekan.tickets.models import Message, Ticket

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=250)]
Body = Annotated[str, StringConstraints(min_length=1, max_length=200_000)]


class Strict(Schema):
    model_config = ConfigDict(extra="forbid")


class CustomerIn(Strict):
    """At least an e-mail address or a phone number."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, max_length=160)] = ""
    email: Annotated[str, StringConstraints(strip_whitespace=True, max_length=254)] = ""
    phone: Annotated[str, StringConstraints(strip_whitespace=True, max_length=40)] = ""
    language: Annotated[str, StringConstraints(pattern="^(fa|ar|en)$")] | None = None


class TicketIn(Strict):
    subject: Line = ""
    body: Body
    customer: CustomerIn
    inbox: Annotated[str, StringConstraints(max_length=80)] = "api"  # its key or name
    category: Annotated[str, StringConstraints(max_length=250)] = (
        ""  # its name, or a path such as "Payment / Bank"
    )
    answers: Annotated[dict[str, Line | int | bool], Field(max_length=20)] = {}
    """Answers to the questions of the inbox, by their names; facts from which impact and urgency follow."""


class JoinIn(Strict):
    """The ticket that it is part of, by its id."""

    into: Annotated[int, Field(ge=1, lt=2**63)]


class Joined(Schema):
    """Where a ticket's conversations are: on the ticket `id`; `joined_into` None when that is itself."""

    id: int
    joined_into: int | None
    url: str


class Made(Schema):
    id: int
    number: int | None
    url: str


class MessageOut(Schema):
    id: int
    kind: str
    channel: str
    text: str
    author: str
    created_at: datetime


class ClockOut(Schema):
    """A target of the service level. Times are in seconds; `left` is negative when late."""

    target: str  # first_response, next_response, resolution, acceptance
    policy: str
    state: str  # running, paused, met, cancelled
    minutes: int
    clock: str  # business or elapsed
    spent: float
    left: float
    started_at: datetime
    due_at: datetime | None
    breached_at: datetime | None
    ended_at: datetime | None


class TicketOut(Schema):
    id: int
    number: int | None
    url: str
    subject: str
    status: str
    channel: str
    priority: int
    impact: int
    urgency: int
    tier: int
    team: str
    assignee: str | None
    customer: dict[str, Any]
    category: str | None
    created_at: datetime
    registered_at: datetime | None
    solved_at: datetime | None
    last_at: datetime
    joined_into: int | None  # the id of the ticket on which its messages are
    handed_at: datetime | None  # since when it waits to be accepted
    clocks: list[ClockOut] | None = None  # with `?include=clocks`


class TicketFull(TicketOut):
    messages: list[MessageOut] = Field(default_factory=list)


class TicketPage(Schema):
    items: list[TicketOut]
    next: str | None  # cursor of the next page


def ticket_out(ticket: Ticket, url: str) -> dict[str, Any]:
    """A ticket as the API shows it."""
    return {
        "id": ticket.pk,
        "number": ticket.number,
        "url": url,
        "subject": ticket.subject,
        "status": ticket.status,
        "channel": ticket.channel,
        "priority": ticket.priority,
        "impact": ticket.impact,
        "urgency": ticket.urgency,
        "tier": ticket.tier.level,
        "team": ticket.team.name,
        "assignee": ticket.assignee.name if ticket.assignee else None,
        "customer": {
            "id": ticket.customer_id,
            "name": ticket.customer.name,
            "language": ticket.customer.language,
        },
        "category": ticket.category.name if ticket.category else None,
        "created_at": ticket.created_at,
        "registered_at": ticket.registered_at,
        "solved_at": ticket.solved_at,
        "last_at": ticket.last_at,
        "joined_into": ticket.joined_into_id,
        "handed_at": ticket.handed_at,
    }


def clock_out(clock: Mapping[str, Any]) -> dict[str, Any]:
    """A clock as `sla.reading.clocks_of` gives it."""
    same = ("target", "state", "minutes", "clock", "started_at", "due_at", "breached_at", "ended_at")
    return {
        **{name: clock[name] for name in same}, "policy": clock["policy_name"],
        "spent": clock["spent"].total_seconds(), "left": clock["left"].total_seconds(),
    }  # fmt: skip


def message_out(message: Message) -> dict[str, Any]:
    """A public message as the API shows it."""
    author = message.agent.name if message.agent else message.customer.name if message.customer else ""
    return {
        "id": message.pk,
        "kind": message.kind,
        "channel": message.channel,
        "text": message.text,
        "author": author,
        "created_at": message.created_at,
    }
