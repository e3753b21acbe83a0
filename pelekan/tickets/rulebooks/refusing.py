"""Who tried to change rules without being allowed to: in the audit log, like what was done."""

from __future__ import annotations

from pelekan.people.models import Agent
from pelekan.tickets.events import action, record


@action
def refuse(by: Agent, what: str) -> None:
    """Write down that `by` was refused; `what` is the method and the address."""
    record("rules.refused", by=by, because=what[:250])
