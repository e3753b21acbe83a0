"""Guides as managers write them: name, for whom, and steps in up to three languages."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from pelekan.lib.text import one_line
from pelekan.lib.time import now as clock
from pelekan.people.models import Agent, Language, Team
from pelekan.tickets.events import action, record
from pelekan.tickets.guides import steps as lists
from pelekan.tickets.guides.models import Guide
from pelekan.tickets.models import Category
from pelekan.tickets.shaping.values import CannotBe, put, require, unique


@action
def save(
    guide: Guide | None,
    *,
    by: Agent | None,
    name: str,
    team: Team | None = None,
    category: Category | None = None,
    now: datetime | None = None,
) -> Guide:
    """Make a guide without steps, or change what this one is called and for whom it is."""
    require(by, "share_replies")
    name = one_line(name, 80)
    if not name:
        raise CannotBe("name", _("Give the guide a name."))
    unique(Guide.objects.filter(archived_at=None), name, guide, _("Another guide has this name."))
    made, guide = guide is None, guide or Guide(created_at=now or clock())
    values = {"name": name, "team": team, "category": category}
    changed = put(guide, values, values)
    guide.save()
    if made or changed:
        _note("guide.added" if made else "guide.changed", guide, by, now, changed=sorted(changed))
    return guide


@action
def save_step(
    guide: Guide,
    step: str | None,
    *,
    by: Agent | None,
    title: Mapping[str, str],
    text: Mapping[str, str],
    now: datetime | None = None,
) -> str:
    """Add a step at the end (`step` None), or change one; its id comes back. Language → words; one title is needed, and no
    text without the title of its language."""
    require(by, "share_replies")
    guide = _held(guide)
    made: dict[str, Any] = {"id": step or secrets.token_hex(4), "title": {}, "text": {}}
    for code in Language.values:
        one = lists.cleaned(title.get(code, ""), text.get(code, ""))
        if one["text"] and not one["title"]:
            raise CannotBe(
                f"title_{code}", _("This text has no title. Say in a few words what is to be done.")
            )
        made["title"] |= {code: one["title"]} if one["title"] else {}
        made["text"] |= {code: one["text"]} if one["text"] else {}
    if not made["title"]:
        raise CannotBe("title_fa", _("Write what is to be done in at least one language."))
    if step is None:
        _room(guide, 1)
        guide.steps = [*guide.steps, made]
    else:
        guide.steps = [made if one["id"] == step else one for one in guide.steps]
    _kept(guide, by, now)
    return str(made["id"])


@action
def drop_step(guide: Guide, step: str, *, by: Agent | None, now: datetime | None = None) -> None:
    """Take a step out."""
    require(by, "share_replies")
    guide = _held(guide)
    guide.steps = [one for one in guide.steps if one["id"] != step]
    _kept(guide, by, now)


@action
def order(guide: Guide, ids: Sequence[str], *, by: Agent | None, now: datetime | None = None) -> None:
    """The steps in the order of `ids`; those that it does not name stay behind them."""
    require(by, "share_replies")
    guide = _held(guide)
    known = {one["id"]: one for one in guide.steps}
    first = [known[key] for key in dict.fromkeys(ids) if key in known]
    sorted_steps = [*first, *(one for one in guide.steps if one["id"] not in ids)]
    if sorted_steps != guide.steps:
        guide.steps = sorted_steps
        _kept(guide, by, now)


@action
def paste(
    guide: Guide,
    pasted: str,
    *,
    by: Agent | None,
    language: str,
    translates: bool = False,
    now: datetime | None = None,
) -> int:
    """Take a list of lines as new steps, or (`translates`) as the words of the present steps in this language. How many
    comes back."""
    require(by, "share_replies")
    guide = _held(guide)
    if language not in Language.values:
        raise CannotBe("language", _("Choose the language of the list."))
    found = lists.from_lines(pasted)
    if not found:
        raise CannotBe("lines", _("Paste at least one line: each is a step."))
    if translates:
        if len(found) != len(guide.steps):
            raise CannotBe(
                "lines",
                _("The guide has %(steps)s steps and this list has %(lines)s. Bring one line for each step.")
                % {"steps": len(guide.steps), "lines": len(found)},
            )
        guide.steps = [_with(one, new, language) for one, new in zip(guide.steps, found, strict=True)]
    else:
        _room(guide, len(found))
        guide.steps = [*guide.steps, *(_with(_blank(), new, language) for new in found)]
    _kept(guide, by, now)
    return len(found)


@action
def archive(guide: Guide, *, by: Agent | None, now: datetime | None = None) -> None:
    """No longer offered; what was sent goes on."""
    require(by, "share_replies")
    guide.archived_at = now or clock()
    guide.save(update_fields=["archived_at"])
    _note("guide.archived", guide, by, now)


@action
def restore(guide: Guide, *, by: Agent | None, now: datetime | None = None) -> None:
    """Offered again."""
    require(by, "share_replies")
    unique(Guide.objects.filter(archived_at=None), guide.name, guide, _("Another guide has this name."))
    guide.archived_at = None
    guide.save(update_fields=["archived_at"])
    _note("guide.restored", guide, by, now)


def _blank() -> dict[str, Any]:
    return {"id": secrets.token_hex(4), "title": {}, "text": {}}


def _with(step: dict[str, Any], new: lists.Step, language: str) -> dict[str, Any]:
    text = {**step["text"], language: new["text"]} if new["text"] else step["text"]
    return {**step, "title": {**step["title"], language: new["title"]}, "text": text}


def _room(guide: Guide, more: int) -> None:
    if len(guide.steps) + more > lists.MOST:
        raise CannotBe(
            "lines",
            _("A guide has at most %(most)s steps. Make two guides of it.") % {"most": lists.MOST},
        )


def _held(guide: Guide) -> Guide:
    """The guide as it is now: two who change steps at once do not undo each other."""
    return Guide.objects.select_for_update().get(pk=guide.pk)


def _kept(guide: Guide, by: Agent | None, now: datetime | None) -> None:
    guide.save(update_fields=["steps"])
    _note("guide.changed", guide, by, now, changed=["steps"], steps=len(guide.steps))


def _note(event: str, guide: Guide, by: Agent | None, now: datetime | None, **data: Any) -> None:
    record(event, by=by, at=now, topics=["desk"], guide=guide.pk, title=guide.name, **data)
