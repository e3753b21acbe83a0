"""Skills and access: what some of the agents can, and which categories ask for it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from pelekan.people.models import AgentSkill, Skill
from pelekan.tickets import shaping
from pelekan.tickets.models import Category
from pelekan.web.admin.doors import agent, attempt, behind, get_object_or_404, told, went
from pelekan.web.admin.forms import SkillForm
from pelekan.web.admin.frame import show


@behind("people")
def skills(request: HttpRequest) -> HttpResponse:
    held: dict[int, list[dict[str, Any]]] = {}
    rows = AgentSkill.objects.filter(agent__disabled_at=None).select_related("agent__user")
    for row in rows.order_by("-level", "agent__user__name"):
        held.setdefault(row.skill_id, []).append({"name": row.agent.name, "level": row.level})
    asked: dict[int, list[str]] = {}
    for skill, name in Category.objects.filter(skill__isnull=False, archived_at=None).values_list(
        "skill", "name"
    ):
        asked.setdefault(skill, []).append(name)
    shown = [
        {
            "id": one.pk, "name": one.name, "description": one.description, "people": held.get(one.pk, []),
            "categories": asked.get(one.pk, []),
        }
        for one in Skill.objects.all()
    ]  # fmt: skip
    lead = _(
        "What some can and others can't: a special field, a language, access to a system. Who has which stands in each agent's form; categories say what they need."
    )
    return show(request, "skills", "settings_skills", _("Skills"), lead, skills=shown)


@behind("people", "GET", "POST")
def new_skill(request: HttpRequest) -> HttpResponse:
    return _skill(request, None)


@behind("people", "GET", "POST")
def skill(request: HttpRequest, pk: int) -> HttpResponse:
    return _skill(request, get_object_or_404(Skill, pk=pk))


def _skill(request: HttpRequest, row: Skill | None) -> HttpResponse:
    initial = {"name": row.name, "description": row.description} if row else {}
    form = SkillForm(request.POST or None, initial=initial)
    if form.is_valid() and attempt(
        form, lambda: shaping.save_skill(row, by=agent(request), **form.cleaned_data)
    ):
        return went(
            request,
            "settings_skills",
            _("Kept.") if row else _("The skill is there. Say who has it in the agents' forms."),
        )
    topics = [{"title": _("Skill"), "text": "", "fields": ["name", "description"]}]
    acts = (
        [
            {
                "label": _("Delete"),
                "post": reverse("settings_skill_delete", args=[row.pk]),
                "sign": "trash-2",
                "danger": True,
            }
        ]
        if row
        else []
    )
    return show(
        request, "form", "settings_skills", row.name if row else _("New skill"), form=form, topics=topics, acts=acts,
        back="settings_skills",
    )  # fmt: skip


@behind("people", "POST")
def delete_skill(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(Skill, pk=pk)
    return told(
        request,
        "settings_skills",
        lambda: shaping.delete_skill(row, by=agent(request)),
        _("The skill is gone."),
    )
