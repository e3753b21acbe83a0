"""Answers that are about to go, as the ticket's page shows them: to their writer with Undo, to colleagues as news."""

from __future__ import annotations

import math
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from pelekan.people.models import Agent
from pelekan.tickets.models import Pending
from pelekan.tickets.pending import answers
from pelekan.web.paths import url
from pelekan.web.reading import Reading
from pelekan.web.workspace.prepared import Prepared
from pelekan.web.workspace.rich import cleaned
from pelekan.web.workspace.timeline import file_shape

ARE_THERE = Exists(Pending.objects.filter(ticket=OuterRef("pk")))
"""Whether a ticket has any: read with the ticket, so that asking costs nothing where there is none."""

_WAITING = Prepared(
    lambda pk: (
        Pending.objects.filter(ticket=pk)
        .order_by("id")
        .values(
            "id", "agent_id", "agent__user__name", "text", "html", "files", "meta", "address", "then", "due_at",
            "ticket__customer__name",
        )
    )
)  # fmt: skip


def waiting(ticket_id: int, agent: Agent, dates: Reading) -> list[dict[str, Any]]:
    """[{id, mine, name, to, text, html, files, then, seconds, until (ms since 1970), undo_url}]"""
    return [
        {
            "id": row["id"],
            "mine": row["agent_id"] == agent.pk,
            "name": row["agent__user__name"],
            "to": _to(row["meta"], row["address"] or row["ticket__customer__name"]),
            "text": row["text"],
            "html": cleaned(row["html"]),
            "files": len(row["files"]),
            "then": row["then"],
            **_clock(row["due_at"], dates),
            "undo_url": url("desk_undo", row["id"]),
        }
        for row in _WAITING(ticket_id)
    ]


def pending_shape(pending: Pending, dates: Reading) -> dict[str, Any]:
    """What the page that sent it keeps, wherever its reader goes meanwhile."""
    to = _to(pending.meta, pending.address or pending.ticket.customer.name)
    return {
        "id": pending.pk,
        "words": _("Sent to %(name)s") % {"name": f"\u2068{to}\u2069"},
        **_clock(pending.due_at, dates),
        "undo_url": url("desk_undo", pending.pk),
    }


def _clock(due_at: Any, dates: Reading) -> dict[str, int]:
    left = (due_at - dates.now).total_seconds()
    return {"seconds": max(0, math.ceil(left)), "left_ms": max(0, int(left * 1000))}


def _to(meta: dict[str, Any], otherwise: str) -> str:
    named = [*meta.get("to", ()), *meta.get("cc", ())]
    return ", ".join(named) or otherwise or _("Visitor")


def kept_files(agent: Agent, ids: list[int], dates: Reading) -> list[dict[str, Any]]:
    """Files of a draft that was taken back; no query where there are none."""
    rows = answers.files_of(agent, ids) if ids else []
    return [{**file_shape(row, dates), "token": row["token"]} for row in rows]
