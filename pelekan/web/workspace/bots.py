"""The bot's lines on a ticket's page, marked as a bot's with what it quoted; and who talks with it now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from pelekan.knowledge.bot.models import Talk
from pelekan.lib.text import initials
from pelekan.people.models import Agent
from pelekan.tickets.models import ChatState, Message, MessageKind, Ticket

MOST_TALKS = 50


def said(meta: Mapping[str, Any]) -> dict[str, Any] | None:
    """What the timeline shows beside the words: {name, kind, cards, wrong, judged}; None for what the bot did not say."""
    its = meta.get("bot")
    if not its:
        return None
    return {
        "name": its["name"], "kind": its["kind"], "wrong": its.get("wrong", ""),
        "cards": [{"id": card["id"], "title": card["title"], "quote": card["quote"], "language": card["language"]} for card in its.get("cards", ())],
        "judged": its["kind"] in ("answer", "hours"),
    }  # fmt: skip


def talking(agent: Agent) -> list[dict[str, Any]]:
    """Who talks with the bot now and may be seen by `agent`, those first whom it could not help so far: [{ticket_id, name,
    initials, hue, text (his last line), how, trouble, since}]. One query, served by the index of what is due."""
    last = Message.objects.filter(
        conversation=OuterRef("conversation"), kind=MessageKind.INCOMING, held_at=None
    ).order_by("-pk")
    rows = (
        Talk.objects.filter(
            due_at__isnull=False, outcome="", conversation__state=ChatState.BOT,
            conversation__ticket__in=Ticket.objects.visible_to(agent),
        )
        .order_by("began_at")
        .values("state", "began_at", "conversation__ticket_id", "conversation__customer_id", "conversation__customer__name", line=Subquery(last.values("text")[:1]))
    )  # fmt: skip
    found = [
        {
            "ticket_id": row["conversation__ticket_id"], "name": row["conversation__customer__name"] or _("Visitor"),
            "initials": initials(row["conversation__customer__name"]), "hue": row["conversation__customer_id"],
            "text": (row["line"] or "")[:200], "since": row["began_at"], **_how(row["state"]),
        }
        for row in rows[:MOST_TALKS]
    ]  # fmt: skip
    return sorted(found, key=lambda one: not one["trouble"])


def _how(state: Mapping[str, Any]) -> dict[str, Any]:
    """How it goes: {how: in words, trouble: whether a person may be wanted}."""
    if state.get("misses"):
        return {"how": _("The bot did not know"), "trouble": True}
    if state.get("pending") in ("flow", "contact"):
        return {"how": _("In a guided flow"), "trouble": False}
    if state.get("pending") == "helped":
        return {"how": _("Has an answer"), "trouble": False}
    if state.get("wrong"):
        return {"how": _("The answer did not help"), "trouble": True}
    return {"how": _("Has just begun"), "trouble": False}
