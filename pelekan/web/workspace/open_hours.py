""" "Are you open on the holiday?": under such a question in the timeline stands the answer from the calendar."""

from __future__ import annotations

from typing import Any

from pelekan.lib.time import Dates
from pelekan.lib.time import now as clock
from pelekan.people.models import CALENDAR_OF, ZONE_OF
from pelekan.sla.asking import mentions_hours
from pelekan.sla.calendars import shown_for
from pelekan.sla.said import answer
from pelekan.tickets.models import Ticket

MOST = 3  # questions of one window that are answered


def suggest(ticket_id: int, items: list[dict[str, Any]]) -> None:
    """Put an answer as `open_hours` on the customer's messages that ask for opening hours and nobody answered yet."""
    asking = [(item, asked) for item in _unanswered(items) if (asked := mentions_hours(item["text"]))]
    if not asking:
        return
    ticket = Ticket.objects.select_related("customer__user").get(pk=ticket_id)
    customer, office = ticket.customer, shown_for(ticket)
    chosen = customer.user.language if customer.user else ticket.language or customer.language
    language = chosen if chosen in CALENDAR_OF else "en"
    zone = customer.zone or (office.zone if office else ZONE_OF[language])
    dates = Dates(language, customer.calendar or CALENDAR_OF[language], zone)  # type: ignore[arg-type]
    for item, asked in asking[-MOST:]:
        item["open_hours"] = answer(asked, office, language, dates, clock())


def _unanswered(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The customer's messages after the last answer by a person."""
    found: list[dict[str, Any]] = []
    for item in items:
        if item["shape"] != "message":
            continue
        if item["kind"] == "outgoing" and not item["automatic"]:
            found = []
        elif item["kind"] == "incoming" and not item["automatic"] and not item["held"]:
            found.append(item)
    return found
