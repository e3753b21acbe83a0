"""What stands around every settings page: the nav of the workspace, the index of settings, what was just done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.people.access import can
from pelekan.web.workspace.doors import agent
from pelekan.web.workspace.shell import shell


def pages() -> list[tuple[str, list[tuple[str, str, str, str]]]]:
    """The index: group → (name of the address, label, icon, the act that opens it)."""
    return [
        (
            "",
            [
                ("settings", _("Overview"), "house", "settings"),
                ("settings_health", _("Health"), "life-buoy", "quarantine"),
            ],
        ),
        (
            _("Your desk"),
            [
                ("settings_desk", _("Organization"), "building-2", "settings"),
                ("settings_face", _("Look and words"), "palette", "settings"),
                ("settings_staircase", _("Staircase"), "layers", "settings"),
                ("settings_teams", _("Teams"), "users", "people"),
                ("settings_agents", _("Agents"), "headset", "people"),
                ("settings_skills", _("Skills"), "graduation-cap", "people"),
                ("settings_all_hours", _("Business hours"), "clock", "settings"),
            ],
        ),
        (
            _("Doors"),
            [
                ("settings_inboxes", _("Inboxes"), "inbox", "settings"),
                ("settings_reach", _("How to reach you"), "phone", "settings"),
                ("settings_mail", _("Mail"), "mail", "quarantine"),
                ("settings_tokens", _("API tokens"), "key-round", "settings"),
                ("settings_webhooks", _("Webhooks"), "webhook", "settings"),
            ],
        ),
        (
            _("Work"),
            [
                ("settings_categories", _("Categories"), "folder-tree", "settings"),
                ("settings_tags", _("Tags"), "tags", "settings"),
                ("settings_replies", _("Saved replies"), "zap", "share_replies"),
                ("settings_guides", _("Guided steps"), "list-checks", "share_replies"),
                ("settings_notices", _("Notices"), "bell", "settings"),
                ("settings_synonyms", _("Synonyms"), "languages", "settings"),
                ("settings_bot", _("Bot"), "bot", "rules"),
                ("settings_community", _("Community"), "messages-square", "settings"),
                ("settings_footsteps", _("Footsteps"), "footprints", "settings"),
            ],
        ),
        (
            _("Rules"),
            [
                ("settings_priority", _("Priority"), "signal-high", "rules"),
                ("settings_sla", _("Service levels"), "timer", "rules"),
                ("settings_rules", _("Routing rules"), "route", "rules"),
                ("settings_assignment", _("Assignment"), "user-check", "rules"),
                ("settings_automations", _("Automations"), "workflow", "rules"),
                ("settings_frustration", _("Frustration"), "frown", "rules"),
                ("settings_replay", _("Try on the past"), "play", "rules"),
            ],
        ),
        (_("Record"), [("settings_log", _("Audit log"), "history", "settings")]),
    ]


def show(
    request: HttpRequest, template: str, current: str, heading: str, lead: str = "", **context: Any
) -> HttpResponse:
    """A settings page. `form` with errors answers 422, so that nothing reads it as done."""
    form = context.get("form")
    status = context.pop("status", 422 if isinstance(form, Form) and form.is_bound and form.errors else 200)
    return render(
        request,
        f"settings/{template}.html",
        {
            **shell(request, None, "settings"),
            "index": _index(request, current),
            "heading": heading,
            "lead": lead,
            "told": [
                {
                    "text": str(m),
                    "kind": "breach" if m.level_tag == "error" else "success",
                    "undo": m.extra_tags if (m.extra_tags or "").startswith("/") else "",
                }
                for m in messages.get_messages(request)
            ],
            **context,
        },
        status=status,
    )


def _index(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    groups = []
    for title, links in pages():
        items = [
            {"label": label, "href": reverse(name), "icon": icon, "current": name == current}
            for name, label, icon, act in links
            if can(agent(request), act)
        ]
        if items:
            groups.append({"title": title, "items": items})
    return groups
