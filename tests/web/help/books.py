"""What the help centre's tests read."""

from __future__ import annotations

from typing import Any

from pelekan.knowledge import actions
from pelekan.knowledge.models import Section, Translation
from pelekan.people.models import Agent


def shelf(slug: str = "paying", **names: str) -> Section:
    return Section.objects.get_or_create(
        slug=slug, defaults={"names": names or {"en": "Paying", "fa": "پرداخت"}}
    )[0]


def article(
    title: str = "How to pay", body: str = "<p>With a card.</p>", *, language: str = "en", by: Agent | None = None,
    section: Section | None = None, **known: Any,
) -> Translation:  # fmt: skip
    """A published article."""
    made = actions.begin(section or shelf(), language=language, title=title, body=body, by=by, **known)
    return actions.publish(made, by=by)


def in_language(first: Translation, language: str, title: str, body: str = "<p>…</p>") -> Translation:
    made = actions.write(first.article, language=language, title=title, body=body, by=None)
    return actions.publish(made, by=None)


def address(row: Translation, *more: str) -> str:
    from pelekan.web.help import addresses

    return addresses.article(row.language, row.pk, row.slug) + "".join(more)
