"""Drafts, and putting them in force. Only admins; every step leaves an event with who and what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max
from django.utils import translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from pelekan.lib import due
from pelekan.lib.due import Job, settle
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people import desk
from pelekan.people.models import Agent
from pelekan.tickets.events import action, one_at_a_time, read_anew, record
from pelekan.tickets.rulebooks.models import Rulebook, RulebookKind
from pelekan.tickets.shaping.values import require

LARGEST = 2_000_000
"""Characters of a document as JSON."""

CHECKS: dict[str, str] = {}
"""kind → dotted path of a function `check(body) -> list[Fault]`; a kind without one takes what it is given. Each room
puts its own in, in its `apps.py`."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a document. `where` is the way to it ("rules", 3, "when", 0), `text` a sentence for whoever
    edits, in his language."""

    where: tuple[str | int, ...]
    text: str


class CannotKeep(ValueError):
    """A document that must not be kept, with all that is wrong."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("; ".join(fault.text for fault in faults))
        self.faults = faults


def faults_of(kind: str, body: Any) -> list[Fault]:
    """All that is wrong with a document of this kind."""
    if not isinstance(body, Mapping):
        return [Fault((), _("This is no rule set."))]
    if kind not in CHECKS:
        return []
    check: Callable[[Mapping[str, Any]], list[Fault]] = import_string(CHECKS[kind])
    return check(body)


@action
def keep(
    kind: str,
    body: Mapping[str, Any],
    *,
    by: Agent | None,
    note: str = "",
    draft: Rulebook | None = None,
    came_from: Rulebook | None = None,
    now: datetime | None = None,
) -> Rulebook:
    """Keep a draft: a new version, or `draft` changed. Raises CannotKeep with all faults. `by` None: the desk itself."""
    require(by, "settings")
    now = now or clock()
    kind = str(RulebookKind(kind))
    faults = faults_of(kind, body)
    if faults:
        raise CannotKeep(faults)
    one_at_a_time(f"rulebook:{kind}")
    if draft is not None:
        draft = _draft(draft)
        draft.body, draft.changed_at = dict(body), now
        draft.note = one_line(note, 250) if note else draft.note
        draft.save(update_fields=["body", "changed_at", "note"])
    else:
        draft = Rulebook.objects.create(
            kind=kind, number=_next(kind), body=dict(body), author=by, note=one_line(note, 250), came_from=came_from,
            made_at=now, changed_at=now,
        )  # fmt: skip
    record(
        "rulebook.drafted", by=by, at=now, topics=["desk"], rulebook=draft.pk, kind=kind, number=draft.number
    )
    return draft


@action
def enable(draft: Rulebook, *, by: Agent | None, now: datetime | None = None) -> Rulebook:
    """Put a draft in force; what was in force until now is past."""
    require(by, "settings")
    return _enable(draft.pk, by, now or clock())


def _enable(pk: int, by: Agent | None, now: datetime) -> Rulebook:
    kind = Rulebook.objects.values_list("kind", flat=True).get(pk=pk)
    one_at_a_time(f"rulebook:{kind}")
    draft = Rulebook.objects.get(pk=pk)
    if draft.state not in ("draft", "scheduled"):
        raise ValueError("Only a draft can be put in force.")
    faults = faults_of(draft.kind, draft.body)  # what it names may be gone since
    if faults:
        raise CannotKeep(faults)
    before = Rulebook.objects.filter(kind=draft.kind, enabled_at__isnull=False, ended_at=None).first()
    if before is not None:
        Rulebook.objects.filter(pk=before.pk).update(ended_at=now)
    draft.enabled_at, draft.enabled_by = now, by
    draft.due_at = draft.leased_until = None
    draft.save(update_fields=["enabled_at", "enabled_by", "due_at", "leased_until"])
    read_anew("rulebooks")
    record(
        "rulebook.enabled", by=by, at=now, topics=["desk"], rulebook=draft.pk, kind=draft.kind, number=draft.number,
        before=before.pk if before else None,
    )  # fmt: skip
    return draft


@action
def schedule(draft: Rulebook, at: datetime, *, by: Agent, now: datetime | None = None) -> Rulebook:
    """Let a draft come into force at a moment."""
    require(by, "settings")
    now = now or clock()
    draft = _draft(draft)
    if at <= now:
        raise ValueError(_("Choose a moment that is still to come."))
    draft.due_at = at
    draft.save(update_fields=["due_at"])
    record(
        "rulebook.scheduled", by=by, at=now, topics=["desk"], rulebook=draft.pk, kind=draft.kind, number=draft.number,
        on=at.isoformat(),
    )  # fmt: skip
    due.queued(Rulebook)
    return draft


@action
def unschedule(draft: Rulebook, *, by: Agent, now: datetime | None = None) -> Rulebook:
    """A draft again."""
    require(by, "settings")
    draft = _draft(draft)
    draft.due_at = None
    draft.save(update_fields=["due_at"])
    record(
        "rulebook.unscheduled", by=by, at=now or clock(), topics=["desk"], rulebook=draft.pk, kind=draft.kind,
        number=draft.number,
    )  # fmt: skip
    return draft


@action
def discard(draft: Rulebook, *, by: Agent, now: datetime | None = None) -> None:
    """Put a draft away."""
    require(by, "settings")
    now = now or clock()
    draft = _draft(draft)
    draft.discarded_at, draft.due_at = now, None
    draft.save(update_fields=["discarded_at", "due_at"])
    record(
        "rulebook.discarded",
        by=by,
        at=now,
        topics=["desk"],
        rulebook=draft.pk,
        kind=draft.kind,
        number=draft.number,
    )


@action
def revert(to: Rulebook, *, by: Agent, now: datetime | None = None) -> Rulebook:
    """Bring an earlier version back: as a new one, so that what was in force when stays true."""
    again = keep(
        to.kind,
        to.body,
        by=by,
        note=_("As version %(number)s") % {"number": to.number},
        came_from=to,
        now=now,
    )
    return enable(again, by=by, now=now)


def _draft(row: Rulebook) -> Rulebook:
    one_at_a_time(f"rulebook:{row.kind}")
    row = Rulebook.objects.get(pk=row.pk)
    if row.state not in ("draft", "scheduled"):
        raise ValueError(_("This version was in force or was put away; change a copy of it."))
    return row


def _next(kind: str) -> int:
    return (Rulebook.objects.filter(kind=kind).aggregate(Max("number"))["number__max"] or 0) + 1


def _come_into_force(row: Rulebook) -> None:
    """The job of a scheduled draft. One that can't be in force any more stays a draft; the event
    `rulebook.refused` says why, and the admins' bell with it."""
    language = row.author.user.language if row.author else desk.sign().language
    with translation.override(language):  # what is wrong is said in words that are kept
        _fall_due(row, clock())


@action
def _fall_due(row: Rulebook, now: datetime) -> None:
    at = row.due_at or now
    settle(row, None)
    try:
        _enable(row.pk, row.author, max(at, row.changed_at))
    except CannotKeep as refused:
        record(
            "rulebook.refused", at=now, topics=["desk"], rulebook=row.pk, kind=row.kind, number=row.number,
            faults=[fault.text for fault in refused.faults][:20],
        )  # fmt: skip


JOB = Job(Rulebook, _come_into_force)
