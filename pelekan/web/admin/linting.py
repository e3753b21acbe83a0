"""What the linter finds in a rule set: at each rule what to do about it, and how much there is in all."""

from __future__ import annotations

from typing import Any

from pelekan.lib.time import now as clock
from pelekan.routing import lint, lint_words
from pelekan.routing.acts import BadRules
from pelekan.routing.trace import names_of

Marks = dict[str, list[dict[str, str]]]


def findings(kind: str, body: dict[str, Any]) -> Marks:
    """Rule's id (of assignment: the team's) → what is odd about it: {"kind": "breach" where something does not work, else
    "warning", "text"}."""
    try:
        found = lint.findings(kind, body, now=clock())
    except BadRules:
        return {}
    names = {str(rule["id"]): str(rule["name"]) for rule in body.get("rules", ())}
    things = names_of(one.value for one in found)
    marks: Marks = {}
    for one in found:
        mark = {
            "kind": "breach" if one.code in lint_words.ERRORS else "warning",
            "text": lint_words.said(one, names, things),
        }
        marks.setdefault(one.rule, []).append(mark)
    return marks
