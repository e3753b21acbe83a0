"""Calls to customers as cards: on the ticket, and in the list of all that wait."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from pelekan.lib.phones import show_phone
from pelekan.tickets import calls
from pelekan.tickets.calls.models import TO_DO, Call, CallOutcome
from pelekan.web.paths import url
from pelekan.web.reading import Reading

ARE_THERE = Exists(Call.objects.filter(TO_DO, ticket=OuterRef("pk")))
"""Whether a ticket has open ones: read with the ticket, so that asking costs nothing where there is none."""

SIGNS = {
    CallOutcome.ANSWERED: "check", CallOutcome.NO_ANSWER: "phone-missed", CallOutcome.BUSY: "phone-off",
    CallOutcome.WRONG_NUMBER: "circle-x", CallOutcome.OTHER: "ellipsis",
}  # fmt: skip


def open_calls(ticket: dict[str, Any], dates: Reading) -> list[dict[str, Any]]:
    """The calls that wait on a ticket; `ticket` is what `page.ticket_row` found."""
    if not ticket["call"]:
        return []
    return [shape(row, dates) for row in calls.of_ticket(ticket["id"]) if row["done_at"] is None]


def shape(row: dict[str, Any], dates: Reading) -> dict[str, Any]:
    """A call as its card shows it."""
    return {
        "id": row["id"],
        "because": because(row),
        "script": row["script"],
        "number": row["number"],
        "shown": dates.digits(show_phone(row["number"])) if row["number"] else "",
        "since": row["proposed_at"],
        "due": row["due_at"],
        "by": row["proposed_by__user__name"] or "",
        "done_url": url("desk_call_done", row["id"]),
        "drop_url": url("desk_call_drop", row["id"]),
        "outcomes": [(code, str(label), SIGNS[CallOutcome(code)]) for code, label in CallOutcome.choices],
    }


def because(row: dict[str, Any]) -> str:
    """Why someone should phone: the desk's own reasons in the reader's language."""
    if row["source"].startswith("sla"):
        return _("The customer has waited too long for an answer.")
    return str(row["because"])
