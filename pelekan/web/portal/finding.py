"""Searching one's own requests: subject, number and what was said, whatever the keyboard wrote."""

from __future__ import annotations

from django.db.models import QuerySet

from pelekan.lib.folding import fold_tokens
from pelekan.lib.text import latin_digits
from pelekan.tickets import joined
from pelekan.tickets.models import Ticket

MOST_TICKETS = 400  # newest; nobody looks for his own request further back than that by words
MOST_MESSAGES = 60  # of one request, newest


def find(listed: QuerySet[Ticket], query: str) -> QuerySet[Ticket]:
    """Those of `listed` in which every word of `query` begins a word of subject or of a message that its customer may
    read. It looks at nothing else, so no note can be guessed by what is found."""
    wanted = list(dict.fromkeys(fold_tokens(query)))[:10]
    digits = latin_digits(query).lstrip("#").strip()
    number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 16 else None
    found = []
    for ticket in listed.order_by("-last_at", "-id")[:MOST_TICKETS]:
        if number is not None and ticket.number == number or wanted and _fits(ticket, wanted):
            found.append(ticket.pk)
    return listed.filter(pk__in=found)


def _fits(ticket: Ticket, wanted: list[str]) -> bool:
    left = _missing(wanted, ticket.subject)
    if not left:
        return True
    texts = joined.public(ticket).order_by("-id").values_list("text", flat=True)[:MOST_MESSAGES]
    return not _missing(left, "\n".join(texts))


def _missing(wanted: list[str], text: str) -> list[str]:
    words = set(fold_tokens(text[:200_000]))
    return [one for one in wanted if not any(word.startswith(one) for word in words)]
