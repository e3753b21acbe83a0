"""Conditions in the reader's words: names of fields, questions, and whole conditions as a sentence."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from pelekan.lib.text import isolate, local_digits
from pelekan.tickets.conditions.fields import Ask, Field, Kind, field_named
from pelekan.web.admin.choices import Choices


def groups() -> list[tuple[str, dict[str, str]]]:
    """The fields in the order of the menu, under headings."""
    return [
        (_("Where it came from"), {
            "channel": _("Channel"), "inbox": _("Inbox"), "language": _("Language"), "event": _("What happened"),
        }),
        (_("What it is about"), {
            "category": _("Category"), "kind": _("Kind of request"), "tags": _("Tags"), "subject": _("Subject"),
            "text": _("What was just written"), "files": _("Files came along"), "automatic": _("Automatic message"),
            "answer": _("Answer in the form…"),
        }),
        (_("Whose it is"), {
            "customer": _("Customer"), "organization": _("The customer's organization"),
            "importance": _("Importance of the customer"), "customer_fact": _("Fact about the customer…"),
        }),
        (_("How urgent it is"), {
            "priority": _("Priority"), "impact": _("Impact"), "urgency": _("Urgency"), "alarm": _("Clock of the promise"),
            "frustration": _("Frustration"),
        }),
        (_("Where it stands"), {
            "status": _("Status"), "tier": _("Step"), "team": _("Team"), "assignee": _("Whose it is to work on"),
            "registered": _("Registered"), "answered": _("Answered by a person"), "follow_up": _("Follow-up of a closed ticket"),
        }),
        (_("How it went"), {
            "age": _("Time since it came"), "waiting": _("Time that the customer waits"),
            "idle": _("Time since anybody wrote"), "solved_for": _("Time since it was solved"),
            "round_trips": _("Times back and forth"), "reopened": _("Times reopened"), "transfers": _("Times handed on"),
            "rating": _("Stars given by the customer"),
        }),
        (_("At that moment"), {"office_open": _("Opening hours"), "agents_online": _("Agents of its team who are online")}),
    ]  # fmt: skip


def label(name: str) -> str:
    """What a field is called; a fact bears its own name."""
    head, _dot, key = name.partition(".")
    if key:
        pattern = _("answer “%(name)s”") if head == "answer" else _("fact “%(name)s”")
        return pattern % {"name": isolate(key)}
    return next((names[name] for _title, names in groups() if name in names), name)


def asks(field: Field) -> dict[str, str]:
    """The questions that a field knows: code → words."""
    both = {
        Ask.KNOWN: pgettext("condition", "is set"), Ask.UNKNOWN: pgettext("condition", "is not set"),
    }  # fmt: skip
    words: dict[Ask, str] = {
        Kind.CHOICE: {Ask.ONE_OF: _("is one of"), Ask.NONE_OF: _("is none of"), **both},
        Kind.FACT: {Ask.ONE_OF: _("is one of"), Ask.NONE_OF: _("is none of"), **both},
        Kind.CHOICES: {
            Ask.ONE_OF: _("has one of"), Ask.ALL_OF: _("has all of"), Ask.NONE_OF: _("has none of"), **both,
        },
        Kind.NUMBER: {
            Ask.AT_LEAST: _("is at least"), Ask.AT_MOST: _("is at most"), Ask.EQUALS: _("is exactly"),
        },
        Kind.HOURS: {
            Ask.AT_LEAST: _("is at least"), Ask.AT_MOST: _("is at most"),
            Ask.KNOWN: _("is running"), Ask.UNKNOWN: _("is not running"),
        },
        Kind.WORDS: {Ask.HAS_ANY: _("says one of"), Ask.HAS_ALL: _("says all of"), Ask.HAS_NONE: _("says none of")},
        Kind.FLAG: {Ask.YES: pgettext("condition", "yes"), Ask.NO: pgettext("condition", "no")},
    }[field.kind]  # fmt: skip
    if field.name == "office_open":
        words = {Ask.YES: _("the office is open"), Ask.NO: _("the office is closed")}
    known = not field.known
    return {str(ask): text for ask, text in words.items() if not (known and ask in both)}


_FLAGS = {
    "registered": lambda: (_("it is registered"), _("it is not registered")),
    "follow_up": lambda: (_("it follows a closed ticket"), _("it does not follow a closed ticket")),
    "answered": lambda: (_("a person has answered"), _("nobody has answered yet")),
    "files": lambda: (_("files came along"), _("no files came along")),
    "automatic": lambda: (_("the message is automatic"), _("the message is not automatic")),
    "office_open": lambda: (_("the office is open"), _("the office is closed")),
}


def in_words(condition: dict[str, Any], choices: Choices, depth: int = 0) -> str:
    """The condition as a clause: "channel is E-mail and (category has Bank or subject says refund)"."""
    if "always" in condition:
        return _("in every case")
    if "not" in condition:
        inner = condition["not"]
        return _("it is not so that %(condition)s") % {"condition": in_words(inner, choices, depth + 1)}
    for way in ("all", "any"):
        if way in condition:
            parts = [in_words(part, choices, depth + 1) for part in condition[way]]
            joined = _joined(parts, way)
            return f"({joined})" if depth and len(parts) > 1 else joined
    return _test(condition, choices)


def _joined(parts: list[str], way: str) -> str:
    """A, B and C."""
    if not parts:
        return "…"
    if len(parts) == 1:
        return parts[0]
    pattern = _("%(first)s and %(last)s") if way == "all" else _("%(first)s or %(last)s")
    return pattern % {"first": pgettext("list", ", ").join(parts[:-1]), "last": parts[-1]}


def listed(parts: list[str], way: str = "any") -> str:
    """Names as a list in a sentence."""
    return _joined([isolate(part) for part in parts], way)


def hours_in_words(hours: float, language: str) -> str:
    """1.5 → "90 minutes", 4 → "4 hours", 72 → "3 days"."""
    amount, unit = length_of(hours)
    number = int(amount) if float(amount).is_integer() else amount
    words = {
        "minutes": ngettext("%(number)s minute", "%(number)s minutes", round(amount)),
        "hours": ngettext("%(number)s hour", "%(number)s hours", round(amount)),
        "days": ngettext("%(number)s day", "%(number)s days", round(amount)),
    }[unit]
    return words % {"number": local_digits(str(number), language)}


def length_of(hours: float) -> tuple[float, str]:
    """The amount and the unit in which people would say it."""
    if hours >= 48 and hours % 24 == 0:
        return hours / 24, "days"
    if hours != int(hours):
        return round(hours * 60, 2), "minutes"
    return hours, "hours"


def value_in_words(field: Field, value: Any, choices: Choices) -> str:
    """One value as people call it."""
    if field.values:
        return choices.name(field.values, value)
    if field.kind is Kind.HOURS:
        return hours_in_words(float(value), choices.language)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return local_digits(str(value), choices.language) if field.kind is Kind.NUMBER else str(value)


def _test(test: dict[str, Any], choices: Choices) -> str:
    name, ask = str(test.get("field", "")), str(test.get("is", ""))
    field = field_named(name)
    if field is None:
        return _("something unknown (%(name)s)") % {"name": isolate(name)}
    if field.kind is Kind.FLAG:
        return str(_FLAGS[name]()[ask == Ask.NO])
    value = test.get("value")
    several = isinstance(value, list) and len(value) > 1
    given = value if isinstance(value, list) else [] if value is None else [value]
    names = [value_in_words(field, one, choices) for one in given]
    said = _SAID[field.kind](ask, several) % {
        "field": label(name),
        "value": listed(names, "all" if ask in (Ask.ALL_OF, Ask.HAS_ALL) else "any"),
    }
    return str(said)


def _of_choice(ask: str, several: bool) -> str:
    return {
        Ask.ONE_OF: _("%(field)s is %(value)s"),
        Ask.NONE_OF: _("%(field)s is not %(value)s"),
        Ask.KNOWN: _("%(field)s is set"),
        Ask.UNKNOWN: _("%(field)s is not set"),
    }[Ask(ask)]


def _of_choices(ask: str, several: bool) -> str:
    return {
        Ask.ONE_OF: _("%(field)s has %(value)s"),
        Ask.ALL_OF: _("%(field)s has %(value)s"),
        Ask.NONE_OF: _("%(field)s does not have %(value)s"),
        Ask.KNOWN: _("%(field)s is set"),
        Ask.UNKNOWN: _("%(field)s is not set"),
    }[Ask(ask)]


def _of_number(ask: str, several: bool) -> str:
    return {
        Ask.AT_LEAST: _("%(field)s is at least %(value)s"),
        Ask.AT_MOST: _("%(field)s is at most %(value)s"),
        Ask.EQUALS: _("%(field)s is %(value)s"),
        Ask.KNOWN: _("%(field)s is running"),
        Ask.UNKNOWN: _("%(field)s is not running"),
    }[Ask(ask)]


def _of_words(ask: str, several: bool) -> str:
    return {
        Ask.HAS_ANY: _("%(field)s says %(value)s"),
        Ask.HAS_ALL: _("%(field)s says %(value)s"),
        Ask.HAS_NONE: _("%(field)s does not say %(value)s"),
    }[Ask(ask)]


_SAID = {
    Kind.CHOICE: _of_choice, Kind.FACT: _of_choice, Kind.CHOICES: _of_choices, Kind.NUMBER: _of_number,
    Kind.HOURS: _of_number, Kind.WORDS: _of_words,
}  # fmt: skip
