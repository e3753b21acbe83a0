"""The draft of a rule set: what is changed on its pages until it is put in force."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from pelekan.people.models import Agent
from pelekan.tickets import rulebooks
from pelekan.tickets.frustration.document import preset
from pelekan.tickets.grids import default_body
from pelekan.tickets.rulebooks.models import Rulebook, RulebookKind
from pelekan.web.admin import rule_words
from pelekan.web.admin.choices import Choices

EMPTY: dict[str, dict[str, Any]] = {
    "routing": {"rules": []}, "automations": {"rules": []}, "assignment": {"teams": {}},
    "priority": default_body(), "frustration": preset("balanced"),
    "bot": {"inboxes": {}, "flows": []},
}  # fmt: skip
"""What a kind says before anybody wrote anything."""

HOME = {
    "routing": "settings_rules", "automations": "settings_automations", "assignment": "settings_assignment",
    "sla": "settings_sla", "priority": "settings_priority", "frustration": "settings_frustration",
    "bot": "settings_bot",
}  # fmt: skip
"""Where a kind is edited."""


def draft_of(kind: str) -> Rulebook | None:
    """The draft that is in work, also when it waits for its moment."""
    return (
        Rulebook.objects.filter(kind=kind, enabled_at=None, discarded_at=None)
        .select_related("author__user")
        .order_by("-number")
        .first()
    )


def active_of(kind: str) -> Rulebook | None:
    """The version in force."""
    return (
        Rulebook.objects.filter(kind=kind, enabled_at__isnull=False, ended_at=None)
        .select_related("author__user", "enabled_by__user")
        .first()
    )


def body_of(kind: str) -> dict[str, Any]:
    """What the pages show and change: the draft, or else a copy of what is in force."""
    book = draft_of(kind) or active_of(kind)
    return copy.deepcopy(book.body) if book else copy.deepcopy(EMPTY.get(kind, {}))


def change(kind: str, by: Agent, how: Callable[[dict[str, Any]], Any], note: str = "") -> Rulebook:
    """Let `how` change the document and keep it as the draft. Raises rulebooks.CannotKeep."""
    draft, active = draft_of(kind), active_of(kind)
    body = copy.deepcopy((draft or active).body) if draft or active else copy.deepcopy(EMPTY.get(kind, {}))  # type: ignore[union-attr]
    how(body)
    if draft is None and active is not None and body == active.body:
        return active
    return rulebooks.keep(kind, body, by=by, note=note, draft=draft, came_from=active)


def panel(kind: str, choices: Choices) -> dict[str, Any]:
    """For the panel above a rule set: the draft with its differences to what is in force, and what can be done."""
    draft, active = draft_of(kind), active_of(kind)
    shown: dict[str, Any] = {
        "kind": kind,
        "home": reverse(home(kind)),
        "versions": reverse("settings_books", args=[kind]),
    }
    if active:
        shown["active"] = {
            "number": active.number, "at": active.enabled_at,
            "by": who.name if (who := active.enabled_by or active.author) else "",
        }  # fmt: skip
    if draft:
        shown["draft"] = {
            "id": draft.pk, "number": draft.number, "by": draft.author.name if draft.author else "",
            "changed_at": draft.changed_at, "due_at": draft.due_at, "note": draft.note,
            "differences": rule_words.differences(kind, active.body if active else EMPTY.get(kind), draft.body, choices),
            "replay": _replay(draft),
            "faults": list(dict.fromkeys(fault.text for fault in rulebooks.faults_of(draft.kind, draft.body))),
        }  # fmt: skip
    return shown


def _replay(draft: Rulebook) -> str:
    """Where this draft is tried on the past; "" where that can't be done."""
    try:
        return f"{reverse('settings_replay')}?draft={draft.pk}"
    except NoReverseMatch:
        return ""


def home(kind: str) -> str:
    """The name of the page of this kind."""
    name = HOME.get(kind, "")
    try:
        reverse(name)
    except NoReverseMatch:
        return "settings"
    return name


def title(kind: str) -> str:
    return str(RulebookKind(kind).label) if kind in RulebookKind.values else _("Rules")
