"""Trying drafts on the past in the background, some tickets at a time: watched, stopped and begun again at will."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.due import Job, settle
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.routing.models import Diverted, Replay, ReplayState
from pelekan.routing.replay.clocks import Measuring
from pelekan.routing.replay.judges import KINDS, Setup, judges, setup_of, with_version
from pelekan.routing.replay.past import Past, read, tickets_of
from pelekan.routing.replay.retrace import Judge, Moment, Retraced, Step, differences, retrace
from pelekan.routing.replay.tally import Tally
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Rulebook
from pelekan.tickets.rulebooks import in_force
from pelekan.tickets.shaping.values import require

AT_ONCE = 250
"""Tickets in one go: a second or so, so that progress moves and whoever writes need not wait."""
MOST_KEPT = 5_000
"""Diverted tickets that are kept to be looked at; the sums count all of them."""
LONGEST = timedelta(days=400)
MOST_FAULTS = 5


@action
def start(
    drafts: Mapping[str, Rulebook],
    since: datetime,
    until: datetime,
    *,
    by: Agent,
    now: datetime | None = None,
) -> Replay:
    """Try `drafts` (kind → version) on the tickets that came from `since` to `until`; without drafts see whether the
    rules in force decide as was recorded. ValueError with a sentence for what can't be tried."""
    require(by, "settings")
    now = now or clock()
    until = min(until, now)
    if since >= until:
        raise ValueError(_("The period has to begin before it ends, and in the past."))
    if until - since > LONGEST:
        raise ValueError(_("Choose a period of at most %(days)s days.") % {"days": LONGEST.days})
    rows = tickets_of(since, until)
    made = Replay.objects.create(
        drafts={kind: draft.pk for kind, draft in drafts.items()},
        books={kind: book.id for kind, book in in_force().items() if kind in KINDS},
        since=since, until=until, made_by=by, made_at=now, due_at=now,
        total=rows.count(), last=rows.aggregate(Max("pk"))["pk__max"] or 0,
    )  # fmt: skip
    record("replay.started", by=by, at=now, topics=[f"agent:{by.pk}"], replay=made.pk)
    due.queued(Replay)
    return made


@action
def stop(row: Replay, *, by: Agent, now: datetime | None = None) -> None:
    """Go no further; what was found so far stays."""
    require(by, "settings")
    now = now or clock()
    stopped = Replay.objects.filter(pk=row.pk, state=ReplayState.RUNNING).update(
        state=ReplayState.STOPPED, due_at=None, leased_until=None, finished_at=now
    )
    if stopped:
        record("replay.stopped", by=by, at=now, topics=[f"agent:{by.pk}"], replay=row.pk)


def go_on(row: Replay) -> datetime | None:
    """The job: the next tickets. What was found and how far it is are written together, once."""
    now = clock()
    try:
        found = look(row, now)
    except due.LeaseLost:
        raise
    except Exception as fault:
        if row.tries < MOST_FAULTS:
            raise
        _give_up(row, f"{type(fault).__name__}: {fault}", now)
        return None
    _keep(row, found, now)
    return None


@dataclass
class Found:
    """What one go over some tickets found."""

    tally: Tally
    diverted: list[Diverted]
    looked: int
    reached: int


def look(row: Replay, now: datetime, at_once: int = AT_ONCE) -> Found:
    """Take the decisions of the next tickets again. Nothing is written."""
    before, after = setups(row)
    rows = tickets_of(row.since, row.until).select_related("tier", "inbox").filter(
        pk__gt=row.reached, pk__lte=row.last
    )  # fmt: skip
    tickets = list(rows[:at_once])
    tally, diverted = Tally.of(row.tally), []
    if row.checks_itself:
        check = _SelfCheck(row, after)
        for past in read(tickets, after, now, rebuild=False):
            diverted += check.add(past, tally)
    else:
        trial = _Trial(row, before, after, now)
        for past in read(tickets, after, now, rebuild=True):
            diverted += trial.add(past, tally)
    return Found(tally, diverted, len(tickets), tickets[-1].pk if tickets else row.last)


class _Trial:
    """Drafts against what is in force."""

    def __init__(self, row: Replay, before: Setup, after: Setup, now: datetime) -> None:
        self.row, self.before, self.after, self.now = row, before, after, now
        self.judges = judges(after, before)
        self.clocks = Measuring(before, after, row.books.get("sla"), now)

    def add(self, past: Past, tally: Tally) -> list[Diverted]:
        path = retrace(past.moments, self.judges, self.after.see)
        measured = self.clocks.measure(past, path)
        tally.add(path, past.hours, measured)
        changes: dict[str, Any] = dict(differences(path))
        changes |= {
            f"breach:{one.target}": (one.before, one.after) for one in measured if one.before != one.after
        }
        if not changes or tally.changed > MOST_KEPT:
            return []
        return [_diverted(self.row, past, changes, path)]


class _SelfCheck:
    """What is in force against what was recorded, and why they differ."""

    def __init__(self, row: Replay, present: Setup) -> None:
        self.row, self.present = row, present
        self.judges = judges(present, present)
        self.then: dict[tuple[str, int | None], Judge] = {}

    def add(self, past: Past, tally: Tally) -> list[Diverted]:
        tally.tickets += 1
        steps = []
        for moment in past.moments:
            judge = self.judges[moment.kind]
            tally.moments += 1
            if judge.blind(moment.facts, moment.facts):
                outcome, why = None, self._why_blind(moment)
            else:
                outcome = judge.decide(moment.facts)
                why = "" if dict(outcome) == dict(moment.outcome) else self._why(moment)
            if why:
                tally.differ(why)
                steps.append((Step(moment, moment.facts, outcome), why))
        tally.changed += bool(steps)
        if not steps or tally.changed > MOST_KEPT:
            return []
        told = [{**_told(step), "why": why} for step, why in steps]
        return [Diverted(replay=self.row, ticket_id=past.ticket, changes={}, steps=told)]

    def _why(self, moment: Moment) -> str:
        """ "version": another version decided then, and decides the same again; "unexplained": not even that one does."""
        if moment.book == self.row.books.get(moment.kind):
            return "unexplained"
        return (
            "version"
            if dict(self._judge_of_then(moment).decide(moment.facts)) == dict(moment.outcome)
            else "unexplained"
        )

    def _why_blind(self, moment: Moment) -> str:
        return "version" if moment.book != self.row.books.get(moment.kind) else "unexplained"

    def _judge_of_then(self, moment: Moment) -> Judge:
        key = moment.kind, moment.book
        if key not in self.then:
            setup = with_version(self.present, *key)
            self.then[key] = judges(setup, setup)[moment.kind]
        return self.then[key]


def _diverted(row: Replay, past: Past, changes: dict[str, Any], path: Retraced) -> Diverted:
    steps = [_told(step) for step in path.steps if step.differs or step.outcome is None]
    return Diverted(replay=row, ticket_id=past.ticket, changes=changes, steps=steps)


def _told(step: Step) -> dict[str, Any]:
    """A step for people: what was decided, what would be. Its trace is made when someone asks; see `telling`."""
    moment = step.moment
    return {
        "kind": moment.kind, "at": moment.at.isoformat(), "decision": moment.id, "rebuilt": moment.rebuilt,
        "event": moment.facts.get("event", ""), "before": dict(moment.outcome),
        "after": dict(step.outcome) if step.outcome is not None else None,
    }  # fmt: skip


def setups(row: Replay) -> tuple[Setup, Setup]:
    """(what is in force, what is tried). Read anew in each go only where a draft could have changed: never, while it is
    tried."""
    return _kept_setups(row.made_at, tuple(sorted(row.books.items())), tuple(sorted(row.drafts.items())))


@functools.lru_cache(maxsize=4)
def _kept_setups(
    made_at: datetime, books: tuple[tuple[str, int], ...], drafts: tuple[tuple[str, int], ...]
) -> tuple[Setup, Setup]:
    before = setup_of(dict(books), gone=False)
    return before, setup_of({**dict(books), **dict(drafts)}, gone=True) if drafts else before


@action
def _keep(row: Replay, found: Found, now: datetime) -> None:
    """Write what one go found; LeaseLost, and nothing written, when somebody else has the row or it was stopped."""
    over = found.looked < AT_ONCE
    values: dict[str, Any] = {"state": ReplayState.DONE, "finished_at": now} if over else {}
    settle(
        row, None if over else now, tally=found.tally.json, done=row.done + found.looked, reached=found.reached,
        tries=0, **values,
    )  # fmt: skip
    Diverted.objects.bulk_create(found.diverted, batch_size=200)
    if over:
        topics = [f"agent:{row.made_by_id}"] if row.made_by_id else []
        record("replay.finished", at=now, topics=topics, replay=row.pk, changed=found.tally.changed)
    else:
        due.queued(Replay)


@action
def _give_up(row: Replay, fault: str, now: datetime) -> None:
    settle(row, None, state=ReplayState.FAILED, fault=fault[:500], finished_at=now)
    record("replay.failed", at=now, topics=["desk"], replay=row.pk)


def forget_old(now: datetime) -> None:
    """Diverted tickets of replays that nobody looks at any more; their sums stay."""
    old = Replay.objects.filter(finished_at__lt=now - timedelta(days=30)).values("pk")
    Diverted.objects.filter(replay__in=old).delete()


JOB = Job(Replay, go_on, at_once=1)
