"""Steps as screens show them, for agents and for customers alike."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef

from pelekan.lib.prepared import Prepared
from pelekan.tickets.guides.models import SentGuide

ARE_THERE = Exists(SentGuide.objects.filter(message__ticket=OuterRef("pk")))
"""Whether a ticket has any: read with the ticket, so that asking costs nothing where there is none."""

_FIELDS = (
    "id", "message_id", "name", "language", "steps", "ticks", "stuck", "said", "sent_at", "finished_at",
    "agent__user__name",
)  # fmt: skip
_OF_TICKET = Prepared(
    lambda pk: SentGuide.objects.filter(message__ticket=pk).order_by("-id").values(*_FIELDS)
)


def of_ticket(pk: int) -> list[dict[str, Any]]:
    """All that were sent on a ticket, the newest first, see `shape`."""
    return [shape(row) for row in _OF_TICKET(pk)]


def of_messages(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """message id → its steps."""
    rows = SentGuide.objects.filter(message__in=list(ids)).values(*_FIELDS)
    return {row["message_id"]: shape(row) for row in rows}


def of_one(sent: SentGuide) -> dict[str, Any]:
    """The steps of one."""
    return of_messages([sent.message_id])[sent.message_id]


def shape(row: dict[str, Any]) -> dict[str, Any]:
    """{id, message, name, language, steps: [{at, number, title, text, done, done_at, by, stuck}], done, total, finished,
    said, sent_at, by}. `by` of a step is the agent who ticked it, "" for the customer; `stuck` is None or what he said."""
    steps = []
    for at, step in enumerate(row["steps"]):
        tick, stuck = row["ticks"].get(str(at)), row["stuck"].get(str(at))
        steps.append(
            {
                "at": at,
                "number": at + 1,
                "title": step["title"],
                "text": step["text"],
                "done": tick is not None,
                "done_at": datetime.fromisoformat(tick["at"]) if tick else None,
                "by": tick["name"] if tick else "",
                "stuck": stuck["words"] if stuck else None,
            }
        )
    done = sum(step["done"] for step in steps)
    return {
        "id": row["id"], "message": row["message_id"], "name": row["name"], "language": row["language"], "steps": steps,
        "done": done, "total": len(steps), "finished": row["finished_at"] is not None, "said": row["said"],
        "sent_at": row["sent_at"], "by": row["agent__user__name"] or "",
        "next": next((step["at"] for step in steps if not step["done"]), None),
        "stuck": sum(step["stuck"] is not None for step in steps),
    }  # fmt: skip
