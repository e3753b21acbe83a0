"""The reaction that keeps clocks true: started, paused, met and planned anew as things happen to a ticket.

It asks the ticket what it is now rather than the event what it means, so that whatever leads there (a join, an undo, an
answer that crossed a question) leads to the same clocks. What the desk writes by itself changes neither who waits nor
who was answered, so it neither starts nor stops anything; nor does a note.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from pelekan.lib.prepared import PreparedModels
from pelekan.sla import clock
from pelekan.sla.models import Timer
from pelekan.sla.plan import word_of
from pelekan.sla.policies import (
    ACCEPTANCE,
    FIRST_RESPONSE,
    NEXT_RESPONSE,
    RESOLUTION,
    Document,
    Policy,
    Target,
)
from pelekan.sla.timers import fire
from pelekan.sla.timers.models import LIVE
from pelekan.sla.timers.office import choose_for, in_force, target_of
from pelekan.sla.timers.standing import broke, keep, passed_over, planned, stand, stand_without, take_over
from pelekan.tickets.events import lock, record, within_change
from pelekan.tickets.models import Event, Ticket
from pelekan.tickets.rulebooks.books import Book

_LIVE = PreparedModels(lambda pk: Timer.objects.filter(LIVE, ticket=pk).order_by("id"))
_LAST = PreparedModels(lambda pk, kind: Timer.objects.filter(ticket=pk, target=kind).order_by("-id")[:1])

MOVES = frozenset({"ticket.escalated", "ticket.returned", "ticket.handed_over"})
HANDS = MOVES | {"ticket.assigned"}
"""After these someone may have to accept it; within a team, where the event says so."""
BEGINS = frozenset({"ticket.created", "ticket.reopened", "ticket.parted", "ticket.split", "bot.left"})

ASKED: dict[str, frozenset[str]] = {
    "ticket.assessed": frozenset({"priority", "impact", "urgency"}),
    "ticket.categorised": frozenset({"category", "kind"}),
    "ticket.registered": frozenset(
        {"registered", "priority", "impact", "urgency", "category", "kind", "subject"}
    ),
    "ticket.escalated": frozenset({"tier", "team", "transfers", "assignee"}),
    "ticket.returned": frozenset({"tier", "team", "transfers", "assignee"}),
    "ticket.handed_over": frozenset({"tier", "team", "transfers", "assignee"}),
    "ticket.routed": frozenset({"tier", "team", "assignee"}),
    "ticket.assigned": frozenset({"assignee"}),
    "ticket.released": frozenset({"assignee"}),
    "ticket.tagged": frozenset({"tags"}),
    "ticket.untagged": frozenset({"tags"}),
    "ticket.renamed": frozenset({"subject"}),
    "ticket.given": frozenset({"customer", "organization", "importance"}),
    "ticket.waited": frozenset({"status"}),
    "ticket.held": frozenset({"status"}),
    "ticket.resumed": frozenset({"status"}),
    "ticket.solved": frozenset({"status"}),
    "ticket.reopened": frozenset({"status", "reopened"}),
    "message.received": frozenset({"round_trips", "frustration", "status"}),
    "message.sent": frozenset({"answered", "round_trips"}),
}
"""Which facts an event may change; only those that some policy asks are looked at."""

ONLY_ASKED = frozenset(
    {
        "ticket.registered",
        "ticket.tagged",
        "ticket.untagged",
        "ticket.renamed",
        "ticket.categorised",
        "ticket.given",
    }
)
"""Events that can change nothing but the policy."""

ABOUT_TAKING = frozenset({"ticket.assigned", "ticket.released", "ticket.accepted"})
"""Events that can also end the wait for acceptance."""


def follow(event: Event) -> None:
    """Reaction: bring the clocks of this event's ticket in line with what it is now."""
    ticket = event.ticket
    if ticket is None or _means_nothing(event) or ticket.bot_at is not None:
        return  # nobody waits for people while the bot talks: clocks begin where it leaves
    book, document = in_force()
    if book is None:
        stand_without(lock(ticket))
    elif _may_matter(event, document):
        _Following(lock(ticket), event, book, document).run()


def _may_matter(event: Event, document: Document) -> bool:
    asked = bool(document.asks & ASKED.get(event.name, frozenset()))
    if event.name in ONLY_ASKED:
        return asked
    if event.name in ABOUT_TAKING:
        return asked or ACCEPTANCE in document.kinds
    return True


def _means_nothing(event: Event) -> bool:
    message = event.message
    if event.name == "message.sent":
        return message is not None and message.automatic
    if event.name == "message.received" and message is not None:
        return message.automatic or bool(message.is_first)  # the first one came with `ticket.created`
    return False


class _Following:
    """One event's consequences for one ticket's clocks."""

    def __init__(self, ticket: Ticket, event: Event, book: Book, document: Document) -> None:
        self.ticket, self.event, self.book, self.document = ticket, event, book, document
        self.now = event.at
        self.live = {} if event.name == "ticket.created" else {one.target: one for one in _LIVE(ticket.pk)}
        self.touched: dict[int, Timer] = {}
        self.policy: Policy | None = None
        self.known = False

    def run(self) -> None:
        self._respond()
        self._resolve()
        self._accept()
        self._pause()
        if self.live and self.document.asks & ASKED.get(self.event.name, frozenset()):
            self._choose_again()
        elif self.event.name in MOVES or self.event.name == "ticket.routed":
            for timer in self.live.values():  # another team may keep other hours
                self._touch(timer)
        if self.touched:
            for timer in self.touched.values():
                keep(timer)
            stand(self.ticket, self.live.values())
        else:
            stand_without(self.ticket)

    # what starts and ends

    def _respond(self) -> None:
        ticket = self.ticket
        running = self.live.get(FIRST_RESPONSE) or self.live.get(NEXT_RESPONSE)
        if ticket.is_open and ticket.waiting_since is not None:
            if running is not None and self._crossed(running, ticket.waiting_since):
                self._end(running, clock.MET)
                running = None
            if running is None and self.event.name == "message.undelivered":
                running = self._unmet()
            if running is None:
                first = ticket.first_answer_at is None
                self._start(FIRST_RESPONSE if first else NEXT_RESPONSE, ticket.waiting_since)
        elif running is not None:
            answered = self.event.name in ("message.sent", "message.under_way")
            self._end(running, clock.MET if answered else clock.CANCELLED)

    def _crossed(self, running: Timer, asked_at: datetime) -> bool:
        """An answer went out while the customer asked again: it answers what he had asked before."""
        return self.event.name == "message.sent" and running.started_at < asked_at

    def _unmet(self) -> Timer | None:
        """The clock that an answer ended which reached nobody: it runs as if it never had."""
        answered_at = str(self.event.data.get("answered_at"))
        for kind in (NEXT_RESPONSE, FIRST_RESPONSE):
            timer = _LAST.one(self.ticket.pk, kind)
            if timer is not None and timer.marks[-1] == [answered_at, clock.MET]:
                timer.marks = timer.marks[:-1]
                timer.state = clock.RUNNING
                timer.done = {step: one for step, one in timer.done.items() if one.get("skipped") != "ended"}
                self.live[kind] = timer
                self._touch(timer)
                return timer
        return None

    def _resolve(self) -> None:
        running = self.live.get(RESOLUTION)
        if not self.ticket.is_open:
            if running is not None:
                self._end(running, clock.CANCELLED if self.ticket.joined_into_id else clock.MET)
        elif running is None and self.event.name in BEGINS:
            before = None if self.event.name == "ticket.created" else _LAST.one(self.ticket.pk, RESOLUTION)
            if before is None:
                self._start(RESOLUTION, self.ticket.created_at)
            else:
                self._go_on(before)

    def _go_on(self, timer: Timer) -> None:
        """Not solved after all: its clock goes on where it stopped."""
        if timer.marks and timer.marks[-1][1] == clock.CANCELLED:
            timer.marks = timer.marks[:-1]
        timer.mark(self.now, word_of(self.ticket.status))
        timer.state = clock.RUNNING
        self.live[RESOLUTION] = timer
        self._touch(timer)

    def _accept(self) -> None:
        running = self.live.get(ACCEPTANCE)
        if running is not None and (not self.ticket.is_open or self._accepted()):
            self._end(running, clock.MET if self.ticket.is_open else clock.CANCELLED)
            running = None
        event, elsewhere = self.event, self.event.name in MOVES and bool(self.event.data.get("team"))
        begins = event.name in HANDS and bool(event.data.get("to_accept", elsewhere))
        if (elsewhere or begins) and self.ticket.is_open:
            if running is not None:  # handed on before anybody accepted it
                self._end(running, clock.CANCELLED)
            if begins:
                self._start(ACCEPTANCE, self.now)

    def _accepted(self) -> bool:
        """Someone on the receiving side took it: accepted it, took it himself, or answered the customer."""
        event = self.event
        if event.name == "ticket.assigned":
            return event.agent_id is not None and event.agent_id == event.data.get("agent")
        if event.name == "message.sent":
            return event.agent_id is not None and event.agent_id == self.ticket.assignee_id
        return event.name == "ticket.accepted"

    def _pause(self) -> None:
        """What the status says about each clock that has not ended."""
        word = word_of(self.ticket.status)
        for timer in self.live.values():
            last = timer.marks[-1][1]
            if (clock.WORKING if last == clock.STARTED else last) != word:
                self._mark(timer, word)

    # how

    def _start(self, kind: str, at: datetime) -> None:
        if kind not in self.document.kinds or (policy := self._policy()) is None:
            return
        target = policy.targets.get(kind)
        if target is None:
            return
        timer = Timer(
            ticket=self.ticket, target=kind, policy=policy.id, book_id=self.book.id, target_minutes=target.minutes,
            clock=target.clock, spent=timedelta(0), started_at=at, planned_at=at,
        )  # fmt: skip
        timer.mark(at, clock.STARTED)
        self.live[kind] = timer
        self._touch(timer)

    def _policy(self) -> Policy | None:
        """The ticket's policy: that of its clocks while they are of this book, else chosen now."""
        if not self.known:
            self.known = True
            current = next((one for one in self.live.values() if one.book_id == self.book.id), None)
            if current is not None:
                self.policy = self.document.policy(current.policy)
            else:
                self.policy = self._chosen(None)
        return self.policy

    def _chosen(self, present: str | None) -> Policy | None:
        self._seen()["stood"] = _stands(self.ticket)
        return choose_for(self.ticket, self.book, self.document, self.now, self.event, present).policy

    def _seen(self) -> dict[str, Any]:
        """What this change knows about the ticket's clocks already."""
        return within_change(f"clocks {self.ticket.pk}", dict)

    def _end(self, timer: Timer, what: str) -> None:
        """What was broken before is known as broken; steps that nobody did in time are not done any more."""
        self._mark(timer, what)
        self.live.pop(timer.target)

    def _mark(self, timer: Timer, what: str) -> None:
        policy, target = target_of(timer)
        if target is not None and what not in (clock.MET, clock.CANCELLED, clock.WORKING):
            # it rests from now on: what was due before is done before
            fire.do_due(timer, self.ticket, policy, target, self.now)
        timer.mark(self.now, what)
        self._touch(timer)

    def _touch(self, timer: Timer) -> None:
        policy, target = target_of(timer)
        if target is None:  # it stands in no book any more
            return
        seen = planned(timer, self.ticket, policy, target, self.now)
        for one in seen.due:
            if one.step is None:
                self._keep_first(timer)
                broke(timer, self.ticket, policy, one.at)
        ended = seen.reading.state in (clock.MET, clock.CANCELLED)
        if ended:
            passed_over(timer, seen, self.now, "ended")
        take_over(timer, target, seen)
        if not ended and any(one.step for one in seen.due):
            timer.due_at = self.now  # at once, by whoever does what is due
        self.touched[id(timer)] = timer

    def _keep_first(self, timer: Timer) -> None:
        """Events name it, so it needs its id."""
        if timer.pk is None:
            take_over_new(timer)
            keep(timer)

    # another policy

    def _choose_again(self) -> None:
        if self.event.name == "ticket.created":
            return
        current = next(iter(self.live.values()))
        if self._seen().get("stood") == (stood := _stands(self.ticket)) and "tagged" not in self.event.name:
            return  # chosen in this very change, when all was as it is
        self._seen()["stood"] = stood
        chosen = self._chosen(current.policy if current.book_id == self.book.id else None)
        for timer in list(self.live.values()):
            target = chosen.targets.get(timer.target) if chosen else None
            if target is None or chosen is None:
                self._end(timer, clock.CANCELLED)
            elif (timer.policy, timer.book_id) != (chosen.id, self.book.id):
                retarget(timer, chosen, target, self.book.id, self.now, self.event.name)
                record_replanned(timer, self.ticket, self.now)
                self._touch(timer)
        self.known, self.policy = True, chosen
        self._start_missing()

    def _start_missing(self) -> None:
        """Targets that the former policy did not have."""
        self._respond()
        if RESOLUTION not in self.live and self.ticket.is_open:
            self._start(RESOLUTION, self.ticket.created_at)
        self._pause()


def _stands(ticket: Ticket) -> tuple[Any, ...]:
    """The columns that conditions ask of a ticket itself."""
    return tuple(getattr(ticket, name) for name in STANDS)


STANDS = (
    "status", "priority", "impact", "urgency", "category_id", "tier_id", "team_id", "assignee_id", "registered_at",
    "subject", "customer_id", "organization_id", "first_answer_at", "frustration", "round_trips", "reopened", "transfers",
)  # fmt: skip


def take_over_new(timer: Timer) -> None:
    """What a row must have before it can be written at all."""
    timer.state = clock.RUNNING


def retarget(timer: Timer, policy: Policy, target: Target, book_id: int, now: datetime, why: str) -> bool:
    """Put a timer under another target, keeping the old one in its history. Whether anything of the target changed."""
    _old_policy, old = target_of(timer)
    changed = (timer.policy, timer.target_minutes, timer.clock) != (
        policy.id,
        target.minutes,
        target.clock,
    ) or (old is None or old.pause != target.pause)
    if changed:
        due = timer.breached_at or timer.breach_at
        entry = {
            "at": now.isoformat(), "policy": timer.policy, "minutes": timer.target_minutes, "clock": timer.clock,
            "due_at": due.isoformat() if due else None,
            "breached_at": timer.breached_at.isoformat() if timer.breached_at else None, "why": why,
        }  # fmt: skip
        timer.history = [*timer.history, entry][-20:]
        timer.breached_at = None
        timer.planned_at = now
    if timer.policy != policy.id:
        timer.done = {}
    timer.policy, timer.book_id = policy.id, book_id
    timer.target_minutes, timer.clock = target.minutes, target.clock
    return changed


def record_replanned(timer: Timer, ticket: Ticket, at: datetime) -> None:
    """Say what the target was and what it is."""
    old = timer.history[-1] if timer.history else {}
    record(
        "timer.replanned", ticket, at=at, timer=timer.pk, target=timer.target, policy=timer.policy,
        minutes=timer.target_minutes, clock=timer.clock, policy_before=old.get("policy"),
        minutes_before=old.get("minutes"), due_before=old.get("due_at"),
    )  # fmt: skip
