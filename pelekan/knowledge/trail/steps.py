"""Steps that pages tell by themselves, gathered for a second and written together.

Counting must not slow down reading: a step is kept in memory and written with those of the same second, or when a hundred
wait. What a crash takes away is at most that second's counts; nothing that anybody was told.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import DatabaseError, close_old_connections

from pelekan.knowledge.models import Translation
from pelekan.knowledge.trail import walking
from pelekan.knowledge.trail.models import Question, Reading, Visit
from pelekan.lib.unhurried import unhurried
from pelekan.people.models import Customer

log = logging.getLogger("pelekan.trail")

PAUSE = 1.0  # seconds
MANY = 100
FULL = 5_000
"""So many wait only when the database is away: further ones are not counted."""

LONGEST = 3_600
"""Seconds in sight of one reading; who leaves a page open for a day has not read it for a day."""

OPEN_FOR = timedelta(hours=12)
FROM_SEARCH = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Step:
    """An article was opened, or left after so many seconds in sight."""

    mark: str
    translation: int
    place: str
    language: str
    at: datetime
    seconds: int = 0
    customer: Customer | None = None
    searched: bool = False  # the page before was a list of answers


_waiting: list[Step] = []
_lock = threading.Lock()
_timer: threading.Timer | None = None


def put(step: Step) -> None:
    """Keep a step until it is written."""
    global _timer
    with _lock:
        if len(_waiting) >= FULL:
            return
        _waiting.append(step)
        if settings.TESTING:  # tests look at once, within their own transaction
            now = True
        else:
            now = len(_waiting) >= MANY
            if _timer is None:
                _timer = threading.Timer(0 if now else PAUSE, _in_the_back)
                _timer.daemon = True
                _timer.start()
    if now and settings.TESTING:
        flush()


def _in_the_back() -> None:
    global _timer
    with _lock:
        _timer = None
    try:
        flush()
    except DatabaseError:
        log.exception("the steps of a second are lost")
    finally:
        close_old_connections()


def flush() -> int:
    """Write what waits; how many steps there were."""
    with _lock:
        steps = _waiting[:]
        _waiting.clear()
    if steps:
        with unhurried():
            _write(steps)
    return len(steps)


def _write(steps: list[Step]) -> None:
    ids = {step.translation for step in steps}
    known = Translation.objects.filter(published__isnull=False).select_related("article").in_bulk(ids)
    for step in steps:
        translation = known.get(step.translation)
        if translation is not None:
            _one(step, translation)


def _one(step: Step, translation: Translation) -> None:
    if step.seconds:
        mine = Reading.objects.filter(visit__key=walking.key_of(step.mark), translation=translation)
        reading = mine.filter(at__gt=step.at - OPEN_FOR, at__lte=step.at).order_by("-pk").first()
        if reading is not None:
            seconds = min(LONGEST, max(reading.seconds, step.seconds))
            Reading.objects.filter(pk=reading.pk).update(seconds=seconds)
        return
    visit = walking.visit(
        step.mark, place=step.place, language=step.language, customer=step.customer, now=step.at
    )
    if visit is not None:
        question = _question(visit, step.at) if step.searched else None
        walking.opened(translation, place=step.place, visit=visit, question=question, now=step.at)


def _question(visit: Visit, at: datetime) -> Question | None:
    """What he looked for just before."""
    return Question.objects.filter(visit=visit, at__gt=at - FROM_SEARCH).order_by("-pk").first()
