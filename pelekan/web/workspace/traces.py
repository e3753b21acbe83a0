"""Why a ticket is where it is, for screens: rules with their answers, and people who were asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.lib.text import isolate
from pelekan.tickets.conditions import ast
from pelekan.tickets.conditions.fields import Kind, field_named
from pelekan.web.admin import condition_words as words
from pelekan.web.admin.choices import Choices


def verdicts() -> dict[str, str]:
    """What became of a rule."""
    return {
        "off": _("switched off"), "other_event": _("not asked at this moment"), "no": _("does not fit"),
        "gone": _("fits, but names what is gone"), "matched": _("fits"), "skipped": _("skipped"),
    }  # fmt: skip


def steps_shape(steps: list[dict[str, Any]], choices: Choices) -> list[dict[str, Any]]:
    """`rules.steps` (or what of it a decision kept) with words: {"place", "id", "name", "verdict", "said", "answers"}."""
    said = verdicts()
    return [
        {
            "place": step["place"], "id": step["id"], "name": step["name"], "verdict": step["verdict"],
            "said": said.get(step["verdict"], ""),
            "answers": answers(step["tree"], choices) if step.get("tree") else [],
        }
        for step in steps
    ]  # fmt: skip


def answers(tree: ast.Judged | Mapping[str, Any], choices: Choices) -> list[dict[str, Any]]:
    """The questions of a condition in their order: {"text", "held" (None: not asked), "seen", "depth"}."""
    told = ast.told(tree) if isinstance(tree, ast.Judged) else tree
    found: list[dict[str, Any]] = []
    _lay(told, 0, found, choices)
    return found


def _lay(told: Mapping[str, Any], depth: int, found: list[dict[str, Any]], choices: Choices) -> None:
    what = told["is"]
    if isinstance(what, Mapping):
        found.append(
            {
                "text": words.in_words(dict(what), choices), "held": told["held"], "depth": depth,
                "seen": seen_in_words(str(what.get("field")), told.get("seen"), choices) if told["held"] is not None else "",
            }
        )  # fmt: skip
        return
    groups = {
        "all": _("all of these"),
        "any": _("one of these"),
        "not": _("not so"),
        "always": _("every ticket"),
    }
    if what != "all" or depth:
        found.append({"text": groups[what], "held": told["held"], "depth": depth, "seen": "", "group": True})
        depth += 1
    for member in told.get("of", ()):
        _lay(member, depth, found, choices)


def seen_in_words(name: str, seen: Any, choices: Choices) -> str:
    """The value that a question looked at."""
    field = field_named(name)
    if field is None or seen is None or seen in ("", []):
        return pgettext("value", "nothing")
    if field.kind is Kind.FLAG:
        return pgettext("condition", "yes") if seen else pgettext("condition", "no")
    if field.kind is Kind.HOURS:
        return (
            words.hours_in_words(float(seen), choices.language)
            if isinstance(seen, int | float)
            else str(seen)
        )
    several = seen if isinstance(seen, list | tuple) else [seen]
    names = [words.value_in_words(field, one, choices) for one in several[:12]]
    return words.listed([str(one) for one in names], "all")


__all__ = ["answers", "isolate", "seen_in_words", "steps_shape", "verdicts"]
