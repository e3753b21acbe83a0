"""The part of an agent's form that says what is given to him: how many tickets, when, and what he can do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from pelekan.people.models import ZONE_OF, Agent, Skill, User
from pelekan.web.admin.fields import Number, Text, choice
from pelekan.web.admin.hours_form import time_typed, week_from

DAYS = [
    ("0", lazy("Monday")), ("1", lazy("Tuesday")), ("2", lazy("Wednesday")), ("3", lazy("Thursday")),
    ("4", lazy("Friday")), ("5", lazy("Saturday")), ("6", lazy("Sunday")),
]  # fmt: skip
TICKETS = ["ticket_capacity", "shift_days", "shift_from", "shift_until"]


class WorkForm(forms.Form):
    """Fields of their own for each skill; `clean` puts together "shift" and "skills" as the actions want them."""

    ticket_capacity = Number(
        label=lazy("Tickets at once"), min_value=0, max_value=500, initial=20,
        help_text=lazy("So many open tickets are given at most; more can still be taken. 0: none are given."),
    )  # fmt: skip
    shift_days = forms.MultipleChoiceField(
        label=lazy("Days of work"), choices=DAYS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=lazy("Without any day, tickets are given at all times."),
    )  # fmt: skip
    shift_from = Text(lazy("Work begins at"), required=False, longest=8, ltr=True)
    shift_until = Text(
        lazy("Work ends at"), required=False, longest=8, ltr=True,
        help_text=lazy("A time that is not later than the beginning belongs to the next day."),
    )  # fmt: skip

    def __init__(self, *args: Any, zone: str = "UTC", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = zone
        self.fields["shift_days"].choices = [DAYS[day] for day in week_from(get_language() or "en")]  # type: ignore[attr-defined]
        self.skills = list(Skill.objects.all())
        levels = [("", _("No")), ("1", _("Learning")), ("2", _("Able")), ("3", _("Expert"))]
        for skill in self.skills:
            self.fields[f"skill_{skill.pk}"] = choice(
                skill.name, levels, required=False, help_text=skill.description
            )

    @property
    def skill_fields(self) -> list[str]:
        return [f"skill_{skill.pk}" for skill in self.skills]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        values["skills"] = {
            skill.pk: int(level) for skill in self.skills if (level := values.pop(f"skill_{skill.pk}", ""))
        }
        days = values.pop("shift_days", [])
        times = {name: values.pop(name, "") for name in ("shift_from", "shift_until")}
        if days:
            values["shift"] = self._shift(days, times)
        elif any(times.values()):
            self.add_error("shift_days", _("Choose the days on which these hours hold."))
        else:
            values["shift"] = {}
        return values

    def _shift(self, days: list[str], times: dict[str, str]) -> dict[str, Any]:
        typed = {name: time_typed(text) for name, text in times.items()}
        for name, found in typed.items():
            if found is None:
                self.add_error(name, _("Write the time like %(example)s.") % {"example": "09:00"})
        span = [typed["shift_from"], typed["shift_until"]]
        week = [[span] if str(day) in days else [] for day in range(7)]
        return {"zone": self.zone, "week": week, "closed": [], "special": {}}


def work_of(agent: Agent) -> dict[str, Any]:
    """What the fields of `agent` hold."""
    week = agent.shift.get("week") or []
    days = [str(day) for day, spans in enumerate(week) if spans]
    spans = [span for spans in week for span in spans]
    return {
        "ticket_capacity": agent.ticket_capacity, "shift_days": days,
        "shift_from": spans[0][0] if spans else "", "shift_until": spans[0][1] if spans else "",
        **{f"skill_{pk}": str(level) for pk, level in agent.skills.values_list("skill_id", "level")},
    }  # fmt: skip


def zone_of(user: User) -> str:
    """By whose clock his hours run."""
    return user.zone or ZONE_OF[user.language]


def work_topics(form: WorkForm) -> list[dict[str, Any]]:
    """The topics of these fields, for the form's page."""
    topics = [
        {
            "title": _("Tickets"),
            "text": _("Where a team gives its tickets out by itself, they come within these bounds."),
            "fields": TICKETS,
        }
    ]
    if form.skills:
        topics.append(
            {
                "title": _("Skills and access"),
                "text": _("Tickets of a category that asks for a skill are only given to those who have it."),
                "fields": form.skill_fields,
            }
        )
    return topics
