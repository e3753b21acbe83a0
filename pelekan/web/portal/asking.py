"""The questions of the portal's form: facts, asked only where earlier answers lead to them. Works without scripts: what an
answer leads to is then asked on the same page before the request is sent."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from pelekan.tickets import forms
from pelekan.tickets.models import Inbox

SEEN = "seen_questions"
"""The field of the form that names the questions which stood open on the page."""


@dataclass
class Asked:
    """What came: the answers, what is wrong with them, and what the template shows."""

    answers: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    shown: list[dict[str, Any]] = field(default_factory=list)
    more: bool = False  # an answer leads to questions that he has not seen yet

    @property
    def seen(self) -> str:
        return ",".join(one["name"] for one in self.shown if not one["hidden"])


def ask(request: HttpRequest, inbox: Inbox | None) -> Asked:
    """The questions of this inbox with what was answered."""
    questions = [one for one in (inbox.questions if inbox else []) if forms.kind_of(one) not in forms.CONTACT]
    asked = Asked()
    team, category = _whole(request.POST.get("team", "")), _whole(request.POST.get("category", ""))
    fitting = forms.chosen(questions, team, category)
    given = {str(one.get("name")): request.POST.get(str(one.get("name")), "") for one in questions}
    if request.method == "POST":
        taken = forms.take(fitting, given)
        asked.answers = taken.answers
        seen = request.POST[SEEN].split(",") if SEEN in request.POST else list(given)
        fresh = [one["name"] for one in forms.shown(fitting, taken.answers) if one["name"] not in seen]
        asked.more = bool(fresh)
        asked.errors = {name: _fault(code) for name, code in taken.faults.items() if name not in fresh}
    open_ = {one["name"] for one in forms.shown(fitting, asked.answers)}
    language = request.LANGUAGE_CODE
    asked.shown = [
        {
            "name": one["name"], "kind": forms.kind_of(one), "label": forms.in_words(one.get("label"), language, one["name"]),
            "help": forms.in_words(one.get("help"), language), "required": bool(one.get("required")),
            "options": _options(one, language), "value": given.get(one["name"], ""), "error": asked.errors.get(one["name"], ""),
            "hidden": one["name"] not in open_, "show_if": one.get("show_if") or {},
            "teams": one.get("teams") or [], "categories": one.get("categories") or [],
        }
        for one in forms.asked(questions)
    ]  # fmt: skip
    return asked


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0


def _options(one: forms.Question, language: str) -> list[tuple[str, str]]:
    if forms.kind_of(one) == "yes_no":
        return [("yes", pgettext("answer", "Yes")), ("no", pgettext("answer", "No"))]
    if forms.kind_of(one) != "choice":
        return []
    return [
        (str(option["value"]), forms.in_words(option.get("label"), language, str(option["value"])))
        for option in one.get("options") or ()
    ]


def _fault(code: str) -> str:
    return {
        "missing": _("Please answer this question."),
        "choice": _("Choose one of the answers."),
        "number": _("Write a whole number."),
    }[code]
