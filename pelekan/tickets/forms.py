"""★ Questions that a door asks before a request: facts, from which impact and urgency follow. Nobody is asked for a priority.

A question as it is stored in `Inbox.questions`:

    {"name": "affected", "kind": "choice", "required": true, "label": {"fa": …, "en": …}, "help": {…},
     "options": [{"value": "all", "label": {…}, "impact": 3, "urgency": 2, "tag": "…", "category": 7}, …],
     "show_if": {"name": "go_on", "is": ["no"]}}

A question with `teams` is asked only of whoever chose one of these departments (ids), one with `categories` only with one
of these categories.

Kinds: text (a short line), choice, yes_no, number, and in a chat also name, email and phone. What an answer means stands
at its option; for a number an option means "from `value` upwards". A question with `show_if` is asked only where the
question named there is asked and answered so.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pelekan.lib.text import latin_digits, one_line

Question = Mapping[str, Any]
Answers = Mapping[str, str]

KINDS = ("choice", "yes_no", "number", "text", "name", "email", "phone")
CONTACT = ("name", "email", "phone")
"""Kinds that say who is asking; they go into the contact, not into the answers."""
YES_NO = ("yes", "no")
MOST = 12
MOST_OPTIONS = 20
LONGEST = 300
NAME = re.compile(r"[A-Za-z0-9_-]{1,40}")
_NUMBER = re.compile(r"\d{1,9}")


@dataclass(frozen=True)
class Taken:
    """What came of a form: the answers to what was asked, and what is wrong: {name: "missing" | "choice" | "number"}."""

    answers: dict[str, str]
    faults: dict[str, str]


def asked(questions: Sequence[Question]) -> list[Question]:
    """The questions that can be asked at all: of a known kind, with a name that a form can bear."""
    named = [one for one in questions if NAME.fullmatch(str(one.get("name", "")))]
    return [one for one in named if one.get("kind", "text") in KINDS]


def chosen(questions: Sequence[Question], team: int, category: int) -> list[Question]:
    """Those that fit the department and the category that were chosen; 0 for none."""
    return [one for one in questions if fits(one, team, category)]


def fits(one: Question, team: int, category: int) -> bool:
    """Whether a question belongs to what was chosen."""
    teams, categories = one.get("teams") or (), one.get("categories") or ()
    return (not teams or team in teams) and (not categories or category in categories)


def kind_of(one: Question) -> str:
    return str(one.get("kind", "text"))


def shown(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """Those that stand on the page after these answers, in order."""
    seen: set[str] = set()
    found = []
    for one in asked(questions):
        needs = one.get("show_if") or {}
        if needs and (
            needs.get("name") not in seen or answers.get(needs["name"], "") not in needs.get("is", ())
        ):
            continue
        seen.add(one["name"])
        found.append(one)
    return found


def take(questions: Sequence[Question], given: Mapping[str, Any], *, lenient: bool = False) -> Taken:
    """The answers to what was asked, cleaned. What was not asked is not kept. `lenient`: nothing is missing."""
    answers: dict[str, str] = {}
    faults: dict[str, str] = {}
    for one in asked(questions):
        if one not in shown(questions, answers):
            continue
        name, value = one["name"], given.get(one["name"], "")
        text = (
            one_line(value, LONGEST) if isinstance(value, str) else str(value) if type(value) is int else ""
        )
        if type(value) is bool:
            text = "yes" if value else "no"
        if not text:
            if one.get("required") and not lenient:
                faults[name] = "missing"
        elif fault := _fault(one, text):
            faults[name] = fault
        else:
            answers[name] = latin_digits(text) if kind_of(one) == "number" else text
    return Taken(answers, faults)


def _fault(one: Question, text: str) -> str:
    if kind_of(one) in ("choice", "yes_no"):
        return "" if text in values_of(one) else "choice"
    if kind_of(one) == "number":
        return "" if _NUMBER.fullmatch(latin_digits(text)) else "number"
    return ""


def values_of(one: Question) -> list[str]:
    """The answers among which one chooses."""
    if kind_of(one) == "yes_no":
        return list(YES_NO)
    return [
        str(option.get("value", "")) for option in one.get("options") or () if isinstance(option, Mapping)
    ]


def meaning(questions: Sequence[Question], answers: Answers) -> list[dict[str, Any]]:
    """What the answers mean: [{name, answer, impact, urgency, tag, category}], with what their options say alone."""
    found = []
    for one in shown(questions, answers):
        option = _option(one, answers.get(one["name"], ""))
        if option is not None:
            told = {key: option[key] for key in ("impact", "urgency", "tag", "category") if option.get(key)}
            if told:
                found.append({"name": one["name"], "answer": answers[one["name"]], **told})
    return found


def _option(one: Question, answer: str) -> Mapping[str, Any] | None:
    options = [option for option in one.get("options") or () if isinstance(option, Mapping)]
    if kind_of(one) == "number":
        if not _NUMBER.fullmatch(answer):
            return None
        reached = [option for option in options if int(option["value"]) <= int(answer)]
        return max(reached, key=lambda option: int(option["value"]), default=None)
    return (
        next((option for option in options if str(option.get("value")) == answer), None) if answer else None
    )


def in_words(texts: Any, language: str, otherwise: str = "") -> str:
    """The text in this language, else in any that there is."""
    if not isinstance(texts, Mapping):
        return str(texts or otherwise)
    return str(texts.get(language) or next((text for text in texts.values() if text), "") or otherwise)


PORTAL: list[dict[str, Any]] = [
    {
        "name": "go_on", "kind": "choice", "required": False,
        "label": {"fa": "می‌توانید به کارتان ادامه دهید؟", "ar": "هل يمكنك متابعة عملك؟", "en": "Can you go on working?"},
        "options": [
            {"value": "yes", "label": {"fa": "بله", "ar": "نعم", "en": "Yes"}, "urgency": 1},
            {"value": "partly", "label": {"fa": "به‌سختی", "ar": "بصعوبة", "en": "With difficulty"}, "urgency": 2},
            {"value": "no", "label": {"fa": "نه", "ar": "لا", "en": "No"}, "urgency": 3},
        ],
    },
    {
        "name": "affected", "kind": "choice", "required": False,
        "label": {"fa": "چند نفر درگیرند؟", "ar": "كم شخصًا يتأثر؟", "en": "How many are affected?"},
        "options": [
            {"value": "me", "label": {"fa": "فقط من", "ar": "أنا فقط", "en": "Only me"}, "impact": 1},
            {"value": "some", "label": {"fa": "چند نفر", "ar": "عدة أشخاص", "en": "Several"}, "impact": 2},
            {"value": "all", "label": {"fa": "خیلی‌ها، یا همه", "ar": "كثيرون جدًا، أو الجميع", "en": "Very many, or everyone"}, "impact": 3},
        ],
    },
]  # fmt: skip
"""What a new portal asks until someone writes questions of his own."""
