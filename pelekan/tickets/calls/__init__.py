"""Calls to customers as tasks: `propose`, `done`, `drop`; `waiting` and `of_ticket` show them."""

from pelekan.tickets.calls.doing import done, drop, numbers_of, propose
from pelekan.tickets.calls.reading import count, of_ticket, waiting

__all__ = ["count", "done", "drop", "numbers_of", "of_ticket", "propose", "waiting"]
