"""Rule sets as documents with versions: priority, routing, assignment, automations, service levels, frustration.

One version of each kind is in force. Who changes something makes a draft, and puts it in force now or at a moment;
every version stays, with its author, and can be brought back. What the desk decides by them is written down with
everything it saw (`decide`), so that a draft can be tried on the past.
"""

from pelekan.tickets.rulebooks.books import Book, Books, forget, in_force, parsed
from pelekan.tickets.rulebooks.deciding import decide
from pelekan.tickets.rulebooks.keeping import (
    CHECKS,
    CannotKeep,
    Fault,
    discard,
    enable,
    faults_of,
    keep,
    revert,
    schedule,
    unschedule,
)

__all__ = [
    "CHECKS",
    "Book",
    "Books",
    "CannotKeep",
    "Fault",
    "decide",
    "discard",
    "enable",
    "faults_of",
    "forget",
    "in_force",
    "keep",
    "parsed",
    "revert",
    "schedule",
    "unschedule",
]
