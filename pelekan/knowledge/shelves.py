"""The shelves of the help centre, two levels deep, as writers with the right to publish keep them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.utils.text import slugify
from django.utils.translation import gettext as _

from pelekan.knowledge import rights
from pelekan.knowledge.models import Article, Section
from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language
from pelekan.tickets.events import action, record
from pelekan.tickets.shaping import CannotBe


@action
def save(
    section: Section | None,
    *,
    by: Agent | None,
    names: Mapping[str, str],
    descriptions: Mapping[str, str] | None = None,
    icon: str = "",
    parent: Section | None = None,
) -> Section:
    """Make a shelf or change it. `names`: language → name, one is needed."""
    rights.require_publisher(by)
    kept = {code: one_line(names.get(code, ""), 80) for code in Language.values}
    kept = {code: name for code, name in kept.items() if name}
    if not kept:
        raise CannotBe("name_fa", _("Give the section a name in at least one language."))
    if parent is not None:
        if parent.parent_id is not None:
            raise CannotBe("parent", _("Sections stand at most two levels deep."))
        if section is not None and (parent.pk == section.pk or section.children.exists()):
            raise CannotBe("parent", _("This section holds others itself. Move those first."))
    made = section is None
    section = section or Section(slug=_slug(kept), position=Section.objects.count())
    section.names, section.icon, section.parent = kept, icon, parent
    words = {code: one_line((descriptions or {}).get(code, ""), 200) for code in Language.values}
    section.descriptions = {code: text for code, text in words.items() if text}
    section.save()
    record("section.added" if made else "section.changed", by=by, section=section.pk)
    _described(section, by)
    return section


def _slug(names: Mapping[str, str]) -> str:
    name = names.get("en") or next(iter(names.values()))
    slug = first = slugify(name.replace("\u200c", "-"), allow_unicode=True)[:70].strip("-") or "section"
    number = 2
    while Section.objects.filter(slug=slug).exists():
        slug, number = f"{first}-{number}", number + 1
    return slug


def _described(section: Section, by: Agent | None) -> None:
    """What is kept of its articles' pages is no longer true."""
    some = Article.objects.filter(section=section).values_list("pk", flat=True).first()
    if some is not None:
        record("article.described", by=by, article=some, translation=None, changed=["section"])


@action
def order(ids: Sequence[int], *, by: Agent | None) -> None:
    """The shelves in this order; those not named keep theirs behind them."""
    rights.require_publisher(by)
    known = list(Section.objects.order_by("position", "pk").values_list("pk", flat=True))
    first = [pk for pk in dict.fromkeys(ids) if pk in known]
    for place, pk in enumerate([*first, *(pk for pk in known if pk not in first)]):
        Section.objects.filter(pk=pk).update(position=place)
    record("section.ordered", by=by)


@action
def archive(section: Section, *, by: Agent | None) -> None:
    """Put an empty shelf away; articles on it must be moved or archived before."""
    rights.require_publisher(by)
    if Article.objects.filter(section=section, archived_at=None).exists():
        raise CannotBe(
            "", _("There are articles in this section. Move them to another one, or archive them.")
        )
    if section.children.filter(archived_at=None).exists():
        raise CannotBe("", _("This section holds others. Archive or move those first."))
    section.archived_at = clock()
    section.save(update_fields=["archived_at"])
    record("section.archived", by=by, section=section.pk)


@action
def restore(section: Section, *, by: Agent | None) -> None:
    rights.require_publisher(by)
    if section.parent is not None and section.parent.archived_at is not None:
        raise CannotBe("", _("The section above it is archived. Restore that one first."))
    section.archived_at = None
    section.save(update_fields=["archived_at"])
    record("section.restored", by=by, section=section.pk)
