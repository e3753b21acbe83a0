"""One grid of priorities as a form: its words, its nine cells, whom it is for, and an example to try it on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from pelekan.lib.text import clean_controls, one_line
from pelekan.people.models import Language, Team
from pelekan.tickets.forms import in_words
from pelekan.tickets.grids import LONGEST, BadGrid, read
from pelekan.tickets.models import Inbox
from pelekan.tickets.priority import LEVELS, PRIORITIES, assess
from pelekan.tickets.shaping.grids import sentence
from pelekan.tickets.weighing import words_as_facts
from pelekan.web.admin.choices import importances, priorities
from pelekan.web.workspace import reasons
from pelekan.web.workspace.assessing import house_words
from pelekan.web.workspace.shell import PRIORITIES as NAMES

Body = dict[str, Any]
AXES = ("impact", "urgency")
LONGEST_EXAMPLE = 1000


def typed(post: QueryDict, stored: Mapping[str, Any], *, last: bool) -> Body:
    """The grid that a form describes. What it can't hold (a condition from a file) stays as it was."""
    when = {"teams": _numbers(post, "teams"), "inboxes": _numbers(post, "inboxes")}
    kept = stored.get("when") or {}
    if last:
        when = {"teams": [], "inboxes": []}
    elif set(kept) - {"teams", "inboxes"} and not when["teams"] and not when["inboxes"]:
        when = dict(kept)
    return {
        "id": stored["id"], "name": _texts(post, "name", LONGEST["name"]), "when": when,
        **{
            axis: [
                {what: _texts(post, f"{axis}_{level}_{what}", LONGEST[what]) for what in ("name", "text")} for level in LEVELS
            ]
            for axis in AXES
        },
        "cells": {f"{i}-{u}": _priority(post.get(f"cell_{i}_{u}", "")) for i in LEVELS for u in LEVELS},
        "importance": {"most": 1, "per": {key: int(f"lift_{key}" in post) for key in ("1", "2", "3")}},
    }  # fmt: skip


def _texts(post: QueryDict, name: str, longest: int) -> dict[str, str]:
    given = {code: one_line(post.get(f"{name}_{code}", ""), longest) for code in Language.values}
    return {code: text for code, text in given.items() if text}


def _numbers(post: QueryDict, name: str) -> list[int]:
    return [int(one) for one in post.getlist(name)[:500] if one.isascii() and one.isdigit() and len(one) < 10]


def _priority(value: str) -> int:
    return int(value) if value in {str(one) for one in PRIORITIES} else 0


def fault_of(grid: Body) -> str:
    """What is wrong with a grid by itself, as a sentence; "" when nothing is."""
    alone = {**grid, "when": {}}
    try:
        read({"grids": [alone]})
    except BadGrid as bad:
        return sentence(bad)
    return ""


def shape(grid: Mapping[str, Any], language: str) -> Body:
    """A grid as its form and its card show it."""
    house = house_words()
    when = grid.get("when") or {}
    return {
        "id": grid["id"], "name": grid.get("name") or {}, "title": title(grid, language),
        "axes": {
            axis: [
                {"level": level, "name": one.get("name") or {}, "text": one.get("text") or {},
                 "called": in_words(one.get("name"), language, house[axis][level - 1][0]),
                 "usual": house[axis][level - 1]}
                for level, one in zip(LEVELS, grid[axis], strict=True)
            ]
            for axis in AXES
        },
        "cells": {pair: (value, NAMES.get(value, "low")) for pair, value in grid["cells"].items()},
        "teams": when.get("teams") or [], "inboxes": when.get("inboxes") or [],
        "by_condition": bool(set(when) - {"teams", "inboxes"}),
        "lifts": [key for key, value in ((grid.get("importance") or {}).get("per") or {}).items() if value],
    }  # fmt: skip


def title(grid: Mapping[str, Any], language: str) -> str:
    return in_words(grid.get("name"), language, _("Grid without a name"))


def choices() -> dict[str, Any]:
    """What the form offers."""
    return {
        "all_teams": list(Team.objects.filter(archived_at=None).order_by("tier__level", "name").values_list("pk", "name")),
        "all_inboxes": list(Inbox.objects.filter(archived_at=None).order_by("name").values_list("pk", "name")),
        "priorities": list(priorities().items()), "languages": Language.choices, "levels": LEVELS,
        "importances": [(key, words) for key, words in importances().items() if key != "0"],
    }  # fmt: skip


def tried(grid: Body, example: str, importance: str, language: str, dates: Any) -> Body | None:
    """What the grid makes of an example; None for a grid that can't be read."""
    try:
        grids = read({"grids": [{**grid, "when": {}}]})
    except BadGrid:
        return None
    text = clean_controls(example)[:LONGEST_EXAMPLE]
    facts = {**words_as_facts(text), "importance": int(importance) if importance in ("1", "2", "3") else 0}
    found = assess(grids, facts)
    return {
        "here": f"{found.impact}-{found.urgency}", "priority": NAMES[found.priority],
        "reasons": reasons.sentences(found.reasons, [], language, dates),
    }  # fmt: skip
