"""Categories (three levels) and tags: what tickets are sorted by."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.desk import sign
from pelekan.people.models import Agent, Desk, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.models import Category, RequestKind, Tag, Ticket
from pelekan.tickets.shaping.values import CannotBe, put, require, unique

LEVELS = 3
OF_CATEGORY = ("name", "names", "team", "impact", "urgency", "words", "kind", "skill", "skill_level")


@action
def save_category(
    category: Category | None,
    *,
    by: Agent,
    parent: Category | None = None,
    now: datetime | None = None,
    **values: Any,
) -> Category:
    """Make a category below `parent`, or change this one; it stays where it hangs."""
    require(by, "settings")
    made = category is None
    if category is None:
        level = parent.level + 1 if parent else 1
        if level > LEVELS:
            raise CannotBe("name", _("Categories have at most three levels."))
        category = Category(parent=parent, level=level)
    if made or "name" in values:
        values["name"] = one_line(values.get("name", ""), 80)
        if not values["name"]:
            raise CannotBe("name", _("Give the category a name."))
        beside = Category.objects.filter(parent=category.parent)
        unique(beside, values["name"], category, _("There is a category of this name here already."))
    if "names" in values:
        said = {code: one_line(values["names"].get(code, ""), 80) for code in Language.values}
        values["names"] = {code: name for code, name in said.items() if name}
    for field in ("impact", "urgency"):
        if values.get(field) not in (None, 1, 2, 3):
            raise CannotBe(field, _("Choose one of the three degrees."))
    if values.get("kind", "") not in ("", *RequestKind.values):
        raise CannotBe("kind", _("Choose from the list."))
    if values.get("skill_level") not in (None, 1, 2, 3):
        raise CannotBe("skill_level", _("Choose one of the three degrees."))
    if "skill" in values and values["skill"] is None:
        values["skill_level"] = None
    changed = put(category, values, OF_CATEGORY)
    category.save()
    if made or changed:
        name = "category.added" if made else "category.changed"
        record(
            name, by=by, at=now, topics=["desk"], category=category.pk, title=category.name, changed=changed
        )
    return category


@action
def require_category(required: bool, *, by: Agent, now: datetime | None = None) -> None:
    """Whether a ticket needs a category before it is solved or closed."""
    require(by, "settings")
    row = Desk.objects.filter(pk=1).first() or Desk(pk=1, name=sign().name, language=sign().language)
    if row.category_required != required:
        row.category_required = required
        row.save()
        record("desk.changed", by=by, at=now, topics=["desk"], changed={"category_required": required})


@action
def archive_category(category: Category, *, by: Agent, now: datetime | None = None) -> None:
    """Offer a category and those below it no more; tickets keep it."""
    require(by, "settings")
    now = now or clock()
    rows = Category.objects.filter(pk__in=[category.pk, *_below(category)], archived_at=None)
    if rows.update(archived_at=now):
        record("category.archived", by=by, at=now, topics=["desk"], category=category.pk, title=category.name)


@action
def restore_category(category: Category, *, by: Agent, now: datetime | None = None) -> None:
    """Offer a category again, and those above it, without which it can't be reached."""
    require(by, "settings")
    above: Category | None = category
    while above is not None:
        Category.objects.filter(pk=above.pk).update(archived_at=None)
        above = above.parent
    record("category.restored", by=by, at=now, topics=["desk"], category=category.pk, title=category.name)


def _below(category: Category) -> list[int]:
    children = list(Category.objects.filter(parent=category).values_list("pk", flat=True))
    return children + list(Category.objects.filter(parent__in=children).values_list("pk", flat=True))


# Tags


@action
def save_tag(name: str, *, by: Agent, now: datetime | None = None) -> Tag:
    """A new tag."""
    require(by, "settings")
    tag = Tag.objects.create(name=_tag_name(name, None))
    record("tag.added", by=by, at=now, topics=["desk"], tag=tag.pk, title=tag.name)
    return tag


@action
def rename_tag(tag: Tag, name: str, *, by: Agent, now: datetime | None = None) -> Tag:
    """Another name for a tag, on every ticket that bears it."""
    require(by, "settings")
    before, tag.name = tag.name, _tag_name(name, tag)
    if before != tag.name:
        tag.save(update_fields=["name"])
        record("tag.renamed", by=by, at=now, topics=["desk"], tag=tag.pk, title=tag.name, before=before)
    return tag


@action
def merge_tags(tag: Tag, into: Tag, *, by: Agent, now: datetime | None = None) -> int:
    """Put `into` on every ticket that bears `tag`, and forget `tag`. Returns how many tickets bore it."""
    require(by, "settings")
    if tag.pk == into.pk:
        raise CannotBe("into", _("Choose another tag than this one."))
    bears = Ticket.tags.through.objects
    count = bears.filter(tag=tag).count()
    have = bears.filter(tag=into).values("ticket_id")
    bears.filter(tag=tag).exclude(ticket_id__in=have).update(tag=into)
    title, pk = tag.name, tag.pk
    tag.delete()
    record("tag.merged", by=by, at=now, topics=["desk"], tag=pk, title=title, into=into.pk, tickets=count)
    return count


@action
def delete_tag(tag: Tag, *, by: Agent, now: datetime | None = None) -> None:
    """Take a tag off every ticket and forget it."""
    require(by, "settings")
    count, title, pk = Ticket.tags.through.objects.filter(tag=tag).count(), tag.name, tag.pk
    tag.delete()
    record("tag.deleted", by=by, at=now, topics=["desk"], tag=pk, title=title, tickets=count)


def _tag_name(name: str, tag: Tag | None) -> str:
    name = one_line(name, 48)
    if not name:
        raise CannotBe("name", _("Give the tag a name."))
    unique(Tag.objects, name, tag, _("There is a tag of this name already. You can merge the two."))
    return name
