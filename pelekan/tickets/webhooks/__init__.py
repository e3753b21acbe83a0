"""Webhooks: addresses of the operator's own programs that are told what happens. `call` for rules and clocks, `follow` as a
reaction to events; the calls are rows that fall due."""

from pelekan.tickets.webhooks.calling import call, follow, forget, tell

__all__ = ["call", "follow", "forget", "tell"]
