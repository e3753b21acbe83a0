"""What the answers of a form put on a new ticket beside its priority: tags and a category."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from pelekan.tickets import forms
from pelekan.tickets.actions.describing import categorise, tag
from pelekan.tickets.events import Event, lock
from pelekan.tickets.models import Category, Conversation


def on_created(event: Event) -> None:
    """Tags, and a category where the customer chose none. Asks nothing where no answer could mean that."""
    ticket = event.ticket
    if ticket is None or not _puts(ticket.inbox.questions):
        return
    context = (
        Conversation.objects.filter(ticket=ticket).order_by("id").values_list("context", flat=True).first()
    )
    given = context.get("answers") if isinstance(context, dict) else None
    if not isinstance(given, dict):
        return
    answers = forms.take(ticket.inbox.questions, given, lenient=True).answers
    for one in forms.meaning(ticket.inbox.questions, answers):
        if one.get("tag"):
            tag(ticket, str(one["tag"]), by=None, because="form", now=event.at)
        if one.get("category") and lock(ticket).category_id is None:
            found = Category.objects.filter(pk=one["category"], archived_at=None).first()
            if found is not None:
                categorise(ticket, found, by=None, now=event.at)


def _puts(questions: Iterable[Mapping[str, Any]]) -> bool:
    options = (
        option for one in questions for option in one.get("options") or () if isinstance(option, Mapping)
    )
    return any(option.get("tag") or option.get("category") for option in options)
