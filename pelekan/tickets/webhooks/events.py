"""★ What a webhook may want to hear of. Names of events as they are recorded; rules call with names of their own."""

from __future__ import annotations

TICKETS: tuple[str, ...] = (
    "ticket.created",
    "ticket.registered",
    "ticket.assessed",
    "ticket.categorised",
    "ticket.assigned",
    "ticket.escalated",
    "ticket.returned",
    "ticket.handed_over",
    "ticket.waited",
    "ticket.held",
    "ticket.resumed",
    "ticket.solved",
    "ticket.reopened",
    "ticket.closed",
    "ticket.joined",
    "ticket.rated",
    "message.received",
    "message.sent",
)
ARTICLES: tuple[str, ...] = (
    "article.published",
    "article.withdrawn",
    "article.described",
    "article.archived",
    "article.restored",
    "article.imported",
)
EVENTS = TICKETS + ARTICLES
TEST = "webhook.test"
