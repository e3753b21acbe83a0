"""Saved views: lists of tickets under a condition, of one's own or shared with a team or all."""

from pelekan.tickets.views.finding import count, rows
from pelekan.tickets.views.keeping import CannotSave, delete_view, may_change, save_view
from pelekan.tickets.views.known import forget, offered_to, one_for

__all__ = [
    "CannotSave",
    "count",
    "delete_view",
    "forget",
    "may_change",
    "offered_to",
    "one_for",
    "rows",
    "save_view",
]
