"""Is somebody there, and how long does it take? Only what the desk's own record supports is promised."""

from __future__ import annotations

import math
import statistics
import threading
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, F, Q

from pelekan.lib.prepared import Prepared
from pelekan.people.models import Agent, Presence
from pelekan.sla.calendars import Calendar, for_inbox
from pelekan.sla.hours import closes_at, is_open, next_opening
from pelekan.tickets.models import ChatState, Conversation, Inbox

RECENT = timedelta(days=14)  # accepted chats that tell how long it usually takes
SAMPLE = 50  # at most so many of them, the newest
FEWEST = 5  # with fewer, nothing is said
PRESENT_FOR = timedelta(minutes=3)  # an open page of the desk says once a minute that its agent is there
MOST_WAITING = 200  # of one queue that are counted
REMEMBERED = timedelta(seconds=30)  # so long a median is used again

State = Literal["now", "busy", "away", "closed"]
"""now: someone is free. busy: all have their hands full. away: within hours, but nobody is online. closed."""


@dataclass(frozen=True, slots=True)
class Reception:
    """What a visitor finds at this moment. `usual` is the median wait of recent chats, None without enough of
    them; `expected` the longer of it and of what the first in the queue waits already. `calendar` None: always open."""

    state: State
    queue: int
    usual: timedelta | None
    expected: timedelta | None
    opens_at: datetime | None
    closes_at: datetime | None
    calendar: Calendar | None


def reception(inbox: Inbox, now: datetime) -> Reception:
    """How the chat of `inbox` is staffed now."""
    calendar = for_inbox(inbox)
    hours = calendar.hours if calendar else None
    open_now = hours is None or is_open(now, hours)
    waiting = _since(inbox)
    usual = usual_wait(inbox, now)
    return Reception(
        state=_staffed(inbox, now) if open_now else "closed",
        queue=len(waiting),
        usual=usual,
        expected=_expected(usual, waiting, now),
        opens_at=next_opening(now, hours) if hours and not open_now else None,
        closes_at=closes_at(now, hours) if hours and open_now else None,
        calendar=calendar,
    )


def _staffed(inbox: Inbox, now: datetime) -> State:
    online = Agent.objects.filter(
        Q(seen_at=None) | Q(seen_at__gt=now - PRESENT_FOR),
        teams=inbox.team_id,
        disabled_at=None,
        user__is_active=True,
        presence=Presence.ONLINE,
    )
    capacity = dict(online.values_list("pk", "chat_capacity"))
    if not capacity:
        return "away"
    busy = dict(
        Conversation.objects.filter(state=ChatState.ACTIVE, agent__in=list(capacity))
        .values_list("agent")
        .annotate(Count("pk"))
        .order_by()
    )
    return "now" if any(busy.get(pk, 0) < most for pk, most in capacity.items()) else "busy"


def place_of(conversation: Conversation, inbox: Inbox, now: datetime) -> tuple[int, timedelta | None]:
    """(how many wait before this one, at most MOST_WAITING; how long it takes, as in `Reception.expected`)"""
    waiting = _since(inbox)
    return bisect_left(waiting, conversation.started_at), _expected(usual_wait(inbox, now), waiting, now)


def _since(inbox: Inbox) -> list[datetime]:
    """Since when they wait, first first."""
    return [row["started_at"] for row in _WAITING(inbox.pk)]


_WAITING = Prepared(
    lambda inbox: (
        Conversation.objects.filter(inbox=inbox, channel="chat", state=ChatState.WAITING)
        .order_by("started_at")
        .values("started_at")[:MOST_WAITING]
    )
)


def _expected(usual: timedelta | None, waiting: list[datetime], now: datetime) -> timedelta | None:
    longest = now - waiting[0] if waiting else timedelta()
    return max(usual, longest) if usual is not None else None


_medians: dict[int, tuple[datetime, timedelta | None]] = {}
_medians_lock = threading.Lock()


def usual_wait(inbox: Inbox, now: datetime) -> timedelta | None:
    """The median time until recent chats of this inbox were accepted."""
    with _medians_lock:
        at, median = _medians.get(inbox.pk, (None, None))
    if at is not None and timedelta() <= now - at < REMEMBERED:
        return median
    waits = [
        accepted - started  # type: ignore[operator]  # never None: filtered below
        for started, accepted in Conversation.objects.filter(
            inbox=inbox, channel="chat", accepted_at__gt=F("started_at"), started_at__gt=now - RECENT
        )
        .order_by("-started_at")
        .values_list("started_at", "accepted_at")[:SAMPLE]
    ]
    median = (
        timedelta(seconds=statistics.median(w.total_seconds() for w in waits))
        if len(waits) >= FEWEST
        else None
    )
    with _medians_lock:
        _medians[inbox.pk] = (now, median)
    return median


def forget_waits() -> None:
    """Measure again at the next question."""
    with _medians_lock:
        _medians.clear()


STEPS = (1, 2, 3, 5, 10, 15, 20, 30, 45, 60)


def minutes(wait: timedelta) -> int | None:
    """A wait as people say it, rounded up to a usual step; None beyond an hour, where no number helps."""
    exact = math.ceil(wait.total_seconds() / 60)
    return next((step for step in STEPS if step >= exact), None)
