"""What conditions can see of a ticket, as it is inside the change that asks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from pelekan.lib.prepared import Prepared
from pelekan.people.models import Customer
from pelekan.tickets.conditions.words import folded
from pelekan.tickets.models import Attachment, Category, Conversation, Message, Tag, Ticket

HEARD = ("text",)
"""Facts that are not written down with a decision, because the message holds them."""


def facts_of(
    ticket: Ticket, *, now: datetime, message: Message | None = None, event: str = "", **more: Any
) -> dict[str, Any]:
    """The facts by the names of `fields.FIELDS`, as JSON. Moments stand in ISO form, beside `now`; words are folded.

    `ticket` as the change holds it; `message` is what happened just now, if anything was written. `more` are facts that
    only the caller knows (`office_open`, `agents_online`, `rating`). Five statements, one less without `message`.
    """
    who = _CUSTOMER.one(ticket.customer_id) or {}
    categories = list(_CATEGORIES(ticket.category_id or 0, ticket.pk))
    answers: dict[str, Any] = {}
    for row in _ANSWERS(ticket.pk):
        given = (row["context"] or {}).get("answers")
        if isinstance(given, Mapping):
            answers |= {str(name): value for name, value in given.items()}
    found: dict[str, Any] = {
        "channel": str(ticket.channel), "inbox": ticket.inbox_id, "language": ticket.language,
        "status": str(ticket.status), "tier": ticket.tier.level, "team": ticket.team_id,
        "assignee": ticket.assignee_id, "registered": ticket.registered_at is not None,
        "follow_up": ticket.follows_id is not None,
        "priority": ticket.priority, "impact": ticket.impact, "urgency": ticket.urgency,
        "category": _line(ticket.category_id, categories),
        "kind": next((row["kind"] for row in _nearest(ticket.category_id, categories) if row["kind"]), None),
        "tags": sorted(row["name"].casefold() for row in _TAGS(ticket.pk)),
        "subject": folded(ticket.subject),
        "customer": ticket.customer_id, "organization": ticket.organization_id,
        "importance": max(who.get("importance") or 0, who.get("organization__importance") or 0),
        "customer_facts": who.get("facts") or {}, "answers": answers,
        "alarm": ticket.alarm, "frustration": ticket.frustration, "round_trips": ticket.round_trips,
        "reopened": ticket.reopened, "transfers": ticket.transfers,
        "answered": ticket.first_answer_at is not None,
        "now": now.isoformat(), "age": ticket.created_at.isoformat(), "waiting": _iso(ticket.waiting_since),
        "idle": ticket.last_at.isoformat(), "solved_for": _iso(ticket.solved_at),
        "event": event,
        **more,
    }  # fmt: skip
    if message is not None:
        found |= {
            "files": bool(_FILES(message.pk)),
            "automatic": message.automatic,
            "text": text_of(found["subject"], message.text),
        }
    else:
        found["text"] = found["subject"]
    return found


def recorded(facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts as a decision keeps them; see `restored`."""
    return {name: value for name, value in facts.items() if name not in HEARD}


def restored(facts: Mapping[str, Any], message_text: str) -> dict[str, Any]:
    """What was `recorded`, with the words of its message (of none: "")."""
    return {**facts, "text": text_of(facts.get("subject", ""), message_text)}


def text_of(subject: str, text: str) -> str:
    """The folded words of a subject that is folded already and of a text."""
    said = folded(text)
    return f"{subject.rstrip()}{said}" if subject and said else subject or said


_CUSTOMER = Prepared(
    lambda pk: Customer.objects.filter(pk=pk).values("importance", "organization__importance", "facts")
)
_CATEGORIES = Prepared(
    lambda pk, ticket: (
        Category.objects.filter(Q(pk=pk) | Q(caused=ticket))
        .order_by("id")
        .values("id", "parent_id", "parent__parent_id", "kind", "parent__kind", "parent__parent__kind")
    )
)
_TAGS = Prepared(lambda ticket: Tag.objects.filter(tickets=ticket).order_by("id").values("name"))
_ANSWERS = Prepared(
    lambda ticket: Conversation.objects.filter(ticket=ticket).order_by("id").values("context")
)
_FILES = Prepared(lambda message: Attachment.objects.filter(message=message).values("id")[:1])


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _line(own: int | None, rows: list[dict[str, Any]]) -> list[int]:
    """The ticket's own category first, those above it, then further causes with those above them."""
    ordered = sorted(rows, key=lambda row: row["id"] != own)
    found = [row[name] for row in ordered for name in ("id", "parent_id", "parent__parent_id") if row[name]]
    return list(dict.fromkeys(found))


def _nearest(own: int | None, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The kinds from the ticket's own category upwards."""
    mine = next((row for row in rows if row["id"] == own), None)
    return [{"kind": mine[name]} for name in ("kind", "parent__kind", "parent__parent__kind")] if mine else []
