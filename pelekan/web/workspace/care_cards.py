"""Cards above the talk: how the customer feels and why, and what was promised to him."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from pelekan.tickets.frustration.sentences import ACTS, LEVELS, sentence
from pelekan.tickets.promises import keeping
from pelekan.web.reading import Reading

FIELDS = ("promised_at", "mood__level", "mood__score", "mood__reasons", "mood__proposed")
"""What of a ticket the cards need: read with it, so that a calm ticket costs no query."""


def care(ticket: Mapping[str, Any], dates: Reading) -> dict[str, Any]:
    """{"mood": …, "promises": […]}; `ticket` has FIELDS, id, status and call. One query where something is promised."""
    is_open = ticket["status"] not in ("solved", "closed")
    mood = None
    if ticket["mood__level"] and is_open:
        act = ticket["mood__proposed"] or ""
        mood = {
            "level": ticket["mood__level"],
            "name": str(LEVELS[ticket["mood__level"]]),
            "score": ticket["mood__score"],
            "reasons": [sentence(signal, value) for signal, value, _points in ticket["mood__reasons"]],
            "act": "" if act == "call" and ticket["call"] else act,
            "act_name": str(ACTS.get(act, "")),
        }
    standing = keeping.of_ticket(ticket["id"]) if ticket["promised_at"] and is_open else []
    return {"mood": mood, "promises": [_promise(row, dates) for row in standing]}


def _promise(row: Mapping[str, Any], dates: Reading) -> dict[str, Any]:
    until = row["until_at"]
    return {
        "id": row["id"],
        "words": row["words"],
        "message": row["message_id"],
        "missed": row["missed_at"] is not None or until <= dates.now,
        "full": dates.full(until),
        "due": {"at": until, "state": dates.due_state(until), "words": dates.due(until), "what": dates.full(until), "alarm": ""},
    }  # fmt: skip


def ask_at_once(language: str) -> dict[str, str]:
    """A list of all that is usually needed, in the customer's language, for the composer."""
    with translation.override(language):
        text = "\n".join(
            [
                _(
                    "So that we need not ask again, please send us all of this in one message, as far as you have it:"
                ),
                _("– what you wanted to do, and what happened instead"),
                _("– the exact words of the error, with a picture of the screen"),
                _("– number of the order or the transaction, and when it happened"),
                _("– your device, and the version of app or browser"),
                _("If you prefer, we phone you and look at it together: tell us when it suits you."),
            ]
        )
    return {"ask_text": text}
