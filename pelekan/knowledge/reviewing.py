"""The way out: a draft is reviewed, sent back, scheduled, published (`actions.publish`), withdrawn.

`article.review_asked`, `article.sent_back`, `article.not_published` and `article.published` carry "agents": whose bell rings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import translation as languages
from django.utils.translation import gettext as _

from pelekan.knowledge import actions, readiness, rights
from pelekan.knowledge.actions import held
from pelekan.knowledge.models import DraftState, Translation
from pelekan.lib import due
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import require


@action
def ask(
    translation: Translation,
    *,
    by: Agent,
    reviewer: Agent | None = None,
    remark: str = "",
    now: datetime | None = None,
) -> Translation:
    """Ask `reviewer`, or all who may publish it, to look at the draft. Their bells ring."""
    require(by, "work")
    now, translation = now or clock(), held(translation)
    _unpublished(translation)
    able = rights.publishers(translation.article)
    if reviewer is not None and reviewer.pk not in {one.pk for one in able}:
        raise CannotBe("reviewer", _("This colleague may not publish the article. Choose another one."))
    told = [reviewer.pk] if reviewer else [one.pk for one in able if one.pk != by.pk]
    if not told:
        raise CannotBe("reviewer", _("Nobody else may publish this article."))
    translation.draft, translation.due_at = DraftState.REVIEW, None
    translation.handed_by, translation.reviewer, translation.remark = by, reviewer, one_line(remark, 400)
    translation.save()
    _note("article.review_asked", translation, by, now, told)
    return translation


@action
def send_back(
    translation: Translation, *, by: Agent, remark: str, now: datetime | None = None
) -> Translation:
    """The reviewer wants something changed, and says what. The writer's bell rings."""
    rights.require_publisher(by)
    now, translation = now or clock(), held(translation)
    if translation.draft != DraftState.REVIEW:
        raise CannotBe("", _("This draft doesn't wait for review any more."))
    remark = one_line(remark, 400)
    if not remark:
        raise CannotBe("remark", _("Say what should be changed."))
    told = translation.handed_by_id
    translation.draft, translation.remark = DraftState.DRAFT, remark
    translation.handed_by = translation.reviewer = None
    translation.save()
    _note("article.sent_back", translation, by, now, [told] if told else [])
    return translation


@action
def schedule(
    translation: Translation, at: datetime, *, by: Agent | None, now: datetime | None = None
) -> Translation:
    """The newest version comes out at `at`, by the workers, whether anybody is there or not."""
    rights.require_publisher(by)
    now, translation = now or clock(), held(translation)
    _unpublished(translation)
    if at <= now:
        raise CannotBe("at", _("This moment is over. Choose a later one, or publish now."))
    assert translation.newest is not None
    if said := readiness.missing(translation.article, translation.newest):
        raise CannotBe("", said)
    translation.draft, translation.due_at, translation.leased_until = DraftState.SCHEDULED, at, None
    translation.handed_by, translation.reviewer, translation.remark = by, None, ""
    translation.save()
    _note("article.scheduled", translation, by, now, [], due_at=at.isoformat())
    due.queued(Translation)
    return translation


@action
def unschedule(translation: Translation, *, by: Agent | None, now: datetime | None = None) -> Translation:
    """It stays a draft."""
    rights.require_publisher(by)
    translation = held(translation)
    if translation.draft == DraftState.SCHEDULED:
        translation.draft, translation.due_at, translation.handed_by = DraftState.DRAFT, None, None
        translation.save()
        _note("article.unscheduled", translation, by, now or clock(), [])
    return translation


@action
def withdraw(translation: Translation, *, by: Agent | None, now: datetime | None = None) -> Translation:
    """Nobody reads it any more in this language; its words stay as a draft."""
    rights.require_publisher(by)
    translation = held(translation)
    if translation.published_id is not None:
        translation.published = translation.published_at = None
        if translation.draft == DraftState.NONE:
            translation.draft = DraftState.DRAFT
        translation.save()
        _note("article.withdrawn", translation, by, now or clock(), [])
    return translation


def _unpublished(translation: Translation) -> None:
    if translation.newest is None or translation.newest_id == translation.published_id:
        raise CannotBe("", _("There is nothing new to publish."))


def _note(
    name: str, row: Translation, by: Agent | None, now: datetime, agents: list[int], **more: Any
) -> None:
    record(
        name, by=by, at=now, article=row.article_id, translation=row.pk, language=row.language, agents=agents,
        what=name.removeprefix("article."), **more,
    )  # fmt: skip


# What falls due


def come_out(row: Translation) -> None:
    """Publish a scheduled version. What keeps it from coming out is told to who scheduled it, and it is a draft again."""
    _come_out(row, now=clock())


@action
def _come_out(row: Translation, *, now: datetime) -> None:
    due.settle(row)
    translation = held(row)
    if translation.draft != DraftState.SCHEDULED:
        return
    by = translation.handed_by
    try:
        if by is not None and not rights.may_publish(by):
            raise PermissionError
        actions.publish(translation, by=by, now=now)
    except (CannotBe, PermissionError):
        translation.draft, translation.handed_by = DraftState.DRAFT, None
        translation.save(update_fields=["draft", "handed_by"])
        told = {by.pk} if by is not None else set()
        if by is None or not rights.may_publish(by):
            told |= {one.pk for one in rights.publishers(translation.article)}
        why = "" if translation.newest is None else _in_english(translation)
        _note("article.not_published", translation, None, now, sorted(told), why=why)


def _in_english(translation: Translation) -> str:
    with languages.override("en"):
        assert translation.newest is not None
        return readiness.missing(translation.article, translation.newest)


JOB = due.Job(Translation, come_out, where=Q(draft=DraftState.SCHEDULED))
