"""The bot in the widget: whether a chat begins with it, its answers at once, and how its lines look."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse

from pelekan.channels.chat import reception
from pelekan.knowledge.bot import talking
from pelekan.knowledge.bot.document import at_inbox
from pelekan.knowledge.bot.speaking import flow_buttons, greeting, name_for, person_button
from pelekan.lib.failpoints import fp
from pelekan.tickets.models import ChatState, Inbox, Message

if TYPE_CHECKING:
    from datetime import datetime

    from pelekan.web.widget.door import Caller

log = logging.getLogger("pelekan.bot")


def begins(caller: Caller) -> bool:
    """Whether a chat that begins with this line begins with the bot. `bot` in the body: what the visitor chose, if he did."""
    found = at_inbox(caller.inbox.pk)
    if found is None:
        return False
    chosen = caller.body.get("bot")
    wished = chosen if isinstance(chosen, bool) else None
    return found.begins(reception.reception(caller.inbox, caller.now).state, wished)


def talks_in(message: Message) -> bool:
    """Whether this line went to the bot."""
    return message.conversation.state == ChatState.BOT


def answer(message: Message, now: datetime) -> None:
    """Let the bot answer the line that was just stored. What fails here is done by a worker: the line is safe already."""
    if not talks_in(message):
        return
    fp("bot.stored")
    try:
        talking.speak(message.conversation_id, now)
    except Exception:
        log.exception("the bot could not answer in conversation %s; a worker will", message.conversation_id)


def shown(inbox: Inbox, state: str, language: str) -> dict[str, Any] | None:
    """The bot as the home screen offers it; None where it does not answer now. `first`: a chat begins with it anyhow."""
    found = at_inbox(inbox.pk)
    if found is None:
        return None
    first = found.begins(state, None)
    if not first and not found.wished:
        return None
    return {
        "first": first,
        "name": name_for(inbox.pk, language),
        "hello": greeting(inbox.pk, language),
        "buttons": [*flow_buttons(inbox.pk, language), *([person_button()] if first else [])],
    }


def bubble(row: Message) -> dict[str, Any]:
    """What the bot said beside its words: its name, cards with the address of the article, buttons."""
    its = row.meta["bot"]
    return {
        "name": its["name"],
        "kind": its["kind"],
        "cards": [
            {
                "title": card["title"],
                "quote": card["quote"],
                "language": card["language"],
                "url": link_of(card),
            }
            for card in its.get("cards", ())
        ],
        "buttons": its.get("buttons", []),
    }


def link_of(card: dict[str, Any]) -> str:
    """Where a card's article is read; that it was opened is counted on the way."""
    return settings.BASE_URL + reverse("bot_read", args=[card["offer"], card["id"]])
