"""What the desk knows of a customer."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.identify import refold
from pelekan.people.models import Agent, Customer
from pelekan.tickets.events import By, action, record
from pelekan.tickets.models import Ticket
from pelekan.tickets.search import index_customer


@action
def know_customer(
    customer: Customer,
    *,
    by: By,
    ticket: Ticket | None = None,
    name: str | None = None,
    language: str | None = None,
    notes: str | None = None,
    now: datetime | None = None,
) -> Customer:
    """Set what is given and leave the rest. Notes are for colleagues only."""
    changed = []
    if name is not None and (clean := one_line(name, 160)) != customer.name:
        customer.name = clean
        changed.append("name")
    if language is not None and language != customer.language:
        customer.language = language
        changed.append("language")
    if notes is not None and (text := clean_controls(notes).strip()) != customer.notes:
        customer.notes = text
        changed.append("notes")
    if changed:
        customer.save(update_fields=changed)
        if "name" in changed:
            refold(customer)
            index_customer(customer.pk)
        record("customer.described", ticket, by=by, at=now, customer=customer.pk, changed=changed)
    return customer


OWN = {"user": ("name", "language", "calendar", "zone", "digits", "theme", "density"),
       "agent": ("title", "signature", "languages", "chat_capacity", "auto_accept", "undo_seconds", "list_order")}  # fmt: skip
"""What an agent may change of himself. Role, teams and address are for admins."""


@action
def describe_self(agent: Agent, *, now: datetime | None = None, **values: Any) -> None:
    """Keep an agent's own settings. Raises TypeError for anything beyond OWN."""
    if unknown := set(values) - {*OWN["user"], *OWN["agent"]}:
        raise TypeError(f"An agent cannot set {', '.join(sorted(unknown))} himself.")
    for thing, names in ((agent.user, OWN["user"]), (agent, OWN["agent"])):
        changed = [name for name in names if name in values and getattr(thing, name) != values[name]]
        for name in changed:
            setattr(thing, name, values[name])
        if changed:
            thing.save(update_fields=changed)
    if "auto_accept" in values:
        record("agent.presence", None, by=agent, at=now, topics=[f"agent:{agent.pk}"])
