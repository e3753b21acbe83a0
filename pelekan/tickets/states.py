"""★ The life of a ticket as one table: which act leads from which status to which.

`after(status, act)` is the only place that decides a status; actions ask it and screens offer what it allows.
"""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """Where a ticket stands. The value is what the database and the API hold."""

    NEW = "new"
    OPEN = "open"
    WAITING = "waiting"  # for the customer
    ON_HOLD = "on_hold"  # for a third party or a date
    SOLVED = "solved"
    CLOSED = "closed"


class Act(StrEnum):
    """What can happen to a ticket that touches its status."""

    CUSTOMER_WROTE = "customer_wrote"
    REPLY = "reply"
    TAKE = "take"
    WAIT = "wait"
    HOLD = "hold"
    RESUME = "resume"
    SOLVE = "solve"
    REOPEN = "reopen"
    CLOSE = "close"


OPEN_STATES = (Status.NEW, Status.OPEN, Status.WAITING, Status.ON_HOLD)
"""Statuses of work that is not done."""

N, O, W, H, S, C = Status  # noqa: E741 (the columns of the table below)
_TABLE: dict[Act, dict[Status, Status]] = {
    # a closed ticket is not here: the customer's answer starts a follow-up that points back
    Act.CUSTOMER_WROTE: {N: N, O: O, W: O, H: O, S: O},
    Act.REPLY: {N: O, O: O, W: W, H: H, S: S},
    Act.TAKE: {N: O, O: O, W: W, H: H},
    Act.WAIT: {N: W, O: W, H: W, W: W},
    Act.HOLD: {N: H, O: H, W: H, H: H},
    Act.RESUME: {W: O, H: O},
    Act.SOLVE: {N: S, O: S, W: S, H: S},
    Act.REOPEN: {S: O},
    Act.CLOSE: {N: C, O: C, W: C, H: C, S: C},
}


class NotPossible(Exception):
    """This act does not lead anywhere from this status."""

    def __init__(self, status: str, act: str) -> None:
        super().__init__(f"A ticket that is {status} cannot be subject to {act}.")
        self.status, self.act = status, act


def after(status: str, act: str) -> Status:
    """The status that follows. Raises NotPossible where the table has no way."""
    try:
        return _TABLE[Act(act)][Status(status)]
    except KeyError:
        raise NotPossible(status, act) from None


def possible(status: str) -> frozenset[Act]:
    """The acts that a ticket in `status` allows."""
    return frozenset(act for act, ways in _TABLE.items() if Status(status) in ways)
