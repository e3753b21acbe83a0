"""How the desk arranges its community: its rules and its spaces."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.text import slugify
from django.utils.translation import gettext as _

from pelekan.knowledge.community.models import Readers, Rules, Space, Writers
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, CustomerGroup, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe
from pelekan.tickets.shaping.values import require

MOST_WORDS = 500


def rules() -> Rules:
    """The rules in force; without a row the defaults."""
    return Rules.objects.filter(pk=1).first() or Rules(pk=1)


@action
def keep_rules(
    *, trust_after: int, edit_minutes: int, unanswered_hours: int, words: Iterable[str], by: Agent | None,
    most_links: int = 3, usual_posts: int = 4, most_posts: int = 15, network_posts: int = 60, hide_after: int = 3,
    now: datetime | None = None,
) -> Rules:  # fmt: skip
    """Keep the rules of the community. `words`: each of them makes a post wait for a look; the numbers: see `Rules`."""
    require(by, "settings")
    if most_posts < usual_posts:
        raise CannotBe("most_posts", _("Take at least as many posts as nobody needs to look at."))
    row = rules()
    row.trust_after, row.edit_minutes = min(max(trust_after, 0), 100), min(max(edit_minutes, 0), 10_000)
    row.unanswered_hours = min(max(unanswered_hours, 0), 1_000)
    row.most_links, row.hide_after = min(max(most_links, 0), 100), min(max(hide_after, 0), 100)
    row.usual_posts, row.most_posts = min(max(usual_posts, 1), 1_000), min(max(most_posts, 1), 1_000)
    row.network_posts = min(max(network_posts, 1), 30_000)
    row.words = list(dict.fromkeys(filter(None, (one_line(word, 80) for word in words))))[:MOST_WORDS]
    row.save()
    record(
        "community.rules_changed", by=by, at=now or clock(), topics=["desk"], trust_after=row.trust_after,
        edit_minutes=row.edit_minutes, unanswered_hours=row.unanswered_hours, words=row.words,
        most_links=row.most_links, usual_posts=row.usual_posts, most_posts=row.most_posts, network_posts=row.network_posts,
        hide_after=row.hide_after,
    )  # fmt: skip
    return row


@action
def save_space(
    row: Space | None,
    *,
    names: Mapping[str, str],
    by: Agent | None,
    descriptions: Mapping[str, str] | None = None,
    read: str = Readers.EVERYONE,
    write: str = Writers.CUSTOMERS,
    groups: Iterable[CustomerGroup] = (),
    slug: str = "",
    now: datetime | None = None,
) -> Space:
    """A new space (None), or other words and rights for one."""
    require(by, "settings")
    names = _said(names, 80)
    if not names:
        raise CannotBe("name_en", _("Give the space a name in at least one language."))
    if read not in Readers.values or write not in Writers.values:
        raise CannotBe("read", _("Choose who reads and who writes here."))
    groups = list(groups)
    if read == Readers.GROUPS and not groups:
        raise CannotBe("groups", _("Choose at least one group, or nobody could read this space."))
    new = row is None
    row = row or Space(
        slug=_free_slug(slug or names.get("en") or next(iter(names.values()))), position=Space.objects.count()
    )
    row.names, row.descriptions = names, _said(descriptions or {}, 250)
    row.read, row.write = read, write
    row.save()
    row.groups.set(groups if read == Readers.GROUPS else [])
    row.topics.update(changed_at=now or clock())
    record(
        "space.made" if new else "space.changed", by=by, at=now or clock(), topics=["desk"], space=row.pk,
        title=row.named("en"), read=row.read, write=row.write, groups=[one.pk for one in groups],
    )  # fmt: skip
    return row


@action
def archive_space(row: Space, *, by: Agent | None, now: datetime | None = None) -> None:
    """Nobody reads it any more; nothing of it is lost."""
    _archive(row, now or clock(), by)


@action
def restore_space(row: Space, *, by: Agent | None, now: datetime | None = None) -> None:
    _archive(row, None, by)


def _archive(row: Space, at: datetime | None, by: Agent | None) -> None:
    require(by, "settings")
    row.archived_at = at
    row.save(update_fields=["archived_at"])
    row.topics.update(changed_at=clock())
    record(
        "space.archived" if at else "space.restored",
        by=by,
        topics=["desk"],
        space=row.pk,
        title=row.named("en"),
    )


def _said(texts: Mapping[str, str], longest: int) -> dict[str, str]:
    return {one: text for one in Language.values if (text := one_line(texts.get(one, ""), longest))}


def _free_slug(wish: str) -> str:
    base = slugify(wish, allow_unicode=True)[:60] or "space"
    taken = set(Space.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    return next(one for one in (base, *(f"{base}-{n}" for n in range(2, 10_000))) if one not in taken)
