"""What the linter found, in the reader's words, with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from pelekan.lib.text import isolate, local_digits
from pelekan.routing.lint import Finding

ERRORS = frozenset({"gone", "never_holds", "unreachable", "loop", "looped", "team_empty"})
"""Findings that mean that something does not work; the others are only worth a look."""


def said(finding: Finding, rules: Mapping[str, str], things: Mapping[str, str]) -> str:
    """One or two sentences. `rules`: id → name; `things`: "team:3" → name (see `trace.names_of`)."""
    language = get_language() or "en"
    values = {
        "others": _(", ").join(isolate(rules.get(other, other)) for other in finding.others),
        "value": _value(finding.value, things),
        "count": local_digits(str(finding.count), language),
        "total": local_digits(str(finding.total), language),
    }
    match finding.code:
        case "unreachable":
            text = _(
                "It is never reached: %(others)s comes first and matches whenever this one does. Move it up."
            )
        case "never_holds":
            text = _("Its conditions contradict each other, so it never matches. Change one of them.")
        case "gone":
            text = _(
                "It names something that no longer exists (%(value)s), so that part is not done. Choose another."
            )
        case "conflict":
            text = _("It and %(others)s set %(value)s differently for the same tickets. The later one wins.")
        case "loop":
            text = (
                _(
                    "It and %(others)s set each other off. The desk stops them after one round; change one of them."
                )
                if finding.others
                else _("It sets itself off. The desk stops it after one round; change what it listens to.")
            )
        case "looped":
            text = ngettext(
                "It was stopped %(count)s time because it had set itself off.",
                "It was stopped %(count)s times because it had set itself off.",
                finding.count,
            )
        case "never_fired":
            text = _("It has not matched anything for 90 days. Is it still needed?")
        case "undone":
            text = _(
                "People undid what it did within an hour in %(count)s of %(total)s cases. Look at those tickets."
            )
        case _other:
            text = _("Nobody in this team can be given tickets. Add people, or let it be a queue.")
    return text % values


def _value(value: str, things: Mapping[str, str]) -> str:
    kind, _sep, rest = value.partition(":")
    if kind == "tag":
        return isolate(f"#{rest}")
    if value in things:
        return isolate(things[value])
    words = {
        "team": _("the team"), "agent": _("the person"), "priority": _("the priority"),
        "category": _("the category"), "status": _("the status"),
    }  # fmt: skip
    return words.get(kind, value)
