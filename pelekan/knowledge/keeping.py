"""What surrounds an article's words: who reads it, where it stands, who looks after it; and text that is not saved yet."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from pelekan.knowledge import readers, rights
from pelekan.knowledge.actions import write
from pelekan.knowledge.models import Article, Translation, Unsaved, Version, Visibility
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import put, require

_ROWS = ("section", "visibility", "tier", "owner", "review_at", "kind", "language", "pinned_at", "position")
_SETS = ("groups", "categories", "related")


@action
def describe(article: Article, *, by: Agent | None, now: datetime | None = None, **values: Any) -> Article:
    """Change its shelf, who may read it, owner, review date and so on (fields of Article). CannotBe for groups without a
    group, for a step that the writer himself does not reach."""
    require(by, "work")
    now = now or clock()
    article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    if by is not None and not rights.may_describe(by, article):
        raise PermissionError("This agent may not change a published article.")
    sets = {name: list(values.pop(name)) for name in _SETS if name in values}
    changed = put(article, values, _ROWS)
    _whole(article, sets, by)
    if article.visibility != Visibility.TIER:
        article.tier = None
    if "review_at" in changed:
        article.reminded_at = None
    article.save()
    for name, rows in sets.items():
        kept = rows if name != "related" else [one for one in rows if one.pk != article.pk]
        getattr(article, name).set(kept)
    named = sorted([*changed, *sets])
    record("article.described", by=by, at=now, article=article.pk, translation=None, changed=named)
    return article


def _whole(article: Article, sets: dict[str, list[Any]], by: Agent | None) -> None:
    if article.visibility == Visibility.GROUPS and not (
        sets["groups"] if "groups" in sets else article.groups.exists()
    ):
        raise CannotBe("groups", _("Choose at least one group of customers."))
    if article.visibility == Visibility.TIER and article.tier is None:
        raise CannotBe("tier", _("Choose from which step up it may be read."))
    if by is not None and article.visibility == Visibility.TIER and article.tier is not None:
        level = readers.of_agent(by).level
        if level is None or article.tier.level > level:
            raise CannotBe("tier", _("You would not see the article any more. Choose one of your own steps."))


@action
def archive(article: Article, *, by: Agent | None, now: datetime | None = None) -> None:
    """Nobody finds it any more. A draft may be put away by any writer, what is published by who may publish."""
    _put(article, by, archived_at=now or clock())


@action
def bring_back(article: Article, *, by: Agent | None, now: datetime | None = None) -> None:
    """It is again what it was."""
    _put(article, by, archived_at=None, now=now)


def _put(
    article: Article, by: Agent | None, *, archived_at: datetime | None, now: datetime | None = None
) -> None:
    require(by, "work")
    article = Article.objects.select_for_update(of=("self",)).get(pk=article.pk)
    if by is not None and not rights.may_describe(by, article):
        raise PermissionError("This agent may not archive a published article.")
    if (article.archived_at is None) == (archived_at is None):
        return
    article.archived_at = archived_at
    article.save(update_fields=["archived_at"])
    name = "article.archived" if archived_at else "article.restored"
    record(name, by=by, at=archived_at or now or clock(), article=article.pk, translation=None)


@action
def go_back_to(version: Version, *, by: Agent | None, now: datetime | None = None) -> Translation:
    """The words of an earlier version again, as a new draft; nothing of the history is lost."""
    require(by, "work")
    row = version.translation
    made = write(
        row.article, language=row.language, title=version.title, summary=version.summary, body=version.body,
        data=version.data, by=by, note=_("As version %(number)s") % {"number": version.number}, now=now,
    )  # fmt: skip
    if (
        made.newest is not None and made.newest.basis_id != version.basis_id
    ):  # its translation is as old as its words
        Version.objects.filter(pk=made.newest.pk).update(basis=version.basis_id)
        made.newest.basis_id = version.basis_id
    return made


# Whether it is still true


@action
def looked_at(
    article: Article, *, by: Agent, again_in: timedelta | None, now: datetime | None = None
) -> None:
    """It was read and is true; to be looked at again after `again_in`."""
    require(by, "work")
    now = now or clock()
    Article.objects.filter(pk=article.pk).update(
        review_at=now + again_in if again_in else None, reminded_at=None
    )
    record("article.looked_at", by=by, at=now, article=article.pk, translation=None)


def remind(now: datetime) -> None:
    """Chore: owners are told once of what they should look at; without one those who may publish."""
    rows = Article.objects.filter(review_at__lte=now, reminded_at=None, archived_at=None)
    for article in rows.order_by("review_at")[:100]:
        _remind(article, now)


@action
def _remind(article: Article, now: datetime) -> None:
    if not Article.objects.filter(pk=article.pk, reminded_at=None).update(reminded_at=now):
        return
    owner = article.owner
    working = owner is not None and owner.disabled_at is None and owner.user.is_active
    told = [owner.pk] if working and owner else [one.pk for one in rights.publishers(article)]
    record("article.review_due", at=now, article=article.pk, translation=None, agents=told, what="review_due")


# Not saved yet


@action
def keep_unsaved(
    article: Article,
    language: str,
    values: Mapping[str, Any],
    *,
    base: int,
    by: Agent,
    now: datetime | None = None,
) -> None:
    """What `by` has typed so far; only he sees it."""
    require(by, "work")
    Unsaved.objects.update_or_create(
        agent=by,
        article=article,
        language=language,
        defaults={"values": dict(values), "base": base, "at": now or clock()},
    )


@action
def forget_unsaved(article: Article, language: str, *, by: Agent) -> None:
    Unsaved.objects.filter(agent=by, article=article, language=language).delete()
