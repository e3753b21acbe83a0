"""★ What the log of a ticket says about its clocks: for tickets that are older than the service levels, and for a replay
under others. Pure.

The live reaction (`sla.timers.follow`) asks the ticket itself; here only its events are known. A property test holds both together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from pelekan.sla.clock import CANCELLED, MET, ON_HOLD, STARTED, WAITING, WORKING, Mark
from pelekan.sla.policies import ACCEPTANCE, FIRST_RESPONSE, NEXT_RESPONSE, RESOLUTION


class Told(NamedTuple):
    """An event as it matters here. `automatic`: of its message. `agent`: who did it; `subject`: whom it was given to."""

    name: str
    at: datetime
    automatic: bool = False
    agent: int | None = None
    subject: int | None = None
    side: str = ""  # of a join: left or took
    waits: bool = False  # of a join: a customer waits there
    answered_at: datetime | None = None  # of an answer that reached nobody
    asked_at: datetime | None = None  # of a question that crossed an answer
    accepts: bool = True  # of a move: whether someone has to accept it


NAMES = (
    "ticket.created", "message.received", "message.sent", "message.crossed", "ticket.waited", "ticket.held", "ticket.resumed",
    "ticket.solved", "ticket.reopened", "ticket.closed", "ticket.escalated", "ticket.returned", "ticket.handed_over",
    "ticket.assigned", "ticket.accepted", "ticket.joined", "ticket.parted", "message.undelivered", "message.under_way",
)  # fmt: skip
"""The events that it needs, in the order of their ids."""

_STATUS = {
    "ticket.waited": WAITING,
    "ticket.held": ON_HOLD,
    "ticket.resumed": WORKING,
    "ticket.reopened": WORKING,
    "ticket.escalated": WORKING,
    "ticket.returned": WORKING,
    "ticket.handed_over": WORKING,
}


_MOVES = frozenset({"ticket.escalated", "ticket.returned", "ticket.handed_over"})
_HANDS = _MOVES | {"ticket.assigned"}


@dataclass
class Episode:
    """One run of one target: its marks so far."""

    target: str
    marks: list[Mark] = field(default_factory=list)

    @property
    def over(self) -> bool:
        return self.marks[-1].what in (MET, CANCELLED)


def episodes(events: Iterable[Told]) -> list[Episode]:
    """Every run of every target, in the order in which they began."""
    told = _Telling()
    for event in events:
        told.hear(event)
    return told.found


class _Telling:
    def __init__(self) -> None:
        self.found: list[Episode] = []
        self.answered = False
        self.word = WORKING
        self.open = True
        self.assignee: int | None = None

    def hear(self, event: Told) -> None:
        name, at = event.name, event.at
        if name == "ticket.created":
            self._begin(RESOLUTION, at)
        elif name == "message.received" and not event.automatic:
            self._customer_wrote(at)
        elif name == "message.crossed":
            self._asked(event.asked_at or at)
        elif name == "message.undelivered":
            self._unanswered(event)
        elif name in ("message.sent", "message.under_way") and not event.automatic:
            self._answered(event)
        elif name in ("ticket.solved", "ticket.closed"):
            self._over(at)
        elif name == "ticket.joined":
            self._joined(event)
        elif name in ("ticket.assigned", "ticket.accepted"):
            self._taken(event)
        if name in ("ticket.reopened", "ticket.parted"):
            self.open = True
        elsewhere = name in _MOVES and event.subject is not None
        begins = name in _HANDS and event.accepts and self.open
        if elsewhere or begins:
            self._end(ACCEPTANCE, CANCELLED, at)
        if name in _STATUS and (elsewhere or name not in _MOVES):  # within a team it rests on
            self._status(_STATUS[name], at)
        if elsewhere:
            self.assignee = None
        if begins:
            self._begin(ACCEPTANCE, at)

    def _customer_wrote(self, at: datetime) -> None:
        self._status(WORKING, at)
        self._asked(at)

    def _asked(self, at: datetime) -> None:
        if not self._live(FIRST_RESPONSE) and not self._live(NEXT_RESPONSE):
            self._begin(NEXT_RESPONSE if self.answered else FIRST_RESPONSE, at)

    def _answered(self, event: Told) -> None:
        self.answered = True
        self._end(FIRST_RESPONSE, MET, event.at)
        self._end(NEXT_RESPONSE, MET, event.at)
        if event.agent is not None and event.agent == self.assignee:
            self._end(ACCEPTANCE, MET, event.at)

    def _unanswered(self, event: Told) -> None:
        self._status(WORKING, event.at)
        for one in reversed(self.found):
            if one.target in (FIRST_RESPONSE, NEXT_RESPONSE) and one.marks[-1] == (event.answered_at, MET):
                one.marks.pop()
                self.answered = self.answered and one.target != FIRST_RESPONSE
                return
        self._asked(event.at)

    def _taken(self, event: Told) -> None:
        if event.name == "ticket.assigned":
            self.assignee = event.subject
        if event.name == "ticket.accepted" or (event.agent is not None and event.agent == event.subject):
            self._end(ACCEPTANCE, MET, event.at)

    def _over(self, at: datetime) -> None:
        self.open = False
        self._end(RESOLUTION, MET, at)
        for target in (FIRST_RESPONSE, NEXT_RESPONSE, ACCEPTANCE):
            self._end(target, CANCELLED, at)

    def _joined(self, event: Told) -> None:
        if event.side == "left":
            for target in (RESOLUTION, FIRST_RESPONSE, NEXT_RESPONSE, ACCEPTANCE):
                self._end(target, CANCELLED, event.at)
        elif event.waits:
            self._customer_wrote(event.at)

    def _status(self, word: str, at: datetime) -> None:
        self.word = word
        last = next((one for one in reversed(self.found) if one.target == RESOLUTION), None)
        if self.open and last is not None and last.over and word == WORKING and last.marks[-1].what == MET:
            last.marks.append(Mark(at, WORKING))
        for one in self.found:
            if not one.over and _word(one) != word:
                one.marks.append(Mark(at, word))

    def _begin(self, target: str, at: datetime) -> None:
        episode = Episode(target, [Mark(at, STARTED)])
        if self.word != WORKING:
            episode.marks.append(Mark(at, self.word))
        self.found.append(episode)

    def _end(self, target: str, what: str, at: datetime) -> None:
        if (live := self._live(target)) is not None:
            live.marks.append(Mark(at, what))

    def _live(self, target: str) -> Episode | None:
        return next((one for one in reversed(self.found) if one.target == target and not one.over), None)


def _word(episode: Episode) -> str:
    last = episode.marks[-1].what
    return WORKING if last == STARTED else last


def told_from(rows: Iterable[dict[str, object]]) -> Iterator[Told]:
    """Events from rows of {name, at, data, agent_id, message__automatic}, and message__created_at where it is known."""
    for row in rows:
        data = row["data"] if isinstance(row["data"], dict) else {}
        moved = row["name"] in _MOVES
        yield Told(
            str(row["name"]),
            row["at"],  # type: ignore[arg-type]
            bool(row["message__automatic"]),
            row["agent_id"],  # type: ignore[arg-type]
            data.get("team") if moved else data.get("agent"),
            str(data.get("side", "")),
            bool(data.get("waits")),
            datetime.fromisoformat(str(data["answered_at"])) if data.get("answered_at") else None,
            row.get("message__created_at") if row["name"] == "message.crossed" else None,  # type: ignore[arg-type]
            bool(data.get("to_accept", moved and bool(data.get("team")))),
        )
