"""What is known of a ticket when its priority is suggested, the grid that is in force, and the suggestion itself.

The suggestion is `priority.assess`, which is pure; what it saw is written down as a `Decision`, so that history can be
tried against another document.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.db.models import F

from pelekan.lib.prepared import Prepared, update
from pelekan.people.models import Customer
from pelekan.tickets import forms, rulebooks
from pelekan.tickets.events import Event, lock, record
from pelekan.tickets.grids import read
from pelekan.tickets.models import Category, Message, Ticket
from pelekan.tickets.priority import DEFAULT, Assessment, Grids, assess, weigh
from pelekan.tickets.propose import Kind, line_of, propose
from pelekan.tickets.urgency import found_in

LATELY = timedelta(days=7)
"""How far back another open request of the same customer counts as asking again."""
MOST_REPEATS = 5
CUSTOMERS_TICKETS = 50
"""Open tickets that are weighed again when the importance of their customer changes."""

# Reactions


def on_created(event: Event) -> None:
    """The first line of a ticket came: suggest impact and urgency."""
    if event.ticket is not None and (ticket := lock(event.ticket)).assessed_at is None:
        suggest(ticket, event, first=True)


def on_received(event: Event) -> None:
    """A later line says something worse than what was known. Costs nothing else."""
    if event.ticket is None or event.message is None or event.message.is_first or event.message.automatic:
        return
    ticket = lock(event.ticket)
    if ticket.assessed_at is not None or not ticket.is_open or _said_by_rule(ticket):
        return
    words = _found(event.message.text)
    if any(one["impact"] > ticket.impact or one["urgency"] > ticket.urgency for one in words):
        suggest(ticket, event, words=words, message=event.message)


def on_described(event: Event) -> None:
    """Its category, team or tier is another one: what nobody has confirmed is suggested anew. What a rule said stands."""
    if event.ticket is None or (ticket := lock(event.ticket)).assessed_at is not None or not ticket.is_open:
        return
    if not _said_by_rule(ticket):
        suggest(ticket, event)


def _said_by_rule(ticket: Ticket) -> bool:
    return any(one.get("code") == "rule" for one in ticket.reasons[:1])


def on_customer(event: Event) -> None:
    """A customer's importance changed."""
    if "importance" not in event.data.get("changed", ()):
        return
    rows = Ticket.objects.open().filter(customer=event.data["customer"], assessed_at=None)
    for pk in rows.order_by("id").values_list("id", flat=True)[:CUSTOMERS_TICKETS]:
        suggest(lock(pk), event)


# The suggestion


def suggest(
    ticket: Ticket,
    event: Event,
    *,
    first: bool = False,
    words: Iterable[Mapping[str, Any]] = (),
    message: Message | None = None,
) -> Assessment:
    """Weigh the locked `ticket` with all that is known, write it on the ticket and down as a decision."""
    grids, book = in_force()
    facts = facts_for(ticket, first=first, words=words)
    found = assess(grids, facts)
    before = ticket.priority
    changed = (ticket.impact, ticket.urgency, before) != (found.impact, found.urgency, found.priority)
    if not (changed or first or _told(found.reasons) != _told(ticket.reasons)):
        return found
    ticket.impact, ticket.urgency, ticket.priority = found.impact, found.urgency, found.priority
    ticket.reasons = list(found.reasons)
    update(ticket, "impact", "urgency", "priority", "reasons")
    rulebooks.decide(
        ticket, "priority", now=event.at, event=event, message=message, book=book, rule=found.grid, facts=facts,
        outcome=found.as_json(),
    )  # fmt: skip
    if changed and not first:
        record(
            "ticket.assessed", ticket, at=event.at, impact=found.impact, urgency=found.urgency,
            priority=found.priority, priority_before=before, suggested=True,
        )  # fmt: skip
    return found


def _told(reasons: Iterable[Mapping[str, Any]]) -> set[str]:
    """Reasons without their order."""
    return {json.dumps(one, sort_keys=True) for one in reasons}


def weighed(ticket: Ticket, impact: int, urgency: int) -> Assessment:
    """What follows from an impact and urgency that someone chose for this ticket."""
    return weigh(in_force()[0], grid_facts(ticket, _kinds()), impact, urgency)


def imagined(ticket: Ticket, texts: Sequence[str], category_id: int | None) -> Assessment:
    """What would be suggested if these words of the customer and this category counted; nothing is written."""
    facts = facts_for(ticket, words=_found("\n".join(texts)))
    if ticket.category_id is None and category_id is not None:
        kinds = _kinds()
        facts["about"] = _about(line_of(category_id, kinds), propose(texts, kinds).words)
    return assess(in_force()[0], facts)


def guess(ticket: Ticket, answers: Mapping[str, str]) -> Assessment:
    """What would be suggested for a request that is not written yet, by its category and the answers given so far."""
    facts = grid_facts(ticket, _kinds()) | {"asked": forms.meaning(ticket.inbox.questions, answers)}
    return assess(in_force()[0], facts)


def words_as_facts(text: str) -> dict[str, Any]:
    """What a text alone gives to `priority.assess`: for trying a grid on an example."""
    words = _found(text)
    hours = any(one["sort"] == "hours" for one in words)
    return {"words": words, "about": None if hours else _proposed(text, _kinds())}


def in_force() -> tuple[Grids, rulebooks.Book | None]:
    """The grids that hold now and the rulebook that they stand in (None: the house's own)."""
    book = rulebooks.in_force().get("priority")
    return rulebooks.parsed(book, read) or DEFAULT, book


# Facts

_FIRST = Prepared(
    lambda ticket: (
        Message.objects.filter(ticket=ticket, kind="incoming")
        .order_by("id")
        .values(
            "text",
            "conversation__context",
            importance=F("ticket__customer__importance"),
            organization__importance=F("ticket__customer__organization__importance"),
        )[:1]
    )
)
_CUSTOMER = Prepared(
    lambda pk: Customer.objects.filter(pk=pk).values("importance", "organization__importance")
)
_KINDS = Prepared(
    lambda: (
        Category.objects.filter(archived_at=None)
        .order_by("id")
        .values("id", "level", "words", "parent_id", "impact", "urgency", "team_id", "kind")
    )
)
_OTHERS = Prepared(
    lambda customer, since: (
        Ticket.objects.filter(customer=customer, last_at__gte=since)
        .exclude(status__in=["solved", "closed"])
        .order_by("-last_at")
        .values("id")[: MOST_REPEATS + 1]
    )
)


def facts_for(
    ticket: Ticket, *, first: bool = False, words: Iterable[Mapping[str, Any]] = ()
) -> dict[str, Any]:
    """What `priority.assess` sees of this ticket, as JSON. `first`: its first message speaks, and nothing was suggested
    before; otherwise `words` are new and what was said earlier goes on speaking."""
    kinds = _kinds()
    begun = _FIRST.one(ticket.pk) or {}
    said = f"{ticket.subject}\n{begun.get('text', '')}"
    facts = grid_facts(ticket, kinds, begun)
    found = _found(said) if first else []
    if facts["about"] is None and not any(one["sort"] == "hours" for one in found):
        facts["about"] = _proposed(said, kinds)  # whether one is open on a bank holiday is no matter of banks
    context = begun.get("conversation__context")
    given = context.get("answers") if isinstance(context, dict) else None
    answers = forms.take(ticket.inbox.questions, given, lenient=True).answers if given else {}
    facts |= {
        "asked": forms.meaning(ticket.inbox.questions, answers),
        "words": [*found, *(dict(one) for one in words)],
        "repeat": _repeats(ticket),
        "given": _given(ticket) if first else {},
        "before": [] if first else list(ticket.reasons),
    }
    return facts


def grid_facts(ticket: Ticket, kinds: list[Kind], who: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What the choice of a grid and the lift of importance depend on. `who`: the importance of the customer and his
    organization, where that is known."""
    who = who or _CUSTOMER.one(ticket.customer_id) or {}
    line = line_of(ticket.category_id, kinds)
    return {
        "team": ticket.team_id, "inbox": ticket.inbox_id, "tier": ticket.tier.level, "channel": str(ticket.channel),
        "language": ticket.language, "category": [one.id for one in line],
        "kind": next((one.kind for one in line if one.kind), None),
        "importance": max(who.get("importance") or 0, who.get("organization__importance") or 0),
        "about": _about(line, ()) if line else None,
    }  # fmt: skip


def _about(line: list[Kind], words: Iterable[str]) -> dict[str, Any]:
    """A category as the suggestion sees it: what it does not say, the one above it does."""
    return {
        "id": line[0].id, "kind": next((one.kind for one in line if one.kind), ""),
        "impact": next((one.impact for one in line if one.impact), None),
        "urgency": next((one.urgency for one in line if one.urgency), None), "words": list(words),
    }  # fmt: skip


def _proposed(said: str, kinds: list[Kind]) -> dict[str, Any] | None:
    found = propose([said], kinds)
    return _about(line_of(found.category_id, kinds), found.words) if found.category_id else None


def _given(ticket: Ticket) -> dict[str, int]:
    """What the door knew already, where it is not the usual."""
    return {
        name: value for name, value in (("impact", ticket.impact), ("urgency", ticket.urgency)) if value != 2
    }


def _repeats(ticket: Ticket) -> int:
    rows = _OTHERS(ticket.customer_id, ticket.created_at - LATELY)
    return min(MOST_REPEATS, sum(1 for row in rows if row["id"] != ticket.pk))


def _found(text: str) -> list[dict[str, Any]]:
    return [
        {"sort": one.sort, "impact": one.impact, "urgency": one.urgency, "words": one.words}
        for one in found_in(text)
    ]


def _kinds() -> list[Kind]:
    return [
        Kind(
            row["id"], row["level"], tuple(row["words"]), row["parent_id"], row["impact"], row["urgency"],
            row["team_id"], row["kind"],
        )
        for row in _KINDS()
    ]  # fmt: skip
